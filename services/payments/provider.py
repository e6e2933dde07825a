"""What Rapport needs of a payment provider: begin a payment, give money back, and messages that can be checked."""

from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, Field

from services.payments.local import LocalProvider
from services.settings import settings


class Event(BaseModel):
    """One message of a provider. `kind` is payment.paid, payment.failed or refund.done."""

    id: str = Field(min_length=1, max_length=120)
    kind: str = Field(max_length=40)
    reference: str = Field(max_length=80)
    amount_cents: int = Field(ge=0, le=10**15)
    currency: str = Field(max_length=3)
    happened_at: datetime


class Provider(Protocol):
    """One provider. Calls go over the net: never inside a unit of work. They raise Unavailable."""

    name: str

    def start(self, reference: str, amount_cents: int, currency: str, back_to: str) -> str:
        """Begin a payment, or find the one of this reference again; the address to send the customer to."""

    def refund(self, reference: str, of: str, amount_cents: int, currency: str) -> None:
        """Give back a part of the payment `of`; asked twice under one reference it happens once."""

    def genuine(self, signature: str, body: bytes, now: float) -> bool:
        """Whether the provider has written this message."""


def provider(name: str = "") -> Provider | None:
    """The provider that the settings name; None where there is none, or another one is meant."""
    chosen = settings()
    if chosen.payment_provider != "test" or name not in ("", "test") or not chosen.payment_provider_secret:
        return None
    return LocalProvider(chosen.payment_provider_url, chosen.payment_provider_secret)

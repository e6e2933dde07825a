"""Following an order without a sign-in, by the link in its mails.

The link holds the number of the order and a token that only this installation can make from it. Whoever has it sees
where the order stands and nothing about the person.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from db.models import Order, OrderLine, OrderStatus, Product
from services import company, outbox, throttle
from services.catalogue.offer import shown_name
from services.errors import NotFound, TooMany, Unavailable
from services.orders.steps import parcels
from services.search import order_number
from services.settings import secret
from services.text import _
from services.work import Actor, Work, reading, work

TOKEN_BYTES = 16


@dataclass(frozen=True)
class Parcel:
    """A parcel on its way. `contents` are (name, pieces); empty where an import did not tell."""

    shipped_at: datetime
    delivered_at: datetime | None
    carrier: str
    tracking_code: str
    contents: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Tracked:
    """What the link shows: the order, not the person. `lines` are (name, quantity)."""

    number: str
    status: OrderStatus
    ordered_at: datetime
    promised_on: date | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    lines: list[tuple[str, int]]
    parcels: list[Parcel]


def token(order_id: int) -> str:
    """What proves that a link to this order came from us. Raises Unavailable while the key is being made."""
    key = secret("tracking-key")
    if not key:  # another process is writing it at this very moment
        raise Unavailable(_("Please try again."))
    mark = hmac.digest(key.encode(), f"order:{order_id}".encode(), "sha256")[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")


def link(order_id: int) -> str:
    """The address for a mail."""
    return outbox.link("track", order=str(order_id), t=token(order_id))


def look(actor: Actor, order: str, asked: str) -> Tracked:
    """Where the order stands. Opens its own units of work, for a wrong try is counted.

    A wrong token and an order that is not there answer the same. Raises NotFound, and TooMany when this network address
    has tried too often.
    """
    with reading(actor) as w:
        if throttle.blocked(w, "tracking", actor.address):
            raise TooMany(_("That was tried too often from here. Please wait two minutes and open the link again."))
        seen = _seen(w, order, asked)
    if seen is None:
        with work(actor) as w:
            throttle.failed(w, "tracking", actor.address)
        raise NotFound(_("order under this link"))
    return seen


def _seen(w: Work, order: str, asked: str) -> Tracked | None:
    number = int(order) if order.isascii() and order.isdecimal() and len(order) < 10 else 0
    genuine = hmac.compare_digest(token(number).encode(), asked.encode(errors="replace"))
    found = w.session.get(Order, number) if genuine else None
    return None if found is None else _tracked(w, found)


def _tracked(w: Work, order: Order) -> Tracked:
    rows = w.session.exec(
        select(OrderLine, Product.name)
        .outerjoin(Product, col(Product.id) == OrderLine.product_id)
        .where(OrderLine.order_id == order.id)
        .order_by(col(OrderLine.line_no))
    ).all()
    names = {i.line_no: i.name or shown_name(product or "", i.product_code, i.product_id or 0) for i, product in rows}
    return Tracked(
        number=order_number(order.id),
        status=order.status,
        ordered_at=order.ordered_at,
        promised_on=order.promised_at.astimezone(company.of(w).zone).date() if order.promised_at else None,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        cancelled_at=order.cancelled_at,
        lines=[(names[i.line_no], i.quantity) for i, _product in rows],
        parcels=parcels_of(w, order.id, names),
    )


def parcels_of(w: Work, order_id: int, names: dict[int, str]) -> list[Parcel]:
    """The parcels of an order that the caller has already reached, oldest first. `names` are those of its lines."""
    return [
        Parcel(
            p.shipped_at,
            p.delivered_at,
            p.carrier,
            p.tracking_code,
            tuple((names[i["line_no"]], i["quantity"]) for i in p.lines if i["line_no"] in names),
        )
        for p in parcels(w, order_id)
    ]

"""What became of an order, step by step, as the timeline tells it."""

from typing import Any

from db.models import ReasonKind
from services import reasons
from services.search import order_number
from services.text import _, money


def told(action: str, order_id: str, after: dict[str, Any], currency: str) -> tuple[str, str]:
    """Head and text of a step from its audit entry."""
    number = order_number(int(order_id)) if order_id.isdecimal() else order_id
    head = " · ".join((_("Order {number}").format(number=number), _named(action)))
    lines = [
        _("Carried by: {carrier}").format(carrier=after["carrier"]) if after.get("carrier") else "",
        _("Parcel number: {code}").format(code=after["tracking_code"]) if after.get("tracking_code") else "",
        _why(action, after),
        money(after["refund_cents"], currency) if "refund_cents" in after else "",
    ]
    return head, "\n".join(text for text in lines if text)


def _why(action: str, after: dict[str, Any]) -> str:
    kind = ReasonKind.CANCEL if action == "orders.cancel" else ReasonKind.RETURN
    return reasons.in_words(kind, str(after["why"])) if after.get("why") else ""


def _named(action: str) -> str:
    return {
        "orders.pick": _("being packed"),
        "orders.ship_part": _("a part was sent"),
        "orders.ship": _("sent"),
        "orders.deliver": _("delivered"),
        "orders.cancel": _("cancelled"),
        "returns.ask": _("return asked for"),
        "returns.receive": _("goods came back"),
        "returns.refund": _("refunded"),
        "returns.refuse": _("return refused"),
    }.get(action, action)

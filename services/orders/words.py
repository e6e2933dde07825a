"""Where an order stands, in the words of the person who waits for it."""

from db.models import OrderStatus
from services.text import _


def in_words(status: OrderStatus) -> str:
    """A few words, as they stand in a list."""
    return {
        OrderStatus.PLACED: _("Ordered"),
        OrderStatus.PICKED: _("Being packed"),
        OrderStatus.SHIPPED: _("On its way"),
        OrderStatus.DELIVERED: _("Delivered"),
        OrderStatus.COMPLETED: _("Completed"),
        OrderStatus.RETURNED: _("Returned"),
        OrderStatus.CANCELLED: _("Cancelled"),
        OrderStatus.ADJUSTMENT: _("Correction"),
        OrderStatus.UNAVAILABLE: _("Could not be supplied"),
    }[status]


def next_in_words(status: OrderStatus, *, partly_sent: bool = False) -> str:
    """What happens next, in a sentence or two; empty where nothing does."""
    if partly_sent and status is OrderStatus.PICKED:
        return _("A part of it is on its way to you. We are packing the rest.")
    return {
        OrderStatus.PLACED: _("We have your order and pack it next. You can cancel it until then."),
        OrderStatus.PICKED: _("We are packing it. It leaves us soon."),
        OrderStatus.SHIPPED: _("It has left us and is on its way to you."),
        OrderStatus.RETURNED: _("Everything of it came back to us."),
        OrderStatus.UNAVAILABLE: _("We could not get it for you. Nothing is to be paid."),
        OrderStatus.CANCELLED: _("It was called off. Nothing will be sent and nothing is to be paid."),
    }.get(status, "")

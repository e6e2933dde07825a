"""The mails about a standing order, to whoever began it. The order itself is confirmed by the order's own mail."""

from collections.abc import Sequence

from sqlmodel import select

from db.models import CustomerEmail, Order, Person, Product, StandingLine, StandingOrder
from services import outbox
from services.catalogue.offer import shown_name
from services.search import order_number
from services.standing.words import interval
from services.text import _, local_date, speaking
from services.work import UTC, Work


def announced(w: Work, one: StandingOrder) -> None:
    """It comes in a few days; it can still be skipped or changed."""
    to, language = _recipient(w, one)
    with speaking(language):
        day = local_date(one.next_on, UTC)
        body = [
            _("On {day} we order again for you, as you asked us to {interval}:").format(
                day=day, interval=interval(one.every, one.unit)
            ),
            "\n".join(f"{quantity} × {name}" for name, quantity in _contents(w, one)),
            _("Until then you can skip it, change it or pause it here:"),
            _link(one),
        ]
        _post(w, one, to, "standing-announced", _("Your standing order comes on {day}").format(day=day), body)


def waits(w: Work, one: StandingOrder, why: str) -> None:
    """A run could not be ordered without the customer's word."""
    to, language = _recipient(w, one)
    with speaking(language):
        body = [
            _("Your standing order was due, but nothing was ordered yet:"),
            why,
            _("Please look at it, and agree, change it or skip this time:"),
            _link(one),
        ]
        _post(w, one, to, "standing-waits", _("Your standing order waits for your word"), body)


def missed(w: Work, one: StandingOrder, names: Sequence[str]) -> None:
    """Nothing of it could be had this time."""
    to, language = _recipient(w, one)
    with speaking(language):
        body = [
            _("Your standing order was due, but nothing of it can be had at the moment:"),
            "\n".join(names),
            _("Nothing was ordered. The next time is {day}.").format(day=local_date(one.next_on, UTC)),
            _link(one),
        ]
        _post(w, one, to, "standing-missed", _("Nothing of your standing order could be sent"), body)


def left_out(w: Work, one: StandingOrder, order: Order, names: Sequence[str]) -> None:
    """A part of it could not be had; the rest was ordered."""
    to, language = _recipient(w, one)
    with speaking(language):
        number = order_number(order.id)
        body = [
            _("We have placed your standing order as order {number}, without these, which cannot be had now:").format(
                number=number
            ),
            "\n".join(names),
            _link(one),
        ]
        _post(w, one, to, "standing-left-out", _("A part is missing from order {number}").format(number=number), body)


def _contents(w: Work, one: StandingOrder) -> list[tuple[str, int]]:
    rows = select(StandingLine.quantity, Product).where(
        StandingLine.standing_order_id == one.id, Product.id == StandingLine.product_id
    )
    return [(shown_name(p.name, p.sku, p.id), quantity) for quantity, p in w.session.exec(rows)]


def _link(one: StandingOrder) -> str:
    return outbox.link("standing-orders", standing=str(one.id))


def _recipient(w: Work, one: StandingOrder) -> tuple[str, str]:
    person = w.session.get(Person, one.person_id) if one.person_id else None
    if person is not None and person.disabled_at is None:
        return person.email, person.language
    first = select(CustomerEmail.email).where(CustomerEmail.customer_id == one.customer_id).limit(1)
    return w.session.exec(first).first() or "", w.actor.language


def _post(w: Work, one: StandingOrder, to: str, kind: str, subject: str, body: list[str]) -> None:
    if to:
        outbox.post(w, kind, to, subject, body, customer_id=one.customer_id)

"""Looking at standing orders: the customer and staff see the same."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from db.models import IntervalUnit, Person, Product, ReasonKind, Role, StandingLine, StandingOrder, StandingState
from services import access, prices, reasons
from services.catalogue.offer import shown_name
from services.search import order_number
from services.standing import words
from services.standing.dates import coming
from services.standing.steps import events_of, of_customer
from services.text import _
from services.work import Work


@dataclass(frozen=True)
class Line:
    """One product of it. `price_cents` is today's price (None: not sold any more), `agreed_cents` what was agreed."""

    product_id: int
    name: str
    quantity: int
    agreed_cents: int
    price_cents: int | None
    available: bool
    is_service: bool


@dataclass(frozen=True)
class Standing:
    """One standing order as it stands. `days` are the next ones, the company's days; empty once it has ended."""

    id: int
    state: StandingState
    every: int
    unit: IntervalUnit
    next_on: date
    days: list[date]
    paused_until: date | None
    address_id: int | None
    note: str
    version: int
    lines: list[Line]

    @property
    def interval(self) -> str:
        return words.interval(self.every, self.unit)

    @property
    def worth_cents(self) -> int:
        """What the goods cost at today's prices."""
        return sum(i.quantity * (i.price_cents or 0) for i in self.lines)

    @property
    def contents(self) -> str:
        return ", ".join(f"{i.quantity} × {i.name}" for i in self.lines)


@dataclass(frozen=True)
class Event:
    """One step, in words. `order` is the number of the order that was placed."""

    at: datetime
    what: str
    who: str
    order_id: int | None
    order: str
    told: list[str]


def standing_orders(w: Work, customer_id: int | None = None) -> list[Standing]:
    """Those of a customer (one's own by default), running ones first, then the newest. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    owner = access.own_orders(w) if customer_id is None else access.customer(w, customer_id).id
    found = of_customer(w, owner)
    lines = _lines(w, [one.id for one in found])
    shown = [_shown(one, lines.get(one.id, [])) for one in found]
    return sorted(shown, key=lambda s: s.state is StandingState.ENDED)


def standing_order(w: Work, standing_id: int) -> Standing:
    """One of them. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    one = access.standing_order(w, standing_id)
    return _shown(one, _lines(w, [one.id]).get(one.id, []))


def history(w: Work, standing_id: int) -> list[Event]:
    """What happened to it, the latest first. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    one = access.standing_order(w, standing_id)
    rows, labels = events_of(w, one.id), reasons.labels(w, ReasonKind.STANDING)
    ids = {e.person_id for e in rows if e.person_id is not None}
    people = dict(w.session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids))).all()) if ids else {}
    return [
        Event(
            at=e.at,
            what=words.step(e.step),
            who=_("You") if e.person_id == w.actor.person_id else people.get(e.person_id or 0, _("by itself")),
            order_id=e.order_id,
            order=order_number(e.order_id) if e.order_id else "",
            told=_told(e.detail, reasons.in_words(ReasonKind.STANDING, e.reason, labels) if e.reason else ""),
        )
        for e in rows
    ]


def _told(detail: dict[str, object], reason: str) -> list[str]:
    told = [reason] if reason else []
    why, absent = detail.get("why"), detail.get("left_out")
    if isinstance(why, str):
        told.append(why)
    if isinstance(absent, list):
        told.append(_("could not be had: {names}").format(names=", ".join(str(n) for n in absent)))
    return told


def _shown(one: StandingOrder, lines: list[Line]) -> Standing:
    ended = one.state is StandingState.ENDED
    return Standing(
        id=one.id,
        state=one.state,
        every=one.every,
        unit=one.unit,
        next_on=one.next_on,
        days=[] if ended else coming(one.first_on, one.every, one.unit, one.next_on),
        paused_until=one.paused_until,
        address_id=one.address_id,
        note=one.note,
        version=one.version,
        lines=lines,
    )


def _lines(w: Work, ids: list[int]) -> dict[int, list[Line]]:
    rows = select(StandingLine, Product).where(
        col(StandingLine.standing_order_id).in_(ids), Product.id == StandingLine.product_id
    )
    found: dict[int, list[Line]] = {}
    for line, product in w.session.exec(rows.order_by(col(Product.name), col(Product.id))):
        price = prices.now(w, product) if product.active else None
        found.setdefault(line.standing_order_id, []).append(
            Line(
                product_id=product.id,
                name=shown_name(product.name, product.sku, product.id),
                quantity=line.quantity,
                agreed_cents=line.agreed_cents,
                price_cents=price,
                available=price is not None and (product.stock is None or product.stock >= line.quantity),
                is_service=product.is_service,
            )
        )
    return found

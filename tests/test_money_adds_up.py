"""Money over the whole life of an order: voucher, mixed rates, parcels, a new rate, returns, payments, to the cent."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from db.models import (
    Document,
    DocumentKind,
    Order,
    OrderLine,
    Payment,
    PaymentState,
    Refund,
    Return,
    ReturnState,
    Role,
)
from services import baskets, company, orders, payments, returns, rollup_check, stock, taxes, vouchers
from services.documents import Content
from services.orders import NewParcel, Pieces
from services.returns import NewReturn
from services.taxes import NewRate
from services.vouchers import NewVoucher
from services.work import SYSTEM, Actor, Work
from tests import make
from tests.ordering import address_of, shopper

WorkAs = Callable[[Actor], Work]
CLASSES = {"standard": "19", "reduced": "7", "low": "5.5"}
GOODS = st.lists(
    st.tuples(st.sampled_from([*CLASSES, "standard"]), st.integers(1, 9999), st.integers(1, 5)), min_size=1, max_size=4
)
VOUCHERS = st.one_of(
    st.none(),
    st.builds(lambda bp: {"percent_bp": bp}, st.integers(1, 10_000)),
    st.builds(lambda cents: {"amount_cents": cents}, st.integers(1, 20_000)),
)
#: As many pieces of each line as there are; a number says how many of each of four lines.
ALL = 6**4 - 1
STEPS = st.lists(
    st.one_of(st.just(("pay", 0)), st.tuples(st.sampled_from(["part", "back", "less", "refuse"]), st.integers(0, ALL))),
    max_size=8,
)


@contextmanager
def taken_back(session: Session) -> Iterator[None]:
    """Whatever an example does is gone after it, however it ends."""
    nested = session.begin_nested()
    try:
        yield
    finally:
        nested.rollback()
        session.expire_all()
        company.forget()


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


def ordered(customer: Work, system: Work, goods: list[tuple[str, int, int]], voucher: dict[str, int] | None) -> Order:
    """Put into the basket as a customer does, and ordered as it was shown."""
    for name, percent in CLASSES.items():
        assert taxes.save_class(system, name.title()) == name
        taxes.save_rate(system, NewRate(tax_class=name, percent=percent, valid_from=date(2020, 1, 1)))
    for number, (rate, cents, pieces) in enumerate(goods):
        product = make.product(customer.session, f"Product {number}", cents=cents, stock=100)
        product.tax_class = rate
        customer.session.flush()
        baskets.add(customer, product.id, pieces)
    if voucher:
        vouchers.change(system, NewVoucher.model_validate({"code": "SPRING", "first_on": date(2026, 1, 1), **voucher}))
        baskets.set_voucher(customer, "SPRING")
    shown, to = baskets.view(customer, address_of(customer)), address_of(customer)
    made = orders.place(customer, orders.from_basket(shown, address_id=to, payment="on_account"))
    assert made.total_cents == shown.total_cents
    return made


def step(w: Work, order: Order, what: str, number: int) -> None:
    """One thing that may happen to it, where it may happen now."""
    pieces = [number // 6**i % 6 for i in range(4)]
    if what == "pay":
        if still := payments.of_order(w, order.id).open_cents:
            payments.receive(w, order.id, still)
    elif what == "part":
        left = orders.to_send(w, order)
        some = [Pieces(line_no=i, quantity=min(n, pieces[i - 1])) for i, n in left.items()]
        if any(p.quantity for p in some):
            orders.ship(w, order.id, NewParcel(lines=some))
    elif not orders.to_send(w, order):
        send_back(w, order, pieces, what)


def send_back(w: Work, order: Order, pieces: list[int], what: str) -> None:
    """Some pieces come back and are judged: whole, a third of it, or not at all."""
    if orders.detail(w, order.id).delivered_at is None:
        orders.deliver(w, order.id)
    left = returns.of_order(w, order.id).returnable
    wanted = [Pieces(line_no=i, quantity=min(n, left[i])) for i, n in enumerate(pieces, 1) if left.get(i)]
    if not any(p.quantity for p in wanted):
        return
    known = len(returns.of_order(w, order.id).returns)
    made = returns.ask(w, order.id, NewReturn(lines=wanted, reason="damaged", known=known))
    if what == "refuse":
        returns.refuse(w, made.id, "worn")
        return
    returns.receive(w, made.id, restock=True)
    most = next(r.most_cents for r in returns.of_order(w, order.id).returns if r.id == made.id)
    returns.refund(w, made.id, most // 3 if what == "less" else most, reason="a third" if what == "less" else "")


def rows(w: Work, model: Any, order: Order) -> list[Any]:
    found = select(model).where(model.order_id == order.id)
    return list(w.session.exec(found, execution_options={"populate_existing": True}))


def papers(w: Work, order: Order, kind: DocumentKind) -> list[Content]:
    mine = select(Document).where(Document.order_id == order.id, Document.kind == kind).order_by(col(Document.id))
    return [Content.model_validate(d.content) for d in w.session.exec(mine)]


def check_order(w: Work, order: Order) -> None:
    """Lines, voucher, delivery and tax make the total, and each rate holds its own tax."""
    lines: list[OrderLine] = rows(w, OrderLine, order)
    for line in lines:
        assert line.quantity * (line.unit_price_cents or 0) - line.discount_cents == line.line_total_cents >= 0
    assert sum(i.line_total_cents for i in lines) == order.lines_cents
    assert sum(i.discount_cents for i in lines) == order.discount_cents
    assert order.lines_cents + order.shipping_cents == order.total_cents
    assert sum(i.tax_cents or 0 for i in lines) + (order.shipping_tax_cents or 0) == order.tax_cents
    gross: Counter[int] = Counter({order.shipping_tax_bp or 0: order.shipping_cents})
    for line in lines:
        gross[line.tax_bp or 0] += line.line_total_cents
    assert order.tax_cents == sum(taxes.contained(cents, bp) for bp, cents in gross.items())


def check_papers(w: Work, order: Order) -> None:
    """What was sent, billed and credited: the invoice less its credit notes is what was kept, by rate."""
    sent: Counter[str] = Counter()
    for note in papers(w, order, DocumentKind.DELIVERY_NOTE):
        sent.update({line.code: line.quantity or 0 for line in note.lines})
    left = orders.to_send(w, order)
    for line in rows(w, OrderLine, order):
        assert sent[line.product_code] + left.get(line.line_no, 0) == line.quantity
    credited = sum(r.refund_cents for r in rows(w, Return, order) if r.state is ReturnState.REFUNDED)
    credit = papers(w, order, DocumentKind.CREDIT_NOTE)
    assert sum(c.total_cents or 0 for c in credit) == credited <= order.total_cents
    for paper in [*papers(w, order, DocumentKind.INVOICE), *credit]:
        assert sum(i.total_cents or 0 for i in paper.lines) == paper.total_cents
        assert sum(r.gross_cents for r in paper.rates) == paper.total_cents
    for bill in papers(w, order, DocumentKind.INVOICE):
        assert (bill.total_cents, sum(r.tax_cents for r in bill.rates)) == (order.total_cents, order.tax_cents)
        for rate in bill.rates:
            back = [r for c in credit for r in c.rates if r.basis_points == rate.basis_points]
            kept = rate.gross_cents - sum(r.gross_cents for r in back)
            assert rate.tax_cents - sum(r.tax_cents for r in back) == taxes.contained(kept, rate.basis_points)
    money: list[Payment] = rows(w, Payment, order)
    paid = sum(p.amount_cents for p in money if p.state is PaymentState.PAID)
    open_cents = sum(p.amount_cents - p.credited_cents for p in money if p.state is PaymentState.OPEN)
    given = sum(r.amount_cents for r in rows(w, Refund, order))
    assert paid - given + open_cents == order.total_cents - credited
    assert not (given and open_cents), "nobody is asked for money and given some for one order"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(GOODS, VOUCHERS, STEPS)
def test_every_cent_has_its_place_at_every_moment_of_an_order(
    w: Work, work_as: WorkAs, goods: list[tuple[str, int, int]], voucher: dict[str, int] | None, steps: Any
) -> None:
    with taken_back(w.session):
        system, customer = Work(w.session, SYSTEM, w.now), work_as(shopper(w.session))
        order = ordered(customer, system, goods, voucher)
        check_order(w, order)
        orders.pick(w, order.id)
        for name in CLASSES:  # the law changes between the order and its papers
            taxes.save_rate(system, NewRate(tax_class=name, percent="25", valid_from=date(2021, 1, 1)))
        # So that most examples come to the end of the story, the rest is sent in the middle and comes back at the end.
        half = len(steps) // 2
        for what, number in [*steps[:half], ("part", ALL), *steps[half:], ("back", ALL)]:
            step(w, order, what, number)
            w.session.expire_all()
            check_order(w, order)
            check_papers(w, order)
        assert rollup_check.mismatches(system) == []
        assert stock.mismatches(system) == []

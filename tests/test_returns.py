"""Sending things back: what may go back, what it is worth, who is told, and the books that stay exact."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from PIL import Image
from sqlmodel import Session, col, func, select

from db.engine import Engines
from db.models import Order, OrderLine, OrderStatus, OutboxEntry, Product, Return, ReturnState, Role
from services import company, files, orders, returns, rollup_check, timeline
from services.errors import Conflict, Invalid, NotAllowed, NotFound, RapportError
from services.files import Thing
from services.orders import NewParcel, Pieces
from services.returns import NewReturn
from services.timeline_kinds import Kind
from services.work import SYSTEM, Actor, Work, reading, work
from tests import make
from tests.ordering import asked, asked_by, products, shopper, shoppers
from tests.test_orders_together import at_once, placing

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def customer(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session))


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


def delivered(customer: Work, w: Work, *pieces: int) -> Order:
    """An order at the customer's door, a line for each number of pieces."""
    lines = [(make.product(w.session, f"Product {n}"), quantity) for n, quantity in enumerate(pieces)]
    made = orders.place(customer, asked(customer, *lines))
    for step in (orders.pick, lambda w, i: orders.ship(w, i, NewParcel()), orders.deliver):
        step(w, made.id)
    return w.session.get_one(Order, made.id)


def back(*lines: tuple[int, int], known: int = 0, reason: str = "damaged", note: str = "") -> NewReturn:
    asked_for = [Pieces(line_no=i, quantity=n) for i, n in lines]
    return NewReturn(lines=asked_for, reason=reason, known=known, note=note)


def stocks(w: Work) -> list[int | None]:
    w.session.expire_all()
    return list(w.session.exec(select(Product.stock).order_by(col(Product.id))))


def test_a_return_goes_from_request_to_refund_and_the_customer_is_told_of_each_step(customer: Work, w: Work) -> None:
    order = delivered(customer, w, 3, 1)
    made = returns.ask(customer, order.id, back((1, 2), note="the lid is cracked"))
    assert returns.of_order(customer, order.id).returnable == {1: 1, 2: 1}
    returns.receive(w, made.id, restock=True)
    assert stocks(w) == [9, 9]
    [seen] = returns.of_order(customer, order.id).returns
    assert (seen.state, seen.lines, seen.most_cents) == (ReturnState.RECEIVED, [("Product 0", 2)], 5000)
    returns.refund(w, made.id, 5000)
    [seen] = returns.of_order(customer, order.id).returns
    assert (seen.state, seen.refund_cents, seen.reason, seen.closed_at) == (
        ReturnState.REFUNDED, 5000, "Damaged or not working", w.now,
    )  # fmt: skip
    assert orders.detail(customer, order.id).summary.status is OrderStatus.DELIVERED  # a part of it only
    kinds = w.session.exec(select(OutboxEntry.kind).order_by(col(OutboxEntry.id))).all()
    assert kinds[-3:] == ["return-asked", "return-received", "return-refunded"]
    steps = timeline.page(w, order.customer_id or 0, kinds=frozenset({Kind.STEP})).entries
    assert [(e.head.partition(" · ")[2], e.text) for e in steps[:3]] == [
        ("refunded", "€50.00"),
        ("goods came back", ""),
        ("return asked for", "Damaged or not working"),
    ]
    assert rollup_check.mismatches(w) == []  # the sale stays on its day


def test_when_everything_has_come_back_the_order_is_returned(customer: Work, w: Work) -> None:
    order = delivered(customer, w, 2, 1)
    for number, lines in enumerate(([(1, 1)], [(1, 1), (2, 1)])):
        made = returns.ask(customer, order.id, back(*lines, known=number))
        assert w.session.get_one(Order, order.id).status is OrderStatus.DELIVERED
        returns.receive(w, made.id, restock=False)
    assert orders.detail(customer, order.id).summary.status is OrderStatus.RETURNED
    assert stocks(w) == [8, 9]  # what is broken is not sold again
    with pytest.raises(Conflict, match="Returned"):
        returns.ask(customer, order.id, back((1, 1), known=2))
    for one in returns.of_order(w, order.id).returns:  # the money follows also then
        returns.refund(w, one.id, one.most_cents)
    assert w.session.exec(select(func.sum(Return.refund_cents))).one() == order.lines_cents
    assert rollup_check.mismatches(w) == []


def test_refunds_of_single_pieces_add_up_to_the_price_of_the_line(customer: Work, w: Work) -> None:
    order = delivered(customer, w, 3)
    line = w.session.exec(select(OrderLine).where(OrderLine.order_id == order.id)).one()
    line.line_total_cents = 1000  # after a discount; a third of it is no whole cent
    w.session.flush()
    made = [returns.ask(customer, order.id, back((1, 1), known=n)).id for n in range(3)]
    given: list[int] = []
    for one in (made[2], made[0], made[1]):  # in whatever order they are dealt with
        returns.receive(w, one, restock=True)
        given.append(next(r.most_cents for r in returns.of_order(w, order.id).returns if r.id == one))
        with pytest.raises(Invalid, match="at most"):
            returns.refund(w, one, given[-1] + 1)
        returns.refund(w, one, given[-1])
    assert given == [333, 333, 334]


def test_less_is_refunded_only_with_a_reason_and_never_less_than_nothing(customer: Work, w: Work) -> None:
    made = returns.ask(customer, delivered(customer, w, 1).id, back((1, 1)))
    with pytest.raises(Conflict, match="Return asked for"):
        returns.refund(w, made.id, 2500)
    returns.receive(w, made.id, restock=True)
    for cents, said in ((-1, "at most"), (2400, "Reason for refunding less")):
        with pytest.raises(Invalid, match=said):
            returns.refund(w, made.id, cents)
    returns.refund(w, made.id, 2400, reason="used for a month")
    body = w.session.exec(select(OutboxEntry.body).order_by(col(OutboxEntry.id).desc())).first() or ""
    assert "We refund €24.00" in body
    assert "used for a month" in body


def test_the_customer_asks_within_the_days_of_the_company_and_staff_at_any_time(
    customer: Work, w: Work, session: Session, work_as: WorkAs
) -> None:
    order = delivered(customer, w, 1, 1)
    until = returns.of_order(customer, order.id).until
    assert until == make.NOON.date() + timedelta(days=30)
    company.save(work_as(SYSTEM), return_days=3)
    company.forget()
    for days, may in ((3, True), (4, False)):
        order.delivered_at = make.NOON - timedelta(days=days)
        session.add(order)
        session.flush()
        assert bool(returns.of_order(customer, order.id).returnable) is may
    with pytest.raises(Conflict, match="could be returned until Mar 1, 2026"):
        returns.ask(customer, order.id, back((1, 1)))
    assert returns.of_order(w, order.id).returnable
    returns.ask(w, order.id, back((1, 1)))
    company.save(work_as(SYSTEM), return_days=0)
    company.forget()
    assert returns.of_order(customer, order.id).until is None
    returns.ask(customer, order.id, back((2, 1), known=1))


def test_a_photo_of_a_return_is_seen_by_both_sides_and_by_nobody_else(
    customer: Work, w: Work, session: Session, work_as: WorkAs
) -> None:
    order = delivered(customer, w, 1)
    made = returns.ask(customer, order.id, back((1, 1)))
    photo = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(photo, "PNG")
    kept = files.keep(customer, files.checked("lid.png", photo.getvalue()), Thing.RETURN, made.id)
    for who in (customer, w):
        [seen] = returns.of_order(who, order.id).returns
        assert [f.name for f in seen.files] == ["lid.png"]
    with pytest.raises(NotFound):
        files.content(work_as(shopper(session, "Eve")), kept.id)


def test_what_was_refused_can_be_asked_for_again(customer: Work, w: Work) -> None:
    order = delivered(customer, w, 1)
    made = returns.ask(customer, order.id, back((1, 1)))
    with pytest.raises(Invalid, match="Reason"):
        returns.refuse(w, made.id, " ")
    returns.refuse(w, made.id, "the seal is broken")
    seen = returns.of_order(customer, order.id)
    assert (seen.returns[0].state, seen.returns[0].told) == (ReturnState.REFUSED, "the seal is broken")
    assert seen.returnable == {1: 1}
    with pytest.raises(Conflict, match="Refused"):
        returns.receive(w, made.id, restock=True)
    returns.ask(customer, order.id, back((1, 1), known=1))
    assert stocks(w) == [9]


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (back((1, 3)), "of line 1 there are 2 pieces"),
        (back((1, -1), (2, 1)), "of line 1 there are 2 pieces"),
        (back((7, 1)), "of line 7 there are 0 pieces"),
        (back((1, 1), (1, 1)), "name each line once"),
        (back((1, 0)), "say how many"),
        (back(), "say how many"),
        (back((1, 1), reason="because"), "choose one of the list"),
        (back((1, 1), note="x\x00"), "invisible control"),
        (back((1, 1), known=5), "another window"),
    ],
)
def test_no_return_of_what_was_not_delivered(customer: Work, w: Work, new: NewReturn, said: str) -> None:
    order = delivered(customer, w, 2, 1)
    with pytest.raises(RapportError, match=said):
        returns.ask(customer, order.id, new)
    assert w.session.exec(select(Return)).all() == []


def test_the_same_request_sent_again_is_one_return(customer: Work, w: Work) -> None:
    order = delivered(customer, w, 3)
    made = {returns.ask(customer, order.id, back((1, 1))).id for _click in range(3)}
    assert len(made) == 1
    with pytest.raises(Conflict, match="another window"):
        returns.ask(customer, order.id, back((1, 2)))
    assert returns.ask(customer, order.id, back((1, 1), known=1)).id not in made  # a second one, seen and meant


def test_nothing_goes_back_before_it_has_arrived(customer: Work, w: Work) -> None:
    order = orders.place(customer, asked(customer, (make.product(w.session), 1)))
    for step in (orders.pick, lambda w, i: orders.ship(w, i, NewParcel())):
        with pytest.raises(Conflict, match="Only what has arrived"):
            returns.ask(customer, order.id, back((1, 1)))
        step(w, order.id)
    assert returns.of_order(customer, order.id).returnable == {}


def test_nobody_returns_or_refunds_what_is_not_theirs(customer: Work, w: Work, work_as: WorkAs) -> None:
    order = delivered(customer, w, 1)
    stranger = work_as(make.actor(w.session, Role.CUSTOMER, of=make.customer(w.session, "Bob")))
    for attempt in (
        lambda: returns.ask(stranger, order.id, back((1, 1))),
        lambda: returns.of_order(stranger, order.id),
    ):
        with pytest.raises(NotFound, match="no such order"):
            attempt()
    made = returns.ask(customer, order.id, back((1, 1)))
    for who in (customer, stranger):
        for step in (
            lambda who=who: returns.receive(who, made.id, restock=True),
            lambda who=who: returns.refund(who, made.id, 1),
            lambda who=who: returns.refuse(who, made.id, "no"),
            lambda who=who: returns.waiting(who),
        ):
            with pytest.raises(NotAllowed):
                step()
    with pytest.raises(NotFound, match="no such return"):
        returns.receive(w, 10**8, restock=True)


def test_the_desk_lists_open_returns_oldest_first(customer: Work, w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returns.reading, "PER_PAGE", 2)
    order = delivered(customer, w, 5)
    made = [returns.ask(customer, order.id, back((1, 1), known=n)).id for n in range(4)]
    returns.receive(w, made[1], restock=True)
    returns.refuse(w, made[0], "no")
    assert [(r.id, r.customer) for r in returns.waiting(w)] == [(made[1], "Ada Lovelace"), (made[2], "Ada Lovelace")]
    assert [r.id for r in returns.waiting(w, after=made[2])] == [made[3]]


def test_of_colleagues_at_once_one_receives_and_one_refunds(fresh_engines: Engines) -> None:
    [person], [kettle] = shoppers(1), products(10)
    order_id = placing(person, asked_by(person, "one", (kettle, 4)))()
    with work(SYSTEM) as w:
        team = [make.actor(w.session, Role.STAFF) for _ in range(4)]
        for step in (orders.pick, lambda w, i: orders.ship(w, i, NewParcel()), orders.deliver):
            step(w, order_id)

    def each(step: Callable[[Work], object]) -> list[int | str]:
        def act(actor: Actor) -> Callable[[], int]:
            def attempt() -> int:
                with work(actor) as w:
                    step(w)
                    return 1

            return attempt

        return at_once([act(a) for a in team])

    assert each(lambda w: returns.ask(w, order_id, back((1, 4)))) == [1] * 4
    with reading(SYSTEM) as w:
        [made] = w.session.exec(select(Return.id)).all()
    for answers in (
        each(lambda w: returns.receive(w, made, restock=True)),
        each(lambda w: returns.refund(w, made, 10000)),
    ):
        assert answers.count(1) == 1, answers
        assert all("perhaps a colleague was faster" in str(a) for a in answers if a != 1), answers
    with reading(SYSTEM) as w:
        assert w.session.get_one(Product, kettle).stock == 10
        assert w.session.exec(select(func.sum(Return.refund_cents))).one() == 10000
        assert rollup_check.mismatches(w) == []

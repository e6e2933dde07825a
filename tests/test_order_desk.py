"""The order desk: each step only from where it may be taken, the customer told of it, nothing sent twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from db.engine import Engines
from db.models import AuditEntry, Order, OrderStatus, OutboxEntry, Product, Role, Shipment
from services import orders, rollup_check, timeline
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.orders import NewParcel, Pieces, desk
from services.timeline_kinds import Kind
from services.work import SYSTEM, Actor, Work, reading, work
from tests import make
from tests.ordering import asked, asked_by, products, remember_start, shopper, shoppers, unsound
from tests.test_orders_together import at_once, placing

WorkAs = Callable[[Actor], Work]
EVERYTHING = NewParcel(carrier="Post", tracking_code="RR123")


@pytest.fixture
def customer(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session))


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


def placed(customer: Work, pieces: int = 3, key: str = "first") -> Order:
    kettle, pot = make.product(customer.session), make.product(customer.session, "Pot")
    made = orders.place(customer, asked(customer, (kettle, pieces), (pot, 1), key=key))
    return customer.session.get_one(Order, made.id)


def mails(w: Work) -> list[OutboxEntry]:
    return list(w.session.exec(select(OutboxEntry).order_by(col(OutboxEntry.id))))


def test_an_order_goes_from_the_desk_to_the_door_and_the_customer_is_told(customer: Work, w: Work) -> None:
    order = placed(customer)
    orders.pick(w, order.id)
    assert not orders.detail(customer, order.id).cancellable
    parcel = orders.ship(w, order.id, EVERYTHING)
    assert parcel.lines == [{"line_no": 1, "quantity": 3}, {"line_no": 2, "quantity": 1}]
    seen = orders.detail(customer, order.id)
    assert seen.summary.status is OrderStatus.SHIPPED
    assert [(p.carrier, p.tracking_code) for p in seen.parcels] == [("Post", "RR123")]
    orders.deliver(w, order.id)
    assert orders.detail(customer, order.id).delivered_at == w.now
    sent = mails(w)
    assert [m.kind for m in sent] == ["order-placed", "order-shipped", "order-delivered"]
    assert {(m.recipient, m.customer_id) for m in sent} == {(customer.actor.email, order.customer_id)}
    assert "3 × Kettle\n1 × Pot" in sent[1].body
    assert "Parcel number: RR123" in sent[1].body
    assert rollup_check.mismatches(w) == []


def test_each_step_stands_on_the_timeline_with_who_took_it(customer: Work, w: Work) -> None:
    order = placed(customer)
    for step in (orders.pick, lambda w, i: orders.ship(w, i, EVERYTHING), orders.deliver):
        step(w, order.id)
    entries = timeline.page(w, order.customer_id or 0, kinds=frozenset({Kind.STEP})).entries
    number = orders.detail(w, order.id).summary.number
    assert [e.head for e in entries] == [f"Order {number} · {s}" for s in ("delivered", "sent", "being packed")]
    assert entries[1].text == "Carried by: Post\nParcel number: RR123"
    assert {e.details for e in entries} == {(w.actor.name,)}


def test_a_part_is_sent_first_and_the_order_leaves_packing_with_its_last_piece(customer: Work, w: Work) -> None:
    order = placed(customer)
    orders.pick(w, order.id)
    orders.ship(w, order.id, NewParcel(lines=[Pieces(line_no=1, quantity=2), Pieces(line_no=2, quantity=0)]))
    assert orders.detail(w, order.id).summary.status is OrderStatus.PICKED
    assert orders.to_send(w, order) == {1: 1, 2: 1}
    assert "2 pieces follow in another parcel." in mails(w)[-1].body
    [part] = orders.detail(customer, order.id).parcels
    assert part.contents == (("Kettle", 2),)
    assert orders.next_in_words(OrderStatus.PICKED, partly_sent=True).startswith("A part of it is on its way")
    with pytest.raises(Conflict, match="a parcel of it has left"):
        orders.cancel(w, order.id, reason="too late")
    with pytest.raises(Invalid, match="of line 1 there are 1 pieces left"):
        orders.ship(w, order.id, NewParcel(lines=[Pieces(line_no=1, quantity=2)]))
    orders.ship(w, order.id, NewParcel())
    assert orders.detail(w, order.id).summary.status is OrderStatus.SHIPPED
    sent = w.session.exec(select(Shipment.lines).order_by(col(Shipment.id))).all()
    assert sent[1] == [{"line_no": 1, "quantity": 1}, {"line_no": 2, "quantity": 1}]
    assert orders.detail(customer, order.id).parcels[1].contents == (("Kettle", 1), ("Pot", 1))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([(1, 4)], "of line 1 there are 3 pieces left"),
        ([(1, -1), (2, 1)], "of line 1 there are 3"),
        ([(9, 1)], "of line 9 there are 0"),
        ([(1, 1), (1, 1)], "name each line once"),
        ([(1, 0)], "at least one piece"),
        ([], "at least one piece"),
    ],
)
def test_no_parcel_holds_what_is_not_there(customer: Work, w: Work, lines: list[tuple[int, int]], said: str) -> None:
    order = placed(customer)
    orders.pick(w, order.id)
    with pytest.raises(Invalid, match=said):
        orders.ship(w, order.id, NewParcel(lines=[Pieces(line_no=i, quantity=n) for i, n in lines]))
    assert w.session.exec(select(Shipment)).all() == []


STEPS: dict[str, Callable[[Work, int], object]] = {
    "pick": orders.pick,
    "ship": lambda w, i: orders.ship(w, i, EVERYTHING),
    "deliver": orders.deliver,
    "cancel": lambda w, i: orders.cancel(w, i, reason="sold out"),
}
ALLOWED = {
    "pick": {OrderStatus.PLACED},
    "ship": {OrderStatus.PICKED},
    "deliver": {OrderStatus.SHIPPED},
    "cancel": {OrderStatus.PLACED, OrderStatus.PICKED, OrderStatus.CANCELLED},  # cancelling twice is like once
}


@pytest.mark.parametrize("step", list(STEPS))
def test_no_step_is_taken_from_where_it_may_not(customer: Work, w: Work, step: str) -> None:
    order = placed(customer)
    for status in OrderStatus:
        order.status = status
        w.session.flush()
        before = len(w.session.exec(select(AuditEntry.id)).all())
        if status in ALLOWED[step]:
            STEPS[step](w, order.id)
            continue
        with pytest.raises(Conflict):
            STEPS[step](w, order.id)
        assert order.status is status
        assert len(w.session.exec(select(AuditEntry.id)).all()) == before


def test_staff_cancel_while_it_is_packed_and_say_why(customer: Work, w: Work) -> None:
    order = placed(customer)
    orders.pick(w, order.id)
    with pytest.raises(Conflict, match="Being packed"):
        orders.cancel(customer, order.id)
    with pytest.raises(Invalid, match="Reason"):
        orders.cancel(w, order.id)
    orders.cancel(w, order.id, reason="damaged in the store")
    assert order.status is OrderStatus.CANCELLED
    assert "The reason: damaged in the store" in mails(w)[-1].body
    assert {p.stock for p in w.session.exec(select(Product))} == {10}
    assert rollup_check.mismatches(w) == []


def test_customers_take_no_steps_and_see_no_desk(customer: Work) -> None:
    order = placed(customer)
    for attempt in (orders.pick, STEPS["ship"], orders.deliver, desk.on_desk):
        with pytest.raises(NotAllowed):
            attempt(customer, order.id)
    with pytest.raises(NotAllowed):
        desk.waiting(customer, desk.Wanted())


def test_the_desk_lists_what_waits_oldest_first_page_by_page(
    customer: Work, w: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "PER_PAGE", 2)
    made = [placed(customer, 1, key=str(n)) for n in range(5)]
    for hours, order in zip((1, 5, 3, 5, 2), made, strict=True):
        order.ordered_at = w.now - timedelta(hours=hours)
    made[4].status, made[0].promised_at = OrderStatus.PICKED, w.now - timedelta(minutes=1)
    w.session.flush()
    first = desk.waiting(w, desk.Wanted())
    assert [r.order.order_id for r in first] == [made[1].id, made[3].id]
    rest = desk.waiting(w, desk.Wanted(), after=made[3].id)
    assert [(r.order.order_id, r.late) for r in rest] == [(made[2].id, False), (made[0].id, True)]
    assert desk.waiting(w, desk.Wanted(), after=made[0].id) == []
    for wanted, found in (
        (desk.Wanted(OrderStatus.PICKED), made[4]),
        (desk.Wanted(late=True), made[0]),
        (desk.Wanted(text=first[1].order.number.lower()), made[3]),
    ):
        assert [r.order.order_id for r in desk.waiting(w, wanted)] == [found.id]
    assert desk.waiting(w, desk.Wanted(text="ada"))[0].customer == "Ada Lovelace"
    assert desk.waiting(w, desk.Wanted(text="%")) == []
    with pytest.raises(Invalid):
        desk.waiting(w, desk.Wanted(OrderStatus.DELIVERED))
    with pytest.raises(NotFound):
        desk.waiting(w, desk.Wanted(), after=10**8)


def colleagues(count: int) -> list[Actor]:
    with work(SYSTEM) as w:
        return [make.actor(w.session, Role.STAFF) for _ in range(count)]


def test_of_colleagues_at_once_one_wins_and_the_others_are_told(fresh_engines: Engines) -> None:
    [person], [kettle] = shoppers(1), products(10)
    remember_start()
    order_id = placing(person, asked_by(person, "one", (kettle, 4)))()
    team = colleagues(4)

    def act(actor: Actor, step: Callable[[Work, int], object]) -> Callable[[], int]:
        def attempt() -> int:
            with work(actor) as w:
                step(w, order_id)
                return order_id

        return attempt

    def part(w: Work, number: int) -> object:
        return orders.ship(w, number, NewParcel(lines=[Pieces(line_no=1, quantity=3)]))

    for step, refusal in (
        (orders.pick, "perhaps a colleague was faster"),
        (part, "of line 1 there are 1 pieces left"),
        (STEPS["ship"], "perhaps a colleague was faster"),
        (orders.deliver, "perhaps a colleague was faster"),
    ):
        answers = at_once([act(a, step) for a in team])
        assert answers.count(order_id) == 1, answers
        assert all(refusal in str(a) for a in answers if a != order_id), answers
    with reading(SYSTEM) as w:
        assert sum(i["quantity"] for lines in w.session.exec(select(Shipment.lines)) for i in lines) == 4
    assert unsound() == []


def test_packing_and_cancelling_at_once_end_in_one_of_both(fresh_engines: Engines) -> None:
    [person], [kettle] = shoppers(1), products(100)
    remember_start()
    [agent] = colleagues(1)
    for number in range(5):
        order_id = placing(person, asked_by(person, str(number), (kettle, 1)))()

        def pack(order_id: int = order_id) -> int:
            with work(agent) as w:
                return orders.pick(w, order_id).id

        def off(order_id: int = order_id) -> int:
            with work(person) as w:
                return orders.cancel(w, order_id).id

        answers = at_once([pack, off])
        assert answers.count(order_id) == 1, answers
    assert unsound() == []

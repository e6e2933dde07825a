"""What each person of a customer may do: without the right no entrance lets in."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select

from db.models import AuditEntry, Customer, Order, OrderLine, OrderStatus, Purpose
from services import (
    accounts,
    baskets,
    cases,
    catalogue,
    change_requests,
    colleagues,
    company,
    consents,
    erasure,
    my_data,
    orders,
    reorder,
    returns,
    scores,
    standing,
)  # fmt: skip
from services.cases import NewAnswer, NewQuestion
from services.colleagues import EVERYTHING, Rights
from services.errors import NotAllowed, NotFound, RapportError
from services.work import SYSTEM, Actor, Work
from tests import make
from tests.test_accounts import changed, home_street
from tests.test_colleagues import boss as boss
from tests.test_colleagues import firm as firm
from tests.test_colleagues import with_rights

WorkAs = Callable[[Actor], Work]
NOTHING = Rights(sees_orders=False, may_order=False)
pytestmark = pytest.mark.usefixtures("quick_passwords")


def delivered(session: Session, firm: Customer) -> Order:
    order = Order(customer_id=firm.id, ordered_at=make.NOON, status=OrderStatus.DELIVERED)
    session.add(order)
    session.flush()
    return order


def entrances(order_id: int, case_id: int, product_id: int) -> dict[str, tuple[str, Callable[[Work], Any]]]:
    """Each way in with the right it needs."""
    question = NewQuestion(idempotency_key="q" * 20, subject="About it", text="Why?", order_id=order_id)
    answer = NewAnswer(idempotency_key="a" * 20, text="And?")
    back = returns.NewReturn(lines=[], reason="other")
    place = orders.NewOrder(idempotency_key="o" * 20, lines=[], shipping_cents=0)
    return {
        "list": ("sees_orders", orders.listing),
        "open": ("sees_orders", orders.opened),
        "detail": ("sees_orders", lambda w: orders.detail(w, order_id)),
        "again": ("sees_orders", lambda w: orders.again(w, order_id)),
        "returns": ("sees_orders", lambda w: returns.of_order(w, order_id)),
        "usual": ("sees_orders", reorder.usual),
        "standing": ("sees_orders", standing.standing_orders),
        "a question about an order": ("sees_orders", lambda w: cases.ask(w, question)),
        "a case of a colleague": ("sees_orders", lambda w: cases.view(w, case_id)),
        "an answer in it": ("sees_orders", lambda w: cases.write(w, case_id, answer)),
        "predictions": ("sees_orders", lambda w: scores.of_customer(w, w.actor.customer_id or 0)),
        "basket": ("may_order", lambda w: baskets.add(w, product_id)),
        "order": ("may_order", lambda w: orders.place(w, place)),
        "cancel": ("may_order", lambda w: orders.cancel(w, order_id)),
        "send back": ("may_order", lambda w: returns.ask(w, order_id, back)),
        "people": ("manages_people", colleagues.people),
        "invited": ("manages_people", colleagues.invited),
        "invite": ("manages_people", lambda w: colleagues.invite(w, "Eve", "eve@example.com", EVERYTHING)),
        "more rights": ("manages_people", lambda w: colleagues.set_rights(w, w.actor.person_id or 0, EVERYTHING)),
        "remove": ("manages_people", lambda w: colleagues.remove(w, w.actor.person_id or 0)),
        "consents": ("manages_people", lambda w: consents.switch(w, Purpose.NEWSLETTER, True)),
        "erasure": ("manages_people", erasure.ask),
    }


def test_without_a_right_no_entrance_lets_in(session: Session, work_as: WorkAs, firm: Customer, boss: Work) -> None:
    order, kettle = delivered(session, firm), make.product(session)
    case = cases.ask(boss, NewQuestion(idempotency_key="k" * 20, subject="Mine", text="Where is it?"))
    nobody = with_rights(session, work_as, firm, NOTHING)
    before = len(session.exec(select(AuditEntry)).all())
    for _right, act in entrances(order.id, case.id, kettle.id).values():
        with pytest.raises((NotAllowed, NotFound)):
            act(nobody)
    session.flush()
    assert len(session.exec(select(AuditEntry)).all()) == before, "nothing was done"


def test_with_the_one_right_its_entrances_open_and_no_others(
    session: Session, work_as: WorkAs, firm: Customer, boss: Work
) -> None:
    order, kettle = delivered(session, firm), make.product(session)
    case = cases.ask(boss, NewQuestion(idempotency_key="k" * 20, subject="Mine", text="Where is it?"))
    for right in ("sees_orders", "may_order", "manages_people"):
        rights = Rights(**{"sees_orders": False, "may_order": False, "manages_people": False, right: True}).checked()
        someone = with_rights(session, work_as, firm, rights)
        for name, (needed, act) in entrances(order.id, case.id, kettle.id).items():
            with session.begin_nested() as tried:
                try:
                    act(someone)
                    let_in = True
                except (NotAllowed, NotFound):
                    let_in = False
                except RapportError:
                    let_in = True  # let in, and refused for what was asked
                tried.rollback()
            assert let_in == getattr(rights, needed), f"{right}: {name}"


def test_somebody_without_orders_sees_their_own_questions_and_nothing_of_others(
    session: Session, work_as: WorkAs, firm: Customer, boss: Work
) -> None:
    order, kettle = delivered(session, firm), make.product(session)
    session.add(OrderLine(order_id=order.id, line_no=1, product_id=kettle.id, quantity=1, line_total_cents=100))
    session.flush()
    assert [b.pieces for b in catalogue.goods(boss, kettle.id).bought] == [1]
    cases.ask(boss, NewQuestion(idempotency_key="k" * 20, subject="Secret of the boss", text="A word of the boss"))
    accounts.change(boss, changed(boss, name="The Boss Herself"))
    nobody = with_rights(session, work_as, firm, NOTHING)
    mine = cases.ask(nobody, NewQuestion(idempotency_key="k" * 20, subject="My own", text="Hello?"))
    assert [c.id for c in cases.listing(nobody)] == [mine.id]
    assert catalogue.goods(nobody, kettle.id).bought == [], "who saw no orders read their numbers and days here"
    home = accounts.home(nobody)
    assert ([c.subject for c in home.cases], home.last_orders, home.open_orders) == (["My own"], [], [])
    told = my_data.as_json(nobody).decode()
    for private in ("Secret of the boss", "A word of the boss", "The Boss Herself", boss.actor.email):
        assert private not in told
        assert private not in str(accounts.history(nobody))
    assert "ordered_at" not in told


def test_addresses_are_changed_by_those_who_order_or_manage(session: Session, work_as: WorkAs, firm: Customer) -> None:
    nobody = with_rights(session, work_as, firm, Rights(may_order=False))
    for act in (lambda: accounts.add_address(nobody, home_street()), lambda: accounts.add_phone(nobody, "030 1234567"),
                lambda: accounts.change(nobody, changed(nobody, company="Mine Ltd"))):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()
    accounts.change(nobody, changed(nobody, name="My Own Name"))
    buyer = with_rights(session, work_as, firm, Rights())
    assert accounts.add_address(buyer, home_street())


def test_what_somebody_wants_to_be_called_is_not_told_to_colleagues(
    session: Session, boss: Work, work_as: WorkAs, firm: Customer
) -> None:

    company.save(Work(session, SYSTEM, make.NOON), needs_approval=("name",))
    accounts.change(boss, changed(boss, name="Ada King"))
    other = with_rights(session, work_as, firm, EVERYTHING)
    assert change_requests.mine(other) == []
    assert len(change_requests.mine(boss)) == 1
    with pytest.raises(NotFound):
        change_requests.withdraw(other, change_requests.mine(boss)[0].id)

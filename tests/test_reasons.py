"""Managed reasons: what is offered, what is kept, and that nothing else gets in."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from db.models import Order, ReasonKind, Role
from services import orders, reasons
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.work import SYSTEM, Actor, Work
from tests import make
from tests.ordering import asked, shopper

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def labels(w: Work, kind: ReasonKind = ReasonKind.RETURN) -> list[str]:
    return [r.label for r in reasons.offered(w, kind)]


def test_a_manager_adds_rewords_moves_and_switches_off(w: Work) -> None:
    new = reasons.add(w, ReasonKind.RETURN, "  Wrong colour ")
    assert labels(w)[-1] == "Wrong colour"
    for _step in range(len(labels(w)) + 2):  # further up than the top is no harm
        reasons.move_up(w, new)
    reasons.rename(w, new, "Other colour than shown")
    first = labels(w)[0]
    assert first == "Other colour than shown"
    code = next(r.code for r in reasons.offered(w, ReasonKind.RETURN) if r.id == new)
    assert code == "Wrong colour", "what rows keep stays, so counts go on"
    reasons.switch(w, new, active=False)
    assert first not in labels(w)
    assert reasons.in_words(ReasonKind.RETURN, code, reasons.labels(w, ReasonKind.RETURN)) == first
    with pytest.raises(Invalid):
        reasons.checked(w, ReasonKind.RETURN, code)
    assert reasons.add(w, ReasonKind.RETURN, "other COLOUR than shown") == new, "added again, it is the old one"
    assert len(labels(w, ReasonKind.CANCEL)) == 6, "the other lists are as they were"


@pytest.mark.parametrize("label", ["", "   ", "x" * 121, "a\u202eb", 7, "Changed my mind", "CHANGED MY MIND "])
def test_an_empty_overlong_or_known_reason_is_refused(w: Work, label: object) -> None:
    before = labels(w)
    with pytest.raises((Invalid, Conflict)):
        reasons.add(w, ReasonKind.RETURN, label)
    assert labels(w) == before


def test_the_last_reason_of_a_list_stays(w: Work) -> None:
    rows = reasons.offered(w, ReasonKind.STANDING)
    for row in rows[:-1]:
        reasons.switch(w, row.id, active=False)
    with pytest.raises(Conflict):
        reasons.switch(w, rows[-1].id, active=False)


@pytest.mark.parametrize("role", [Role.STAFF, Role.CUSTOMER])
def test_only_managers_change_a_list(session: Session, work_as: WorkAs, role: Role) -> None:
    of = make.customer(session) if role is Role.CUSTOMER else None
    w = work_as(make.actor(session, role, of=of))
    one = reasons.offered(w, ReasonKind.CANCEL)[0]
    for act in (
        lambda: reasons.add(w, ReasonKind.CANCEL, "x"),
        lambda: reasons.rename(w, one.id, "x"),
        lambda: reasons.switch(w, one.id, active=False),
        lambda: reasons.move_up(w, one.id),
        lambda: reasons.everything(w, ReasonKind.CANCEL),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotFound):
        reasons.rename(Work(session, SYSTEM, make.NOON), 10**9, "x")


def test_a_cancelled_order_keeps_the_chosen_reason_and_takes_no_other(session: Session, work_as: WorkAs) -> None:
    customer = work_as(shopper(session))
    order = orders.place(customer, asked(customer, (make.product(session), 1)))
    for forged in ("no such", "damaged", 3):
        with pytest.raises(Invalid):
            orders.cancel(customer, order.id, why=forged)  # type: ignore[arg-type] # what a browser may send
    orders.cancel(customer, order.id, why="not_needed")
    assert session.get_one(Order, order.id).cancel_reason == "not_needed"

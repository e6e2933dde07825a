"""What is offered in a call: what is due again, or what buyers of the same went on to buy; with counts, or nothing."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from db.columnar.copy import Copy
from db.models import (
    Consent,
    IntervalUnit,
    Product,
    ProductFollow,
    Purpose,
    StandingLine,
    StandingOrder,
    SuggestionMute,
)
from services import hints
from services.work import Actor, Work
from tests import make
from tests.test_hints import buys, looked

Make = Callable[[], Copy]
Works = Callable[[Actor], Work]
NOON, TODAY = make.NOON, make.NOON.date()


@pytest.fixture
def w(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session))


def regular(session: Session, *ago: int) -> tuple[int, Product]:
    """Somebody who buys the same beans every 30 days, the last time 31 days ago."""
    ada, beans = make.customer(session).id, make.product(session, "Beans")
    buys(session, ada, *(ago or (31, 61, 91, 121)), product=beans)
    return ada, beans


def test_what_is_due_again_at_a_regular_interval_is_offered_with_its_counts(w: Work) -> None:
    ada, _beans = regular(w.session)
    offer = hints.suggested(w, ada)
    assert offer is not None
    assert (offer.name, offer.evidence) == ("Beans", ("bought 4 times, every 30 days", "last on Jan 30, 31 days ago"))


@pytest.mark.parametrize(
    "why", ["objects", "muted", "out", "not sold", "comes by itself", "stopped", "irregular", "few"]
)
def test_nothing_is_offered_that_is_not_wanted_not_there_or_not_due(w: Work, why: str) -> None:
    ago = {"stopped": (91, 121, 151, 181), "irregular": (31, 41, 141, 151), "few": (31, 61)}.get(why, ())
    ada, beans = regular(w.session, *ago)
    if why == "objects":
        w.session.add(Consent(customer_id=ada, purpose=Purpose.PROFILING, granted=False, at=NOON))
    elif why == "muted":
        w.session.add(SuggestionMute(customer_id=ada, product_id=beans.id, at=NOON))
    elif why == "out":
        beans.stock = 0
    elif why == "not sold":
        beans.active = False
    elif why == "comes by itself":
        comes = StandingOrder(customer_id=ada, every=4, unit=IntervalUnit.WEEK, first_on=TODAY, next_on=TODAY,
                              created_at=NOON)  # fmt: skip
        w.session.add(comes)
        w.session.flush()
        w.session.add(StandingLine(standing_order_id=comes.id, product_id=beans.id, quantity=1, agreed_cents=1))
    w.session.flush()
    assert hints.suggested(w, ada) is None


def follows(session: Session, first: Product, other: Product, expected: float = 0.2) -> None:
    session.add(ProductFollow(product_id=first.id, other_id=other.id, n=212, k=50, days=90, base=0.06,
                              expected=expected, as_of=NOON))  # fmt: skip
    session.flush()


def test_else_what_buyers_of_the_same_went_on_to_buy_is_offered_with_counts_and_base(w: Work) -> None:
    ada, machine = make.customer(w.session).id, make.product(w.session, "Machine")
    grinder, cups = make.product(w.session, "Grinder"), make.product(w.session, "Cups")
    follows(w.session, machine, grinder, 0.3)
    follows(w.session, machine, cups)
    buys(w.session, ada, 20, product=machine)
    offer = hints.suggested(w, ada)
    assert offer is not None
    assert (offer.name, offer.evidence) == (
        "Grinder",
        (
            "50 of 212 who first bought Machine went on to buy it within 90 days",
            "to be expected: 30 %; after other purchases: 6 %",
        ),
    )
    buys(w.session, ada, 700, product=grinder)
    second = hints.suggested(w, ada)
    assert second is not None
    assert second.name == "Cups", "the other one is there already"


def test_what_was_first_bought_longer_ago_than_the_counts_reach_leads_to_no_offer(w: Work) -> None:
    ada, machine = make.customer(w.session).id, make.product(w.session, "Machine")
    follows(w.session, machine, make.product(w.session, "Grinder"))
    buys(w.session, ada, 91, product=machine)
    assert hints.suggested(w, ada) is None
    assert hints.suggested(w, make.customer(w.session).id) is None, "nothing bought"


def test_the_look_counts_what_follows_what_and_keeps_only_what_is_more_than_usual(w: Work, copied: Make) -> None:
    machine, grinder, cups = (make.product(w.session, n) for n in ("Machine", "Grinder", "Cups"))
    for n in range(120):
        who = make.customer(w.session, f"Buyer {n}").id
        if n < 60:
            buys(w.session, who, 300, product=machine)
            buys(w.session, who, 290, product=grinder if n < 45 else cups)
        else:
            buys(w.session, who, 300, product=cups)
            if n < 70:
                buys(w.session, who, 280, product=machine)
    buys(w.session, make.customer(w.session).id, 1, product=make.product(w.session, "Beans"))  # sales went on
    looked(w.session, copied)
    kept = {(r.product_id, r.other_id): (r.n, r.k) for r in w.session.exec(select(ProductFollow))}
    assert kept.get((machine.id, grinder.id)) == (70, 45)
    assert (grinder.id, machine.id) not in kept, "nobody bought it afterwards"

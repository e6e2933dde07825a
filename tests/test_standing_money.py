"""Who orders a run of a standing order, how it is paid, and what it costs."""

from collections.abc import Callable
from datetime import date, datetime

from db.models import Customer, Order, Person, Role, StandingOrder, StandingState
from services import company, delivery_fees, payments, standing, taxes
from services.delivery_fees import Step
from services.taxes import NewRate
from services.work import SYSTEM, Work
from tests import make
from tests.standing_orders import DAY, TODAY, wanted
from tests.test_standing_runs import at as at
from tests.test_standing_runs import w as w


def test_it_is_ordered_by_somebody_who_may_and_on_account_where_that_is_offered(
    w: Work, at: Callable[[date], datetime]
) -> None:
    made = standing.start(w, wanted(w, (make.product(w.session), 1)))
    beginner = w.session.get_one(Person, w.actor.person_id)
    colleague = make.person(w.session, Role.CUSTOMER, of=w.session.get_one(Customer, w.actor.customer_id))
    beginner.may_order, colleague.may_order = False, False
    w.session.add_all([beginner, colleague])
    w.session.commit()
    at(TODAY + DAY)
    assert standing.run(made.id) is None
    assert standing.history(w, made.id)[0].told == ["Nobody who may order belongs to this account at the moment."]
    w.session.expire_all()
    colleague.may_order = True
    waiting = w.session.get_one(StandingOrder, made.id)
    waiting.state = StandingState.ACTIVE
    w.session.add_all([colleague, waiting])
    company.save(Work(w.session, SYSTEM, w.now), pay_by=["transfer", "on_account"])
    w.session.commit()
    order = w.session.get_one(Order, standing.run(made.id))
    assert (order.placed_by_id, order.payment_method) == (colleague.id, "on_account")


def test_where_nothing_is_sold_on_account_a_run_waits_for_its_money(w: Work, at: Callable[[date], datetime]) -> None:
    made = standing.start(w, wanted(w, (make.product(w.session), 1)))
    company.save(Work(w.session, SYSTEM, w.now), pay_by=["transfer"])
    w.session.commit()
    at(TODAY + DAY)
    order = w.session.get_one(Order, standing.run(made.id))
    assert order.payment_method == "transfer"
    assert payments.waits(w, order)


def test_a_run_contains_the_taxes_and_the_fee_of_the_table(w: Work, at: Callable[[date], datetime]) -> None:
    admin = Work(w.session, SYSTEM, w.now)
    of_all = taxes.save_class(admin, "Standard")
    taxes.save_rate(admin, NewRate(tax_class=of_all, percent="20", valid_from=TODAY))
    delivery_fees.save(admin, [Step(from_cents=0, fee_cents=777)])
    made = standing.start(w, wanted(w, (make.product(w.session), 1)))
    w.session.commit()
    at(TODAY + DAY)
    order = w.session.get_one(Order, standing.run(made.id))
    assert (order.total_cents, order.shipping_cents, order.tax_cents) == (2500 + 777, 777, 546)

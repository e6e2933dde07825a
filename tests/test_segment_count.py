"""What the live count of a segment costs, and what it says where nobody is in."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from db.models import Role
from services.segments import asking
from services.segments.compile import compiled
from services.work import Work
from tests import make
from tests.test_segments import TODAY, Make, ago, rule, sale


@pytest.fixture
def manager(session: Session, work_as: Callable[..., Work]) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def test_conditions_about_the_same_orders_read_them_once() -> None:
    """What a live count costs is the reading of orders; test_segments.py says that it is right."""
    lately = {"within_days": 365}
    group = rule(
        {"field": "orders", "op": "at_least", "low": 2},
        {"field": "revenue", "op": "at_least", "low": 9},
        {"field": "revenue", "op": "at_most", "high": 99},
        {"field": "orders", "op": "at_least", "low": 2, **lately},
        {"field": "average_order", "op": "at_least", "low": 5},
        {"field": "revenue", "op": "at_least", "low": 9, **lately},
    )
    question, values = compiled(group, TODAY, {}, []).question("count(*) AS n")
    assert question.sql.count("FROM orders") == 2  # all orders, and those of the last year
    assert sorted(values) == sorted(question.parameters)


def test_a_count_shows_three_members_with_all_they_bought(session: Session, manager: Work, copied: Make) -> None:
    everybody = [make.customer(session) for _n in range(5)]
    for n, customer in enumerate(everybody):
        for day in range(n):
            sale(session, customer.id, ago(400 + day))
    copied()
    found = asking.counted(manager, rule({"field": "orders", "op": "at_least", "low": 2}))
    assert (found.members, found.of) == (3, 5)
    bought = {m.customer_id: (m.orders, m.revenue_cents, m.last_order) for m in found.preview}
    assert bought == {c.id: (n, 1000 * n, ago(400)) for n, c in enumerate(everybody) if n >= 2}
    nobody = asking.counted(manager, rule({"field": "orders", "op": "at_least", "low": 99}))
    assert (nobody.members, nobody.of, nobody.preview) == (0, 5, [])

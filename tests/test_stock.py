"""Every piece that comes or goes is written down with its reason."""

from collections.abc import Callable
from datetime import datetime

import pytest
from alembic import command
from sqlalchemy import text
from sqlmodel import Session, select

from db import schema
from db.engine import Engines
from db.models import AuditEntry, Product, Role, StockMovement, StockReason
from services import orders, stock
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.work import SYSTEM, Actor, Work, reading, work
from tests import make
from tests.make import NOON
from tests.ordering import asked, asked_by, products, shopper, shoppers
from tests.test_orders_together import at_once

WorkAs = Callable[[Actor], Work]


def test_what_is_ordered_and_cancelled_stands_in_the_history_with_its_order(work_as: WorkAs, session: Session) -> None:
    kettle, ada = make.product(session, stock=10), shopper(session)
    order = orders.place(work_as(ada), asked(work_as(ada), (kettle, 3)))
    orders.cancel(work_as(ada), order.id)
    w = work_as(make.actor(session))
    told = [(m.reason, m.delta, m.after, m.order_id) for m in stock.history(w, kettle.id)]
    assert told == [
        (StockReason.CANCELLED, 3, 10, order.id),
        (StockReason.ORDERED, -3, 7, order.id),
        (StockReason.OPENING, 10, 10, None),
    ]
    assert stock.mismatches(w) == []


def test_a_correction_says_why_and_who(work_as: WorkAs, session: Session) -> None:
    kettle = make.product(session, stock=4)
    agent = make.actor(session)
    stock.adjust(work_as(agent), kettle.id, -3, StockReason.DAMAGED, note="fell down")
    newest = stock.history(work_as(agent), kettle.id)[0]
    assert (newest.delta, newest.after, newest.reason, newest.note) == (-3, 1, StockReason.DAMAGED, "fell down")
    assert (newest.by, newest.at) == (agent.name, NOON)
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "stock.adjust")).one()
    assert (entry.before["stock"], entry.after["stock"]) == (4, 1)


@pytest.mark.parametrize(
    ("delta", "reason", "error"),
    [
        (-5, StockReason.LOST, Conflict),
        (0, StockReason.FOUND, Invalid),
        (True, StockReason.FOUND, Invalid),
        (10**9, StockReason.FOUND, Invalid),
        (999_999, StockReason.FOUND, Invalid),
        (1, StockReason.ORDERED, Invalid),
        (1, "found it somewhere", Invalid),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    work_as: WorkAs, session: Session, delta: int, reason: StockReason, error: type[Exception]
) -> None:
    kettle = make.product(session, stock=4)
    w = work_as(make.actor(session))
    with pytest.raises(error):
        stock.adjust(w, kettle.id, delta, reason)
    assert session.get_one(Product, kettle.id).stock == 4
    assert stock.mismatches(w) == []


def test_customers_and_strangers_move_nothing(work_as: WorkAs, session: Session) -> None:
    kettle = make.product(session, stock=4)
    ada = work_as(shopper(session))
    for act in (
        lambda: stock.adjust(ada, kettle.id, 1, StockReason.FOUND),
        lambda: stock.count_from(ada, kettle.id, None),
        lambda: stock.history(ada, kettle.id),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotFound):
        stock.adjust(work_as(make.actor(session)), 10**8, 1, StockReason.FOUND)


def test_counting_can_end_and_begin_again(work_as: WorkAs, session: Session) -> None:
    kettle = make.product(session, stock=4)
    w = work_as(make.actor(session))
    stock.count_from(w, kettle.id, None)
    assert stock.mismatches(w) == []
    with pytest.raises(Conflict, match="not counted"):
        stock.adjust(w, kettle.id, 1, StockReason.FOUND)
    stock.count_from(w, kettle.id, 7)
    assert session.get_one(Product, kettle.id).stock == 7
    assert stock.mismatches(w) == []


def test_a_correction_and_an_order_at_the_same_moment_lose_no_piece(fresh_engines: Engines) -> None:
    people, [kettle] = shoppers(3), products(10)
    with work(SYSTEM) as w:
        agent = make.actor(w.session, Role.STAFF)

    def correct() -> int:
        with work(agent) as w:
            return stock.adjust(w, kettle, -2, StockReason.DAMAGED).id

    def order(person: Actor) -> Callable[[], int]:
        new = asked_by(person, f"o{person.person_id}", (kettle, 2))

        def place() -> int:
            with work(person) as w:
                return orders.place(w, new).id

        return place

    answers = at_once([*(order(p) for p in people), correct, correct])
    assert all(isinstance(a, int) for a in answers), answers
    with reading(SYSTEM) as w:
        assert w.session.get_one(Product, kettle).stock == 0
        assert stock.mismatches(w) == []


def test_stock_that_was_there_before_gets_an_opening_balance(fresh_engines: Engines) -> None:
    config = schema._config()
    with fresh_engines.write.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
        for name, pieces in (("Kettle", "7"), ("Empty", "0"), ("Advice", "NULL")):
            connection.execute(
                text(
                    "INSERT INTO product (name, description, stock, delivery_days, is_service, active, attributes, "  # noqa: S608 - constants
                    f"version, created_at, updated_at) VALUES ('{name}', '', {pieces}, 3, false, true, '{{}}', 1, "
                    "CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"
                )
            )
        connection.commit()
    schema.migrate(fresh_engines.write)
    with reading(SYSTEM) as w:
        assert stock.mismatches(w) == []
        [opening] = w.session.exec(select(StockMovement)).all()
        assert (opening.delta, opening.reason, opening.by) == (7, StockReason.OPENING, "system")
        assert isinstance(opening.at, datetime)


def test_the_check_finds_a_piece_nobody_wrote_down(work_as: WorkAs, session: Session) -> None:
    kettle = make.product(session, stock=4)
    kettle.stock = 5
    session.add(kettle)
    session.flush()
    assert stock.mismatches(work_as(SYSTEM)) == [f"product {kettle.id}: 5 there, 4 moved"]


def test_every_reason_has_words() -> None:
    assert len({stock.reason_in_words(reason) for reason in StockReason}) == len(StockReason)

"""Sales, contacts and cases for tests of the board, counted in the roll-ups as the services do it."""

from datetime import datetime

from db.models import Case, Channel, Direction, Interaction, Order, OrderLine, OrderStatus, Product
from services import rollups
from services.work import Work
from tests import make
from tests.make import NOON


def contact(
    w: Work,
    at: datetime,
    channel: Channel = Channel.PHONE,
    *,
    customer_id: int | None = None,
    direction: Direction = Direction.IN,
    again: bool = False,
) -> Interaction:
    row = Interaction(channel=channel, happened_at=at, logged_at=NOON, summary="called", customer_id=customer_id)
    row.direction, row.explained_again = direction, again
    w.session.add(row)
    w.session.flush()
    rollups.contacted(w, at, channel, begun=direction is Direction.IN, again=again)
    return row


def order(
    w: Work, at: datetime, *lines: tuple[Product, int], status: OrderStatus = OrderStatus.PLACED, cents: int = 1000
) -> Order:
    """An order; each line is a product and its line total. Without lines one of `cents` for no known product."""
    sold: list[tuple[str | None, int, int | None]] = [(p.category, c, p.id) for p, c in lines]
    sold = sold or [(None, cents, None)]
    row = Order(ordered_at=at, status=status, lines_cents=sum(c for _, c, _ in sold))
    w.session.add(row)
    w.session.flush()
    for n, (_category, c, product_id) in enumerate(sold, 1):
        line = OrderLine(order_id=row.id, line_no=n, product_id=product_id, quantity=1, line_total_cents=c)
        w.session.add(line)
    w.session.flush()
    rollups.sold(w, at, row.channel, [(category, 1, c) for category, c, _ in sold])
    return row


def case(w: Work, opened_at: datetime, *, closed: bool = False, answer_by: datetime | None = None) -> Case:
    who = make.customer(w.session)
    row = Case(
        customer_id=who.id,
        subject="Kettle leaks",
        opened_at=opened_at,
        answer_by=answer_by,
        closed_at=NOON if closed else None,
    )
    w.session.add(row)
    w.session.flush()
    return row

"""What may still come back of an order, and what it is worth: never more than was paid for it, to the cent.

Sales stay as they were on their day, also when goods come back; what is refunded is a figure of its own
(`Return.refund_cents`, on the day of `closed_at`). So the sums of sales change only when an order is cancelled.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from sqlmodel import col, select

from db.models import Order, OrderLine, Return, ReturnState
from services import company
from services.work import Work


def returns_of(w: Work, order_id: int) -> list[Return]:
    """The returns of an order that the caller has already reached, oldest first."""
    mine = select(Return).where(Return.order_id == order_id)
    return list(w.session.exec(mine.order_by(col(Return.id)), execution_options={"populate_existing": True}))


def pieces_of(returns: Iterable[Return]) -> Counter[int]:
    """By line of the order, the pieces in these returns."""
    pieces: Counter[int] = Counter()
    for one in returns:
        for line in one.lines:
            pieces[line["line_no"]] += line["quantity"]
    return pieces


def returnable(w: Work, order: Order) -> dict[int, int]:
    """By line, the pieces for which no return was asked yet, or only one that was refused."""
    asked = pieces_of(r for r in returns_of(w, order.id) if r.state is not ReturnState.REFUSED)
    left = {number: line.quantity - asked[number] for number, line in lines_of(w, order.id).items()}
    return {number: pieces for number, pieces in left.items() if pieces > 0}


def last_day(w: Work, order: Order) -> date | None:
    """The last day, the company's, on which the customer may ask for a return; None where there is no end."""
    home = company.of(w)
    if not home.return_days or order.delivered_at is None:
        return None
    return order.delivered_at.astimezone(home.zone).date() + timedelta(days=home.return_days)


def too_late(w: Work, order: Order) -> bool:
    """Whether that day has passed."""
    last = last_day(w, order)
    return last is not None and w.now.astimezone(company.of(w).zone).date() > last


def all_came_back(w: Work, order: Order) -> bool:
    """Whether every piece of the order has been received again."""
    back = pieces_of(r for r in returns_of(w, order.id) if r.state in (ReturnState.RECEIVED, ReturnState.REFUNDED))
    return all(back[number] >= line.quantity for number, line in lines_of(w, order.id).items())


def most_cents(w: Work, found: Return) -> int:
    """The refund that is proposed, which is also the largest."""
    return sum(cents for _line, _pieces, cents in parts(w, found))


def parts(w: Work, found: Return) -> list[tuple[OrderLine | None, int, int]]:
    """What the pieces of a return are worth: (line, pieces, cents); the line is None for the delivery.

    A line of which pieces were refunded before gives what they leave of its price: however the pieces of a line are
    spread over returns, the refunds of all of them together are what was charged for it, to the cent. What delivery
    cost comes back with the last piece, when everything of the order did.
    """
    refunded = [r for r in returns_of(w, found.order_id) if r.state is ReturnState.REFUNDED and r.id != found.id]
    before, lines = pieces_of(refunded), lines_of(w, found.order_id)
    mine = pieces_of([found])
    worth: list[tuple[OrderLine | None, int, int]] = [
        (lines[i], n, _worth(lines[i], before[i] + n) - _worth(lines[i], before[i]))
        for i, n in mine.items()
        if i in lines
    ]
    order = w.session.get_one(Order, found.order_id)
    if order.shipping_cents > 0 and all(before[i] + mine[i] >= line.quantity for i, line in lines.items()):
        worth.append((None, 0, order.shipping_cents))
    return worth


def lines_of(w: Work, order_id: int) -> dict[int, OrderLine]:
    """The lines of which something was delivered, by their number."""
    mine = select(OrderLine).where(OrderLine.order_id == order_id, OrderLine.quantity > 0)
    return {line.line_no: line for line in w.session.exec(mine.order_by(col(OrderLine.line_no)))}


def _worth(line: OrderLine, pieces: int) -> int:
    return max(line.line_total_cents, 0) * min(pieces, line.quantity) // line.quantity

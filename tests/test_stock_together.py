"""Stock under many hands at once: whatever orders, parcels, returns and counts do to each other, no piece is lost."""

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from sqlmodel import col, func, select

from db.engine import Engines
from db.models import OrderLine, Product, Role, StockMovement, StockReason
from services import orders, returns, stock
from services.errors import RapportError
from services.orders import NewParcel, Pieces
from services.returns import NewReturn
from services.work import SYSTEM, Actor, Work, reading, work
from tests import make
from tests.ordering import asked_by, products, shoppers, unsound
from tests.test_orders_together import at_once

#: Enough of two, and of the third as few as make somebody come too late.
BEGUN = (400, 400, 9)


def hand(person: Actor, agent: Actor, goods: list[int], number: int) -> Callable[[], int]:
    """A customer with the agent who looks after the orders, in an order of their own; returns how much was done."""
    chance, mine = Random(number), list[int]()

    def tried(who: Actor, do: Callable[[Work], object]) -> int:
        try:
            with work(who) as w:
                do(w)
        except RapportError:
            return 0  # another hand was faster, or it may not happen now
        return 1

    def send_and_take_back(order_id: int) -> int:
        def back(w: Work) -> None:
            known = len(returns.of_order(w, order_id).returns)
            asked = NewReturn(lines=[Pieces(line_no=1, quantity=1)], reason="damaged", known=known)
            returns.receive(w, returns.ask(w, order_id, asked).id, restock=True)

        steps = (orders.pick, lambda w, i: orders.ship(w, i, NewParcel()), orders.deliver, lambda w, _i: back(w))
        return sum(tried(agent, lambda w, step=step: step(w, order_id)) for step in steps)  # type: ignore[misc]  # mypy cannot infer a lambda with a default

    def live() -> int:
        done = 0
        for round_no in range(6):
            wanted = [(i, chance.randint(1, 4)) for i in chance.sample(goods, 2)]
            new = asked_by(person, f"{number}-{round_no}", *wanted)
            done += tried(person, lambda w, new=new: mine.append(orders.place(w, new).id))  # type: ignore[misc]  # as above
            pieces = chance.choice((-3, 2))
            why = StockReason.DAMAGED if pieces < 0 else StockReason.FOUND
            done += tried(agent, lambda w, pieces=pieces, why=why: stock.adjust(w, goods[0], pieces, why))  # type: ignore[misc]  # as above
            if mine and chance.random() < 0.5:
                done += tried(person, lambda w: orders.cancel(w, chance.choice(mine)))
            elif mine:
                done += send_and_take_back(chance.choice(mine))
        return done

    return live


@pytest.mark.parametrize("seed", [1, 2])
def test_many_hands_at_once_lose_and_double_no_piece(fresh_engines: Engines, seed: int) -> None:
    people, goods = shoppers(4), products(*BEGUN)
    with work(SYSTEM) as w:
        agents = [make.actor(w.session, Role.STAFF) for _person in people]
    hands = [hand(p, a, goods, seed * 100 + n) for n, (p, a) in enumerate(zip(people, agents, strict=True))]
    done = at_once(hands)
    assert all(isinstance(d, int) and d >= 6 for d in done), done
    with reading(SYSTEM) as w:
        assert stock.mismatches(w) == []
        sums = select(StockMovement.product_id, func.sum(StockMovement.delta)).group_by(col(StockMovement.product_id))
        moved = Counter(dict(w.session.exec(sums).all()))
        for product in w.session.exec(select(Product)):
            assert product.stock == moved[product.id] >= 0
        assert w.session.exec(select(func.count(col(OrderLine.order_id)))).one() > 0
    assert unsound() == []

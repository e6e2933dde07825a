"""Whatever is done to orders, in whatever order: pieces, cents and sums stay exact."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from db.engine import Engines
from db.models import Order, OrderLine, OrderStatus, Product, Return, ReturnState, Role, StockReason
from services import orders, returns, rollup_check, stock
from services.errors import RapportError
from services.orders import NewParcel, Pieces
from services.returns import NewReturn
from services.work import SYSTEM, Actor, Work, reading, work
from tests import make
from tests.ordering import asked_by, products, shoppers
from tests.test_orders_together import at_once, placing

NUMBERS = st.integers(0, 30)
#: Longer ways, so that the ends of the story are reached often enough.
WAYS = {"to the door": ("pick", "ship", "deliver"), "and back": ("ask", "receive", "refund")}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("place"), st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), min_size=1, max_size=3)),
        st.tuples(st.sampled_from(["pick", "ship", "part", "deliver", "cancel", *WAYS]), NUMBERS),
        st.tuples(st.just("adjust"), NUMBERS),
        st.tuples(st.sampled_from(["ask", "receive", "broken", "refund", "less", "refuse", "and back"]), NUMBERS),
    ),
    min_size=1,
    max_size=25,
)


def take(w: Work, step: str, order_id: int, number: int) -> Return | None:
    """One step as the desk may try it, sensible or not. A return whose goods went back to the shelf."""
    found = returns.of_order(w, order_id).returns
    one = found[number % len(found)] if found else None
    if step in ("pick", "deliver"):
        {"pick": orders.pick, "deliver": orders.deliver}[step](w, order_id)
    elif step == "cancel":
        orders.cancel(w, order_id, reason="any")
    elif step in ("ship", "part"):
        left = orders.to_send(w, w.session.get_one(Order, order_id))
        part = [Pieces(line_no=i, quantity=(n + 1) // 2) for i, n in left.items()]
        orders.ship(w, order_id, NewParcel(lines=part if step == "part" else None))
    elif step == "ask":
        lines = [Pieces(line_no=1, quantity=1 + number % 2)]
        returns.ask(w, order_id, NewReturn(lines=lines, reason="other", known=len(found)))
    elif one and step in ("receive", "broken"):
        came = returns.receive(w, one.id, restock=step == "receive")
        return came if step == "receive" else None
    elif one and step == "refuse":
        returns.refuse(w, one.id, "any")
    elif one:
        returns.refund(w, one.id, one.most_cents // (1 if step == "refund" else 2), reason="any")
    return None


def wrong_in_the_books(w: Work, start: dict[int, int | None], restocked: Counter[int]) -> list[str]:
    """Stock against what was sold, called off and put back; returns against what was charged; the roll-ups."""
    wrong = [*rollup_check.mismatches(w), *stock.mismatches(w)]
    lines = w.session.exec(select(OrderLine, Order).join(Order, col(Order.id) == OrderLine.order_id)).all()
    for product_id, pieces in start.items():
        sold = sum(i.quantity for i, o in lines if i.product_id == product_id and o.status is not OrderStatus.CANCELLED)
        expected = None if pieces is None else pieces - sold + restocked[product_id]
        if w.session.get_one(Product, product_id).stock != expected:
            wrong.append(f"product {product_id}: not {expected}")
    for order in w.session.exec(select(Order)):
        mine = w.session.exec(select(Return).where(Return.order_id == order.id)).all()
        of_order = {i.line_no: i for i, o in lines if o.id == order.id}
        back = sum(i["quantity"] for r in mine if r.state is not ReturnState.REFUSED for i in r.lines)
        if back > of_order[1].quantity:  # all returns above are of line 1
            wrong.append(f"order {order.id}: {back} pieces back")
        if sum(r.refund_cents for r in mine) > of_order[1].line_total_cents:
            wrong.append(f"order {order.id}: more refunded than charged")
        if order.total_cents != sum(i.line_total_cents for i in of_order.values()) + order.shipping_cents:
            wrong.append(f"order {order.id}: does not add up")
    return wrong


@settings(max_examples=30, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_books_hold_after_any_sequence_of_steps(fresh_engines: Engines, steps: list[tuple[str, object]]) -> None:
    [person], goods = shoppers(1), products(9, 5, None)
    with work(SYSTEM) as w:
        agent = make.actor(w.session, Role.STAFF)
    placed: list[int] = []
    restocked: Counter[int] = Counter()
    # So that most examples come to the end of the story: one order is at the door already, another one is placed.
    begun: list[tuple[str, object]] = [("place", [(0, 3)]), ("to the door", 0), ("place", [(1, 2), (2, 1)])]
    for number, (step, what) in enumerate([*begun, *steps]):
        if isinstance(what, list):
            lines = {goods[i]: n for i, n in what}
            [answer] = at_once([placing(person, asked_by(person, f"{person.person_id}-{number}", *lines.items()))])
            placed += [answer] if isinstance(answer, int) else []
        elif step == "adjust" and isinstance(what, int):
            adjust(agent, goods[what % 3], what % 7 - 4, restocked)
        elif placed and isinstance(what, int):
            for one in WAYS.get(step, (step,)):
                try_step(agent, one, placed[what % len(placed)], what, restocked)
    with reading(SYSTEM) as w:
        assert wrong_in_the_books(w, dict(zip(goods, (9, 5, None), strict=True)), restocked) == []


def adjust(agent: Actor, product_id: int, delta: int, restocked: Counter[int]) -> None:
    """Correct a stock by hand; what cannot be is refused. Notes what came or went."""
    try:
        with work(agent) as w:
            stock.adjust(w, product_id, delta, StockReason.COUNTED)
            restocked[product_id] += delta
    except RapportError:
        return


def try_step(agent: Actor, step: str, order_id: int, number: int, restocked: Counter[int]) -> None:
    """Take a step in a transaction of its own; a refusal changes nothing. Notes what was put back."""
    try:
        with work(agent) as w:
            came = take(w, step, order_id, number)
            if came is not None:
                product_id = w.session.get_one(OrderLine, (order_id, 1)).product_id or 0
                restocked[product_id] += sum(i["quantity"] for i in came.lines)
    except RapportError:
        return

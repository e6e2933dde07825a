"""Many at once, on databases that really commit: nothing is sold twice, nothing is ordered twice."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread
from time import sleep

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select

from db.engine import Engines, Nested, WriteLock
from db.models import Basket, CustomerAddress, Order, Product
from services import baskets, orders
from services.errors import RapportError
from services.orders import NewOrder
from services.work import SYSTEM, Actor, reading, work
from tests.ordering import asked_by, products, remember_start, shoppers, unsound


def at_once(tries: list[Callable[[], int]]) -> list[int | str]:
    """Run all of them at the same moment; the order id or the refusal of each."""
    start = Barrier(len(tries))

    def one(attempt: Callable[[], int]) -> int | str:
        start.wait()
        try:
            return attempt()
        except RapportError as refusal:
            return str(refusal)

    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(one, tries))


def placing(actor: Actor, new: NewOrder) -> Callable[[], int]:
    def attempt() -> int:
        with work(actor) as w:
            return orders.place(w, new).id

    return attempt


def test_twenty_people_cannot_buy_more_than_ten_pieces(fresh_engines: Engines) -> None:
    people, [last] = shoppers(20), products(10)
    remember_start()
    answers = at_once([placing(p, asked_by(p, "one", (last, 1))) for p in people])
    assert sum(isinstance(a, int) for a in answers) == 10
    assert {a for a in answers if isinstance(a, str)} == {
        "Nothing was ordered yet. Product 0 has just been sold out. Please look again and confirm."
    }
    assert unsound() == []


def test_opposite_orders_of_lines_do_not_lock_each_other_out(fresh_engines: Engines) -> None:
    people, (a, b) = shoppers(16), products(100, 100)
    remember_start()
    lines = [((a, 1), (b, 1)), ((b, 1), (a, 1))]
    answers = at_once([placing(p, asked_by(p, "one", *lines[n % 2])) for n, p in enumerate(people)])
    assert all(isinstance(answer, int) for answer in answers), answers
    assert unsound() == []


def test_ten_clicks_with_one_key_make_one_order_and_ten_equal_answers(fresh_engines: Engines) -> None:
    [person], [last] = shoppers(1), products(1)  # a second order could not even be filled
    remember_start()
    answers = at_once([placing(person, asked_by(person, "click", (last, 1)))] * 10)
    assert len(set(answers)) == 1, answers
    assert isinstance(answers[0], int)
    assert unsound() == []


def test_two_tabs_with_the_same_basket_make_one_order(fresh_engines: Engines) -> None:
    [person], [kettle] = shoppers(1), products(50)
    remember_start()
    with work(person) as w:
        baskets.add(w, kettle, 2)
    with reading(person) as w:
        shown = baskets.view(w)
        address_id = w.session.exec(select(CustomerAddress.id)).one()
    answers = at_once([placing(person, orders.from_basket(shown, address_id=address_id))] * 8)
    assert len(set(answers)) == 1, answers
    with reading(person) as w:
        assert baskets.view(w).lines == []
    assert unsound() == []


def test_a_tab_that_shows_an_older_basket_orders_nothing(fresh_engines: Engines) -> None:
    [person], [kettle] = shoppers(1), products(50)
    with work(person) as w:
        baskets.add(w, kettle)
    with reading(person) as w:
        shown = baskets.view(w)
        address_id = w.session.exec(select(CustomerAddress.id)).one()
    with work(person) as w:
        baskets.set_quantity(w, kettle, 3)
    [answer] = at_once([placing(person, orders.from_basket(shown, address_id=address_id))])
    assert answer == "Your basket was changed in another window. Please look again and confirm."


def test_a_first_basket_opened_in_many_tabs_is_one_basket(fresh_engines: Engines) -> None:
    [person], stock = shoppers(1), products(*[9] * 12)

    def put(product_id: int) -> Callable[[], int]:
        def attempt() -> int:
            with work(person) as w:
                return baskets.add(w, product_id)

        return attempt

    at_once([put(i) for i in stock])
    with reading(person) as w:
        assert w.session.exec(select(func.count()).select_from(Basket)).one() == 1
        assert baskets.count(w) == 12


def test_cancelling_many_times_at_once_gives_the_stock_back_once(fresh_engines: Engines) -> None:
    [person], [kettle] = shoppers(1), products(10)
    remember_start()
    order_id = placing(person, asked_by(person, "one", (kettle, 4)))()

    def off() -> int:
        with work(person) as w:
            return orders.cancel(w, order_id).id

    assert Counter(at_once([off] * 8)) == {order_id: 8}
    assert unsound() == []
    with reading(SYSTEM) as w:
        assert w.session.get_one(Product, kettle).stock == 10


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("place"), st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), min_size=1, max_size=3)),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the books must hold over all examples together
)
@given(steps=STEPS)
def test_the_books_hold_after_any_sequence_of_orders_and_cancellations(
    fresh_engines: Engines, steps: list[tuple[str, object]]
) -> None:
    [person], stock = shoppers(1), products(6, 3, None)
    with work(SYSTEM) as w:
        for product in w.session.exec(select(Product).where(col(Product.id).in_(stock))):
            product.attributes = {} if product.stock is None else {"start": product.stock}
            w.session.add(product)
    placed: list[int] = []
    for number, (step, what) in enumerate(steps):
        if step == "place" and isinstance(what, list):
            lines = {stock[i]: n for i, n in what}
            [answer] = at_once([placing(person, asked_by(person, f"{person.person_id}-{number}", *lines.items()))])
            placed += [answer] if isinstance(answer, int) else []
        elif placed and isinstance(what, int):
            with work(person) as w:
                orders.cancel(w, placed[what % len(placed)])
    assert unsound() == []


def test_the_check_of_the_books_finds_a_lost_piece(fresh_engines: Engines) -> None:
    """The check itself: were a piece or a cent lost, it would say so."""
    [person], [kettle] = shoppers(1), products(10)
    remember_start()
    order_id = placing(person, asked_by(person, "one", (kettle, 4)))()
    with work(SYSTEM) as w:
        w.session.get_one(Product, kettle).stock = 7
        w.session.get_one(Order, order_id).total_cents += 1
    assert len(unsound()) == 3, "movements, sales and the sum of the order"


def test_writers_are_served_in_the_order_in_which_they_came() -> None:
    lock, served, begun, all_wait = WriteLock(), list[int](), Event(), Event()

    def write(number: int) -> None:
        with lock.held():
            served.append(number)

    def first() -> None:
        with lock.held():
            begun.set()
            all_wait.wait()
            served.append(-1)

    threads = [Thread(target=first)]
    threads[0].start()
    begun.wait()
    for number in range(8):
        threads.append(Thread(target=write, args=(number,)))
        threads[-1].start()
        while len(lock._waiting) <= number:
            sleep(0.001)
    all_wait.set()
    for thread in threads:
        thread.join()
    assert served == [-1, *range(8)]


def test_a_unit_of_work_inside_another_one_is_refused_and_the_lock_is_free_again(fresh_engines: Engines) -> None:
    lock = fresh_engines.lock or WriteLock()  # PostgreSQL has none; the rule is the lock's own
    with pytest.raises(Nested), lock.held(), lock.held():
        pass
    with work(SYSTEM) as w:
        assert w.session.exec(select(func.count()).select_from(Order)).one() == 0

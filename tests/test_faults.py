"""What a bad network and a stopped server leave behind: an order or a contact is stored whole, once, or not at all."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlmodel import col, func, select
from websockets.exceptions import ConnectionClosed

from db.engine import Engines
from db.models import CustomerAddress, Order, Person, Role, Ticket, TicketKind
from services import baskets, inputs, registration, tickets
from services.errors import RapportError
from services.work import SYSTEM, VISITOR, Actor, reading, work
from tests import make
from tests.live_server import LiveServer, address_of, serving
from tests.ordering import remember_start, unsound
from tests.tcp_proxy import Proxy
from tests.wire import Wire

WAITS = (0.0, 0.01, 0.05, 0.3)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with one product on the shelf and an address for the customer."""
    with serving(tmp_path_factory.mktemp("faults")) as server:
        with work(SYSTEM) as w:
            make.product(w.session, "Kettle", stock=1000)
            customer_id = w.session.exec(select(Person.customer_id).where(Person.role == Role.CUSTOMER)).one()
            assert customer_id is not None
            w.session.add(CustomerAddress(customer_id=customer_id, street="Dorset Street 1", city="London"))
        remember_start()
        yield server


def buyer() -> Actor:
    with reading(SYSTEM) as w:
        person = w.session.exec(select(Person).where(Person.role == Role.CUSTOMER)).one()
        return Actor(person_id=person.id, role=person.role, name=person.name, customer_id=person.customer_id)


def fill_basket(quantity: int) -> None:
    with work(buyer()) as w:
        baskets.put(w, [baskets.Wanted(product_id=1, quantity=quantity)])


def state() -> tuple[int, int]:
    """(orders, pieces in the basket)"""
    with reading(buyer()) as w:
        return w.session.exec(select(func.count(col(Order.id)))).one(), baskets.count(w)


@pytest.mark.parametrize("wait", WAITS)
def test_a_socket_lost_during_the_order_leaves_an_order_or_a_basket(shop: LiveServer, wait: float) -> None:
    cookies = shop.cookie_of(Role.CUSTOMER)
    fill_basket(2)
    orders, pieces = state()
    with Proxy(shop.port) as proxy, suppress(ConnectionClosed, OSError), Wire(proxy.url, cookies=cookies) as tab:
        tab.open("basket")
        wid, _kind, _element, fragment = tab.widget("confirm")
        tab.send(tab.rerun(fragment=fragment, pressed=wid))
        time.sleep(wait)
        proxy.cut()
    time.sleep(1)
    assert state() in ((orders + 1, 0), (orders, pieces))
    with shop.wire(cookies) as again:  # the person comes back and sees how it stands
        words = again.open("basket").words
        assert ("empty" in words) == (state()[1] == 0)
    assert unsound() == []


def test_two_quick_clicks_order_once(shop: LiveServer) -> None:
    fill_basket(1)
    orders, _pieces = state()
    with shop.wire(shop.cookie_of(Role.CUSTOMER)) as tab:
        tab.open("basket")
        wid, _kind, _element, fragment = tab.widget("confirm")
        for _click in range(2):
            tab.send(tab.rerun(fragment=fragment, pressed=wid))
            time.sleep(0.05)
        with suppress(TimeoutError):
            tab.collect(3)
    assert state() == (orders + 1, 0)


def test_a_tab_resumes_after_its_connection_was_reset(shop: LiveServer) -> None:
    cookies = shop.cookie_of(Role.STAFF)
    with Proxy(shop.port) as proxy:
        with suppress(ConnectionClosed, OSError), Wire(proxy.url, cookies=cookies) as tab:
            tab.open("customers")
            session = tab.session_id
            proxy.cut()
        with Wire(proxy.url, cookies=cookies, session_id=session) as again:
            run = again.open("customers")
            assert again.session_id == session
            assert "Find a customer" in run.words


def test_clicks_into_a_stalled_line_order_once(shop: LiveServer) -> None:
    cookies = shop.cookie_of(Role.CUSTOMER)
    fill_basket(3)
    orders, pieces = state()
    with Proxy(shop.port) as proxy, Wire(proxy.url, cookies=cookies) as tab:
        tab.open("basket")
        wid, _kind, _element, fragment = tab.widget("confirm")
        proxy.stall()
        for _impatient in range(3):
            tab.send(tab.rerun(fragment=fragment, pressed=wid))
        time.sleep(1)
        assert state() == (orders, pieces)  # nothing has arrived yet
        proxy.go_on()
        with suppress(TimeoutError):
            tab.collect(3)
    assert state() == (orders + 1, 0)


def test_a_server_told_to_stop_ends_in_seconds_with_tabs_open(tmp_path: Path) -> None:
    with serving(tmp_path / "stopping") as server:
        cookies = server.cookie_for(address_of(Role.STAFF))
        with server.wire(cookies) as one, server.wire(cookies) as two:
            one.open("customers")
            two.open("customers")
            began = time.monotonic()
            server.stop(signal.SIGTERM)
            assert time.monotonic() - began < 10
        server.start()  # and comes back with the same sign-in
        with server.wire(cookies) as tab:
            assert "Find a customer" in tab.open("customers").words


def test_one_address_in_four_spellings_makes_one_login(fresh_engines: Engines) -> None:
    spellings = ("ada@example.com", "Ada@Example.com", " ADA@EXAMPLE.COM ", "ada@EXAMPLE.com")
    secrets = [f"secret {number}" for number in range(8)]
    with work(VISITOR) as w:  # links of eight requests, as if they had been asked for at the same moment
        for number, secret in enumerate(secrets):
            w.session.add(
                Ticket(
                    id=tickets.digest(secret),
                    kind=TicketKind.CONFIRM,
                    email=inputs.email(spellings[number % 4]),
                    payload={"name": "Ada Lovelace"},
                    created_at=w.now,
                    expires_at=w.now + timedelta(hours=1),
                )
            )
    start = Barrier(8)

    def complete(secret: str) -> str:
        start.wait()
        try:
            with work(VISITOR) as w:
                return registration.complete(w, secret, "seven green kettles sing", browser="b" * 64)
        except RapportError as refusal:
            return f"refused: {refusal}"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(complete, secrets))
    with reading(SYSTEM) as w:
        assert w.session.exec(select(func.count(col(Person.id)))).one() == 1
    assert sum(not a.startswith("refused: ") for a in answers) == 1

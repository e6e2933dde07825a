"""What can go wrong between basket and order in a browser: there is one order or none, and the page says which."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from sqlmodel import col, func, select

from api import cookies
from db.models import CustomerAddress, Order, Person, Product, Role
from services import baskets, sessions
from services.baskets import Wanted
from services.work import SYSTEM, Actor, reading, work
from tests import make
from tests.journeys.conftest import PHONE, settled
from tests.live_server import PASSWORD, LiveServer, address_of, serving
from tests.ordering import remember_start, unsound
from tests.tcp_proxy import Proxy

pytestmark = pytest.mark.browser
EMAIL = address_of(Role.CUSTOMER)
THANKS = re.compile(r"Thank you! We have your order O\d+")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with two products on the shelf and an address for the customer."""
    with serving(tmp_path_factory.mktemp("checkout")) as server:
        with work(SYSTEM) as w:
            make.product(w.session, "Kettle", stock=100)
            make.product(w.session, "Teapot", stock=100)
            customer_id = w.session.exec(select(Person.customer_id).where(Person.email == EMAIL)).one()
            assert customer_id is not None
            w.session.add(CustomerAddress(customer_id=customer_id, street="Dorset Street 1", city="London"))
        remember_start()
        yield server


def buyer() -> Actor:
    with reading(SYSTEM) as w:
        person = w.session.exec(select(Person).where(Person.email == EMAIL)).one()
        return Actor(
            person_id=person.id,
            role=person.role,
            name=person.name,
            email=person.email,
            customer_id=person.customer_id,
            may_order=True,
            sees_orders=True,
        )


@pytest.fixture
def basket(shop: LiveServer) -> Iterator[None]:
    """Two kettles in the basket; afterwards the books hold, and nothing is left in it."""
    with work(buyer()) as w:
        baskets.put(w, [Wanted(product_id=1, quantity=2)])
    yield
    assert unsound() == []
    with work(buyer()) as w:
        for line in baskets.view(w).lines:
            baskets.remove(w, line.product_id)


def orders() -> int:
    with reading(buyer()) as w:
        return w.session.exec(select(func.count(col(Order.id)))).one()


def kettles() -> int | None:
    with reading(buyer()) as w:
        return w.session.get_one(Product, 1).stock


@pytest.fixture
def device(shop: LiveServer, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A browser of the customer, signed in; several are several devices."""
    opened: list[Page] = []

    def new(url: str = shop.url) -> Page:
        context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]  # a plain dict will do
        # Over plain http the browser is handed the twins without the prefix.
        mine = {n.removeprefix(cookies.STRONG): v for n, v in shop.browser_of(EMAIL).items()}
        context.add_cookies([{"name": n, "value": v, "url": url} for n, v in mine.items()])
        page = context.new_page()
        opened.append(page)
        page.goto(f"{url}/basket")
        expect(page.get_by_role("button", name="Order now")).to_be_enabled()
        settled(page)
        return page

    yield new
    for page in opened:
        page.context.close()


@pytest.mark.usefixtures("basket")
def test_back_from_the_order_shows_the_empty_basket_and_orders_nothing(device: Callable[..., Page]) -> None:
    before, page = orders(), device()
    page.get_by_role("button", name="Order now").click()
    expect(page.get_by_text(THANKS)).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Your basket is empty.")).to_be_visible()
    expect(page.get_by_role("button", name="Order now")).to_have_count(0)
    page.go_forward()
    expect(page.get_by_text(THANKS)).to_be_visible()
    assert orders() == before + 1


@pytest.mark.usefixtures("basket")
def test_two_tabs_that_show_the_same_basket_lead_to_the_same_order(device: Callable[..., Page]) -> None:
    before, one, two = orders(), device(), device()
    one.get_by_role("button", name="Order now").click()
    expect(one.get_by_text(THANKS)).to_be_visible()
    two.get_by_role("button", name="Order now").click()
    expect(two.get_by_text(THANKS)).to_have_text(one.get_by_text(THANKS).inner_text())
    assert orders() == before + 1


@pytest.mark.usefixtures("basket")
def test_what_was_changed_on_another_device_is_looked_at_before_it_is_ordered(device: Callable[..., Page]) -> None:
    before, left, page = orders(), kettles(), device()
    page.get_by_role("textbox", name="Note to us (optional)").fill("ring twice")
    with work(buyer()) as w:
        baskets.set_quantity(w, 1, 3)
    page.get_by_role("button", name="Order now").click()
    expect(page.get_by_text("Your basket was changed in another window.")).to_be_visible()
    assert orders() == before
    settled(page)
    page.get_by_role("button", name="Order now").click()
    expect(page.get_by_text(THANKS)).to_be_visible()
    expect(page.get_by_text("ring twice")).to_be_visible()
    assert (orders(), kettles()) == (before + 1, (left or 0) - 3)


@pytest.mark.usefixtures("basket")
def test_a_session_that_ended_before_the_confirmation_loses_neither_basket_nor_note(
    shop: LiveServer, device: Callable[..., Page]
) -> None:
    before, page = orders(), device()
    page.get_by_role("textbox", name="Note to us (optional)").fill("ring twice")
    page.get_by_role("textbox", name="Note to us (optional)").blur()
    settled(page)
    with work(buyer()) as w:
        assert w.actor.person_id is not None
        sessions.end_all(w, w.actor.person_id)  # in another process: this server learns of it as of any other end
    with suppress(PlaywrightTimeout):  # the click is faster than the end of the socket, or finds no button any more
        page.get_by_role("button", name="Order now").click(timeout=500, no_wait_after=True)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert orders() == before
    page.get_by_role("textbox", name="E-mail").fill(EMAIL)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("textbox", name="Password").press("Enter")
    expect(page.get_by_role("heading", name="Basket")).to_be_visible()
    expect(page.get_by_role("textbox", name="Note to us (optional)")).to_have_value("ring twice")
    settled(page)
    page.get_by_role("button", name="Order now").click()
    expect(page.get_by_text(THANKS)).to_be_visible()
    expect(page.get_by_text("ring twice")).to_be_visible()
    assert orders() == before + 1


@pytest.mark.usefixtures("basket")
def test_a_connection_lost_at_the_confirmation_comes_back_to_an_order_or_to_the_basket(
    shop: LiveServer, device: Callable[..., Page]
) -> None:
    with Proxy(shop.port) as proxy:
        before, page = orders(), device(proxy.url)
        page.get_by_role("button", name="Order now").click(no_wait_after=True)
        proxy.cut()
        either = page.get_by_text(THANKS).or_(page.get_by_role("button", name="Order now"))
        expect(either.first).to_be_visible()
        page.goto(f"{proxy.url}/basket")  # what an impatient person does
        settled(page)
        again = page.get_by_role("button", name="Order now")
        empty = page.get_by_text("Your basket is empty.")
        expect(again.or_(empty)).to_be_visible()
        assert orders() == before + (1 if empty.is_visible() else 0)
        if again.is_visible():
            again.click()
            expect(page.get_by_text(THANKS)).to_be_visible()
        assert orders() == before + 1

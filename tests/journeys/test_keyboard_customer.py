"""A customer without a mouse: from the sign-in to an order, a cancelled one, another address and a return."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlmodel import select

from db.models import CustomerAddress, Order, OrderStatus, Person, Return, StoredFile
from services import orders
from services.demo import DemoSummary
from services.orders import NewParcel
from services.work import SYSTEM, reading, work
from tests.journeys.conftest import DESKTOP, Hands, presses, reach, settled, still, without_a_mouse, writes
from tests.journeys.past import Past, somebody
from tests.live_server import LiveServer, register_customer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
SENTENCE = "a calm morning by the lake"


def with_a_parcel_that_came() -> Past:
    """Somebody who can sign in, and whose newest order was delivered just now."""
    past = somebody()
    register_customer(past.name, past.email, SENTENCE)
    with work(SYSTEM) as w:
        orders.pick(w, past.open_order)
        orders.ship(w, past.open_order, NewParcel(carrier="Parcel Post"))
        orders.deliver(w, past.open_order)
    return past


def signs_in(page: Page, server: LiveServer, past: Past) -> None:
    page.goto(f"{server.url}/home")
    settled(page)
    writes(page, page.get_by_role("textbox", name="E-mail"), past.email)
    writes(page, page.get_by_role("textbox", name="Password"), SENTENCE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Hello, {past.name}")).to_be_visible()
    settled(page)


def goes_to(page: Page, name: str) -> None:
    """By the menu."""
    presses(page, page.get_by_test_id("stSidebarNav").get_by_role("link", name=name))
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    settled(page)


def orders_what_was_bought_before(page: Page) -> str:
    """Into the basket, to the basket, confirmed; returns the number of the order."""
    presses(page, page.get_by_role("button", name="Add to basket").first)
    basket = page.get_by_test_id("stMain").get_by_role("link", name="Basket: 1 piece")
    expect(basket).to_be_visible()
    settled(page)
    presses(page, basket)
    expect(page.get_by_role("button", name="Order now")).to_be_enabled()
    settled(page)
    presses(page, page.get_by_role("button", name="Order now"))
    thanks = page.get_by_text(re.compile(r"Thank you! We have your order O\d{7}"))
    expect(thanks).to_be_visible()
    settled(page)
    found = re.search(r"O\d{7}", thanks.inner_text())
    assert found
    return found[0]


def cancels(page: Page) -> None:
    """The order that is open on the page."""
    presses(page, page.get_by_role("button", name="Cancel this order"))
    really = page.get_by_role("button", name="Yes, cancel the order")
    expect(really).to_be_visible()
    still(page)
    presses(page, really)
    expect(page.get_by_text(re.compile("^Cancelled on"))).to_be_visible()
    settled(page)


def moves_house(page: Page) -> None:
    goes_to(page, "My account")
    presses(page, page.get_by_text("Change or remove").first.locator("xpath=ancestor::summary"))
    street = page.get_by_role("textbox", name="Street and number").first
    expect(street).to_be_visible()
    still(page)
    writes(page, street, "Quiet Lane 9")
    page.keyboard.press("Enter")  # of the form
    expect(page.get_by_text(re.compile("→ .*Quiet Lane 9")).first).to_be_visible()
    settled(page)


def sends_back(page: Page, past: Past, photo: Path) -> None:
    """With the reason and a photo."""
    goes_to(page, "My orders")
    presses(page, page.get_by_test_id("stMain").get_by_role("link", name=f"O{past.open_order:07}"))
    expect(page.get_by_role("heading", name=f"Order O{past.open_order:07}")).to_be_visible()
    settled(page)
    presses(page, page.get_by_text("Return something").locator("xpath=ancestor::summary"))
    why = page.get_by_role("combobox", name="Why?")
    expect(why).to_be_visible()
    still(page)
    reach(page, why)
    Hands(page).choose("Damaged or not working", why)
    with page.expect_file_chooser() as asked:
        presses(page, page.get_by_role("button", name="Upload", exact=True))
    asked.value.set_files(photo)
    expect(page.get_by_test_id("stFileChipName")).to_have_text(photo.name)
    expect(page.get_by_test_id("stFileChipIconSpinner")).to_have_count(0)  # it has arrived
    ask = page.get_by_role("button", name="Ask for the return")
    expect(ask).to_be_enabled()
    presses(page, ask)
    expect(page.get_by_text("We have your request and write to you.")).to_be_visible()
    expect(page.get_by_role("button", name=photo.name, exact=True)).to_be_visible()


def is_all_there(past: Past, cancelled: str) -> None:
    """What the pages said is what is stored."""
    with reading(SYSTEM) as w:
        placed = w.session.get_one(Order, int(cancelled[1:]))
        assert placed.status is OrderStatus.CANCELLED
        who = w.session.exec(select(Person).where(Person.email == past.email)).one()
        assert placed.customer_id == who.customer_id
        mine = CustomerAddress.customer_id == who.customer_id
        assert w.session.exec(select(CustomerAddress.street).where(mine)).all() == ["Quiet Lane 9"]
        back = w.session.exec(select(Return).where(Return.order_id == past.open_order)).one()
        assert w.session.exec(select(StoredFile).where(StoredFile.return_id == back.id)).one().width == 90


def test_everything_about_an_order_goes_without_a_mouse(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit, tmp_path: Path
) -> None:
    server, _summary = demo_server
    past, photo = with_a_parcel_that_came(), tmp_path / "lid.png"
    Image.new("RGB", (90, 60), "teal").save(photo)
    page = visit(DESKTOP)
    clicks = without_a_mouse(page)
    signs_in(page, server, past)
    number = orders_what_was_bought_before(page)
    cancels(page)
    moves_house(page)
    sends_back(page, past, photo)
    assert clicks() == 0
    is_all_there(past, number)

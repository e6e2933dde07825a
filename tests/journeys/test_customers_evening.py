"""A customer's evening on a phone, nobody at the desk: joining, moving house, ordering again, cancelling, the data."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, func, select

from db.models import Customer, CustomerEmail, Order, OrderLine, OrderStatus, Person, Product
from services.demo import DemoSummary
from services.work import SYSTEM, reading
from tests.journeys import mails
from tests.journeys.conftest import PHONE, settled
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
SENTENCE = "a calm morning by the lake"


def without_sign_in() -> tuple[str, str, int]:
    """(name, e-mail, delivered order with lines that are sold still) of a customer who never had a sign-in."""
    sold_still = (
        select(OrderLine.order_id)
        .join(Product, col(Product.id) == col(OrderLine.product_id))
        .group_by(col(OrderLine.order_id))
        .having(func.min(Product.stock) > 5)
    )
    known = select(Person.customer_id).where(col(Person.customer_id).is_not(None))
    wanted = (
        select(Customer.name, CustomerEmail.email, Order.id)
        .join(CustomerEmail, col(CustomerEmail.customer_id) == col(Customer.id))
        .join(Order, col(Order.customer_id) == col(Customer.id))
        .where(col(Customer.id).not_in(known), Order.status == OrderStatus.COMPLETED, col(Order.id).in_(sold_still))
        .where(CustomerEmail.is_primary, func.length(Customer.name) < 30)
        .order_by(col(Order.id).desc())
    )
    with reading(SYSTEM) as w:
        found = w.session.exec(wanted).first()
    assert found
    return found


def asks_to_join(page: Page, server: LiveServer, name: str, email: str) -> None:
    page.goto(f"{server.url}/register")
    page.get_by_role("textbox", name="Your name").fill(name)
    page.get_by_role("textbox", name="E-mail").fill(email)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_text("We have sent a mail to this address.")).to_be_visible()


def joins(page: Page, server: LiveServer, name: str, email: str) -> None:
    """By the mailed link; until then nothing is shown."""
    asks_to_join(page, server, name, email)
    page.goto(mails.link(email))
    page.get_by_role("textbox", name="New password").fill(SENTENCE)
    page.get_by_role("button", name="Confirm and sign in").click()
    expect(page.get_by_role("heading", name=re.compile(re.escape(name)))).to_be_visible()


def goes_to(page: Page, server: LiveServer, path: str, heading: str | re.Pattern[str]) -> None:
    page.goto(f"{server.url}/{path}")
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    settled(page)


def moves_house(page: Page, server: LiveServer) -> None:
    """A new street and another telephone; old and new stand below each other with the time."""
    goes_to(page, server, "account", "My account")
    fold = page.get_by_text(re.compile("Change or remove|Add an address")).first
    fold.click()
    street = page.get_by_role("textbox", name="Street and number").first
    before = street.input_value()
    street.fill("Quiet Lane 7")
    page.get_by_role("button", name="Save", exact=True).nth(1).click()
    expect(page.get_by_text("The address was saved.")).to_be_visible()
    expect(page.get_by_text(re.compile("→ .*Quiet Lane 7" if before else "Quiet Lane 7")).first).to_be_visible()
    page.get_by_role("textbox", name="Another number").fill("+49 30 901820")
    page.get_by_role("button", name="Add number").click()
    expect(page.get_by_text("The number was added.")).to_be_visible()
    expect(page.get_by_text("added: ").first).to_be_visible()


def orders_again(page: Page, server: LiveServer, order_id: int) -> str:
    """Three presses from the old order to the new one."""
    goes_to(page, server, f"orders?order={order_id}", re.compile(r"Order O\d+"))
    page.get_by_role("button", name="Order again").click()
    page.get_by_role("button", name="Put this in the basket").click()
    expect(page.get_by_role("heading", name="Basket")).to_be_visible()
    page.get_by_role("button", name=re.compile("Order now")).click()
    thanks = page.get_by_text(re.compile(r"Thank you! We have your order O\d+"))
    expect(thanks).to_be_visible()
    found = re.search(r"O\d{7}", thanks.inner_text())
    assert found
    page.get_by_role("link", name="All orders").click()
    expect(page.get_by_role("heading", name="My orders")).to_be_visible()
    settled(page)
    first = page.get_by_test_id("stMain").get_by_role("link", name=re.compile(r"^O\d+$")).first
    expect(first).to_have_text(re.compile(found[0]))
    return found[0]


def cancels(page: Page, number: str) -> None:
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("button", name="Cancel this order").click()
    why = page.get_by_role("combobox", name="Why? (optional)")
    why.click()
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Yes, cancel the order").click()
    expect(page.get_by_text("The order is cancelled.")).to_be_visible()
    expect(page.get_by_text(re.compile("^Cancelled on"))).to_be_visible()
    expect(page.get_by_role("button", name="Cancel this order")).to_have_count(0)


def objects(page: Page, server: LiveServer) -> None:
    """No predictions and no newsletter; both are dated, and nothing is suggested any more."""
    goes_to(page, server, "account", "My account")
    for purpose in ("Personal predictions", "Newsletter"):
        switch = page.get_by_label(purpose)
        if not switch.is_checked():
            page.get_by_text(purpose, exact=True).first.click()
            expect(switch).to_be_checked()
            settled(page)
        page.get_by_text(purpose, exact=True).first.click()
        expect(page.get_by_label(purpose)).not_to_be_checked()
        settled(page)
    page.get_by_text("History of your consents").click()
    for purpose in ("Personal predictions", "Newsletter"):
        expect(page.get_by_text(re.compile(rf"{purpose} · withdrawn · ")).first).to_be_visible()
    goes_to(page, server, "home", re.compile("Hello"))
    expect(page.get_by_text("Time for")).to_have_count(0)


def takes_all_along(page: Page, server: LiveServer, folder: Path, *told: str) -> None:
    """The page and the file hold what was done this evening."""
    goes_to(page, server, "my-data", "My data")
    page.get_by_text(re.compile("^Consents · ")).click()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download as JSON").click()
    caught.value.save_as(folder / "mine.json")
    held = json.dumps(json.loads((folder / "mine.json").read_text("utf-8")), ensure_ascii=False)
    for words in told:
        assert words in held, words


def signs_out(page: Page) -> None:
    """And the back button shows nothing."""
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_role("heading", name="My data")).to_have_count(0)


def test_an_evening_from_joining_to_signing_out(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit, tmp_path: Path
) -> None:
    server, _summary = demo_server
    name, email, order_id = without_sign_in()
    customer, other = visit(PHONE), visit(PHONE)
    asks_to_join(other, server, "Somebody Else", email)  # claims the address, cannot read its mail
    other.goto(f"{server.url}/orders?order={order_id}")
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    expect(other.get_by_text(name)).to_have_count(0)

    joins(customer, server, name, email)
    moves_house(customer, server)
    number = orders_again(customer, server, order_id)
    assert number in mails.newest(email)
    cancels(customer, number)
    objects(customer, server)
    takes_all_along(customer, server, tmp_path, name, "Quiet Lane 7", "cancelled", "+4930901820")
    assert customer.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    signs_out(customer)

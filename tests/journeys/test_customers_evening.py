"""A customer's evening, nobody at the desk: joining, moving house, old papers, ordering again, cancelling, the data."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from services.demo import DemoSummary
from tests.journeys import mails
from tests.journeys.conftest import DESKTOP, PHONE, settled, still
from tests.journeys.past import Past, repriced, somebody, withdrawn
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
SENTENCE = "a calm morning by the lake"


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
    still(page)
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
    expect(page.get_by_role("textbox", name="Another number")).to_have_value("")  # what was taken is not offered again


def reads_the_confirmation(page: Page, server: LiveServer) -> None:
    """Every change was confirmed by mail, and the mails can be read here."""
    goes_to(page, server, "messages", "My messages")
    sent = page.get_by_role("link", name="Your account was changed")
    expect(sent).to_have_count(2)
    sent.last.click()
    expect(page.get_by_role("heading", name="Your account was changed")).to_be_visible()
    expect(page.get_by_text(re.compile("Quiet Lane 7"))).to_be_visible()


def finds_an_old_invoice(page: Page, server: LiveServer, past: Past, folder: Path) -> None:
    """From all orders to those of a year, into one of them, and its invoice taken along."""
    goes_to(page, server, "orders", "My orders")
    page.get_by_role("combobox", name="Year").click()
    page.get_by_role("option", name=str(past.year)).click()
    page.get_by_role("link", name=f"O{past.old_order:07}").click()
    expect(page.get_by_role("heading", name=f"Order O{past.old_order:07}")).to_be_visible()
    for shown in ("Copper kettle", "Whistling pot"):
        expect(page.get_by_role("link", name=shown)).to_be_visible()
    expect(page.get_by_text(re.compile("^Delivered on"))).to_be_visible()
    invoice = page.get_by_role("button", name=re.compile(r"Invoice R-\d{4}-\d{5}"))
    found = re.search(r"R-\d{4}-\d{5}", invoice.inner_text())
    assert found
    with page.expect_download() as caught:
        invoice.click()
    caught.value.save_as(folder / "invoice.pdf")
    paper = PdfReader(folder / "invoice.pdf")
    assert found[0] in paper.pages[0].extract_text()


def orders_again(page: Page, past: Past) -> str:
    """Four presses from the old order to the new one, though a price and the shelf change on the way."""
    page.get_by_role("button", name="Order again").click()
    expect(page.get_by_text(re.compile(r"€30\.00 each, it was €25\.00"))).to_be_visible()
    page.get_by_role("button", name="Put this in the basket").click()
    expect(page.get_by_role("heading", name="Basket")).to_be_visible()
    expect(page.get_by_role("button", name="Order now")).to_be_enabled()
    withdrawn(past.leaving)
    repriced(past.kept)
    page.reload()
    expect(page.get_by_text("This is not sold any more. Please remove it.")).to_be_visible()
    expect(
        page.get_by_text(re.compile("The price has changed: €30.00 when you put it in, €31.00 now."))
    ).to_be_visible()
    expect(page.get_by_role("button", name="Order now")).to_be_disabled()
    page.locator(f".st-key-remove_{past.leaving}").get_by_role("button").click()
    order = page.get_by_role("button", name="Order now")
    expect(order).to_be_enabled()
    order.click()
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
    """Another order, which is paid and not packed: it is called off, and the money comes back."""
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("button", name="Cancel this order").click()
    why = page.get_by_role("combobox", name="Why? (optional)")
    why.click()
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Yes, cancel the order").click()
    expect(page.get_by_text("The order is cancelled.")).to_be_visible()
    expect(page.get_by_text(re.compile("^Cancelled on"))).to_be_visible()
    expect(page.get_by_text(re.compile("goes back to you"))).to_be_visible()
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
    unfold = page.get_by_test_id("stExpandSidebarButton")
    if unfold.is_visible():
        unfold.click()
        still(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_role("heading", name="My data")).to_have_count(0)


@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_an_evening_from_joining_to_signing_out(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit, tmp_path: Path, window: dict[str, int]
) -> None:
    server, _summary = demo_server
    past = somebody()
    customer, other = visit(window), visit(window)
    asks_to_join(other, server, "Somebody Else", past.email)  # claims the address, cannot read its mail
    other.goto(f"{server.url}/orders?order={past.old_order}")
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    expect(other.get_by_text(past.name)).to_have_count(0)

    joins(customer, server, past.name, past.email)
    moves_house(customer, server)
    reads_the_confirmation(customer, server)
    finds_an_old_invoice(customer, server, past, tmp_path)
    number = orders_again(customer, past)
    assert number in mails.newest(past.email)
    cancels(customer, f"O{past.open_order:07}")
    objects(customer, server)
    takes_all_along(customer, server, tmp_path, past.name, "Quiet Lane 7", "cancelled", "+4930901820")
    assert customer.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    signs_out(customer)

"""Access for everybody: axe on all pages of a customer, light and dark, in a phone's and a desk's window."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select

from api import cookies
from db.models import Case, Order, OutboxEntry, Person, Return, StandingOrder
from pages._ui import registry
from services.demo import DemoSummary
from services.work import SYSTEM, reading
from tests.journeys.conftest import DESKTOP, PHONE, settled
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
GRAVE = {"serious", "critical"}
CUSTOMER = "customer@example.com"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(16, 24, 23)"
PUBLIC = ("sign-in", "register", "forgot", "track")
ADDRESSED = {"product": "product?product=1"}
OWN = tuple(
    ADDRESSED.get(e.url, e.url) for e in registry.entries("en") if e.path.startswith(("customer/", "everyone/"))
)
#: What Streamlit draws itself and nobody else can change: rule -> what it must still be, and why it may stay.
STREAMLITS = {
    # The groups of its page menu are lists of lists of its own making.
    "list": r"data-testid=\"stSidebarNav",
    "listitem": r"<li class=\"st-emotion-cache",
}


def as_person(browser: Browser, server: LiveServer, email: str) -> Page:
    """A page of somebody who has signed in."""
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]  # a plain dict will do
    secret = server.browser_of(email)[cookies.STRONG + cookies.SESSION]
    context.add_cookies([{"name": cookies.SESSION, "value": secret, "url": server.url}])
    return context.new_page()


def grave(page: Page, *, dark: bool, contrast: bool = False) -> list[str]:
    """The serious findings that are ours: rule and markup. On a dark page, or with `contrast`, of contrast alone."""
    wanted: dict[str, Any] = {"resultTypes": ["violations"]}
    if dark or contrast:
        wanted = {"runOnly": ["color-contrast"]}  # nothing else depends on theme and width
    found = Axe().run(page, options=wanted).response["violations"]
    told = [(v["id"], n["html"]) for v in found if v["impact"] in GRAVE for n in v["nodes"]]
    return [
        f"{page.url} {rule}: {html[:200]}" for rule, html in told if not re.search(STREAMLITS.get(rule, "^$"), html)
    ]


def on_a_phone(page: Page, server: LiveServer, path: str) -> list[str]:
    """One page, by light: it fits the window, and all rules are asked."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict will do
    page.emulate_media(color_scheme="light")
    page.goto(f"{server.url}/{path}")
    expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
    settled(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)  # what is fetched when it is first needed is there
    for label in page.locator('[data-part="label"]').all():
        expect(label).not_to_have_text("")  # a field of ours has its name once its script has run
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} is too wide"
    return grave(page, dark=False)


def examined(page: Page, server: LiveServer, path: str) -> list[str]:
    """One page in a phone's and a desk's window, light and dark."""
    found = on_a_phone(page, server, path)
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", DARK)
    found += grave(page, dark=True)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]  # a plain dict will do
    found += grave(page, dark=True)
    page.emulate_media(color_scheme="light")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", LIGHT)
    return found + grave(page, dark=False, contrast=True)


def single_pages() -> list[str]:
    """One thing each, as its list leads to it: an order that has something of everything, a mail, a standing order."""
    with reading(SYSTEM) as w:
        own = select(Person.customer_id).where(Person.email == CUSTOMER).scalar_subquery()
        orders = select(Return.order_id).join(Order, col(Order.id) == Return.order_id).where(Order.customer_id == own)
        mails = select(OutboxEntry.id).where(OutboxEntry.customer_id == own)
        standing = select(StandingOrder.id).where(StandingOrder.customer_id == own)
        cases = select(Case.id).where(Case.customer_id == own)
        wanted = {"orders?order": orders, "messages?mail": mails, "standing-orders?standing": standing}
        wanted["my-cases?case"] = cases
        return [f"{path}={w.session.exec(rows.limit(1)).one()}" for path, rows in wanted.items()]


def test_nothing_serious_stands_in_a_customers_way(
    demo_server: tuple[LiveServer, DemoSummary], browser: Browser
) -> None:
    server, _summary = demo_server
    page = as_person(browser, server, CUSTOMER)
    found = [one for path in (*OWN, *single_pages()) for one in examined(page, server, path)]
    page.context.close()
    assert not found, "\n".join(found)


def test_nothing_serious_stands_before_the_door(demo_server: tuple[LiveServer, DemoSummary], browser: Browser) -> None:
    server, _summary = demo_server
    page = browser.new_context().new_page()
    found = [one for path in PUBLIC for one in examined(page, server, path)]
    page.context.close()
    assert not found, "\n".join(found)

"""One story, three browsers at once: what the customer does, the agent and the manager see within one tick."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from db.models import Draft
from services.demo import DemoSummary
from services.work import SYSTEM, reading
from tests.journeys.conftest import DESKTOP, PHONE, settled
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
TICK_MS = 20_000  # a tick, on a machine that has other things to do


def sign_in(page: Page, server: LiveServer, summary: DemoSummary, email: str, path: str) -> None:
    """Open a page as a stranger and sign in there, by keyboard."""
    password = next(s.password for s in summary.sign_ins if s.email == email)
    page.goto(f"{server.url}/{path}")
    page.get_by_role("textbox", name="E-mail").fill(email)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("textbox", name="Password").press("Enter")
    expect(page.get_by_role("button", name="Sign in")).to_have_count(0)


def metric(page: Page, label: str) -> Locator:
    """The number under a label of the live board."""
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def shown(value: Locator) -> int:
    return int(re.sub(r"\D", "", value.inner_text()))


def order_from_a_phone(customer: Page) -> str:
    """Four actions from home to the order; returns its number."""
    settled(customer)
    customer.get_by_role("button", name="Add to basket").first.click()
    customer.get_by_role("link", name=re.compile(r"Basket: [1-9]")).click()
    customer.get_by_role("button", name=re.compile("Order now")).click()
    thanks = customer.get_by_text(re.compile(r"Thank you! We have your order O\d+"))
    expect(thanks).to_be_visible()
    found = re.search(r"O\d{7}", thanks.inner_text())
    assert found
    return found[0]


def is_kept(page: Page, words: str) -> None:
    """What is typed is kept whenever typing pauses; a busy machine takes its time."""
    for _try in range(80):
        page.wait_for_timeout(250)
        with reading(SYSTEM) as w:
            if any(words in d.fields.values() for d in w.session.exec(select(Draft))):
                return
    raise AssertionError("what was typed was not kept")


def log_a_call(agent: Page, words: str) -> None:
    """With the keyboard only; what was typed survives a reload."""
    said = agent.get_by_role("textbox", name="What was said")
    said.focus()
    said.press_sequentially(words, delay=10)
    is_kept(agent, words)
    agent.reload()
    said = agent.get_by_role("textbox", name="What was said")
    expect(said).to_have_value(words)
    said.focus()
    said.press("Control+Enter")
    expect(said).to_have_value("", timeout=TICK_MS)
    expect(agent.get_by_text(words).first).to_be_visible()


def test_an_order_and_a_call_are_seen_by_everybody_within_one_tick(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    customer, agent, manager = visit(PHONE), visit(DESKTOP), visit(DESKTOP)
    sign_in(manager, server, summary, "manager@example.com", "live")
    contacts, orders = metric(manager, "Contacts"), metric(manager, "Orders")
    expect(contacts).to_be_visible()
    contacts_before, orders_before = shown(contacts), shown(orders)

    # The agent finds the customer by a misspelt name and opens the page.
    sign_in(agent, server, summary, "agent@example.com", "customers")
    name = next(s.name for s in summary.sign_ins if s.email == "customer@example.com")
    agent.get_by_role("searchbox").press_sequentially(name.replace("nn", "n").lower(), delay=40)
    agent.get_by_role("link", name=re.compile(name)).first.click()
    expect(agent.get_by_role("heading", name=re.compile(name))).to_be_visible()

    sign_in(customer, server, summary, "customer@example.com", "home")
    number = order_from_a_phone(customer)
    expect(orders).to_have_text(re.compile(rf"^{orders_before + 1}$"), timeout=TICK_MS)
    expect(agent.get_by_text(re.compile(number)).first).to_be_visible(timeout=TICK_MS)
    customer.reload()  # orders nothing twice
    expect(customer.get_by_text(re.compile(number)).first).to_be_visible()

    log_a_call(agent, "Asks whether the order can come on Friday.")
    expect(contacts).to_have_text(re.compile(rf"^{contacts_before + 1}$"), timeout=TICK_MS)
    expect(orders).to_have_text(re.compile(rf"^{orders_before + 1}$"))

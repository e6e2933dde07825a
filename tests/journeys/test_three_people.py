"""One story, three browsers at once: what the customer does, the agent and the manager see within one tick."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from db.models import Draft, Interaction, Order
from services.demo import DemoSummary
from services.work import SYSTEM, reading
from tests.journeys.conftest import DESKTOP, PHONE
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
TICK_MS = 10_000


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
    box = agent.get_by_role("searchbox")
    box.press_sequentially(name.replace("nn", "n").lower(), delay=40)
    agent.get_by_role("link", name=re.compile(name)).first.click()
    expect(agent.get_by_role("heading", name=re.compile(name))).to_be_visible()

    # The customer orders, from a phone, in four actions.
    sign_in(customer, server, summary, "customer@example.com", "home")
    customer.get_by_role("button", name="Add to basket").first.click()
    basket = customer.get_by_role("link", name=re.compile(r"Basket: [1-9]"))
    basket.click()
    customer.get_by_role("button", name=re.compile("Order now")).click()
    thanks = customer.get_by_text(re.compile(r"Thank you! We have your order O\d+"))
    expect(thanks).to_be_visible()
    found = re.search(r"O\d{7}", thanks.inner_text())
    assert found
    number = found[0]

    expect(orders).to_have_text(re.compile(rf"^{orders_before + 1}$"), timeout=TICK_MS)
    agent.reload()
    expect(agent.get_by_text(re.compile(number)).first).to_be_visible(timeout=TICK_MS)

    # A reload of the confirmation orders nothing twice.
    customer.reload()
    expect(customer.get_by_text(re.compile(number)).first).to_be_visible()
    with reading(SYSTEM) as w:
        mine = w.session.exec(select(Order).where(Order.id == int(number[1:]))).all()
        assert len(mine) == 1

    # The agent logs the call with the keyboard only; a draft is kept while typing.
    said = agent.get_by_role("textbox", name="What was said")
    said.click()
    said.press_sequentially("Asks whether the order can come on Friday.", delay=10)
    agent.wait_for_timeout(2500)
    with reading(SYSTEM) as w:
        drafts = [str(d.fields) for d in w.session.exec(select(Draft))]
    assert any("come on Friday" in d for d in drafts)
    agent.reload()
    said = agent.get_by_role("textbox", name="What was said")
    expect(said).to_have_value("Asks whether the order can come on Friday.")
    said.focus()
    said.press("Control+Enter")
    expect(said).to_have_value("", timeout=TICK_MS)
    expect(agent.get_by_text("Asks whether the order can come on Friday.").first).to_be_visible()

    expect(contacts).to_have_text(re.compile(rf"^{contacts_before + 1}$"), timeout=TICK_MS)
    with reading(SYSTEM) as w:
        logged = w.session.exec(select(Interaction).where(Interaction.summary.contains("come on Friday"))).all()  # type: ignore[attr-defined]  # SQLModel types columns as values
        assert len(logged) == 1

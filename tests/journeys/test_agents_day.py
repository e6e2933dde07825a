"""An agent's day without a mouse: what is due is settled, and a customer's question is answered in its thread."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from services.demo import DemoSummary
from tests.journeys.conftest import DESKTOP, PHONE, presses, settled, to_field
from tests.journeys.test_three_people import sign_in
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
AGENT, CUSTOMER = "agent@example.com", "customer@example.com"
TICK_MS = 20_000  # a tick, on a machine that has other things to do


def test_a_question_is_answered_by_keyboard_and_nobody_writes_past_the_other(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    customer, agent = visit(PHONE), visit(DESKTOP)
    sign_in(customer, server, summary, CUSTOMER, "my-cases")
    customer.get_by_role("textbox", name="What is it about?").fill("Leaking valve")
    customer.get_by_role("textbox", name="What is it about?").press("Tab")
    customer.get_by_role("textbox", name="Your question").press_sequentially("It leaks.")
    customer.get_by_role("textbox", name="Your question").press("Control+Enter")
    customer.wait_for_url(re.compile(r"case=\d+"))
    number = customer.url.rpartition("=")[2]

    sign_in(agent, server, summary, AGENT, f"case?case={number}")
    answer = agent.get_by_role("textbox", name="Answer")
    to_field(agent, "a", answer)
    agent.keyboard.type("Please send a photo.")
    customer.get_by_role("textbox", name="Your answer").press_sequentially("It is the blue one.")
    customer.get_by_role("textbox", name="Your answer").press("Control+Enter")
    expect(agent.get_by_text("It is the blue one.")).to_be_visible(timeout=TICK_MS)
    expect(answer).to_have_value("Please send a photo.")
    expect(answer).to_be_focused()
    agent.keyboard.press("Control+Enter")
    expect(answer).to_have_value("")
    expect(customer.get_by_text("Please send a photo.")).to_be_visible(timeout=TICK_MS)
    expect(customer.get_by_text("We wait for your answer")).to_be_visible()


def test_the_day_begins_with_what_is_due_and_keys_settle_it(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    page = visit(DESKTOP)
    sign_in(page, server, summary, AGENT, "today")
    lines = page.locator("li[data-line]")
    expect(lines.nth(1)).to_be_visible(timeout=TICK_MS)
    settled(page)  # all lines are there
    # By their names, for of a long list only the beginning is shown, and the next lines move up.
    first, second = (page.locator(f"li[data-line={lines.nth(n).get_attribute('data-line')}]") for n in range(2))
    page.keyboard.press("d")
    expect(first).to_have_count(0)
    expect(second).to_have_attribute("aria-current", "true")
    page.keyboard.press("m")
    expect(page.get_by_role("dialog")).to_be_visible()
    presses(page, page.get_by_role("button", name="Move", exact=True))
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(second).to_have_count(0)

"""Two colleagues on one customer: a live update takes nothing away that is being typed, and both see each other."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from services.demo import DemoSummary
from tests.journeys.conftest import DESKTOP, shortcut
from tests.journeys.test_three_people import sign_in
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]


def test_a_colleagues_save_reaches_the_page_and_leaves_my_words_alone(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    mine, hers = visit(DESKTOP), visit(DESKTOP)
    for page, who in ((mine, "agent@example.com"), (hers, "manager@example.com")):
        sign_in(page, server, summary, who, "customer?customer=9")
        expect(page.get_by_role("button", name="Edit")).to_be_visible()
        shortcut(page, "e")
    company = mine.get_by_role("textbox", name="Company", exact=True)
    company.fill("")  # whatever the demonstration has made of this customer
    company.press_sequentially("Half a wo")
    segment = hers.get_by_role("textbox", name="Segment")
    segment.fill("gold")
    hers.get_by_role("button", name="Save").click()
    expect(hers.get_by_text("The customer was saved.")).to_be_visible()
    expect(mine.get_by_text("Segment: gold").first).to_be_visible()  # the live update has come
    expect(company).to_have_value("Half a wo")
    expect(company).to_be_focused()
    expect(hers.get_by_text("is changing this right now")).to_be_visible()
    mine.keyboard.type("rd")
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_text("The customer was saved.")).to_be_visible()
    expect(hers.get_by_text("Company: Half a word").first).to_be_visible()

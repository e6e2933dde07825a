"""An agent without a mouse: what is being typed is never lost, and a contact is logged with a few keys."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from db.models import Customer, Interaction
from services.demo import DemoSummary
from services.work import SYSTEM, reading
from tests.journeys.conftest import DESKTOP, PHONE, Hands, finds, settled, shortcut, to_field, without_a_mouse
from tests.journeys.test_three_people import is_kept, sign_in
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
AGENT = "agent@example.com"
HOSTILE = "<img src=x onerror=alert(1)> **loud** https://evil.example"


def is_logged(summary: str) -> None:
    """Once and not twice."""
    with reading(SYSTEM) as w:
        w.session.exec(select(Interaction).where(Interaction.summary == summary)).one()


def test_words_survive_a_closed_browser_and_are_logged_with_ctrl_enter(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    first = visit(DESKTOP)
    sign_in(first, server, summary, AGENT, "customer?customer=7")
    words = first.get_by_role("textbox", name="What was said")
    to_field(first, "l", words)
    first.keyboard.type(f"Half a sentence {HOSTILE}")
    is_kept(first, f"Half a sentence {HOSTILE}")  # nothing was pressed or left
    first.context.close()

    second = visit(PHONE)
    sign_in(second, server, summary, AGENT, "customer?customer=7")
    words = second.get_by_role("textbox", name="What was said")
    expect(words).to_have_value(f"Half a sentence {HOSTILE}")
    to_field(second, "l", words)
    second.keyboard.press("Control+End")
    second.keyboard.type(" and its end")
    second.keyboard.press("Control+Enter")
    expect(words).to_have_value("")
    expect(words).to_be_focused()
    main = second.get_by_test_id("stMain")
    is_logged(f"Half a sentence {HOSTILE} and its end")
    assert main.locator("img[src=x], a[href*=evil]").count() == 0
    assert second.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_one_key_leads_back_to_the_search(demo_server: tuple[LiveServer, DemoSummary], visit: Visit) -> None:
    server, summary = demo_server
    page = visit(DESKTOP)
    sign_in(page, server, summary, AGENT, "customer?customer=7")
    expect(page.get_by_role("button", name="Find another")).to_be_visible()
    shortcut(page, "s")
    box = page.get_by_role("searchbox")
    expect(box).to_be_focused()
    page.keyboard.press("Tab")
    to_field(page, "s", box)
    expect(box).to_have_value("")


def test_the_search_in_the_header_leaves_the_page_as_it_is_until_a_hit_is_opened(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    page = visit(PHONE)
    sign_in(page, server, summary, AGENT, "customer?customer=7")
    words, box = page.get_by_role("textbox", name="What was said"), page.get_by_role("combobox", name="Find customer")
    expect(box).to_be_visible()
    to_field(page, "l", words)
    page.keyboard.type("1/2 a sentence")
    expect(words).to_have_value("1/2 a sentence")  # in a field the key is a letter
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("Q0000001")
    expect(page.get_by_role("option", name=re.compile("Q0000001"), selected=True)).to_be_visible()
    expect(words).to_have_value("1/2 a sentence")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    page.keyboard.press("/")
    page.keyboard.type("C8")
    page.keyboard.press("Enter")  # at once: what was typed counts, not what is shown
    page.wait_for_url(re.compile("customer=8$"))


def test_from_today_a_call_is_logged_with_less_than_ten_keys_and_the_words(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    page = visit(DESKTOP)
    sign_in(page, server, summary, AGENT, "today?scope=all")
    expect(page.get_by_role("button", name="Open", exact=True).first).to_be_visible()
    clicks, hands = without_a_mouse(page), Hands(page)
    hands.press("o")
    words = page.get_by_role("textbox", name="What was said")
    hands.to("l", words)
    hands.type("Called as planned, all is well", words)
    hands.press("Control+Enter")
    expect(words).to_have_value("")
    assert hands.presses == 3
    is_logged("Called as planned, all is well")
    finds(page, "C000011", re.compile("C000011"))  # somebody else calls: Escape, the slash, the number, Enter
    to_find, hands = 3, Hands(page)
    page.wait_for_url(re.compile("customer=11$"))  # the address is there before the page is
    expect(page.get_by_test_id("stMain").get_by_text(re.compile("^C000011"))).to_be_visible()
    settled(page)
    reason = page.get_by_role("combobox", name="Reason")
    expect(reason).to_have_count(1)  # that of the customer before has gone
    hands.to("a", reason)
    hands.choose("Fault", reason)
    hands.on_to(words)
    hands.type("Asked which beans are mild", words)
    hands.press("Control+Enter")
    expect(words).to_have_value("")
    is_logged("Asked which beans are mild")
    assert to_find + hands.presses < 10
    assert clicks() == 0


def test_a_line_is_put_off_with_two_keys_without_leaving_the_day(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    page = visit(DESKTOP)
    sign_in(page, server, summary, AGENT, "today?scope=all")
    line = page.locator("li[data-line]").first
    expect(line).to_be_visible()
    marked = page.locator(f"li[data-line={line.get_attribute('data-line')}]")
    page.keyboard.press("j")
    expect(page.locator("li[data-line]").nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Tomorrow morning")).to_be_visible()
    shortcut(page, "t")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(marked).to_have_count(0)  # not the number of lines: where there are many, the next one moves up


def test_who_types_and_clicks_at_once_is_taken_to_the_page_and_stays_there(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    page = visit(DESKTOP)
    sign_in(page, server, summary, AGENT, "customers")
    with reading(SYSTEM) as w:  # as it is now: others use this company too
        name = w.session.get_one(Customer, 1).name
    box = page.get_by_role("searchbox")
    heading = page.get_by_role("heading", name=name)
    for _again in range(3):
        expect(box).to_be_focused()
        expect(box).to_have_value("")
        settled(page)
        page.keyboard.type(name.lower(), delay=40)
        expect(box).to_have_value(name.lower())
        page.get_by_role(
            "link", name=re.compile(re.escape(name))
        ).first.click()  # the last letters are still on their way
        expect(heading).to_be_visible()
        page.wait_for_timeout(1_500)
        expect(heading).to_be_visible()
        page.get_by_role("button", name="Find another").click()

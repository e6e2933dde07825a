"""The manager's first half hour: a bar that rises while she looks, an address for a colleague within that person's
rights, what is bought again after how long, and a segment: its count while it is built, why somebody is in it, and who
came and left."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from db.models import NOT_A_SALE, Case, Interaction, Order, Purpose, Role
from services import clock, company, consents, people
from services.demo import DemoSummary
from services.work import SYSTEM, Work, reading, work
from tests.journeys.charts import GRID, bars, chart, click, length, lines, table
from tests.journeys.conftest import DESKTOP, settled
from tests.journeys.test_agents_call import customer_and_name
from tests.journeys.test_three_people import TICK_MS, log_a_call, metric, shown, sign_in
from tests.live_server import PASSWORD, LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
Served = tuple[LiveServer, DemoSummary]
MANAGER, AGENT, COLLEAGUE = "manager@example.com", "agent@example.com", "nadia@rapport.example"
CONTACTS = "Contacts by channel"
SAID = "Asks when the technician comes."


def choose(page: Page, label: str, typed: str) -> None:
    """An entry of the last list with this label, by keyboard."""
    page.get_by_role("combobox", name=label, exact=True).last.click()
    page.keyboard.type(typed)
    page.get_by_role("option", name=typed).first.click()
    settled(page)


def fill(page: Page, label: str, figure: str) -> None:
    """A figure in the last box with this label."""
    box = page.get_by_role("spinbutton", name=label).last
    box.fill(figure)
    box.press("Tab")
    settled(page)


def the_call_raises_a_bar(manager: Page, agent: Page, server: LiveServer, summary: DemoSummary) -> None:
    """One more within a tick, without touching the page; the bar opens its rows, which are as many as it says."""
    expect(chart(manager, CONTACTS)).to_be_visible()
    settled(manager)
    total = shown(metric(manager, "Contacts"))
    before = bars(manager, CONTACTS, total)
    assert sum(before.values()) == total
    customer_id, name = customer_and_name()
    sign_in(agent, server, summary, AGENT, f"customer?customer={customer_id}")
    log_a_call(agent, SAID)
    expect(metric(manager, "Contacts")).to_have_text(str(total + 1), timeout=TICK_MS)
    expect(chart(manager, CONTACTS)).to_have_attribute("aria-label", re.compile(rf": {total + 1} contacts?\b"))
    after = bars(manager, CONTACTS, total + 1)
    [(mark, height)] = [(m, n) for m, n in after.items() if n != before.get(m, 0)]
    assert (height, sum(after.values())) == (before.get(mark, 0) + 1, total + 1)
    expect(manager.get_by_text(re.compile(r"^As of \d+:\d\d"))).to_be_visible()
    click(manager, CONTACTS, mark, height)
    told = manager.get_by_text(re.compile(rf" · {mark.rpartition(', ')[2]}: {height} contacts?$"))
    expect(told).to_be_visible()
    behind = table(manager, "Rows behind the mark")
    assert length(behind) == height
    assert any(name in cells for cells in lines(behind))


def a_colleague_sees_the_same(manager: Page, hers: Page, his: Page, server: LiveServer, summary: DemoSummary) -> None:
    """Thirty days of the customers in the north: the address shows it to a colleague, and nothing of it to an agent."""
    choose(manager, "Period", "Last 30 days")
    expect(manager).to_have_url(re.compile("period=30d"))
    expect(chart(manager, CONTACTS)).to_have_count(1)  # what is drawn anew stands beside the old one for a moment
    everywhere = chart(manager, CONTACTS).get_attribute("aria-label") or ""
    manager.get_by_role("button", name="Filters").click()
    choose(manager, "Customers of", "North")
    manager.keyboard.press("Escape")
    expect(manager).to_have_url(re.compile("area=North"))
    expect(manager.get_by_text(re.compile(r"^As of .+ · North$"))).to_be_visible()
    expect(chart(manager, CONTACTS)).to_have_count(1)
    expect(chart(manager, CONTACTS)).not_to_have_attribute("aria-label", everywhere)
    with work(SYSTEM) as w:
        people.add(w, "Nadia Berger", COLLEAGUE, Role.MANAGER, PASSWORD)
    hers.goto(manager.url)
    hers.get_by_role("textbox", name="E-mail").fill(COLLEAGUE)
    hers.get_by_role("textbox", name="Password").fill(PASSWORD)
    hers.get_by_role("textbox", name="Password").press("Enter")
    expect(chart(hers, CONTACTS)).to_be_visible()
    same = chart(manager, CONTACTS).get_attribute("aria-label") or ""
    expect(chart(hers, CONTACTS)).to_have_attribute("aria-label", same)
    calls = int(re.findall(r": ([\d,]+) contacts", same)[0].replace(",", ""))
    assert bars(hers, CONTACTS, calls) == bars(manager, CONTACTS, calls)
    his.goto(manager.url)
    expect(his.get_by_text(re.compile("not yours"))).to_be_visible()
    expect(his.get_by_test_id("stVegaLiteChart")).to_have_count(0)


def costs_stay_hidden(hers: Page, server: LiveServer) -> None:
    """Of an administrator's address with the profit in it a manager gets the revenue, on the page and in the file."""
    with work(SYSTEM) as w:
        home = company.of(w)
        company.save(w, costs_for_admins=True)
    try:
        title = hers.get_by_role("heading", name="Revenue by Area", exact=True)
        for _try in range(10):  # the server remembers the company for two seconds
            hers.goto(f"{server.url}/explore?measure=profit&measure=revenue&by=area&period=30d&only_area=North")
            expect(hers.get_by_role("heading", name="Revenue by Area")).to_be_visible()
            if title.count():
                break
        expect(title).to_be_visible()
        expect(hers.get_by_test_id("stMetric")).to_have_count(1)
        expect(hers.get_by_text("Profit")).to_have_count(0)
        with hers.expect_download() as caught:
            hers.get_by_role("button", name="CSV").first.click()
        told = Path(caught.value.path()).read_text("utf-8-sig")
        assert "North" in told
        assert "Revenue" in told
        assert "Profit" not in told
    finally:
        with work(SYSTEM) as w:
            company.save(w, costs_for_admins=home.costs_for_admins)


def what_is_bought_again_when(manager: Page, server: LiveServer) -> None:
    """One product: median and quartiles, who is due, and what its buyers bought next beside the base rate."""
    manager.goto(f"{server.url}/patterns")
    first = manager.get_by_text(re.compile("is bought again after"))
    expect(first).to_be_visible()
    product = first.inner_text().partition(" is bought again")[0]
    choose(manager, "Product", product)
    quartiles = r" is bought again after \d+ days? \(half of the times between \d+ and \d+ days?\)"
    expect(manager.get_by_text(re.compile(re.escape(product) + quartiles))).to_be_visible()
    expect(chart(manager, f"Most often: {re.escape(product)} after")).to_be_visible()
    cell = next(iter(bars(manager, "Most often").items()))
    intervals = int(re.findall(r"Intervals: (\d+)", cell[0])[0])
    click(manager, "Most often", *cell)
    expect(manager.get_by_text(f"{product}: {intervals} interval", exact=False)).to_be_visible()
    behind = manager.get_by_test_id("stDataFrame").last
    assert length(behind) == cell[1]
    assert sum(int(line[2]) for line in lines(behind)) == intervals
    tab(manager, "Due and overdue")
    told = manager.get_by_text(re.compile(r"^\d+ overdue, \d+ due: past the upper quartile"))
    expect(told).to_be_visible()
    expect(manager.get_by_test_id("stDataFrame")).to_have_count(1)  # those of the tab before are gone
    late, due = map(int, re.findall(r"(\d+) (?:over)?due", told.inner_text()))
    assert length(manager.get_by_test_id("stDataFrame")) == late + due
    tab(manager, "Bought afterwards")
    counted = rf"^Of \d+ first buyers of {re.escape(product)}, \d+ bought .+ within 90 days .+; "
    expect(manager.get_by_text(re.compile(counted + r"after any first purchase it is [\d.]+ %"))).to_be_visible()
    expect(manager.get_by_test_id("stDataFrame")).to_have_count(1)
    heading = manager.get_by_test_id("stDataFrame").locator(f"{GRID} thead")
    for name in ("of these", "Base rate", "To expect"):
        expect(heading).to_contain_text(name)


def tab(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).click()
    settled(page)


def overdue_and_upset(w: Work) -> tuple[set[int], set[int]]:
    """By plain pandas: who waits longer than 1.5 times the own interval, and who of them complained in sixty days."""
    zone, today = company.of(w).zone, clock.day_of(w.now, company.of(w).zone)
    sales = select(Order.customer_id, Order.ordered_at).where(col(Order.status).not_in(NOT_A_SALE))
    sold = pd.DataFrame(w.session.exec(sales).all(), columns=["who", "at"]).dropna()
    sold["day"] = pd.to_datetime(pd.to_datetime(sold["at"], utc=True).dt.tz_convert(zone).dt.date)
    days = sold[["who", "day"]].drop_duplicates().sort_values(["who", "day"])
    days["gap"] = days.groupby("who")["day"].diff().dt.days
    known = days.groupby("who").agg(gaps=("gap", "count"), usual=("gap", "median"), last=("day", "max"))
    silent = (pd.Timestamp(today) - known["last"]).dt.days
    objects = set(w.session.execute(consents.objecting(Purpose.PROFILING)).scalars())
    late = {int(i) for i in known.index[(known["gaps"] >= 3) & (silent >= 1.5 * known["usual"])]} - objects
    since = clock.day_bounds(today - timedelta(days=59), zone)[0]
    upset = select(Interaction.customer_id).where(Interaction.reason == "Complaint", Interaction.happened_at >= since)
    cases = select(Case.customer_id).where(Case.topic == "Complaint", Case.opened_at >= since)
    return late, late & {*w.session.exec(upset), *w.session.exec(cases)}


def a_segment_is_built(manager: Page, server: LiveServer) -> set[int]:
    """The count follows each condition; returns who must be in."""
    with reading(SYSTEM) as w:
        late, both = overdue_and_upset(w)
    assert 0 < len(both) < len(late)
    manager.goto(f"{server.url}/segments")
    manager.get_by_role("link", name="New segment").click()
    expect(manager.get_by_role("heading", name="New segment")).to_be_visible()
    counted = manager.get_by_text(re.compile(r"^\d+ customers? of \d+$"))
    expect(counted).to_have_text(re.compile(r"^(\d+) customers of \1$"))  # no rule yet: everybody
    choose(manager, "Condition", "Times the own interval since the last purchase")
    expect(counted).not_to_have_text(re.compile(r"^(\d+) customers of \1$"))
    fill(manager, "Figure", "1.5")
    expect(counted).to_have_text(re.compile(rf"^{len(late)} customers? of \d+$"))
    manager.get_by_role("button", name="Add a condition").click()
    expect(manager.get_by_role("combobox", name="Condition", exact=True)).to_have_count(2)
    choose(manager, "Condition", "Complaints")
    expect(counted).not_to_have_text(re.compile(rf"^{len(late)} customers? of \d+$"))
    fill(manager, "In the last … days", "60")
    expect(counted).to_have_text(re.compile(rf"^{len(both)} customers? of \d+$"))
    manager.get_by_role("textbox", name="Name").fill("Overdue and upset")
    manager.get_by_role("textbox", name="Name").press("Tab")
    manager.get_by_role("button", name="Save").click()
    expect(manager.get_by_role("heading", name="Overdue and upset")).to_be_visible()
    return both


def everybody_is_listed(manager: Page, members: set[int]) -> None:
    """The list has as many lines as the rule has members, and its lines are of them."""
    listed = manager.get_by_test_id("stDataFrame").first
    assert length(listed) == len(members)
    assert {int(line[0].rpartition("=")[2]) for line in lines(listed)} <= members


def why_somebody_is_in(manager: Page, server: LiveServer, members: set[int]) -> None:
    """One of the members: every condition holds, with the customer's own value beside it."""
    why = manager.get_by_role("spinbutton", name="Why is a customer in or out?")
    why.fill(str(min(members)))
    why.press("Tab")
    expect(manager.get_by_text(re.compile(" is in$"))).to_be_visible()
    behind = manager.locator(".st-key-segment_why").get_by_test_id("stDataFrame")
    assert length(behind) == 3
    told = lines(behind)
    assert [line[0].partition(":")[0] for line in told][:2] == [
        "Times the own interval since the last purchase", "Complaints in the last 60 days",
    ]  # fmt: skip
    assert "object" in told[2][0].lower(), "who objects to predictions would not be in"
    assert all(line[1].strip() for line in told), "each with the value of this customer"


def who_came_and_left(manager: Page) -> None:
    """Twelve weeks: as many entries and exits as the sentence says; a bar opens its customers."""
    tab(manager, "Entries and exits")
    told = manager.get_by_text(re.compile(r"^In twelve weeks \d+ came in and \d+ left\.$"))
    expect(told).to_be_visible()
    came, left = map(int, re.findall(r"\d+", told.inner_text()))
    found = bars(manager, "In twelve weeks", came + left)
    assert sum(n for mark, n in found.items() if "Came in" in mark) == came
    assert sum(n for mark, n in found.items() if "Left" in mark) == left
    mark, height = max(found.items(), key=lambda one: one[1])
    click(manager, "In twelve weeks", mark, height)
    expect(manager.get_by_test_id("stDataFrame").last).to_be_visible()
    assert length(manager.get_by_test_id("stDataFrame").last) == height


def test_a_managers_morning(demo_server: Served, visit: Visit) -> None:
    server, summary = demo_server
    manager, agent, colleague = visit(DESKTOP), visit(DESKTOP), visit(DESKTOP)
    sign_in(manager, server, summary, MANAGER, "live")
    the_call_raises_a_bar(manager, agent, server, summary)
    a_colleague_sees_the_same(manager, colleague, agent, server, summary)
    costs_stay_hidden(colleague, server)
    what_is_bought_again_when(manager, server)
    members = a_segment_is_built(manager, server)
    everybody_is_listed(manager, members)
    why_somebody_is_in(manager, server, members)
    who_came_and_left(manager)

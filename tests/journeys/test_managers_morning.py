"""The manager's first half hour: a bar that rises while she looks, an address for a colleague, what is bought again
after how long, and a segment whose count follows its rule while it is built."""

import re
from collections.abc import Callable
from datetime import timedelta

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import col, select

from db.models import NOT_A_SALE, Case, Interaction, Order, Purpose, Role
from services import clock, company, consents, people
from services.demo import DemoSummary
from services.work import SYSTEM, Work, reading, work
from tests.journeys.conftest import DESKTOP, settled
from tests.journeys.test_agents_call import customer_and_name
from tests.journeys.test_three_people import TICK_MS, log_a_call, metric, shown, sign_in
from tests.live_server import PASSWORD, LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
Served = tuple[LiveServer, DemoSummary]
MANAGER, AGENT, COLLEAGUE = "manager@example.com", "agent@example.com", "nadia@rapport.example"
CONTACTS = "Contacts by channel"
GRID = "[role=grid]"  # of a table drawn on a canvas: there for assistive technology, but without a place on the page
SAID = "Asks when the technician comes."
#: Everything the bars of a chart say of themselves, such as `06:00, Phone: 2`.
SAYS = """title => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
    .filter(chart => (chart.getAttribute('aria-label') || '').startsWith(title))
    .flatMap(chart => [...chart.querySelectorAll('path[aria-label]')]).map(bar => bar.ariaLabel)"""


def chart(page: Page, title: str) -> Locator:
    """A chart by the beginning of its sentence."""
    return page.get_by_test_id("stVegaLiteChart").and_(page.get_by_label(re.compile(f"^{title}")))


def bars(page: Page, title: str, total: int | None = None) -> dict[str, int]:
    """The bars of a chart that are not empty: what each stands for, and how high it is; once they add up to `total`.

    A chart is drawn a moment after its sentence.
    """
    expect(chart(page, title).locator("path[aria-label]").first).to_be_attached()
    made: dict[str, int] = {}
    for _try in range(80):
        found = [re.fullmatch(r"(.+): ([1-9]\d*)", label) for label in page.evaluate(SAYS, title)]
        made = {m[1]: int(m[2]) for m in found if m}
        if total is None or sum(made.values()) == total:
            break
        page.wait_for_timeout(250)
    return made


def lines(table: Locator) -> list[list[str]]:
    """The lines of a table that are in sight, as assistive technology reads them."""
    found: list[list[str]] = (
        table.locator(GRID)
        .locator("tbody tr")
        .evaluate_all(
            "rows => rows.map(row => [...row.querySelectorAll('[role=gridcell]')].map(cell => cell.innerText))"
        )
    )
    return found


def table(page: Page, alt: str) -> Locator:
    """The table of this description."""
    return page.get_by_test_id("stDataFrame").filter(has=page.get_by_label(alt, exact=True))


def length(table: Locator) -> int:
    """How many lines a table has, without its heading."""
    grid = table.locator(GRID)
    expect(grid).to_be_attached()
    return int(grid.get_attribute("aria-rowcount") or 0) - 1


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
    expect(chart(manager, CONTACTS)).to_have_attribute("aria-label", re.compile(rf": {total + 1} contacts"))
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
    """Thirty days, one channel: the address shows it to another manager, and nothing of it to an agent."""
    choose(manager, "Period", "Last 30 days")
    manager.get_by_role("button", name="Filters").click()
    choose(manager, "Contacts by", "Phone")
    manager.keyboard.press("Escape")
    expect(chart(manager, CONTACTS)).to_have_attribute("aria-label", re.compile("contacts"))
    expect(manager).to_have_url(re.compile("period=30d&channel=phone"))
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
    late, due = map(int, re.findall(r"(\d+) (?:over)?due", told.inner_text()))
    assert length(manager.get_by_test_id("stDataFrame")) == late + due
    tab(manager, "Bought afterwards")
    counted = rf"^Of \d+ first buyers of {re.escape(product)}, \d+ bought .+ within 90 days .+; "
    expect(manager.get_by_text(re.compile(counted + r"after any first purchase it is [\d.]+ %"))).to_be_visible()
    heading = manager.get_by_test_id("stDataFrame").locator(f"{GRID} thead")
    for name in ("of these", "Base rate", "To expect"):
        expect(heading).to_contain_text(name)


def click(page: Page, title: str, mark: str, height: int) -> None:
    """A bar or a cell of a chart, also where a word stands on it."""
    chart(page, title).locator(f'path[aria-label="{mark}: {height}"]').click(force=True)


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
    expect(counted).to_have_text("500 customers of 500")
    choose(manager, "Condition", "Times the own interval since the last purchase")
    expect(counted).not_to_have_text("500 customers of 500")
    fill(manager, "Figure", "1.5")
    expect(counted).to_have_text(re.compile(rf"^{len(late)} customers? of 500$"))
    manager.get_by_role("button", name="Add a condition").click()
    expect(manager.get_by_role("combobox", name="Condition", exact=True)).to_have_count(2)
    choose(manager, "Condition", "Complaints")
    expect(counted).not_to_have_text(re.compile(rf"^{len(late)} customers? of 500$"))
    fill(manager, "In the last … days", "60")
    expect(counted).to_have_text(re.compile(rf"^{len(both)} customers? of 500$"))
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


def test_a_managers_morning(demo_server: Served, visit: Visit) -> None:
    server, summary = demo_server
    manager, agent, colleague = visit(DESKTOP), visit(DESKTOP), visit(DESKTOP)
    sign_in(manager, server, summary, MANAGER, "live")
    the_call_raises_a_bar(manager, agent, server, summary)
    a_colleague_sees_the_same(manager, colleague, agent, server, summary)
    what_is_bought_again_when(manager, server)
    members = a_segment_is_built(manager, server)
    everybody_is_listed(manager, members)

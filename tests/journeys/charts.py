"""Charts and tables as somebody reads them who does not see them: what their marks and cells say."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import settled

GRID = "[role=grid]"  # of a table drawn on a canvas: there for assistive technology, but without a place on the page
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


def click(page: Page, title: str, mark: str, height: int) -> None:
    """A bar or a cell of a chart, also where a word stands on it; once the chart stays as it is.

    A chart is drawn more than once while its page is put together, and a mark of one drawing has no place any more in
    the next: the place is clicked that a mark keeps for a while.
    """
    found, before = chart(page, title).locator(f'path[aria-label="{mark}: {height}"]'), None
    for _try in range(40):
        settled(page)
        found.evaluate("mark => mark.scrollIntoView({block: 'center', inline: 'center'})")
        box = found.bounding_box()
        if box and box["width"] and box == before:
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            return
        before = box
        page.wait_for_timeout(300)
    raise AssertionError(f"{mark} finds no place in {title}")

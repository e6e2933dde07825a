"""The table of products in a browser: cells are read as they were meant, and no colleague takes away what is typed."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import col, select

from api import cookies
from db.models import Product, Role
from services.work import SYSTEM, reading, work
from tests import make
from tests.journeys.conftest import DESKTOP, settled
from tests.live_server import LiveServer, address_of, serving

pytestmark = pytest.mark.browser
#: Where the columns of the table stand, counted from the name.
NAME, PRICE, STOCK = 0, 3, 5
NAME_AT = 1
ROW_PX, HEAD_PX, FIRST_PX = 35, 35, 50


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serving(tmp_path_factory.mktemp("table")) as server:
        with work(SYSTEM) as w:
            for name in ("Aaa kettle", "Bbb kettle", "Ccc kettle"):
                make.product(w.session, name, cents=2500, stock=10)
        yield server


@pytest.fixture
def editor(shop: LiveServer, browser: Browser) -> Iterator[Callable[[], Page]]:
    """A manager with the table open; several are several people."""
    opened: list[Page] = []

    def new() -> Page:
        context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # a plain dict will do
        mine = {n.removeprefix(cookies.STRONG): v for n, v in shop.browser_of(address_of(Role.MANAGER)).items()}
        context.add_cookies([{"name": n, "value": v, "url": shop.url} for n, v in mine.items()])
        page = context.new_page()
        opened.append(page)
        page.goto(f"{shop.url}/products")
        expect(page.get_by_test_id("stDataFrame")).to_be_visible()
        expect(page.get_by_test_id("data-grid-canvas")).to_be_visible()
        settled(page)
        return page

    yield new
    for page in opened:
        page.context.close()


def named(page: Page, name: str) -> Locator:
    """The cell with the name of a product: the table paints it, and keeps it as an element for screen readers."""
    return page.locator(f'[data-testid^="glide-cell-{NAME_AT}-"]').filter(has_text=re.compile(f"^{name}$"))


def types(page: Page, name: str, column: int, text: str) -> None:
    """To the name of a row by mouse, on by keyboard, and a cell written anew."""
    settled(page)
    expect(named(page, name)).to_have_count(1)
    row = int((named(page, name).get_attribute("data-testid") or "").rpartition("-")[2])
    grid = page.locator(".dvn-scroller")
    grid.click(position={"x": FIRST_PX + 30, "y": HEAD_PX + ROW_PX * row + ROW_PX / 2})
    for step in range(column + 1):  # one after the other: a key before the table has moved is lost, or goes elsewhere
        if step:
            page.keyboard.press("ArrowRight")
        cell = page.get_by_test_id(f"glide-cell-{NAME_AT + step}-{row}")
        expect(cell).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    field = page.locator("#portal input, #portal textarea")
    expect(field).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text, delay=20)
    expect(field).to_have_value(text)
    page.keyboard.press("Enter")
    expect(field).to_have_count(0)


def stored(name: str) -> tuple[int | None, int | None]:
    with reading(SYSTEM) as w:
        found = w.session.exec(select(Product).where(col(Product.name) == name)).one()
        return found.list_price_cents, found.stock


def test_what_two_people_type_is_read_as_meant_and_neither_takes_the_others_away(editor: Callable[[], Page]) -> None:
    mine, hers = editor(), editor()
    types(mine, "Aaa kettle", PRICE, "610,5")
    expect(mine.get_by_role("button", name="Save 1 changed row")).to_be_visible()
    types(hers, "Aaa kettle", NAME, "Zzz kettle")
    hers.get_by_role("button", name="Save 1 changed row").click()
    expect(hers.get_by_text("Saved.")).to_be_visible()

    types(mine, "Bbb kettle", PRICE, "cheap")
    mine.get_by_role("button", name="Save 2 changed rows").click()
    refusal = mine.get_by_text("Nothing was saved yet.")
    expect(refusal).to_contain_text("a colleague has changed it meanwhile")
    expect(refusal).to_contain_text("write an amount like 12.50")
    expect(mine.get_by_role("button", name="Save 2 changed rows")).to_be_visible()  # all that was typed is there
    assert (stored("Zzz kettle"), stored("Bbb kettle")) == ((2500, 10), (2500, 10))

    mine.get_by_role("button", name="Discard").click()
    expect(mine.get_by_text("Type into the table")).to_be_visible()
    expect(named(mine, "Zzz kettle")).to_have_count(1)  # as they are now, in their new order
    types(mine, "Bbb kettle", PRICE, "610,5")
    types(mine, "Ccc kettle", STOCK, "-2")
    mine.get_by_role("button", name="Save 2 changed rows").click()
    expect(mine.get_by_text("Saved.")).to_be_visible()
    assert (stored("Bbb kettle"), stored("Ccc kettle")) == ((61050, 10), (2500, 8))

"""A browser, and a server with the demonstration company for everybody to work on."""

import re
import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from services import demo
from services.demo import DemoSummary
from services.work import SYSTEM
from tests.live_server import LiveServer, attach, serving

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Playwright's own five seconds are for a machine that does nothing else.
expect.set_options(timeout=20_000)
DESKTOP, PHONE = {"width": 1280, "height": 720}, {"width": 360, "height": 740}


def settled(page: Page) -> None:
    """Wait until the page is drawn: nothing runs, and everything of it is there."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def still(page: Page) -> None:
    """Wait until nothing unfolds or slides any more: a button that moves under the pointer is not pressed."""
    moving = "document.getAnimations().filter(one => one.effect?.getComputedTiming().endTime !== Infinity)"
    page.evaluate(f"() => Promise.allSettled({moving}.map(one => one.finished)).then(() => true)")


def shortcut(page: Page, key: str) -> None:
    """Press a key of a button once the page listens to it: Streamlit says so a moment after the page is drawn."""
    listens = "key => Boolean(window.hotkeys?.getAllKeyCodes().some(one => one.shortcut === key))"
    until = time.monotonic() + 20
    while not page.evaluate(listens, key):
        assert time.monotonic() < until, f"nothing on this page listens to {key}"
        page.wait_for_timeout(50)
    page.keyboard.press(key)


def to_field(page: Page, key: str, field: Locator) -> None:
    """Press a key that leads to a field, until it is there: the page tells nobody from when on it listens."""
    expect(field).to_be_visible()
    for _attempt in range(20):
        page.keyboard.press(key)
        page.wait_for_timeout(100)
        if field.evaluate("field => field.getRootNode().activeElement === field"):
            break
        page.wait_for_timeout(400)
    expect(field).to_be_focused()


def reach(page: Page, wanted: Locator) -> None:
    """Go there with the Tab key, as somebody without a mouse does; fails where no way leads there, or it is not seen.

    A live update may draw the page anew on the way; then the way begins again where the focus is. Fields are seen by
    the border around them and by what blinks in them, all else by a ring.
    """
    ring = "wanted => { const s = getComputedStyle(wanted); return s.outlineStyle + s.boxShadow !== 'nonenone'; }"
    expect(wanted).to_be_visible()
    for step in range(150):
        if wanted.evaluate("wanted => wanted.getRootNode().activeElement === wanted"):
            field = wanted.evaluate("wanted => wanted.matches('input, textarea, [contenteditable]')")
            assert step == 0 or field or wanted.evaluate(ring), f"who is at {wanted} does not see it"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {wanted}")


class Hands:
    """A keyboard whose keys are counted, without the words that are typed; each key goes to what has the focus."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.presses += len(keys)

    def to(self, key: str, field: Locator) -> None:
        """One key that leads to a field, once the page listens."""
        to_field(self.page, key, field)
        self.presses += 1

    def on_to(self, field: Locator, most: int = 3) -> None:
        """The Tab key until the field is there."""
        for _step in range(most):
            self.press("Tab")
            if field.evaluate("field => field.getRootNode().activeElement === field"):
                return
        raise AssertionError(f"{field} is not among the next {most}")

    def type(self, words: str, field: Locator) -> None:
        """Into the field that has the focus; fails where that is another one."""
        expect(field).to_be_focused()
        self.page.keyboard.type(words)

    def choose(self, option: str, field: Locator) -> None:
        """What a list offers, by its name; the page has answered."""
        self.type(option, field)
        expect(self.page.get_by_role("option", name=option, exact=True)).to_be_visible()
        self.press("Enter")
        settled(self.page)


def writes(page: Page, field: Locator, words: str) -> None:
    """Go to a field with the Tab key and write into it, in place of what stands there."""
    reach(page, field)
    page.keyboard.press("Control+a")
    page.keyboard.type(words)


def presses(page: Page, button: Locator) -> None:
    """Go to a button, a link or a fold with the Tab key and press it."""
    reach(page, button)
    page.keyboard.press("Enter")


def finds(page: Page, words: str, hit: str | re.Pattern[str]) -> None:
    """With the search of the header: out of the field one is in, one key, what was said, Enter."""
    settled(page)
    page.keyboard.press("Escape")
    box = page.get_by_role("combobox", name="Find customer, order or case")
    to_field(page, "/", box)
    page.keyboard.type(words, delay=20)
    expect(page.get_by_role("option", name=hit, selected=True)).to_be_visible()
    page.keyboard.press("Enter")


def without_a_mouse(page: Page) -> Callable[[], int]:
    """Counts from now on, on every page, how often a mouse button went down; the answer is to be 0 at the end."""
    pressed: list[str] = []
    page.expose_function("a_mouse_went_down", lambda: pressed.append("down"))
    page.add_init_script("addEventListener('pointerdown', () => window.a_mouse_went_down(), true)")
    return lambda: len(pressed)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium that `make test` has found or installed.

    For one file only: while Playwright runs, its event loop does, and other tests could not run one of their own.
    """
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    assert path, "no Chromium; run tests/install-browser"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def demo_server(demo_company: tuple[LiveServer, DemoSummary]) -> tuple[LiveServer, DemoSummary]:
    """The same server for all tests; what a test itself reads is read there too, whatever a test before looked at."""
    attach(demo_company[0].engines)
    return demo_company


@pytest.fixture(scope="session")
def demo_company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, DemoSummary]]:
    """A server with the demonstration company, and who may sign in."""
    with serving(tmp_path_factory.mktemp("demo"), prepared=False) as server:
        attach(server.engines)
        summary = demo.load(SYSTEM)
        yield server, summary


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[dict[str, int]], Page]]:
    """A new person with a browser of their own; what their console complains about fails the test."""
    opened: list[Page] = []
    complaints: list[str] = []

    def new(viewport: dict[str, int]) -> Page:
        page = browser.new_context(viewport=viewport).new_page()  # type: ignore[arg-type]  # a plain dict will do
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        opened.append(page)
        return page

    yield new
    for page in opened:
        page.context.close()
    assert not complaints

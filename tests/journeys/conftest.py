"""A browser, and a server with the demonstration company for everybody to work on."""

import re
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from functools import wraps
from typing import ParamSpec, TypeVar

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api._generated import LocatorAssertions

from services import demo
from services.demo import DemoSummary
from services.work import SYSTEM
from tests.live_server import LiveServer, attach, serving

P = ParamSpec("P")
R = TypeVar("R")
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Playwright's own five seconds are for a machine that does nothing else.
PATIENCE_S = 20
expect.set_options(timeout=PATIENCE_S * 1000)
QUIET_MS = 200
#: Resolves as soon as the app has been quiet for so long, or after twenty seconds, whatever it does then.
QUIET_FOR = """(app, ms) => new Promise(done => {
    const begun = performance.now();
    let since = begun;
    const watch = new MutationObserver(() => { since = performance.now(); });
    watch.observe(app, { childList: true, subtree: true });
    const look = () => {
        const now = performance.now();
        if (app.dataset.testScriptState !== "notRunning") since = now;
        if (now - since < ms && now - begun < 20000) return setTimeout(look, 20);
        watch.disconnect();
        done();
    };
    look();
})"""
DESKTOP, PHONE = {"width": 1280, "height": 720}, {"width": 360, "height": 740}


def settled(page: Page) -> None:
    """Wait until the page is drawn: for a fifth of a second nothing runs, and nothing comes or goes.

    Nothing runs, too, in the moment between a click and the answer of the server, and between two runs.
    """
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")
    with suppress(PlaywrightError):  # of a page that was left, as after signing in; the next one is waited for
        app.evaluate(QUIET_FOR, QUIET_MS)
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


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


#: What is done with an element, or expected of it, as Playwright names it.
ON_ELEMENTS = (
    *(
        (Locator, name)
        for name in ("click", "fill", "focus", "press", "press_sequentially", "check", "set_input_files")
    ),
    *((Locator, name) for name in ("bounding_box", "evaluate", "get_attribute", "inner_text", "input_value")),
    *((LocatorAssertions, name) for name in dir(LocatorAssertions) if name.startswith(("to_", "not_to_"))),
)


def patient(method: Callable[P, R]) -> Callable[P, R]:
    """The same, but it waits while there are two of what there is to be one.

    While a page is drawn anew, what moves stands there twice, in its old and in its new place, until all is drawn.
    Playwright refuses that at once; a person sees one of them. What stays twice is refused as before.
    """

    @wraps(method)
    def waiting(*args: P.args, **named: P.kwargs) -> R:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                return method(*args, **named)
            except (PlaywrightError, AssertionError) as error:
                if "strict mode violation" not in str(error) or time.monotonic() > until:
                    raise
            time.sleep(0.1)

    return waiting


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium that `make test` has found or installed.

    For one file only: while Playwright runs, its event loop does, and other tests could not run one of their own.
    """
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    assert path, "no Chromium; run tests/install-browser"
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        for kind, name in ON_ELEMENTS:
            patch.setattr(kind, name, patient(getattr(kind, name)))
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Of a journey that failed the report says what everybody saw at the end, and what consoles and server said."""
    report = yield
    given = getattr(item, "funcargs", {})
    browser = given.get("browser")
    if report.when == "call" and report.failed and isinstance(browser, Browser):
        pages = [page for context in browser.contexts for page in context.pages]
        report.sections.extend((f"seen at {page.url}", seen(page)) for page in pages)
        if "demo_company" in given:
            report.sections.append(("end of the server's log", given["demo_company"][0].log[-6_000:]))
    return report


def seen(page: Page) -> str:
    """What somebody sees, in words, the inside of web components too, and the last lines of the console."""
    texts = """() => [...document.querySelectorAll("*")].filter(one => one.shadowRoot)
        .flatMap(one => [...one.shadowRoot.children]).concat(document.body)
        .map(one => (one.innerText ?? "").replace(/\\n+/g, "\\n"))"""
    try:
        state = page.get_by_test_id("stApp").get_attribute("data-test-script-state", timeout=1_000)
        said = [line.text for line in page.console_messages()[-20:]]
        return "\n".join([f"({state})", *filter(None, page.evaluate(texts)), "--- console", *said])
    except PlaywrightError as error:
        return f"nothing can be read of it: {error}"


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[dict[str, int]], Page]]:
    """A new person with a browser of their own; what their console complains about fails the test."""
    opened: list[Page] = []
    complaints: list[str] = []

    def new(viewport: dict[str, int]) -> Page:
        page = browser.new_context(viewport=viewport).new_page()  # type: ignore[arg-type]  # a plain dict will do
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        opened.append(page)
        return page

    yield new
    for page in opened:
        page.context.close()
    assert not complaints

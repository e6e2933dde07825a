"""Makes the pictures of the README from the demonstration company: `make screenshots`."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlmodel import col, select

from db.models import Person
from services import demo
from services.demo import SignIn
from services.work import SYSTEM, reading
from tests.journeys.conftest import DESKTOP, NAMES, PHONE, QUIET
from tests.live_server import LiveServer, attach, serving

PICTURES = Path(__file__).resolve().parent / "pictures"


def signed_in(browser: Browser, server: LiveServer, who: SignIn, path: str, viewport: dict[str, int]) -> Page:
    """A browser of this person on this page."""
    page = browser.new_context(viewport=viewport, device_scale_factor=1.5).new_page()  # type: ignore[arg-type]  # a plain dict will do
    page.goto(f"{server.url}/{path}")
    page.get_by_role("textbox", name="E-mail").fill(who.email)
    page.get_by_role("textbox", name="Password").fill(who.password)
    page.get_by_role("textbox", name="Password").press("Enter")
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_timeout(4000)  # charts draw themselves after the page has come
    return page


def customer_id() -> int:
    """The customer behind the demonstration's sign-in."""
    with reading(SYSTEM) as w:
        found = w.session.exec(select(Person.customer_id).where(col(Person.customer_id).is_not(None))).first()
    if found is None:
        raise RuntimeError("the demonstration company has no customer who signs in")
    return found


def main() -> None:
    """Take all pictures anew."""
    PICTURES.mkdir(exist_ok=True)
    path = next(found for name in NAMES if (found := shutil.which(name)))
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "demo", prepared=False) as server:
        attach(server.engines)
        customer, agent, manager = demo.load(SYSTEM).sign_ins
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=QUIET)
            views = (
                ("customer", customer, "home", PHONE),
                ("staff", agent, f"customer?customer={customer_id()}", DESKTOP),
                ("manager", manager, "live?period=30d", DESKTOP),
            )
            for name, who, address, viewport in views:
                signed_in(browser, server, who, address, viewport).screenshot(path=PICTURES / f"{name}.png")
            browser.close()


if __name__ == "__main__":
    main()

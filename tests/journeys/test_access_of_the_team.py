"""Access for everybody in the house: axe on every page of staff, managers and administrators, one visit each."""

import secrets

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from api import cookies
from db.models import Person, Role
from pages._ui import registry
from services import people, saved_views, sessions
from services.cube_view import View
from services.demo import DemoSummary
from services.tickets import digest
from services.work import SYSTEM, reading, work
from tests.journeys.conftest import DESKTOP
from tests.journeys.test_access import DARK, as_person, grave, on_a_phone
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
#: Pages that show one thing: with the address of one.
ADDRESSED = {
    "customer": "customer?customer=1",
    "customers": "customers?find=an",
    "case": "case?case=1",
    "order-desk": "order-desk?order=1",
    "product-sheet": "product-sheet?product=1",
    "service-report": "service-report?customer=1",
    "standing": "standing?customer=1",
    "segment": "segment?segment=1",
    "saved-view": "saved-view?view=1",
}
RUTH, MANAGER = "ruth@example.com", "manager@example.com"
#: Who looks at the pages of which folder. Managers and administrators see what those below them see besides.
LOOKING = {"agent@example.com": "staff/", MANAGER: "manager/", RUTH: "admin/"}


def there_is_something_to_look_at(server: LiveServer) -> None:
    """An administrator, and the first saved view: the demonstration has neither."""
    with reading(SYSTEM) as w:
        if w.session.exec(select(Person).where(Person.email == RUTH)).first() is not None:
            return
    with work(SYSTEM) as w:
        people.add(w, "Ruth Fischer", RUTH, Role.ADMIN, secrets.token_urlsafe(24))
    actor = sessions.actor_of(digest(server.browser_of(MANAGER)[cookies.STRONG + cookies.SESSION]))
    assert actor is not None
    with work(actor) as w:
        saved_views.save(w, "Sales by category", View(measures=["revenue"], by=["category"]))


def examined(page: Page, server: LiveServer, path: str) -> list[str]:
    """All rules on a phone by light; on a desk in the dark the contrast."""
    found = on_a_phone(page, server, path)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]  # a plain dict will do
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", DARK)
    return found + grave(page, dark=True)


@pytest.mark.parametrize("email", LOOKING)
def test_nothing_serious_stands_in_the_teams_way(
    demo_server: tuple[LiveServer, DemoSummary], browser: Browser, email: str
) -> None:
    server, _summary = demo_server
    there_is_something_to_look_at(server)
    page = as_person(browser, server, email)
    own = [ADDRESSED.get(e.url, e.url) for e in registry.entries("en") if e.path.startswith(LOOKING[email])]
    found = [one for path in own for one in examined(page, server, path)]
    page.context.close()
    assert not found, "\n".join(found)

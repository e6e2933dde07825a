"""A new user: an empty database, the first-run page, the demonstration company, and the import of files."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE
from tests.live_server import LiveServer, serving

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
PASSWORD = "seven green kettles sing"


def set_up_code(server: LiveServer) -> str:
    """What the console shows."""
    found = re.search(r"Set-up code for the first-run page: (\S+)", server.log)
    assert found
    return found[1]


def fill_in(page: Page, code: str, begin: str) -> None:
    page.get_by_role("textbox", name="Set-up code").fill(code)
    page.get_by_role("textbox", name="Company name").fill("Bean & Kettle")
    page.get_by_role("textbox", name="Your name").fill("Grace Hopper")
    page.get_by_role("textbox", name="Your e-mail").fill("grace@example.com")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_text(begin).click()
    page.get_by_role("button", name="Set up", exact=True).click()


def test_an_empty_installation_is_set_up_with_the_demonstration(tmp_path: Path, visit: Visit) -> None:
    with serving(tmp_path / "new", prepared=False) as server:
        page = visit(DESKTOP)
        page.goto(server.url)
        expect(page.get_by_role("heading", name="Welcome to Rapport")).to_be_visible()
        fill_in(page, "wrong", "Load the demonstration company")
        expect(page.get_by_text("this is not the code that the console shows")).to_be_visible()
        expect(page.get_by_role("textbox", name="Company name")).to_have_value("Bean & Kettle")  # nothing is lost
        fill_in(page, set_up_code(server), "Load the demonstration company")
        page.get_by_role("button", name="Load it now").click()
        expect(page.get_by_text("The demonstration company is there.")).to_be_visible(timeout=120_000)

        page.get_by_role("link", name="Look at the live board").click()
        expect(page.get_by_role("heading", name="Live")).to_be_visible()

        stranger = visit(PHONE)
        stranger.goto(f"{server.url}/first-run")
        expect(stranger.get_by_text("This installation is set up already.")).to_be_visible()


def test_a_deep_link_asks_to_sign_in_and_then_lands_there(tmp_path: Path, visit: Visit) -> None:
    with serving(tmp_path / "deep") as server:
        page = visit(DESKTOP)
        page.goto(f"{server.url}/audit?audit_action=auth.")
        page.get_by_role("textbox", name="E-mail").fill("admin@rapport.example")
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.get_by_role("textbox", name="Password").press("Enter")
        expect(page.get_by_role("heading", name="Audit trail")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/audit\?audit_action=auth\.$"))
        expect(page.get_by_role("textbox", name="Action begins with")).to_have_value("auth.")

        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name="Audit trail")).to_have_count(0)


def test_a_stranger_registers_with_the_mail_of_the_development_mailbox(tmp_path: Path, visit: Visit) -> None:
    with serving(tmp_path / "register") as server:
        admin, new = visit(DESKTOP), visit(PHONE)
        new.goto(f"{server.url}/register")
        new.get_by_role("textbox", name="Your name").fill("Mary Shelley")
        new.get_by_role("textbox", name="E-mail").fill("mary@example.com")
        new.get_by_role("button", name="Send me the link").click()
        expect(new.get_by_text("We have sent a mail to this address.")).to_be_visible()

        admin.goto(f"{server.url}/mailbox")
        admin.get_by_role("textbox", name="E-mail").fill("admin@rapport.example")
        admin.get_by_role("textbox", name="Password").fill(PASSWORD)
        admin.get_by_role("button", name="Sign in").click()
        admin.get_by_text("Confirm your address for").first.click()  # the newest stands first
        link = admin.get_by_role("link", name="Open the link of this mail").get_attribute("href")
        assert link

        new.goto(link)
        new.get_by_role("textbox", name="New password").fill("short")
        new.get_by_role("button", name="Confirm and sign in").click()
        expect(new.get_by_text("use at least 15 characters")).to_be_visible()
        new.get_by_role("textbox", name="New password").fill("a calm morning by the lake")
        new.get_by_role("button", name="Confirm and sign in").click()
        expect(new.get_by_role("heading", name=re.compile("Mary Shelley"))).to_be_visible()

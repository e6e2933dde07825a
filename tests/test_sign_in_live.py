"""Signing in as a browser does, against the real server: form, ticket, cookie - and what strangers try with them."""

import pytest
from sqlmodel import col, select

from db.models import LoginSession, OutboxEntry, Role
from pages._ui import guard
from services import outbox
from services.tickets import digest
from services.work import SYSTEM, reading
from tests.live_server import PASSWORD, LiveServer, address_of
from tests.wire import Run

COOKIE, STAFF = "__Host-rapport", address_of(Role.STAFF)


def signing_in(server: LiveServer, cookies: dict[str, str], email: str = STAFF, page: str = "sign-in") -> Run:
    path, _q, query = page.partition("?")
    with server.wire(cookies) as tab:
        tab.open(path, query)
        return tab.submit("Sign in", sign_in_email=email, sign_in_password=PASSWORD)


def newest_mail(to: str) -> OutboxEntry:
    with reading(SYSTEM) as w:
        mine = select(OutboxEntry).where(OutboxEntry.recipient == to).order_by(col(OutboxEntry.id).desc())
        found = w.session.exec(mine).first()
        assert found is not None
        return found


def session_ids() -> list[str]:
    with reading(SYSTEM) as w:
        return list(w.session.exec(select(LoginSession.id)))


def test_the_cookie_is_new_at_each_sign_in_and_the_old_session_is_over(live_server: LiveServer) -> None:
    first = live_server.cookie_for(STAFF)
    answer = live_server.ask(signing_in(live_server, first | {COOKIE: ""}).redirect, cookies=first)
    assert answer.cookies[COOKIE] != first[COOKIE]
    assert digest(first[COOKIE]) not in session_ids()
    assert digest(answer.cookies[COOKIE]) in session_ids()
    [line] = [v for k, v in answer.headers if k.lower() == "set-cookie"]
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= {part.strip() for part in line.split(";")}
    assert "Domain" not in line
    assert answer.header("cache-control") == "private, no-store"


def test_a_planted_cookie_never_becomes_a_session(live_server: LiveServer) -> None:
    planted = live_server.new_browser() | {COOKIE: "planted", "rapport": "planted"}
    answer = live_server.ask(signing_in(live_server, planted).redirect, cookies=planted)
    assert answer.cookies[COOKIE] != "planted"
    assert digest("planted") not in session_ids()


def test_nothing_secret_stands_in_the_address_one_lands_on(live_server: LiveServer) -> None:
    cookies = live_server.new_browser()
    redirect = signing_in(live_server, cookies, page="people?action=orders.&t=secret").redirect
    answer = live_server.ask(redirect, cookies=cookies)
    assert (answer.status, answer.header("location")) == (303, "/people?action=orders.")
    assert answer.cookies[COOKIE] not in redirect


@pytest.mark.parametrize("page", ["//evil.example", "%2f%2fevil.example", "..%2fevil", "nothing/here"])
def test_an_address_that_is_no_page_leads_to_the_start(live_server: LiveServer, page: str) -> None:
    cookies = live_server.new_browser()
    answer = live_server.ask(signing_in(live_server, cookies, page=page).redirect, cookies=cookies)
    assert answer.header("location") == "/"


def test_a_ticket_in_another_browser_signs_nobody_in(live_server: LiveServer) -> None:
    """A stranger could send his own ticket to somebody and read along what is typed into his account."""
    victim = live_server.new_browser()
    redirect = signing_in(live_server, live_server.new_browser()).redirect
    for cookies in (victim, {}, None):
        answer = live_server.ask(redirect, cookies=cookies)
        assert (answer.status, answer.header("location")) == (303, "/sign-in?late=1")
        assert COOKIE not in answer.cookies


def test_a_ticket_works_once_over_http_too(live_server: LiveServer) -> None:
    cookies = live_server.new_browser()
    redirect = signing_in(live_server, cookies).redirect
    assert COOKIE in live_server.ask(redirect, cookies=cookies).cookies
    assert COOKIE not in live_server.ask(redirect, cookies=cookies).cookies


def test_wrong_passwords_and_unknown_addresses_read_alike(live_server: LiveServer) -> None:
    said: dict[str, list[str]] = {}
    for email in (address_of(Role.ADMIN), "nobody@rapport.example", "not an address"):
        with live_server.wire(live_server.new_browser()) as tab:
            tab.open("sign-in")
            run = tab.submit("Sign in", sign_in_email=email, sign_in_password="not the right sentence")
            said[email] = [*run.alerts, run.redirect]
    [one] = {tuple(lines) for lines in said.values()}
    assert one[0].startswith("E-mail and password do not fit.")


@pytest.mark.parametrize("page", ["forgot", "register"])
def test_asking_for_a_mail_reads_alike_for_every_address(live_server: LiveServer, page: str) -> None:
    said: list[list[str]] = []
    for email in (address_of(Role.MANAGER), f"{page}@nobody.example"):
        with live_server.wire(live_server.new_browser()) as tab:
            tab.open(page)
            if page == "forgot":
                run = tab.submit("Send me a link", forgot_email=email)
            else:
                run = tab.submit("Send me the link", register_name="Eve", register_email=email)
            said.append(run.alerts)
    assert said[0] == said[1]
    assert len(said[0]) == 1


def test_a_poisoned_host_changes_no_link(live_server: LiveServer) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Host": "evil.example", "Forwarded": "host=evil.example"}
    email = address_of(Role.CUSTOMER)
    with live_server.wire(live_server.new_browser(), headers=forged) as tab:
        tab.open("forgot")
        tab.submit("Send me a link", forgot_email=email)
    body = newest_mail(email).body
    assert "evil.example" not in body
    assert f"{live_server.url}/reset?t=" in body


def test_a_stranger_registers_on_a_laptop_without_a_mail_server(live_server: LiveServer) -> None:
    """The administrator's page of outgoing mail shows the link; opening it changes nothing, the button does."""
    email, cookies = "grace@rapport.example", live_server.new_browser()
    with live_server.wire(cookies) as tab:
        tab.open("register")
        tab.submit("Send me the link", register_name="Grace Hopper", register_email=email)
    with live_server.wire(live_server.browser_of(address_of(Role.ADMIN))) as office:
        assert "grace@rapport" in office.open("mailbox").words.replace("\\", "").replace("\u2060", "")
    link = newest_mail(email).body.partition("/confirm?")[2].split()[0]
    with live_server.wire(cookies) as tab:
        for _time in range(2):
            assert "Grace Hopper" in tab.open("confirm", link).words
        redirect = tab.submit("Confirm and sign in", new_password=PASSWORD).redirect
    signed_in = cookies | live_server.ask(redirect, cookies=cookies).cookies
    with live_server.wire(signed_in) as tab:
        assert email in tab.open("security").words


def test_a_link_of_a_mail_that_is_only_opened_changes_nothing(live_server: LiveServer) -> None:
    email = address_of(Role.MANAGER)
    with live_server.wire(live_server.new_browser()) as tab:
        tab.open("forgot")
        tab.submit("Send me a link", forgot_email=email)
    secret = newest_mail(email).body.partition("?t=")[2].split()[0]
    for page in ("reset", "confirm", "invitation", "new-email", "first-run", "sign-in"):
        with live_server.wire(live_server.new_browser()) as tab:
            tab.open(page, f"t={secret}&new_password={PASSWORD}&use_new_email=true&setup_code=x")
    assert live_server.cookie_for(email)
    assert outbox.struck(newest_mail(email).body).count("…") == 1


def test_a_callback_of_a_page_that_is_open_does_nothing_for_somebody_who_is_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Callbacks run before the page and its guard; `acting` is their own."""
    ran: list[str] = []

    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    monkeypatch.setattr(guard, "session_id", lambda: "x" * 64)
    monkeypatch.setattr(guard, "address", lambda: "")
    monkeypatch.setattr("services.sessions.actor_of", lambda *_a, **_k: None)
    monkeypatch.setattr("streamlit.stop", stop)
    with pytest.raises(Stopped):
        guard.acting(Role.STAFF)(ran.append)("ran")
    assert ran == []

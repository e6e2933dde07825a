"""Sessions with live tabs, against the real server: who gets in where, and that whoever is out is out at once."""

import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select
from streamlit.util import calc_hash

from db.models import LoginSession, Person, Role
from pages._ui import registry
from pages._ui.guard import allowed
from services import clock, people
from services.tickets import digest
from services.work import SYSTEM, reading, work
from tests.live_server import LiveServer, address_of, attach, serving
from tests.wire import Run

COOKIE = "__Host-rapport"
ENTRIES = [e for e in registry.entries("en") if (registry.PAGES / e.path).is_file()]
GUARDED = [e.url for e in ENTRIES if e.roles]
REFUSED = [(role, e.url) for role in Role for e in ENTRIES if e.roles and role not in allowed(e.roles)]
SOON_S = 2.5  # the server looks for ended sessions every second


def own(tab: Run) -> set[str]:
    """The kinds of what a page itself shows; the side bar, the rules of the look and the quick search are left out."""
    deltas = [(f.metadata.delta_path, f.delta) for f in tab.frames if f.WhichOneof("type") == "delta"]
    shown = [d.new_element for path, d in deltas if d.HasField("new_element") and not path[0]]
    around = ("rapport.look", "rapport.quick")
    return {str(e.WhichOneof("type")) for e in shown if e.bidi_component.component_name not in around}


def assert_only_the_form(run: Run) -> None:
    assert {e.label for e in run.of("text_input")} == {"E-mail", "Password"}
    assert not run.of("dataframe", "vega_lite_chart", "metric", "file_uploader", "download_button", "text_area")
    assert "@rapport.example" not in run.words
    assert b"@rapport.example" not in run.raw


def test_a_stranger_gets_the_sign_in_form_in_place_of_every_guarded_page(live_server: LiveServer) -> None:
    assert len(GUARDED) >= 6
    cookies = live_server.new_browser()
    for url in GUARDED:  # a socket each: so many pages in a second would be too many for one
        with live_server.wire(cookies) as tab:
            assert_only_the_form(tab.open(url))
            assert_only_the_form(tab.run(page_hash=calc_hash(url)))


@pytest.mark.parametrize("role", list(Role))
def test_a_page_of_others_shows_nothing_but_that_it_is(live_server: LiveServer, role: Role) -> None:
    with live_server.wire(live_server.browser_of(address_of(role))) as tab:
        tab.open("security")
        for url in [u for r, u in REFUSED if r is role]:
            for run in (tab.open(url), tab.run(page_hash=calc_hash(url))):
                assert run.alerts == ["This page is not yours."]
                assert own(run) == {"alert"}


@pytest.mark.parametrize("role", list(Role))
def test_the_menu_travels_with_the_pages_of_the_person_and_no_others(live_server: LiveServer, role: Role) -> None:
    with live_server.wire(live_server.browser_of(address_of(role))) as tab:
        known = {p.url_pathname for f in tab.open("security").frames for p in f.navigation.app_pages}
    mine = {e.url for e in ENTRIES if role in allowed(e.roles)}
    assert known == mine | {""} | (set() if role is Role.CUSTOMER else {"home"})


def session_rows(email: str) -> list[str]:
    with reading(SYSTEM) as w:
        mine = select(LoginSession.id).join(Person, col(Person.id) == col(LoginSession.person_id))
        return list(w.session.exec(mine.where(Person.email == email)))


def cut(sid: str) -> None:
    """End a session as another process would: the row is gone, nobody tells this server."""
    with work(SYSTEM) as w:
        w.session.connection().execute(delete(LoginSession).where(col(LoginSession.id) == sid))


def test_a_fragment_of_a_page_that_is_open_does_nothing_for_a_session_that_has_ended(live_server: LiveServer) -> None:
    cookies = live_server.browser_of(address_of(Role.ADMIN))
    with live_server.wire(cookies) as tab:
        tab.open("people")
        tab.fill(invite_name="Eve", invite_email="eve@rapport.example")
        cut(digest(cookies[COOKIE]))
        tab.click("Send invitation")
        assert tab.last.alerts == ["Please sign in."]
        assert own(tab.last) == {"alert"}
        assert tab.closed_within(SOON_S) == 4401
    with reading(SYSTEM) as w:
        assert w.session.exec(select(Person).where(Person.email == "eve@rapport.example")).one_or_none() is None


def test_a_session_that_has_ended_is_out_at_the_very_next_run_of_the_page(live_server: LiveServer) -> None:
    cookies = live_server.browser_of(address_of(Role.CUSTOMER))
    with live_server.wire(cookies) as tab:
        tab.open("account")
        assert "Ada Lovelace" in tab.run().words  # drawn a moment ago, with who is there in fresh memory
        cut(digest(cookies[COOKIE]))
        assert_only_the_form(tab.run())


def test_a_right_that_was_taken_away_is_gone_at_the_very_next_run_of_the_page(live_server: LiveServer) -> None:
    cookies = live_server.browser_of(address_of(Role.CUSTOMER))
    mine = col(Person.email) == address_of(Role.CUSTOMER)
    with live_server.wire(cookies) as tab:
        try:
            for may in (False, True):
                assert ("Basket: empty" in tab.open("catalogue").words) is not may
                with work(SYSTEM) as w:
                    w.session.connection().execute(update(Person).where(mine).values(may_order=may))
                assert ("Basket: empty" in tab.run().words) is may
        finally:
            with work(SYSTEM) as w:
                w.session.connection().execute(update(Person).where(mine).values(may_order=True))


def test_a_change_made_in_another_process_closes_the_tabs(live_server: LiveServer) -> None:
    email = "gone@rapport.example"
    with work(SYSTEM) as w:
        person = people.add(w, "Soon Gone", email, Role.STAFF, None)
        # An invited person has no password; the session is what matters here.
    for change in ("role", "disable"):
        with live_server.wire(live_server.browser_of(email)) as tab:
            tab.open("security")
            with work(SYSTEM) as w:
                if change == "role":
                    people.set_role(w, person.id, Role.MANAGER)
                else:
                    people.disable(w, person.id)
            assert tab.closed_within(SOON_S) == 4401
        assert session_rows(email) == []


def test_a_colleague_who_is_disabled_on_the_page_is_out_within_a_second(live_server: LiveServer) -> None:
    email = "leaver@rapport.example"
    with work(SYSTEM) as w:
        person = people.add(w, "A Leaver", email, Role.STAFF, None)
    leaver, admin = live_server.browser_of(email), live_server.browser_of(address_of(Role.ADMIN))
    with live_server.wire(leaver) as tab, live_server.wire(admin) as boss:
        tab.open("security")
        boss.open("people")
        boss.click(f"disable_{person.id}")
        assert tab.closed_within(1) == 4401
    with live_server.wire(leaver) as again:
        assert_only_the_form(again.open("security"))


def test_signing_out_closes_both_tabs_at_once_and_nothing_works_afterwards(live_server: LiveServer) -> None:
    cookies = live_server.browser_of(address_of(Role.MANAGER))
    with live_server.wire(cookies) as first, live_server.wire(cookies) as second:
        first.open("security")
        second.open("security")
        start = time.monotonic()
        first.send(first.rerun(pressed=first.widget("sign_out")[0]))
        assert second.closed_within(1) == 4401
        assert first.closed_within(1) == 4401
        assert time.monotonic() - start < 1.5
    with live_server.wire(cookies, session_id=second.session_id) as back:
        assert_only_the_form(back.open("security"))
        assert back.session_id != second.session_id
    assert digest(cookies[COOKIE]) not in session_rows(address_of(Role.MANAGER))


def test_a_streamlit_session_is_useless_without_its_owners_cookie(live_server: LiveServer) -> None:
    cookies = live_server.browser_of(address_of(Role.ADMIN))
    others = [{}, live_server.new_browser(), live_server.browser_of(address_of(Role.STAFF))]
    with live_server.wire(cookies) as tab:
        tab.open("people")
        tab.submit("Send invitation", invite_name="Half typed", invite_email="not an address")
        for thief in others:
            with live_server.wire(thief, session_id=tab.session_id) as stolen:
                run = stolen.open("people")
                assert stolen.session_id != tab.session_id
                assert not run.of("selectbox")
                assert "Half typed" not in run.words
        assert tab.run().of("selectbox"), "the owner's tab goes on"
        mine = tab.session_id
    with live_server.wire(cookies, session_id=mine) as back:
        back.open("people")
        assert back.session_id == mine


def moved_back(sid: str, by: timedelta) -> None:
    """As if the last activity were so long ago."""
    with work(SYSTEM) as w:
        seen = update(LoginSession).where(col(LoginSession.id) == sid)
        w.session.connection().execute(seen.values(last_seen_at=clock.now() - by))


def last_seen_ago(sid: str) -> timedelta:
    with reading(SYSTEM) as w:
        return w.now - w.session.get_one(LoginSession, sid).last_seen_at


def test_an_open_page_that_refreshes_itself_does_not_keep_its_person_signed_in(live_server: LiveServer) -> None:
    cookies = live_server.browser_of(address_of(Role.ADMIN))
    sid = digest(cookies[COOKIE])
    with live_server.wire(cookies) as tab:
        tab.open("mailbox")
        parts = {f.auto_rerun.fragment_id for f in tab.last.frames if f.WhichOneof("type") == "auto_rerun"}
        assert parts
        moved_back(sid, timedelta(minutes=29))
        for part in parts:
            tab.run(fragment=part, auto=True)
            assert "Please sign in." not in tab.last.alerts
        assert last_seen_ago(sid) >= timedelta(minutes=29)
        tab.run()
        assert last_seen_ago(sid) < timedelta(minutes=1)
        moved_back(sid, timedelta(minutes=31))
        assert tab.closed_within(SOON_S) == 4401


def test_a_restart_and_a_kill_lose_no_sign_in_and_open_no_door(live_server: LiveServer, tmp_path: Path) -> None:
    """Right after a start Streamlit would run files of a pages folder by their address, without the navigation."""
    with serving(tmp_path / "own") as server:
        cookies = server.browser_of(address_of(Role.STAFF))
        for how in (signal.SIGTERM, signal.SIGKILL):
            with server.wire(cookies) as tab:
                assert tab.open("security").of("text_input")
                server.stop(how)
            server.start()
            with server.wire() as stranger:
                for page in ("people", "admin/people", "admin", "navigation", "_ui/guard"):
                    assert_only_the_form(stranger.open(page))
            with server.wire(cookies, session_id=tab.session_id) as again:
                run = again.open("security")
                assert address_of(Role.STAFF) in run.words
    attach(live_server.engines)


def sign_out(server: LiveServer, cookies: dict[str, str], **headers: str) -> int:
    return server.ask("/session/sign-out", method="POST", cookies=cookies, headers=headers).status


def test_only_a_page_of_ours_can_sign_somebody_out(live_server: LiveServer) -> None:
    cookies = live_server.browser_of(address_of(Role.STAFF))
    sid = digest(cookies[COOKIE])
    for origin in ("https://evil.example", "null", "", live_server.url + ".evil.example", "http://127.0.0.1"):
        assert sign_out(live_server, cookies, Origin=origin) == 403
    assert sign_out(live_server, cookies) == 403
    assert sign_out(live_server, cookies, Referer=live_server.url) == 403
    live_server.ask("/session/sign-out", cookies=cookies)
    assert sid in session_rows(address_of(Role.STAFF))
    done = live_server.ask("/session/sign-out", method="POST", cookies=cookies, headers={"Origin": live_server.url})
    assert (done.status, done.header("location")) == (303, "/sign-in")
    gone = [v for k, v in done.headers if k.lower() == "set-cookie"]
    assert len(gone) == 2
    assert all("Max-Age=0" in cookie for cookie in gone)
    assert sid not in session_rows(address_of(Role.STAFF))


def test_somebody_elses_browser_cannot_be_ended_by_its_number(live_server: LiveServer) -> None:
    """The button of a foreign row is not on the page; its forged id does nothing."""
    mine, his = live_server.browser_of(address_of(Role.STAFF)), live_server.browser_of(address_of(Role.ADMIN))
    theirs = digest(his[COOKIE])
    live_server.browser_of(address_of(Role.STAFF))
    with live_server.wire(mine) as tab:
        tab.open("security")
        wid, _kind, element, part = tab.widget("Sign out everywhere else")
        assert element.label
        forged = wid.replace("end_others", f"end_{theirs[:16]}")
        tab.run(fragment=part, pressed=forged)
        assert theirs in session_rows(address_of(Role.ADMIN))
        assert len(session_rows(address_of(Role.STAFF))) >= 2
        tab.click("end_others")
    assert session_rows(address_of(Role.STAFF)) == [digest(mine[COOKIE])]


def test_who_signs_out_is_led_away_before_the_socket_is_closed(live_server: LiveServer) -> None:
    with live_server.wire(live_server.browser_of(address_of(Role.MANAGER))) as tab:
        tab.open("live")
        tab.send(tab.rerun(pressed=tab.widget("sign_out")[0]))
        assert tab.closed_within(20) == 4401
        assert tab.last.redirect == "/sign-in"

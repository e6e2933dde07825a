"""Signing in: what fits, what is refused alike, and what guessing costs. On both databases."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from passlib.hash import argon2
from sqlmodel import Session, col, select

from db.engine import Engines
from db.models import AuditEntry, Person, Role, Throttle
from services import clock, passwords, people, recovery, sessions, sign_in, throttle
from services.tickets import digest
from services.work import SYSTEM, VISITOR, Actor, work
from tests import make

PASSWORD, WRONG = "seven green kettles sing", "seven green kettles hum"
BROWSER = "b" * 64
HERE = Actor(name="visitor", address="10.0.0.1")


def colleague(session: Session, email: str, password: str = PASSWORD) -> Person:
    who = make.person(session, Role.STAFF, email=email)
    who.password_hash = passwords.hashed(password)
    session.add(who)
    session.flush()
    return who


def attempt(email: object, password: object = PASSWORD, *, actor: Actor = HERE, browser: str = BROWSER) -> str | None:
    return sign_in.attempt(actor, email, password, browser=browser)


def finish(ticket: str, *, browser: str = BROWSER, replaces: str = "") -> sign_in.SignedIn | None:
    with work(HERE) as w:
        return sign_in.finish(w, ticket, browser=browser, user_agent="a browser", replaces=replaces)


def actions(session: Session) -> list[str]:
    return list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))))


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    now = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.mark.usefixtures("quick_passwords")
class TestGuessing:
    def test_the_right_password_opens_a_session_and_is_written_down(self, session: Session) -> None:
        who = colleague(session, "ada@example.com")
        ticket = attempt(" ADA@Example.COM ")
        assert ticket is not None
        done = finish(ticket)
        assert done is not None
        actor = sessions.actor_of(digest(done.secret))
        assert actor is not None
        assert actor.person_id == who.id
        assert actions(session) == ["auth.signed_in"]

    def test_everything_else_is_refused_alike(self, session: Session) -> None:
        colleague(session, "ada@example.com")
        gone, invited = colleague(session, "gone@example.com"), make.person(session, email="new@example.com")
        gone.disabled_at = make.NOON
        session.add(gone)
        session.flush()
        tries = [
            *(("ada@example.com", odd) for odd in (WRONG, "", PASSWORD + " ", None, ["x"], "x" * 10**6, "\ud800")),
            *(
                (odd, PASSWORD)
                for odd in ("nobody@example.com", "", None, ["ada@example.com"], "ada@example.com,b@c.de")
            ),
            *(
                (odd, PASSWORD)
                for odd in ("аda@example.com", "ada\u200b@example.com", "ada@example.com\x00", "x" * 9999)
            ),
            *((other.email, PASSWORD) for other in (gone, invited)),
        ]
        for i, (email, password) in enumerate(tries):
            assert attempt(email, password, actor=Actor(address=f"10.0.1.{i}")) is None
        assert set(actions(session)) <= {"auth.sign_in_refused", "auth.locked_for_a_while"}
        assert actions(session).count("auth.sign_in_refused") == len(tries)

    def test_guessing_makes_wait_and_then_the_right_password_is_refused_alike(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        colleague(session, "ada@example.com")
        colleague(session, "bob@example.com")
        for _guess in range(14):
            assert attempt("ada@example.com", WRONG) is None
        assert attempt("ada@example.com") is None, "the right one inside the wait"
        assert "auth.locked_for_a_while" in actions(session)
        assert attempt("bob@example.com") is not None, "others are not affected"
        later(monkeypatch, timedelta(minutes=15))
        assert attempt("ada@example.com") is not None, "no wait is longer than a quarter of an hour"
        assert attempt("ada@example.com", WRONG) is None
        assert attempt("ada@example.com") is not None, "success starts the count anew"

    def test_a_wait_is_not_prolonged_by_more_guesses_in_it(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        colleague(session, "ada@example.com")
        for _guess in range(200):
            attempt("ada@example.com", WRONG, actor=Actor(address=f"10.0.{_guess}.1"))
        later(monkeypatch, timedelta(seconds=31))
        assert attempt("ada@example.com") is not None

    def test_who_is_kept_out_by_strangers_gets_in_by_mail(self, session: Session) -> None:
        who = colleague(session, "ada@example.com")
        for _guess in range(9):
            attempt("ada@example.com", WRONG)
        with work(HERE) as w:
            recovery.ask_reset(w, "ada@example.com")
        secret = make.newest_secret(session, who.email)
        with work(HERE) as w:
            recovery.reset(w, secret, "nine brown teapots whistle")
        assert attempt("ada@example.com", "nine brown teapots whistle") is not None

    def test_one_address_that_tries_many_accounts_has_to_wait(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        colleague(session, "ada@example.com")
        for i in range(30):
            attempt(f"guess{i}@example.com", WRONG)
        assert attempt("ada@example.com") is None
        assert attempt("ada@example.com", actor=Actor(address="10.9.9.9")) is not None
        later(monkeypatch, timedelta(minutes=2))
        assert attempt("ada@example.com") is not None

    def test_an_office_that_mistypes_now_and_then_never_waits(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        colleague(session, "ada@example.com")
        for i in range(100):
            later(monkeypatch, timedelta(minutes=3))
            attempt(f"colleague{i}@example.com", WRONG)
            assert attempt("ada@example.com") is not None, f"after {i + 1} typing errors in {3 * i} minutes"

    def test_an_outdated_hash_is_replaced_by_signing_in(self, session: Session) -> None:
        who = colleague(session, "ada@example.com")
        weak = argon2.using(type="ID", memory_cost=16, rounds=1, parallelism=1).hash(PASSWORD)
        who.password_hash = weak
        session.add(who)
        session.flush()
        assert attempt("ada@example.com", WRONG) is None
        session.refresh(who)
        assert who.password_hash == weak
        assert attempt("ada@example.com") is not None
        session.refresh(who)
        assert who.password_hash is not None
        assert "m=64" in who.password_hash

    @pytest.mark.usefixtures("fresh_engines")
    def test_many_guesses_at_once_are_counted_one_by_one(self) -> None:
        with work(SYSTEM) as w:
            people.add(w, "Ada", "ada@example.com", Role.STAFF, PASSWORD)
        with ThreadPoolExecutor(20) as pool:
            list(pool.map(lambda i: attempt("ada@example.com", WRONG, actor=Actor(address=f"10.0.0.{i}")), range(40)))
        with work(SYSTEM) as w:
            [row] = w.session.exec(select(Throttle).where(Throttle.failures >= 2))
        assert row.failures == throttle.BRAKES["account"].free


def test_strangers_who_guess_do_not_keep_the_company_from_writing(
    fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison is slow on purpose; it must not happen inside a transaction that holds the write lock."""
    with work(SYSTEM) as w:
        people.add(w, "Ada", "ada@example.com", Role.STAFF, PASSWORD)
    wrote: list[bool] = []

    def fits(_password: object, _hash: str | None) -> tuple[bool, None]:
        with ThreadPoolExecutor(1) as pool:

            def write() -> bool:
                with work(SYSTEM) as w:
                    throttle.failed(w, "mail", "somebody else")
                return True

            wrote.append(pool.submit(write).result(timeout=5))
        return False, None

    monkeypatch.setattr(passwords, "fits", fits)
    assert attempt("ada@example.com") is None
    assert wrote == [True]


def test_known_and_unknown_addresses_take_equally_long(session: Session) -> None:
    """Real Argon2id, tries interleaved. Without the comparison for unknown addresses they differ by a factor of 20."""
    kept = passwords.hashed(PASSWORD)
    for i in range(10):
        who = make.person(session, email=f"known{i}@example.com")
        who.password_hash = kept
        session.add(who)
    session.flush()
    passwords._nobody()
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for i in range(10):
        for kind, times in took.items():
            start = time.perf_counter()
            assert attempt(f"{kind}{i}@example.com", WRONG) is None
            times.append(time.perf_counter() - start)
    ratio = statistics.median(took["unknown"]) / statistics.median(took["known"])
    assert 0.6 < ratio < 1.6
    # Ranks: with no difference in kind neither group is wholly faster than the other.
    assert min(took["unknown"]) < max(took["known"])
    assert min(took["known"]) < max(took["unknown"])


@pytest.mark.parametrize(
    "page",
    [
        *("//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example", "javascript:alert(1)"),
        *("\t//x", "%2f%2fevil.example", "people\r\nSet-Cookie: a=b", "../people", "people/..//x", "people?x"),
        *(" people", "", "x" * 999),
    ],
)
def test_after_signing_in_one_lands_on_a_page_of_ours_or_at_the_start(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "RETURN_PAGES", {"people", "customers"})
    assert sign_in.return_path(page, {"next": "//evil.example"}) == "/"
    assert sign_in.return_path("people", {}) == "/people"


def test_what_the_page_was_asked_for_comes_along_and_cannot_break_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "RETURN_PAGES", {"people"})
    path = sign_in.return_path("people", {"a": "b&c=//evil", "x": "\r\nLocation: //evil.example", "#": "?"})
    assert path == "/people?a=b%26c%3D%2F%2Fevil&x=%0D%0ALocation%3A+%2F%2Fevil.example&%23=%3F"
    assert len(sign_in.return_path("people", {f"k{i}": "v" * 9999 for i in range(999)})) < 8000


@pytest.mark.usefixtures("quick_passwords")
class TestTickets:
    def ticket(self, session: Session) -> str:
        colleague(session, "ada@example.com")
        made = attempt("ada@example.com")
        assert made is not None
        return made

    def test_works_once(self, session: Session) -> None:
        ticket = self.ticket(session)
        assert finish(ticket) is not None
        assert finish(ticket) is None

    @pytest.mark.parametrize("browser", ["", "c" * 64, "B" * 64])
    def test_works_only_in_the_browser_that_asked(self, session: Session, browser: str) -> None:
        """Otherwise a stranger could sign somebody in as himself, and read what is typed then."""
        ticket = self.ticket(session)
        assert finish(ticket, browser=browser) is None
        assert finish(ticket) is not None

    def test_without_a_browser_there_is_none(self, session: Session) -> None:
        colleague(session, "ada@example.com")
        assert attempt("ada@example.com", browser="") is None

    def test_lives_thirty_seconds(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        first, second = self.ticket(session), attempt("ada@example.com")
        assert second is not None
        later(monkeypatch, timedelta(seconds=29))
        assert finish(first) is not None
        later(monkeypatch, timedelta(seconds=1))
        assert finish(second) is None

    def test_is_worth_nothing_once_the_person_is_disabled(self, session: Session) -> None:
        ticket = self.ticket(session)
        with work(SYSTEM) as w:
            people.disable(w, people.by_email(w, "ada@example.com").id)
        assert finish(ticket) is None

    def test_ends_the_session_this_browser_had_before(self, session: Session) -> None:
        before = finish(self.ticket(session))
        again = attempt("ada@example.com")
        assert before is not None
        assert again is not None
        after = finish(again, replaces=digest(before.secret))
        assert after is not None
        assert after.secret != before.secret
        assert not sessions.is_live(digest(before.secret))
        assert sessions.is_live(digest(after.secret))

    @pytest.mark.usefixtures("fresh_engines")
    def test_of_many_that_come_with_it_at_once_one_gets_in(self) -> None:
        with work(SYSTEM) as w:
            people.add(w, "Ada", "ada@example.com", Role.STAFF, PASSWORD)
        ticket = attempt("ada@example.com", actor=VISITOR)
        assert ticket is not None
        with ThreadPoolExecutor(10) as pool:
            done = list(pool.map(lambda _i: finish(ticket), range(10)))
        assert len([d for d in done if d is not None]) == 1

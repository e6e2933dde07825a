"""The calendar under a secret address: whole, right in every zone, and closed to whoever does not know it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.types import Message

from api import calendar_routes
from db.models import AuditEntry, CalendarFeed, Person, Role
from services import calendar_feeds, clock, follow_ups, promises
from services.errors import NotAllowed, NotFound
from services.work import Actor, Work
from tests import make

NOON, DAY = make.NOON, timedelta(days=1)
TODAY = NOON.date()


@pytest.fixture
def desk(session: Session, work_as: Callable[[Actor], Work]) -> Work:
    return work_as(replace(make.actor(session), zone=ZoneInfo("Europe/Berlin")))


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def ask(desk: Work, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """What a calendar program gets: no cookie, only the address and perhaps what it has already."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr(calendar_routes, "READERS", calendar_routes._Readers())
    app = Starlette(routes=calendar_routes.ROUTES)

    def asked(path: str, known: str = "") -> Answer:
        headers = [(b"x-rapport-address", b"192.0.2.1"), (b"if-none-match", known.encode())]
        scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "query_string": b"",
                 "headers": headers, "http_version": "1.1", "scheme": "http", "server": ("x", 80)}  # fmt: skip
        answer = Answer(0, {}, b"")

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            answer.body += message.get("body", b"")

        asyncio.run(app(scope, receive, send))
        return answer

    return asked


def path(address: str) -> str:
    return "/calendar/" + address.rpartition("/")[2]


def events_of(body: bytes) -> dict[str, Any]:
    parsed: Any = Calendar.from_ical(body)
    return {str(e["summary"]): e for e in parsed.walk("VEVENT")}


def secret(address: str) -> str:
    return address.rpartition("/")[2].removesuffix(".ics")


def plans(w: Work) -> None:
    ada = make.customer(w.session).id
    follow_ups.plan(w, ada, "ask, how; it\nruns".replace("\n", " "), date(2026, 7, 1), at=time(9, 30))
    promises.make(w, ada, "part", date(2026, 3, 5))
    promises.make(w, ada, "call back", date(2026, 3, 6), at=time(16, 0))


def test_a_calendar_program_reads_follow_ups_and_promises_at_their_times(desk: Work) -> None:
    plans(desk)
    address = calendar_feeds.make(desk, details=True)
    body = calendar_feeds.read(desk, secret(address))
    events = events_of(body)
    berlin = ZoneInfo("Europe/Berlin")
    start = events["Ada Lovelace: ask, how; it runs"]["dtstart"].dt
    assert start.astimezone(berlin).isoformat() == "2026-07-01T09:30:00+02:00"
    assert start.utcoffset() == timedelta()
    assert events["Ada Lovelace: part"]["dtstart"].dt == date(2026, 3, 5)
    assert events["Ada Lovelace: call back"]["dtend"].dt.astimezone(berlin).hour == 16
    assert len({str(e["uid"]) for e in events.values()}) == 3
    assert calendar_feeds.read(desk, secret(address)) == body


def test_without_details_it_says_only_that_one_is_busy(desk: Work) -> None:
    plans(desk)
    body = calendar_feeds.read(desk, secret(calendar_feeds.make(desk, details=False)))
    assert set(events_of(body)) == {"Busy"}
    for told in (b"Ada", b"part", b"customer"):
        assert told not in body


def test_only_the_digest_of_the_address_is_kept_and_it_is_in_no_trail(desk: Work) -> None:
    told = secret(calendar_feeds.make(desk, details=True))
    desk.session.flush()
    assert told not in desk.session.exec(select(CalendarFeed.secret_hash)).one()
    assert not any(told in str(e.after) for e in desk.session.exec(select(AuditEntry)))


def test_a_new_address_a_revoked_one_and_a_former_colleague_s_do_not_work(desk: Work) -> None:
    old = secret(calendar_feeds.make(desk, details=True))
    new = secret(calendar_feeds.make(desk, details=True))
    with pytest.raises(NotFound):
        calendar_feeds.read(desk, old)
    person = desk.session.get_one(Person, desk.actor.person_id)
    person.disabled_at = NOON
    with pytest.raises(NotFound):
        calendar_feeds.read(desk, new)
    person.disabled_at = None
    calendar_feeds.revoke(desk)
    desk.session.flush()
    with pytest.raises(NotFound):
        calendar_feeds.read(desk, new)


def test_what_is_done_or_a_colleague_s_is_not_in_it(desk: Work) -> None:
    ada = make.customer(desk.session).id
    follow_ups.done(desk, follow_ups.plan(desk, ada, "done", TODAY + DAY).id)
    follow_ups.plan(desk, ada, "hers", TODAY + DAY, owner_id=make.person(desk.session).staff_id)
    body = calendar_feeds.read(desk, secret(calendar_feeds.make(desk, details=True)))
    assert events_of(body) == {}


def test_what_is_moved_is_the_same_event_in_a_later_revision(desk: Work) -> None:
    ada = make.customer(desk.session).id
    row = follow_ups.plan(desk, ada, "call", TODAY + DAY)
    told = secret(calendar_feeds.make(desk, details=True))
    [first] = events_of(calendar_feeds.read(desk, told)).values()
    later = replace(desk, now=NOON + timedelta(hours=1))
    follow_ups.move(later, row.id, TODAY + 2 * DAY)
    [second] = events_of(calendar_feeds.read(later, told)).values()
    assert second["uid"] == first["uid"]
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert second["dtstart"].dt - first["dtstart"].dt == DAY
    assert (first["last-modified"].dt, second["last-modified"].dt) == (NOON, later.now)
    assert second["dtstamp"].dt == later.now


def test_customers_have_no_calendar_here(desk: Work) -> None:
    herself = replace(desk, actor=make.actor(desk.session, Role.CUSTOMER))
    for act in (
        lambda: calendar_feeds.make(herself, details=True),
        lambda: calendar_feeds.revoke(herself),
        lambda: calendar_feeds.mine(herself),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_over_http_it_needs_no_cookie_and_is_sent_again_only_when_it_changed(
    desk: Work, ask: Callable[..., Answer]
) -> None:
    plans(desk)
    where = path(calendar_feeds.make(desk, details=True))
    desk.session.commit()
    first = ask(where)
    assert (first.status, first.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    again = ask(where, first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    plans(desk)
    desk.session.commit()
    assert ask(where, first.headers["etag"]).status == 200


def test_guessing_and_hammering_are_slowed_down(desk: Work, ask: Callable[..., Answer]) -> None:
    where = path(calendar_feeds.make(desk, details=True))
    desk.session.commit()
    assert {ask(where).status for _n in range(20)} == {200}
    assert ask(where).status == 429
    told = [ask(f"/calendar/guess{n}.ics").status for n in range(25)]
    assert told[:20] == [404] * 20
    assert told[-1] == 429

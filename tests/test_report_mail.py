"""Reports by mail: each time exactly once, with the rights their owner has then, and nothing half sent."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import Session, col, func, select

from db.columnar import source
from db.columnar.copy import Copy, Limits
from db.engine import Engines
from db.models import OutboxEntry, OutboxFile, OutboxState, Person, ReportRhythm, ReportSchedule, ReportState, Role
from services import clock, mail_delivery, reports, saved_views
from services.columnar import keeper
from services.columnar.keeper import Preparing
from services.errors import Conflict, NotFound
from services.exports import TYPES, Form
from services.reports import NewSchedule, running
from services.work import SYSTEM, Actor, reading, work
from tests import make
from tests.make import NOON
from tests.test_mail import Mailbox
from tests.test_mail import mailbox as mailbox
from tests.test_reports import two_weeks

ROOT = Path(__file__).resolve().parent.parent
MONDAY_SEVEN = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
WEEK = ReportRhythm.WEEK


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Moves the clock."""
    return lambda now: monkeypatch.setattr(clock, "now", lambda: now)


def set_up() -> Actor:
    """A manager with sales to report, an administrator and a colleague."""
    with work(SYSTEM) as w:
        two_weeks(w)
        who = make.actor(w.session, Role.MANAGER)
        make.person(w.session, Role.STAFF, email="colleague@example.com")
        make.person(w.session, Role.ADMIN, email="admin@example.com")
    return who


@pytest.fixture
def owner(session: Session, copied: Callable[[], Copy], at: Any) -> Actor:
    """Has the Monday report."""
    who = set_up()
    copied()
    with work(who) as w:
        reports.monday_report(w)
    return who


@pytest.fixture
def committed(fresh_engines: Engines, at: Any) -> Iterator[Actor]:
    """The same in a database of its own, for several workers and for one that dies."""
    at(NOON)
    who = set_up()
    with source.snapshot(fresh_engines.read) as primary:
        keeper.bind(Copy.in_memory(primary, NOON.isoformat(), Limits("256MB", 1)))
    with work(who) as w:
        reports.monday_report(w)
    yield who
    keeper.bind(None)


def plan(actor: Actor) -> reports.Listed:
    with reading(actor) as w:
        [one] = reports.listed(w)
    return one


def mails(kind: str = "report") -> list[OutboxEntry]:
    with reading(SYSTEM) as w:
        return list(w.session.exec(select(OutboxEntry).where(OutboxEntry.kind == kind).order_by(col(OutboxEntry.id))))


def files() -> int:
    with reading(SYSTEM) as w:
        return w.session.exec(select(func.count()).select_from(OutboxFile)).one()


def test_the_report_arrives_with_pdf_and_workbook(owner: Actor, at: Any, mailbox: Mailbox) -> None:
    at(MONDAY_SEVEN - timedelta(seconds=1))
    assert reports.tick() == 0
    at(MONDAY_SEVEN)
    assert reports.tick() == 1
    assert files() == 2
    assert mail_delivery.deliver_due() == 1
    [mail] = mailbox.taken
    assert (mail["To"], mail["Subject"]) == (owner.email, "Monday report, Mar 9, 2026")
    body, pdf, xlsx = mail.walk() if not mail.is_multipart() else list(mail.walk())[1:]
    assert "Monday report" in body.get_content()
    assert (pdf.get_content_type(), pdf.get_filename()) == ("application/pdf", "Monday report 2026-03-09.pdf")
    assert (xlsx.get_content_type(), xlsx.get_filename()) == (TYPES[Form.XLSX], "Monday report 2026-03-09.xlsx")
    told = PdfReader(BytesIO(pdf.get_content())).pages[0].extract_text()
    assert "Monday report" in told
    assert xlsx.get_content().startswith(b"PK")
    assert files() == 0, "the reader has them now"
    assert (plan(owner).due_at, plan(owner).last_sent_at) == (MONDAY_SEVEN + timedelta(days=7), MONDAY_SEVEN)


def test_two_workers_send_it_once(committed: Actor, at: Any) -> None:
    at(MONDAY_SEVEN)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _n: reports.tick(), range(4))) == 1
    assert (len(mails()), files()) == (1, 2)
    assert reports.tick() == 0


def test_killed_between_the_mail_and_the_end_it_is_sent_once_afterwards(
    committed: Actor, at: Any, fresh_engines: Engines
) -> None:
    url = fresh_engines.write.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.report_killed", url, MONDAY_SEVEN.isoformat()]
    ended = subprocess.run(command, cwd=ROOT, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert (mails(), files()) == ([], 0)
    assert plan(committed).due_at == MONDAY_SEVEN
    at(MONDAY_SEVEN + timedelta(seconds=30))
    assert reports.tick() == 1
    assert (len(mails()), files()) == (1, 2)


def test_times_missed_while_nothing_ran_are_made_up_for_once(owner: Actor, at: Any) -> None:
    at(MONDAY_SEVEN + timedelta(days=15))
    assert reports.tick() == 1
    assert reports.tick() == 0
    assert len(mails()) == 1
    assert plan(owner).due_at == MONDAY_SEVEN + timedelta(days=21)


def test_a_mail_server_that_is_away_loses_neither_mail_nor_files(
    owner: Actor, at: Any, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(MONDAY_SEVEN)
    reports.tick()
    mailbox.refuses[owner.email] = "451 try later"
    assert mail_delivery.deliver_due() == 0
    assert files() == 2
    mailbox.refuses.clear()
    at(MONDAY_SEVEN + timedelta(minutes=5))
    assert mail_delivery.deliver_due() == 1
    [mail] = mailbox.taken
    assert len(list(mail.iter_attachments())) == 2
    assert mails()[0].state is OutboxState.SENT


def test_figures_that_are_still_being_prepared_are_waited_for(
    owner: Actor, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(MONDAY_SEVEN)

    def preparing() -> Copy:
        raise Preparing(0.4)

    with monkeypatch.context() as patch:
        patch.setattr(keeper, "current", preparing)
        assert reports.tick() == 0
    waits = plan(owner)
    assert (waits.due_at, waits.state) == (MONDAY_SEVEN, ReportState.ACTIVE)
    assert "40 % done" in waits.error
    assert reports.tick() == 0, "not before a moment has passed"
    at(MONDAY_SEVEN + running.AGAIN)
    assert reports.tick() == 1
    assert plan(owner).error == ""
    assert plan(owner).due_at == MONDAY_SEVEN + timedelta(days=7)


@pytest.mark.parametrize("change", [{"disabled_at": NOON}, {"role": Role.STAFF}])
def test_it_stops_when_its_owner_may_not_read_any_more_and_others_are_told(
    owner: Actor, at: Any, change: dict[str, Any]
) -> None:
    with work(SYSTEM) as w:
        who = w.session.get_one(Person, owner.person_id)
        for name, value in change.items():
            setattr(who, name, value)
        w.session.add(who)
    at(MONDAY_SEVEN)
    assert reports.tick() == 0
    assert mails() == []
    with reading(SYSTEM) as w:
        row = w.session.exec(select(ReportSchedule)).one()
    assert row.state is ReportState.STOPPED
    assert row.error.startswith("The owner of this schedule")
    told = {m.recipient for m in mails("report-stopped")}
    assert "admin@example.com" in told
    assert (owner.email in told) is (change.get("disabled_at") is None)
    at(MONDAY_SEVEN + timedelta(days=7))
    assert reports.tick() == 0
    assert len(mails("report-stopped")) == len(told), "told once"


def test_a_shared_view_that_is_private_again_stops_the_reports_of_others(owner: Actor, at: Any) -> None:
    with work(owner) as w:
        view = plan(owner).view_id
        saved_views.change(w, view, 1, shared=True)
    with work(SYSTEM) as w:
        other = make.actor(w.session, Role.MANAGER)
    with work(other) as w:
        reports.add(w, view, NewSchedule(every=WEEK, day=1, minute=420, recipients=[int(other.person_id or 0)]))
    with work(owner) as w:
        saved_views.change(w, view, 2, shared=False)
    at(MONDAY_SEVEN)
    assert reports.tick() == 1
    assert plan(other).state is ReportState.STOPPED
    with work(other) as w, pytest.raises(NotFound):
        reports.switch(w, plan(other).id, plan(other).version, ReportState.ACTIVE)


def test_a_removed_view_is_not_sent(owner: Actor, at: Any) -> None:
    with work(owner) as w:
        saved_views.remove(w, plan(owner).view_id, 1)
    at(MONDAY_SEVEN)
    assert reports.tick() == 0
    assert mails() == []


def test_pause_resume_end_and_one_now(owner: Actor, at: Any) -> None:
    with work(owner) as w:
        reports.switch(w, plan(owner).id, plan(owner).version, ReportState.PAUSED)
    at(MONDAY_SEVEN)
    assert reports.tick() == 0
    with reading(owner) as w:
        ready = reports.prepared(w, plan(owner).id)
    with work(owner) as w:
        reports.send_now(w, plan(owner).id, ready)
    assert [m.recipient for m in mails()] == [owner.email]
    with work(owner) as w:
        reports.switch(w, plan(owner).id, plan(owner).version, ReportState.ACTIVE)
    assert plan(owner).due_at == MONDAY_SEVEN + timedelta(days=7), "what was paused is not made up for"
    with work(owner) as w, pytest.raises(Conflict):
        reports.switch(w, plan(owner).id, 1, ReportState.ENDED)
    one = plan(owner)
    with work(owner) as w:
        reports.switch(w, one.id, one.version, ReportState.ENDED)
    with reading(owner) as w:
        assert reports.listed(w) == []
    with work(owner) as w, pytest.raises(Conflict, match="ended"):
        reports.switch(w, one.id, one.version + 1, ReportState.ACTIVE)


def test_a_recipient_who_left_gets_nothing_more(owner: Actor, at: Any) -> None:
    one = plan(owner)
    with work(SYSTEM) as w:
        colleague = w.session.exec(select(Person).where(Person.email == "colleague@example.com")).one()
    with work(owner) as w:
        to = [int(owner.person_id or 0), colleague.id]
        reports.change(w, one.id, one.version, one.plan.model_copy(update={"recipients": to}))
    at(MONDAY_SEVEN)
    reports.tick()
    assert {m.recipient for m in mails()} == {owner.email, "colleague@example.com"}
    assert "http" not in next(m.body for m in mails() if m.recipient == "colleague@example.com")
    with work(SYSTEM) as w:
        colleague.disabled_at = NOON
        w.session.add(colleague)
    at(MONDAY_SEVEN + timedelta(days=7))
    reports.tick()
    assert [m.recipient for m in mails()].count("colleague@example.com") == 1

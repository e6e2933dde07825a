"""Loading the demonstration company: whole or not at all, once, with three people who can sign in."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text
from sqlmodel import Session, col

from db import schema
from db.engine import Engines, make_engines
from db.models import (
    ALARMS,
    STILL_OPEN,
    TEAM,
    AuditEntry,
    Case,
    ChangeRequest,
    Channel,
    Consent,
    Customer,
    CustomerPhone,
    Document,
    FollowUp,
    Interaction,
    Message,
    Order,
    OrderLine,
    OrderStatus,
    OutboxEntry,
    Payment,
    Person,
    PriceChange,
    Product,
    Promise,
    Purpose,
    Return,
    Role,
    Shipment,
    StoredFile,
)
from services import clock, company, demo, documents, hints, passwords, payments, rollup_check, search
from services import work as work_module
from services.documents import Content
from services.errors import Conflict, Invalid, NotAllowed
from services.work import SYSTEM, Work, reading, work
from tests import make

AS_OF = datetime(2026, 3, 3, 13, 20, tzinfo=ZoneInfo("Europe/Berlin"))  # a Tuesday


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    instant = AS_OF.astimezone(UTC)
    monkeypatch.setattr(clock, "now", lambda: instant)
    return instant


@pytest.fixture(scope="module")
def loaded(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engines, demo.DemoSummary]]:
    """A database of each kind with the demonstration in it, for all tests that only look."""
    if engines.dialect == "sqlite":
        made = make_engines(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    else:
        with engines.write.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
            admin.exec_driver_sql("DROP DATABASE IF EXISTS demo_loaded")
            admin.exec_driver_sql("CREATE DATABASE demo_loaded")
        made = make_engines(engines.write.url.set(database="demo_loaded").render_as_string(hide_password=False))
    schema.migrate(made.write)
    _bind(made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: AS_OF.astimezone(UTC))
        with work(SYSTEM) as w:
            company.save(w, time_zone="Europe/Berlin")
        yield made, demo.load(SYSTEM, seed=1)
    made.dispose()


def _bind(made: Engines) -> None:
    for factory in (work_module.WriteSession, work_module.ReadSession):
        factory.configure(join_transaction_mode="conditional_savepoint")
    work_module.bind(made)
    company.forget()


@pytest.fixture
def summary(loaded: tuple[Engines, demo.DemoSummary], now: datetime) -> Iterator[demo.DemoSummary]:
    _bind(loaded[0])
    yield loaded[1]
    company.forget()


def _count(w: Work, model: type, *where: object) -> int:
    return int(w.session.execute(select(func.count()).select_from(model).where(*where)).scalar_one())  # type: ignore[arg-type]  # conditions


def test_the_company_is_loaded_whole(summary: demo.DemoSummary, now: datetime) -> None:
    with reading(SYSTEM) as w:
        assert rollup_check.mismatches(w) == []
        assert (_count(w, Customer), _count(w, Product)) == (500, 80)
        assert summary.counts["orders"] == _count(w, Order)
        assert summary.counts["interactions"] == _count(w, Interaction)
        assert set(w.session.execute(select(col(Interaction.channel)).distinct()).scalars()) >= set(Channel) - {
            Channel.OTHER
        }
        assert _count(w, CustomerPhone, col(CustomerPhone.e164).is_(None)) == 0
        assert _count(w, PriceChange) > 200
        assert _count(w, Shipment) == _count(w, Order, col(Order.shipped_at).is_not(None))
        assert _count(w, Interaction, col(Interaction.logged_at) != Interaction.happened_at) == 0
        assert _count(w, Interaction, col(Interaction.case_id).is_not(None)) > _count(w, Case)
        purposes = w.session.execute(select(col(Consent.purpose)).distinct()).scalars()
        assert set(purposes) == set(Purpose)
        assert {h.why for h in search.customers(w, "Johana Somer")} == {"name"}
        totals = w.session.execute(select(func.sum(Order.lines_cents))).scalar_one()
        assert totals == w.session.execute(select(func.sum(OrderLine.line_total_cents))).scalar_one()


def test_there_is_work_of_every_kind(summary: demo.DemoSummary, now: datetime) -> None:
    today = now.astimezone(AS_OF.tzinfo).date()
    with reading(SYSTEM) as w:
        agent = w.session.execute(select(Person).where(col(Person.email) == "agent@example.com")).scalar_one()
        open_ones = w.session.execute(
            select(col(FollowUp.due_at)).where(
                col(FollowUp.owner_id) == agent.staff_id, col(FollowUp.done_at).is_(None)
            )
        ).scalars()
        days = [(due.astimezone(AS_OF.tzinfo).date() - today).days for due in open_ones]
        assert min(days) < 0 < max(days)
        assert 0 in days
        assert set(w.session.execute(select(col(Case.state))).scalars()) == {"open", "waiting", "solved", "closed"}
        assert _count(w, Case, col(Case.state).in_(STILL_OPEN), col(Case.closed_at).is_not(None)) == 0
        assert _count(w, Case, col(Case.state).not_in(STILL_OPEN), col(Case.closed_at).is_(None)) == 0
        late = _count(w, Case, col(Case.due_at) < now)
        assert 1 <= late <= 2, "the desk keeps up with its work"
        assert _count(w, Case, col(Case.due_at) >= now) > 3 * late
        kept, broken = col(Promise.kept_at), col(Promise.broken_at)
        assert _count(w, Promise, kept.is_not(None)) > 20
        assert _count(w, Promise, broken.is_not(None)) > 5
        assert _count(w, Promise, kept.is_(None), broken.is_(None)) > 5
        assert _count(w, Order, col(Order.status) == OrderStatus.PLACED) >= 1


def test_the_three_people_can_sign_in_and_the_customer_has_something_to_see(summary: demo.DemoSummary) -> None:
    assert [s.email for s in summary.sign_ins] == ["customer@example.com", "agent@example.com", "manager@example.com"]
    with reading(SYSTEM) as w:
        people = {p.email: p for p in w.session.execute(select(Person)).scalars()}
        assert [people[s.email].role for s in summary.sign_ins] == [Role.CUSTOMER, Role.STAFF, Role.MANAGER]
        for shown in summary.sign_ins:
            assert passwords.check_new(shown.password) == shown.password
            assert passwords.fits(shown.password, people[shown.email].password_hash)[0]
            assert people[shown.email].confirmed_at is not None
        assert all(p.staff_id for p in people.values() if p.role in TEAM)
        mine = people["customer@example.com"].customer_id
        assert _count(w, Order, col(Order.customer_id) == mine) > 20
        unfinished = [OrderStatus.PLACED, OrderStatus.PICKED]
        [order] = w.session.execute(
            select(Order).where(col(Order.customer_id) == mine, col(Order.status).in_(unfinished))
        ).scalars()
        assert order.delivery_address["city"] == "Berlin"
        assert order.placed_by_id == people["customer@example.com"].id
        [case] = w.session.execute(
            select(Case).where(col(Case.customer_id) == mine, col(Case.state).in_(STILL_OPEN))
        ).scalars()
        assert _count(w, Promise, col(Promise.case_id) == case.id, col(Promise.kept_at).is_(None)) == 1
        assert _count(w, Message, col(Message.case_id) == case.id) == 4
        assert _count(w, Message, col(Message.case_id) == case.id, col(Message.read_at).is_(None)) == 1


def test_the_customer_has_papers_of_years_something_to_pay_a_return_and_a_wish(
    summary: demo.DemoSummary, now: datetime
) -> None:
    with reading(SYSTEM) as w:
        mine = w.session.execute(
            select(col(Person.customer_id)).where(col(Person.email) == "customer@example.com")
        ).scalar_one()
        own = select(Document).where(col(Document.customer_id) == mine).order_by(col(Document.issued_at))
        papers = list(w.session.execute(own).scalars())
        assert (now - papers[0].issued_at).days > 730
        for paper in papers:
            kept = Content.model_validate(paper.content)
            if kept.rates:
                assert sum(r.gross_cents for r in kept.rates) == kept.total_cents == paper.total_cents
                assert sum(i.total_cents or 0 for i in kept.lines) == kept.total_cents
        assert documents.file(w, papers[0].id).startswith(b"%PDF")
        owed = payments.open_money(w, mine)
        assert [i.overdue for i in owed.invoices] == [False]
        stories = select(col(Return.state)).join(Order, col(Order.id) == col(Return.order_id))
        back = w.session.execute(stories.where(col(Order.customer_id) == mine)).scalars()
        assert list(back) == ["requested"]
        assert _count(w, StoredFile, col(StoredFile.return_id).is_not(None)) == 1
        assert _count(w, ChangeRequest, col(ChangeRequest.state) == "open") == 1
        assert _count(w, OutboxEntry, col(OutboxEntry.state) != "sent") == 0, "nobody is mailed by a demonstration"
        assert _count(w, OutboxEntry, col(OutboxEntry.customer_id) == mine) >= 4


def test_numbers_of_papers_have_no_gaps_and_go_up_with_time(summary: demo.DemoSummary) -> None:
    with reading(SYSTEM) as w:
        rows = select(Document).order_by(col(Document.series), col(Document.year), col(Document.seq))
        papers = list(w.session.execute(rows).scalars())
        for before, after in pairwise(papers):
            if (before.series, before.year) == (after.series, after.year):
                assert after.seq == before.seq + 1
                assert after.issued_at >= before.issued_at
        open_ones = select(col(Payment.order_id)).where(
            col(Payment.state) == "open", col(Payment.due_on) < AS_OF.date()
        )
        late = set(w.session.execute(open_ones).scalars()) & {p.order_id for p in papers}
        assert late, "an invoice that is overdue"


def test_each_load_has_a_password_of_its_own(summary: demo.DemoSummary) -> None:
    assert len({demo.passphrase() for _time in range(20)}) == 20
    assert len(summary.sign_ins[0].password) >= passwords.SHORTEST


def test_the_trail_says_what_was_added_but_not_the_password(summary: demo.DemoSummary) -> None:
    with reading(SYSTEM) as w:
        trail = list(w.session.execute(select(AuditEntry).where(col(AuditEntry.action).like("demo.%"))).scalars())
        assert len(trail) == 20
        late = {entry.reason for entry in w.session.execute(select(AuditEntry).where(text(ALARMS))).scalars()}
        assert late == {"answer", "solution"}, "there are missed goals of both kinds to look at"
        assert summary.sign_ins[0].password not in json.dumps([e.after for e in trail])


def test_somebody_slips_away_for_three_reasons_and_has_something_due_to_talk_about(summary: demo.DemoSummary) -> None:
    with reading(SYSTEM) as w:
        everybody = w.session.execute(select(col(Customer.id))).scalars().all()
        warned = [i for i in everybody if (found := hints.of_customer(w, i)) is not None and len(found.reasons) == 3]
        assert any(hints.suggested(w, i) is not None for i in warned)


def test_a_company_with_customers_is_left_alone(summary: demo.DemoSummary) -> None:
    with pytest.raises(Conflict, match="without customers"):
        demo.load(SYSTEM)
    with reading(SYSTEM) as w:
        assert _count(w, Customer) == 500


def test_a_customer_of_ones_own_is_in_the_way(session: Session) -> None:
    make.customer(session)
    with pytest.raises(Conflict, match="without customers"):
        demo.load(SYSTEM)


def test_only_an_administrator_may_load_it(session: Session) -> None:
    with pytest.raises(NotAllowed):
        demo.load(make.actor(session, Role.MANAGER))


@pytest.mark.parametrize("scale", [0, -1, 100_000])
def test_the_scale_has_limits(session: Session, scale: int) -> None:
    with pytest.raises(Invalid, match="Scale"):
        demo.load(SYSTEM, scale=scale)

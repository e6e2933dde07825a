"""The kinds of entries on a customer's timeline: where each is read, what of it can be searched, how it is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, bindparam, cast, select
from sqlmodel import col

from db.models import (
    UNDATED,
    AccountLook,
    AuditEntry,
    Case,
    Channel,
    FollowUp,
    Interaction,
    LookHow,
    Message,
    Order,
    Promise,
    ServiceReport,
    StaffMember,
    SurveyResponse,
)
from services import company, contact_words, order_contents, order_step_words
from services.accounts.details import differences
from services.orders.words import in_words
from services.search import order_number
from services.text import _, local_date, local_time, money, number
from services.work import Work


class Kind(StrEnum):
    """What an entry is. The order here is the order of entries of the same instant."""

    CONTACT = "contact"
    MESSAGE = "message"
    PROMISE = "promise"
    FOLLOW_UP = "follow-up"
    CASE = "case"
    REPORT = "report"
    ORDER = "order"
    STEP = "step"
    SURVEY = "survey"
    CHANGE = "change"
    LOOK = "look"


@dataclass(frozen=True)
class Entry:
    """One entry as it is shown. `head` is ours and may hold words of the customer; so may all the others."""

    kind: Kind
    id: int
    at: datetime | None  # None: the day is not known
    head: str
    text: str = ""
    details: tuple[str, ...] = ()
    channel: Channel | None = None
    matter: tuple[str, int] | None = None  # ("case", 4) or ("order", 17): what it belongs to


@dataclass(frozen=True)
class Source:
    """Where a kind is read: an index holds `customer`, `at`, `id`; `elsewhere` tests rows of other tables."""

    customer: Any
    at: Any
    id: Any
    columns: tuple[Any, ...]
    texts: tuple[Any, ...]
    entries: Callable[[Work, Sequence[Any]], list[Entry]]
    only: tuple[ColumnElement[bool], ...] = ()
    elsewhere: tuple[Callable[[Any], ColumnElement[bool]], ...] = field(default=())


_SOME = bindparam("ids", expanding=True, type_=Integer)
_STAFF = select(col(StaffMember.id), col(StaffMember.name)).where(col(StaffMember.id).in_(_SOME))


def _staff(w: Work, rows: Sequence[Any], column: str) -> dict[int, str]:
    wanted = {getattr(r, column) for r in rows} - {None}
    names = w.session.connection().execute(_STAFF, {"ids": list(wanted)}) if wanted else ()
    return {row.id: row.name for row in names}


def _some(*parts: str | None) -> tuple[str, ...]:
    return tuple(p for p in parts if p)


def _contacts(w: Work, rows: Sequence[Any]) -> list[Entry]:
    staff = _staff(w, rows, "staff_id")
    return [
        Entry(
            Kind.CONTACT,
            r.id,
            r.at if r.date_known and r.at != UNDATED else None,
            " · ".join(_some(*contact_words.head(r.channel, r.direction, r.reason))),
            r.summary,
            _some(
                r.subtopic,
                _("With {names}").format(names=r.participants) if r.participants else "",
                _("Had to be explained again") if r.explained_again else "",
                _("Outcome: {outcome}").format(outcome=r.outcome) if r.outcome else "",
                _("{n} minutes").format(n=number(r.duration_s / 60)) if r.duration_s else "",
                staff.get(r.staff_id),
            ),
            r.channel,
        )
        for r in rows
    ]


def _messages(_w: Work, rows: Sequence[Any]) -> list[Entry]:
    return [
        Entry(
            Kind.MESSAGE,
            r.id,
            r.at,
            " · ".join(_some(_("Portal message"), contact_words.direction(r.direction), r.subject)),
            r.body,
            _some("" if r.read_at else _("not read yet")),
        )
        for r in rows
    ]


def _promises(w: Work, rows: Sequence[Any]) -> list[Entry]:
    staff, zone = _staff(w, rows, "owner_id"), w.actor.zone
    return [
        Entry(
            Kind.PROMISE,
            r.id,
            r.at,
            _("Promised until {day}").format(day=local_date(r.due_on, zone)),
            r.what,
            _some(_("kept") if r.kept_at else _("broken") if r.broken_at else _("open"), staff.get(r.owner_id)),
        )
        for r in rows
    ]


def _follow_ups(w: Work, rows: Sequence[Any]) -> list[Entry]:
    staff, zone = _staff(w, rows, "owner_id"), w.actor.zone
    return [
        Entry(Kind.FOLLOW_UP, r.id, r.at, _("Planned for {time}").format(time=local_time(r.due_at, zone)), r.reason,
              _some(contact_words.ending(r.ending, is_open=r.done_at is None), staff.get(r.owner_id)))
        for r in rows
    ]  # fmt: skip


def _cases(_w: Work, rows: Sequence[Any]) -> list[Entry]:
    return [
        Entry(
            Kind.CASE,
            r.id,
            r.at,
            " · ".join(_some(_("Case opened"), r.topic)),
            r.subject,
            _some(
                contact_words.case_state(r.state),
                _("Next step: {step}").format(step=r.next_step) if r.next_step else "",
            ),
        )
        for r in rows
    ]


def _reports(_w: Work, rows: Sequence[Any]) -> list[Entry]:
    return [
        Entry(
            Kind.REPORT,
            r.id,
            r.at,
            " · ".join((_("Service report"), r.subject)),
            r.what,
            _some(r.who, _("Next step: {step}").format(step=r.next_step) if r.next_step else ""),
        )
        for r in rows
    ]


def _orders(w: Work, rows: Sequence[Any]) -> list[Entry]:
    contents, currency = order_contents.first_lines(w, [r.id for r in rows]), company.of(w).currency
    entries = []
    for r in rows:
        head = " · ".join((_("Order {number}").format(number=order_number(r.id)), in_words(r.status)))
        entries.append(
            Entry(
                Kind.ORDER,
                r.id,
                r.at,
                head,
                contents.get(r.id, ""),
                _some(money(r.total_cents, currency), r.channel, r.note),
            )
        )
    return entries


def _steps(w: Work, rows: Sequence[Any]) -> list[Entry]:
    currency = company.of(w).currency
    return [
        Entry(
            Kind.STEP,
            r.id,
            r.at,
            *order_step_words.told(r.action, r.entity_id, r.after, currency),
            _some(r.actor_name, r.reason),
        )
        for r in rows
    ]


def _surveys(_w: Work, rows: Sequence[Any]) -> list[Entry]:
    return [
        Entry(
            Kind.SURVEY,
            r.id,
            r.at,
            " · ".join(_some(_("Survey answer"), r.instrument)),
            "\n".join(_some(r.title, r.text)),
            _some(r.question, _("{score} of {most}").format(score=number(r.score, 1), most=number(r.scale_max, 1))),
        )
        for r in rows
    ]


def _changes(_w: Work, rows: Sequence[Any]) -> list[Entry]:
    return [
        Entry(
            Kind.CHANGE,
            r.id,
            r.at,
            _("Account change"),
            differences(r.before, r.after) or _file(r.before, r.after),
            _some(r.actor_name, r.reason),
        )
        for r in rows
    ]


def _file(before: dict[str, Any], after: dict[str, Any]) -> str:
    if name := after.get("file_name"):
        return _("A file was added: {name}").format(name=name)
    if name := before.get("file_name"):
        return _("A file was removed: {name}").format(name=name)
    return ""


def _looks(_w: Work, rows: Sequence[Any]) -> list[Entry]:
    return [Entry(Kind.LOOK, r.id, r.at, _("Looked at as the customer sees it"), r.reason, (r.name,)) for r in rows]


def _value_named(pattern: Any) -> ColumnElement[bool]:
    old, new = (cast(column, Text) for column in (col(AuditEntry.before), col(AuditEntry.after)))
    return old.ilike(pattern, escape="\\") | new.ilike(pattern, escape="\\")


def _source(model: Any, at: str, entries: Any, columns: str, texts: str, **more: Any) -> Source:
    def of(names: str) -> tuple[Any, ...]:
        return tuple(getattr(model, name) for name in names.split())

    return Source(model.customer_id, getattr(model, at), model.id, of(columns), of(texts), entries, **more)


_TOLD_OF_A_CONTACT = (
    "channel direction reason subtopic summary outcome participants explained_again duration_s staff_id date_known"
)
_TOLD_OF_AN_ANSWER = "instrument question score scale_max title text"
SOURCES: dict[Kind, Source] = {
    Kind.CONTACT: _source(Interaction, "happened_at", _contacts, _TOLD_OF_A_CONTACT, "summary reason subtopic outcome"),
    Kind.MESSAGE: _source(Message, "sent_at", _messages, "direction subject body read_at", "subject body"),
    Kind.PROMISE: _source(Promise, "made_at", _promises, "what due_on owner_id kept_at broken_at", "what"),
    Kind.FOLLOW_UP: _source(FollowUp, "created_at", _follow_ups, "reason due_at owner_id done_at ending", "reason"),
    Kind.CASE: _source(Case, "opened_at", _cases, "state topic subject next_step", "subject topic next_step"),
    Kind.REPORT: _source(ServiceReport, "written_at", _reports, "subject what who next_step", "subject what next_step"),
    Kind.ORDER: _source(
        Order, "ordered_at", _orders, "status channel total_cents note", "note source_id",
        elsewhere=(order_contents.named,),
    ),
    # What became of an order; that it was placed, the order itself says.
    Kind.STEP: _source(AuditEntry, "at", _steps, "action entity_id actor_name reason after", "actor_name reason",
                       only=(col(AuditEntry.entity) == "order", col(AuditEntry.action) != "orders.place"),
                       elsewhere=(_value_named,)),
    # An answer without its day has no place in a list by time.
    Kind.SURVEY: _source(SurveyResponse, "answered_at", _surveys, _TOLD_OF_AN_ANSWER, "title text instrument question",
                         only=(col(SurveyResponse.answered_at).is_not(None),)),
    Kind.CHANGE: _source(AuditEntry, "at", _changes, "actor_name reason before after", "actor_name reason",
                         only=(col(AuditEntry.entity) == "customer",), elsewhere=(_value_named,)),
    # That the team's own page was opened is no news to the team.
    Kind.LOOK: _source(AccountLook, "at", _looks, "name reason", "name reason",
                       only=(col(AccountLook.how) == LookHow.AS_CUSTOMER,)),
}  # fmt: skip

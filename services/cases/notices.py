"""What colleagues are told about a case, in the app (until they open it) and by mail: whoever owns or watches it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlmodel import col

from db.models import Case, CaseNotice, CaseWatcher, Customer, Person, Role
from services import access, audit
from services.cases import mail
from services.cases.rules import case_number
from services.due import called, customer_columns
from services.text import _, speaking
from services.work import Work

MOST = 30


class Kind(StrEnum):
    MESSAGE = "message"
    NEAR = "near"
    LATE = "late"
    GIVEN = "given"
    RATING = "rating"


@dataclass(frozen=True)
class Notice:
    """One line on Today."""

    case_id: int
    number: str
    customer: str
    subject: str
    kind: Kind
    at: datetime


def in_words(kind: Kind) -> str:
    """What happened."""
    return {
        Kind.MESSAGE: _("new message"),
        Kind.NEAR: _("its time is running out"),
        Kind.LATE: _("its time is over"),
        Kind.GIVEN: _("yours now"),
        Kind.RATING: _("a low rating"),
    }[kind]


def written(w: Work, case: Case) -> None:
    """Somebody wrote: the owner hears of the customer, those who watch hear of both sides."""
    people = {p.id: p for p in _watching(w, case)}
    if w.actor.role is Role.CUSTOMER:
        people |= {p.id: p for p in owner(w, case)}
    people.pop(w.actor.person_id or 0, None)
    tell(w, case, Kind.MESSAGE, people.values())


def tell(w: Work, case: Case, kind: Kind, people: Iterable[Person]) -> None:
    """A notice and a mail for each; whoever has not yet looked at the last notice of this kind gets no second one."""
    people = list(people)
    waiting = select(col(CaseNotice.person_id)).where(
        col(CaseNotice.case_id) == case.id, col(CaseNotice.kind) == kind.value, col(CaseNotice.read_at).is_(None)
    )
    told = set(w.session.execute(waiting).scalars()) if people else set()
    for person in people:
        if person.id in told:
            continue
        w.session.add(CaseNotice(person_id=person.id, case_id=case.id, kind=kind.value, at=w.now))
        with speaking(person.language):
            subject, words = _mail(kind)
            mail.to_staff(w, case, person, kind.value, subject, words)


def owner(w: Work, case: Case) -> list[Person]:
    """The sign-in of the owner, if it works."""
    if case.owner_id is None:
        return []
    people = select(Person).where(col(Person.staff_id) == case.owner_id, col(Person.disabled_at).is_(None))
    return list(w.session.execute(people).scalars())


def mine(w: Work) -> list[Notice]:
    """What the actor has not looked at yet, newest first. Staff only."""
    w.require(Role.STAFF)
    new = (
        select(col(CaseNotice.case_id), col(CaseNotice.kind), col(CaseNotice.at), col(Case.subject),
               col(Case.customer_id), *customer_columns())
        .join(Case, col(Case.id) == col(CaseNotice.case_id))
        .join(Customer, col(Customer.id) == col(Case.customer_id))
        .where(col(CaseNotice.person_id) == w.actor.person_id, col(CaseNotice.read_at).is_(None))
        .order_by(col(CaseNotice.id).desc())
        .limit(MOST)
    )  # fmt: skip
    return [
        Notice(
            r.case_id,
            case_number(r.case_id),
            called(r.customer_id, r.customer_name, r.customer_company),
            r.subject,
            Kind(r.kind),
            r.at,
        )
        for r in w.session.execute(new)
    ]


def seen(w: Work, case_id: int) -> None:
    """The actor has opened the case. Staff only."""
    w.require(Role.STAFF)
    waiting = (
        col(CaseNotice.case_id) == case_id,
        col(CaseNotice.person_id) == w.actor.person_id,
        col(CaseNotice.read_at).is_(None),
    )
    w.session.connection().execute(update(CaseNotice).where(*waiting).values(read_at=w.now))


def unseen(w: Work, case_id: int) -> bool:
    """Whether `seen` has anything to do."""
    waiting = select(col(CaseNotice.id)).where(
        col(CaseNotice.case_id) == case_id,
        col(CaseNotice.person_id) == w.actor.person_id,
        col(CaseNotice.read_at).is_(None),
    )
    return w.session.execute(waiting.limit(1)).first() is not None


def watch(w: Work, case_id: int, *, on: bool = True) -> None:
    """Hear of every new message of the case, or no more. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    case = access.case(w, case_id)
    held = w.session.get(CaseWatcher, (case_id, w.actor.person_id))
    if (held is not None) is on or w.actor.person_id is None:
        return
    if held is not None:
        w.session.delete(held)
    else:
        w.session.add(CaseWatcher(case_id=case_id, person_id=w.actor.person_id, since=w.now))
    w.session.flush()
    audit.record(w, "cases.watch", "case", case_id, customer_id=case.customer_id, after={"watch": on})


def watchers(w: Work, case_id: int) -> dict[int, str]:
    """Who watches the case: names by person."""
    people = (
        select(col(Person.id), col(Person.name))
        .join(CaseWatcher, col(CaseWatcher.person_id) == col(Person.id))
        .where(col(CaseWatcher.case_id) == case_id)
        .order_by(col(Person.name))
    )
    return {r.id: r.name for r in w.session.connection().execute(people)}


def _watching(w: Work, case: Case) -> list[Person]:
    people = (
        select(Person)
        .join(CaseWatcher, col(CaseWatcher.person_id) == col(Person.id))
        .where(col(CaseWatcher.case_id) == case.id, col(Person.disabled_at).is_(None))
    )
    return list(w.session.execute(people).scalars())


def _mail(kind: Kind) -> tuple[str, str]:
    """Subject and sentence; {number} stands for the case."""
    return {
        Kind.MESSAGE: (_("New message in case {number}"), _("there is a new message in case {number}.")),
        Kind.NEAR: (_("Case {number}: the time is running out"), _("case {number} has to be looked at soon.")),
        Kind.LATE: (_("Case {number} is overdue"), _("the time that was set for case {number} is over.")),
        Kind.GIVEN: (_("Case {number} is yours now"), _("case {number} was given to you.")),
        Kind.RATING: (_("Low rating for case {number}"), _("the customer gave case {number} a low rating.")),
    }[kind]

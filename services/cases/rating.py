"""The customer's rating after a case is settled: one click in the mail without signing in, or in the portal.

A case has one rating: a later click changes it. It is kept as a survey answer, so that it stands with all others.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import select, union
from sqlmodel import col

from db.models import Case, CaseRating, Direction, FollowUp, Interaction, Message, Person, StaffMember
from db.models import SurveyResponse as Answer
from services import access, audit, company, working_time
from services.cases import mail, notices
from services.cases.rules import case_number, family
from services.errors import Invalid, NotFound
from services.inputs import paragraph
from services.text import _
from services.work import Work

LOWEST, HIGHEST = 1, 5
LOW = 2  # up to here somebody calls back
MOST_WORDS = 2000
SOURCE = "case-rating"
MORNING = time(9, 0)


@dataclass(frozen=True)
class Rated:
    """What was given; no score: not yet."""

    case_id: int
    number: str
    subject: str
    score: int | None
    text: str
    at: datetime | None
    who: tuple[str, ...] = ()  # everybody who worked on it; for staff only


def in_words(score: int) -> str:
    """What a score says."""
    words = (_("very unhappy"), _("unhappy"), _("neither nor"), _("happy"), _("very happy"))
    return words[score - LOWEST]


def ask(w: Work, case: Case) -> None:
    """Mail the five links, once per case. Part of the transaction that settles it."""
    if w.session.get(CaseRating, case.id) is not None:
        return
    secret = secrets.token_urlsafe(24)
    w.session.add(CaseRating(case_id=case.id, token_hash=_digest(secret), asked_at=w.now))
    w.session.flush()
    mail.rate(w, case, secret, in_words)


def by_link(w: Work, secret: str, score: int | None = None, text: str | None = None) -> Rated:
    """What a mailed link leads to; with a score or words it is given or changed. Raises NotFound, Invalid."""
    row = select(CaseRating).where(col(CaseRating.token_hash) == _digest(secret))
    if score is not None or text is not None:
        row = row.with_for_update()
    asked = w.session.execute(row, execution_options={"populate_existing": True}).scalar_one_or_none()
    if asked is None:
        raise NotFound(_("rating"))
    case = w.session.get_one(Case, asked.case_id)
    if score is not None or text is not None:
        _give(w, case, asked, score, text)
    return _rated(w, case, asked)


def give(w: Work, case_id: int, score: int, text: str = "") -> Rated:
    """The customer rates in the portal. Raises NotFound, Invalid."""
    access.own_customer_id(w)
    case = access.case(w, case_id)
    asked = _held(w, case_id)
    if asked is None:
        raise Invalid(_("Rating"), _("this case is not settled yet"))
    _give(w, case, asked, score, text)
    return _rated(w, case, asked)


def of(w: Work, case_id: int) -> Rated | None:
    """The rating of a case, for its customer and for staff; None where none was asked for. Raises NotFound."""
    case = access.case(w, case_id)
    asked = w.session.get(CaseRating, case_id)
    if asked is None:
        return None
    return _rated(w, case, asked, credit=w.actor.is_team)


def credited(w: Work, case_id: int) -> tuple[str, ...]:
    """Everybody who worked on the case: who wrote to the customer, kept a note, or owns it. By name."""
    ours = family(w, case_id)
    writers = (
        select(col(Person.staff_id))
        .join(Message, col(Message.author_id) == col(Person.id))
        .where(col(Message.case_id).in_(ours), col(Message.direction) == Direction.OUT)
    )
    note_takers = select(col(Interaction.staff_id)).where(col(Interaction.case_id).in_(ours))
    owners = select(col(Case.owner_id)).where(col(Case.id).in_(ours))
    everybody = union(writers, note_takers, owners).subquery()
    names = select(col(StaffMember.name)).where(col(StaffMember.id).in_(select(everybody.c[0])))
    return tuple(w.session.execute(names.order_by(col(StaffMember.name))).scalars())


def _digest(secret: str) -> str:
    return hashlib.sha256(str(secret)[:200].encode()).hexdigest()


def _held(w: Work, case_id: int) -> CaseRating | None:
    row = select(CaseRating).where(col(CaseRating.case_id) == case_id).with_for_update()
    return w.session.execute(row, execution_options={"populate_existing": True}).scalar_one_or_none()


def _give(w: Work, case: Case, asked: CaseRating, score: int | None, text: str | None) -> None:
    known = w.session.get(Answer, asked.response_id) if asked.response_id else None
    if score is None and known is None:
        raise Invalid(_("Rating"), _("choose how it was first"))
    if score is not None and not LOWEST <= score <= HIGHEST:
        raise Invalid(_("Rating"), _("choose one from the list"))
    words = None if text is None else paragraph(text, _("Your words"), MOST_WORDS, required=False)
    before = audit.snapshot(known) if known else {}
    row = known or Answer(
        source=SOURCE,
        source_id=str(case.id),
        customer_id=case.customer_id,
        order_id=case.order_id,
        instrument=_("After service"),
        question=_("How did we do in case {number}?").format(number=case_number(case.id)),
        score=float(score or 0),
        scale_min=LOWEST,
        scale_max=HIGHEST,
        asked_at=asked.asked_at,
    )
    row.score = row.score if score is None else float(score)
    row.text = row.text if words is None else words
    row.answered_at = w.now
    w.session.add(row)
    w.session.flush()
    asked.response_id = row.id
    w.session.add(asked)
    after = audit.snapshot(row)
    audit.record(w, "cases.rate", "survey", row.id, customer_id=case.customer_id, before=before, after=after)
    if row.score <= LOW:
        _call_back(w, case, row)


def _call_back(w: Work, case: Case, row: Answer) -> None:
    """One follow-up for the owner, with the customer's words; a second click writes into the same."""
    begins = _("Low rating of case {number}").format(number=case_number(case.id))
    reason = f"{begins} ({row.score:.0f}/{HIGHEST}): {' '.join(row.text.split())}".rstrip(": ")[:200]
    planned = select(FollowUp).where(
        col(FollowUp.customer_id) == case.customer_id,
        col(FollowUp.done_at).is_(None),
        col(FollowUp.reason).startswith(begins, autoescape=True),
    )
    touch = w.session.execute(planned.limit(1)).scalar_one_or_none()
    before = audit.snapshot(touch) if touch else {}
    if touch is None:
        zone = company.of(w).zone
        day = working_time.of(w).days_after(w.now.astimezone(zone).date(), 1)
        due_at = datetime.combine(day, MORNING, zone).astimezone(UTC)
        touch = FollowUp(customer_id=case.customer_id, owner_id=case.owner_id, reason=reason, due_at=due_at,
                         created_at=w.now)  # fmt: skip
        notices.tell(w, case, notices.Kind.RATING, notices.owner(w, case))
    touch.reason = reason
    w.session.add(touch)
    w.session.flush()
    after = audit.snapshot(touch)
    audit.record(w, "follow_ups.plan", "follow_up", touch.id, customer_id=case.customer_id, before=before, after=after)


def _rated(w: Work, case: Case, asked: CaseRating, *, credit: bool = False) -> Rated:
    answer = w.session.get(Answer, asked.response_id) if asked.response_id else None
    return Rated(
        case.id,
        case_number(case.id),
        case.subject,
        round(answer.score) if answer else None,
        answer.text if answer else "",
        answer.answered_at if answer else None,
        credited(w, case.id) if credit else (),
    )

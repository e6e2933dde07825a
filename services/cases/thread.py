"""What customer and staff write to each other in a case. Notes of staff are contacts and never come here."""

import hashlib

from sqlalchemy import update
from sqlmodel import SQLModel, col, select

from db.models import Case, CaseState, Direction, Message, Role
from services import audit
from services.cases import clocks, mail, notices
from services.cases.rules import family, held, root_of
from services.cases.states import enter
from services.errors import Conflict, Invalid
from services.inputs import line, paragraph
from services.text import _
from services.work import Work

MOST_WORDS = 10_000


class NewAnswer(SQLModel):
    """What one side writes. `last_seen` is the newest message that the page showed (0: none)."""

    idempotency_key: str
    text: str
    last_seen: int = 0
    then: CaseState = CaseState.WAITING  # what the case becomes when staff have written
    despite: str = ""  # why it is settled although steps of its checklist are not done


def keyed(w: Work, key: str) -> str:
    """One person's keys can neither meet nor guess another's."""
    clean = line(key, _("Message"), 200)
    return hashlib.sha256(f"message:{w.actor.person_id}:{clean}".encode()).hexdigest()


def said(w: Work, case: Case, direction: Direction, text: str, key: str) -> Message:
    """The row of a message that has been checked."""
    message = Message(
        customer_id=case.customer_id,
        case_id=case.id,
        direction=direction,
        author_id=w.actor.person_id,
        subject=case.subject,
        body=text,
        sent_at=w.now,
        idempotency_key=key,
    )
    w.session.add(message)
    w.session.flush()
    return message


def write(w: Work, case_id: int, new: NewAnswer) -> Message:
    """Write to the other side, which gets a mail. A customer's words open a solved case again.

    The same key again is the same message. Raises NotFound, Invalid, and Conflict when somebody wrote since the page
    was opened; then nothing is sent.
    """
    w.require(Role.CUSTOMER, Role.STAFF)
    case = held(w, case_id)
    text = paragraph(new.text, _("Message"), MOST_WORDS)
    key = keyed(w, new.idempotency_key)
    known = w.session.exec(select(Message).where(Message.idempotency_key == key)).one_or_none()
    if known is not None:
        if root_of(w, known.case_id or 0) != case.id or known.body != text:
            raise Conflict(_("This form was sent before with other words. Please open the page anew."))
        return known
    by_customer = w.actor.role is Role.CUSTOMER
    _nobody_wrote(w, case, new.last_seen, by_customer=by_customer)
    before = audit.snapshot(case)
    if by_customer:
        _customer_wrote(w, case)
    else:
        enter(w, case, new.then, despite=new.despite)
        clocks.answered(w, case)
    w.session.add(case)
    message = said(w, case, Direction.IN if by_customer else Direction.OUT, text, key)
    audit.record(w, "cases.write", "message", message.id, customer_id=case.customer_id, after={"case": case.id})
    after = audit.snapshot(case)
    if after != before:
        reason = new.despite if case.closed_at else ""
        audit.record(
            w, "cases.change", "case", case.id, customer_id=case.customer_id, before=before, after=after, reason=reason
        )
    if not by_customer:
        mail.answered(w, case, text)
    notices.written(w, case)
    return message


def _customer_wrote(w: Work, case: Case) -> None:
    if case.state is CaseState.CLOSED:
        raise Invalid(_("Case"), _("it is closed; please ask a new question"))
    if case.state is CaseState.OPEN and case.answer_by is None:
        clocks.start(w, case)
    enter(w, case, CaseState.OPEN)


def _nobody_wrote(w: Work, case: Case, last_seen: int, *, by_customer: bool) -> None:
    """Staff do not answer past each other or past the customer; a customer may always add something."""
    if by_customer:
        return
    newer = select(Message).where(col(Message.case_id).in_(family(w, case.id)), col(Message.id) > last_seen)
    found = w.session.exec(newer.order_by(col(Message.id).desc()).limit(1)).first()
    if found is None:
        return
    if found.direction is Direction.IN:
        raise Conflict(_("The customer has written since you opened the page. Nothing was sent; read it first."))
    raise Conflict(_("A colleague has answered since you opened the page. Nothing was sent; read it first."))


def read(w: Work, case_id: int) -> None:
    """Whoever looks has read what the other side wrote so far. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    case = held(w, case_id)
    theirs = Direction.OUT if w.actor.role is Role.CUSTOMER else Direction.IN
    unread = (
        col(Message.case_id).in_(family(w, case.id)),
        col(Message.direction) == theirs,
        col(Message.read_at).is_(None),
    )
    ids = list(w.session.exec(select(Message.id).where(*unread)))
    if not ids:
        return
    w.session.connection().execute(update(Message).where(col(Message.id).in_(ids)).values(read_at=w.now))
    audit.record(w, "cases.read", "message", ids[-1], customer_id=case.customer_id, after={"read": ids})

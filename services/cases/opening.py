"""How a case begins: a customer asks, or staff open one from what was said."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select

from db.models import Case, Channel, Direction, Message, Role
from services import access, audit, interactions
from services.cases import checklists, clocks, mail, routing, topics
from services.cases.rules import PRIORITIES
from services.cases.thread import MOST_WORDS, keyed, said
from services.errors import Conflict, Invalid
from services.inputs import line, paragraph
from services.interactions import NewInteraction
from services.text import _
from services.work import Work


class NewQuestion(SQLModel):
    """What a customer hands in. The same key never makes a second case."""

    idempotency_key: str
    subject: str
    text: str
    order_id: int | None = None
    topic: str = ""


class NewCase(SQLModel):
    """What staff hand in: the contact it came from, and what the customer is told happens next."""

    idempotency_key: str
    subject: str
    text: str
    channel: Channel = Channel.PHONE
    direction: Direction = Direction.IN
    next_step: str = ""
    priority: str = "normal"
    order_id: int | None = None
    topic: str = ""


def ask(w: Work, new: NewQuestion) -> Case:
    """A customer's question becomes a case with its first message. Raises Invalid, NotFound, Conflict."""
    own = access.own_customer_id(w)
    subject = line(new.subject, _("Subject"), 200)
    text = paragraph(new.text, _("Your question"), MOST_WORDS)
    topic = topics.chosen(w, new.topic)
    _own_order(w, own, new.order_id)
    key = keyed(w, new.idempotency_key)
    known = _asked(w, key, text)
    if known is not None:
        return known
    try:
        with w.session.begin_nested():
            case = begun(w, Case(customer_id=own, order_id=new.order_id, subject=subject, topic=topic, opened_at=w.now))
            message = said(w, case, Direction.IN, text, key)
    except IntegrityError:  # the same key in another transaction that was a moment faster
        known = _asked(w, key, text)
        if known is None:
            raise
        return known
    audit.record(w, "cases.ask", "case", case.id, customer_id=own, after=audit.snapshot(case))
    audit.record(w, "cases.write", "message", message.id, customer_id=own, after={"case": case.id})
    return case


def raise_for(w: Work, customer_id: int, new: NewCase) -> Case:
    """Staff log what was said and open a case for it, owned by whoever opens it. Raises Invalid, NotFound, Conflict."""
    w.require(Role.STAFF)
    _own_order(w, customer_id, new.order_id)
    subject = line(new.subject, _("Subject"), 200)
    next_step = line(new.next_step, _("Next step"), 400, required=False)
    topic = topics.chosen(w, new.topic)
    if new.priority not in PRIORITIES:
        raise Invalid(_("Priority"), _("choose one from the list"))
    contact = interactions.log(w, customer_id, _contact(new))
    w.session.refresh(contact)
    if contact.case_id is not None:  # the same form, sent again
        return access.case(w, contact.case_id)
    case = begun(
        w,
        Case(
            customer_id=customer_id,
            order_id=new.order_id,
            subject=subject,
            topic=topic,
            next_step=next_step,
            priority=new.priority,
            owner_id=w.actor.staff_id,
            opened_at=w.now,
        ),
    )
    contact.case_id = case.id
    w.session.add(contact)
    w.session.flush()
    audit.record(w, "cases.open", "case", case.id, customer_id=customer_id, after=audit.snapshot(case))
    mail.opened(w, case)
    return case


def _contact(new: NewCase) -> NewInteraction:
    return NewInteraction(
        idempotency_key=new.idempotency_key,
        summary=new.text,
        channel=new.channel,
        direction=new.direction,
        order_id=new.order_id,
    )


def begun(w: Work, case: Case) -> Case:
    """The checked row of a new case, with what every case begins with: its team, its clocks, its checklists."""
    routing.on_opening(w, case)
    clocks.start(w, case)
    w.session.add(case)
    w.session.flush()
    checklists.on_opening(w, case)
    return case


def _own_order(w: Work, customer_id: int, order_id: int | None) -> None:
    if order_id is not None and access.order(w, order_id).customer_id != customer_id:
        raise Invalid(_("Order"), _("this order belongs to another customer"))


def _asked(w: Work, key: str, text: str) -> Case | None:
    """The case that was opened under this key before. Raises Conflict when it said something else."""
    message = w.session.exec(select(Message).where(Message.idempotency_key == key)).one_or_none()
    if message is None or message.case_id is None:
        return None
    if message.body != text:
        raise Conflict(_("This form was sent before with other words. Please open the page anew."))
    return access.case(w, message.case_id)

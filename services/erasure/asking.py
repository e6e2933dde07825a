"""Asking to be forgotten, taking it back, and how it stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from db.models import Erasure, ErasureState
from services import access, audit
from services.erasure.planning import Plan, plan
from services.errors import Conflict, NotFound
from services.inputs import paragraph
from services.text import _
from services.work import Work


@dataclass(frozen=True)
class Wish:
    """How one's wish stands."""

    id: int
    state: ErasureState
    asked_at: datetime
    decided_at: datetime | None
    answer: str


def own_plan(w: Work) -> Plan:
    """What would go and what the law keeps, of oneself."""
    return plan(w, access.own_customer_id(w))


def mine(w: Work) -> Wish | None:
    """The newest wish of one's own that was not withdrawn."""
    own = access.own_customer_id(w)
    newest = select(Erasure).where(Erasure.customer_id == own, Erasure.state != ErasureState.WITHDRAWN)
    row = w.session.exec(newest.order_by(col(Erasure.id).desc()).limit(1)).first()
    return None if row is None else Wish(row.id, row.state, row.asked_at, row.decided_at, row.answer)


def ask(w: Work, wish: object = "") -> Erasure:
    """Ask that everything about oneself is erased. A manager decides. Raises Invalid, Conflict when asked already."""
    own = access.own_people(w)
    row = Erasure(customer_id=own, wish=paragraph(wish, _("Your words"), 1000, required=False), asked_at=w.now)
    try:
        with w.session.begin_nested():
            w.session.add(row)
            w.session.flush()
    except IntegrityError as error:
        raise Conflict(_("You have asked for this already; we will answer.")) from error
    audit.record(w, "erasures.ask", "erasure", row.id, customer_id=own)
    return row


def withdraw(w: Work, erasure_id: int) -> None:
    """Take the wish back, as long as nobody has decided. Raises NotFound, Conflict."""
    own, row = access.own_people(w), w.session.get(Erasure, erasure_id, with_for_update=True)
    if row is None or row.customer_id != own:
        raise NotFound(_("wish"))
    if row.state is not ErasureState.ASKED:
        raise Conflict(_("This was decided already."))
    row.state, row.decided_at = ErasureState.WITHDRAWN, w.now
    w.session.add(row)
    audit.record(w, "erasures.withdraw", "erasure", row.id, customer_id=own)

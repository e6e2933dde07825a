"""What a customer agreed to, purpose by purpose: how it stands, switching it, and its dated history.

Rows are only ever added. The newest one of a purpose counts. Without one, what needs an agreement (newsletter,
research) is not done, and what may be objected to (hints about bought products, suggestions from one's own
purchases) is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_
from sqlalchemy import select as columns_of
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from db.models import (
    AuditEntry,
    BacktestMember,
    Consent,
    Customer,
    CustomerScore,
    CustomerWarning,
    Purpose,
)
from services import access, audit
from services.errors import Invalid
from services.text import _
from services.work import Work

#: The `how` of what the customer switched in the account; told in the reader's words.
BY_ACCOUNT = "account"
MOST = 200
#: What happens until somebody objects; everything else needs an agreement first.
UNTIL_OBJECTED = (Purpose.SERVICE, Purpose.PROFILING)


@dataclass(frozen=True)
class Current:
    """How a purpose stands. `granted` is None where nothing was ever said; `row` tells one answer from the next."""

    purpose: Purpose
    granted: bool | None
    at: datetime | None
    row: int

    @property
    def holds(self) -> bool:
        """Whether it may be done now: as was said, or as it is without an answer."""
        return self.purpose in UNTIL_OBJECTED if self.granted is None else self.granted


@dataclass(frozen=True)
class Given:
    """One answer of the past: what, when, how, and by whom where that was written down."""

    purpose: Purpose
    granted: bool
    at: datetime
    how: str
    who: str


def names() -> dict[Purpose, str]:
    """The purposes in words."""
    return {
        Purpose.SERVICE: _("Mail about service"),
        Purpose.NEWSLETTER: _("Newsletter"),
        Purpose.PROFILING: _("Personal predictions"),
        Purpose.RESEARCH: _("Surveys and research"),
    }


def current(w: Work, customer_id: int) -> tuple[Current, ...]:
    """How each purpose stands, for the customer itself and for staff. Raises NotFound."""
    access.customer(w, customer_id)
    newest: dict[Purpose, Consent] = {}
    for row in w.session.exec(_rows(customer_id)):
        newest.setdefault(row.purpose, row)
    return tuple(
        Current(p, newest[p].granted, newest[p].at, newest[p].id) if p in newest else Current(p, None, None, 0)
        for p in Purpose
    )


def holds(w: Work, customer_id: int, purpose: Purpose) -> bool:
    """Whether something may be done for this purpose now, as the customer last said. Raises NotFound."""
    return next(c.holds for c in current(w, customer_id) if c.purpose is purpose)


def objecting(purpose: Purpose) -> Select[int]:
    """The ids of the customers whose newest answer is no, as a subquery: whoever is in it must be left out.

    For questions about everybody; it reads each no that was ever said. For one customer or a page of them: `objects`.
    """
    no, later = aliased(Consent), aliased(Consent)
    newer = or_(col(later.at) > col(no.at), and_(col(later.at) == col(no.at), col(later.id) > col(no.id)))
    same = (col(later.customer_id) == col(no.customer_id), col(later.purpose) == col(no.purpose))
    noes = columns_of(col(no.customer_id)).where(col(no.purpose) == purpose, ~col(no.granted))
    return noes.where(~exists().where(*same, newer))


def objects(customer_id: Any, purpose: Purpose) -> ColumnElement[bool]:
    """Whether the newest answer of the customer in that column is no: the same, asked row by row."""
    said = columns_of(col(Consent.granted)).where(
        col(Consent.customer_id) == customer_id, col(Consent.purpose) == purpose
    )
    newest = said.order_by(col(Consent.at).desc(), col(Consent.id).desc()).limit(1)
    return newest.scalar_subquery().is_(False)


def history(w: Work, customer_id: int) -> list[Given]:
    """Every answer, the latest first, for the customer itself and for staff. Raises NotFound."""
    access.customer(w, customer_id)
    rows = list(w.session.exec(_rows(customer_id).limit(MOST)))
    named = select(AuditEntry.entity_id, AuditEntry.actor_id, AuditEntry.actor_name).where(
        AuditEntry.entity == "consent", col(AuditEntry.entity_id).in_([str(r.id) for r in rows])
    )
    who = {entity_id: _("You") if by == w.actor.person_id else name for entity_id, by, name in w.session.exec(named)}
    return [Given(r.purpose, r.granted, r.at, _how(r.how), who.get(str(r.id), "")) for r in rows]


def switch(w: Work, purpose: object, granted: object) -> bool:
    """Agree to a purpose or withdraw, for oneself; it counts from this moment. False where it stood so already.

    Who objects to predictions has none any more; who agrees again gets them with the next scoring run.

    Raises Invalid.
    """
    own = access.own_people(w)
    chosen = next((p for p in Purpose if p == purpose), None)
    if chosen is None or not isinstance(granted, bool):
        raise Invalid(_("Consent"), _("choose one from the list"))
    w.session.exec(select(Customer.id).where(Customer.id == own).with_for_update()).one()  # two clicks are one answer
    before = next((c.granted for c in current(w, own) if c.purpose is chosen), None)
    if before is granted:
        return False
    row = Consent(customer_id=own, purpose=chosen, granted=granted, at=w.now, how=BY_ACCOUNT)
    w.session.add(row)
    w.session.flush()
    if chosen is Purpose.PROFILING and not granted:
        for predicted in (CustomerScore, BacktestMember, CustomerWarning):
            w.session.exec(delete(predicted).where(col(predicted.customer_id) == own))
    old = {} if before is None else {"purpose": chosen, "granted": before}
    after = {"purpose": chosen, "granted": granted}
    audit.record(w, "consents.switch", "consent", row.id, customer_id=own, before=old, after=after)
    return True


def _rows(customer_id: int) -> SelectOfScalar[Consent]:
    own = select(Consent).where(Consent.customer_id == customer_id)
    return own.order_by(col(Consent.at).desc(), col(Consent.id).desc())


def _how(how: str) -> str:
    return _("in the account") if how == BY_ACCOUNT else how

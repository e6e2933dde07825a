"""Managers decide on wishes to be forgotten; the proof of what was done stays."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from db.models import Customer, Erasure, ErasureState, Person, Role
from services import audit, due, outbox
from services.erasure.carrying_out import carry_out
from services.erasure.planning import kept_until, obstacles, plan
from services.erasure.reach import Whole, whole
from services.errors import Conflict, NotFound
from services.exchange import leftovers
from services.inputs import line
from services.text import _, speaking
from services.work import Work

MOST = 50
#: The kind of the last mail, which is removed once it has left.
LAST_MAIL = "erasure-done"


@dataclass(frozen=True)
class Asked:
    """A wish as managers see it."""

    id: int
    customer_id: int
    customer: str
    state: ErasureState
    wish: str
    asked_at: datetime
    decided_at: datetime | None
    decided_by: str
    answer: str
    counts: dict[str, int]


def waiting(w: Work) -> list[Asked]:
    """Wishes that nobody has decided, the oldest first. Managers only."""
    return _listed(w, (ErasureState.ASKED,))


def decided(w: Work) -> list[Asked]:
    """What was decided, the newest first. Managers only."""
    return _listed(w, (ErasureState.DONE, ErasureState.REFUSED))[::-1]


def _listed(w: Work, states: tuple[ErasureState, ...]) -> list[Asked]:
    w.require(Role.MANAGER)
    rows = (
        select(Erasure, Customer, Person.name)
        .join(Customer, col(Customer.id) == col(Erasure.customer_id))
        .outerjoin(Person, col(Person.id) == col(Erasure.decided_by_id))
        .where(col(Erasure.state).in_(states))
        .order_by(col(Erasure.id).desc())
        .limit(MOST)
    )
    found = [
        Asked(e.id, c.id, due.called(c.id, c.name, c.company), e.state, e.wish, e.asked_at, e.decided_at, by or "",
              e.answer, dict(e.counts))
        for e, c, by in w.session.exec(rows)
    ]  # fmt: skip
    return found[::-1]


def refuse(w: Work, erasure_id: int, reason: object) -> None:
    """Turn the wish down with a reason that the customer reads. Managers only. Raises NotFound, Invalid, Conflict."""
    row = _open(w, erasure_id)
    row.answer = line(reason, _("Reason"), 400)
    _decided(w, row, ErasureState.REFUSED)
    audit.record(w, "erasures.refuse", "erasure", row.id, customer_id=row.customer_id, reason=row.answer)
    for person in _people(w, row.customer_id):
        with speaking(person.language):
            told = [_("We cannot erase your data now."), row.answer, outbox.link("my-data")]
            outbox.post(
                w, "erasure-refused", person.email, _("Your wish to be forgotten"), told, customer_id=row.customer_id
            )


def approve(w: Work, erasure_id: int) -> dict[str, int]:
    """Carry the erasure out at once; returns the rows per table. Managers only.

    Raises NotFound, and Conflict when it was decided or withdrawn meanwhile or something is still under way.
    """
    row = _open(w, erasure_id)
    who = whole(w, row.customer_id)
    _nothing_under_way(w, who)
    counts = {f"{line.fate.value}:{line.table}": line.rows for line in plan(w, who.customer_id).lines}
    people = [(p.email, p.language) for p in _people(w, who.customer_id)]
    row.kept_until = kept_until(w, who.customer_id)
    _decided(w, row, ErasureState.RUNNING)
    source = w.session.get_one(Customer, who.customer_id).source
    if source:
        leftovers.let_go(w, source)
    carry_out(w, who)
    row = w.session.get_one(Erasure, erasure_id)
    row.state, row.counts = ErasureState.DONE, counts
    w.session.add(row)
    w.session.flush()
    proof = {"counts": counts, "kept_until": row.kept_until}
    audit.record(w, "erasure.carried_out", "erasure", row.id, customer_id=who.customer_id, after=proof)
    for email, language in people:
        with speaking(language):
            told = [
                _("Your account and what we knew about you is erased, as you asked for."),
                _("This is our last mail to you; the address is removed once it has left."),
            ]
            outbox.post(w, LAST_MAIL, email, _("Your data is erased"), told)
    return counts


def _open(w: Work, erasure_id: int) -> Erasure:
    w.require(Role.MANAGER)
    row = w.session.get(Erasure, erasure_id, with_for_update=True)
    if row is None:
        raise NotFound(_("wish"))
    if row.state is not ErasureState.ASKED:
        raise Conflict(_("This was decided or withdrawn a moment ago. The list is up to date now."))
    return row


def _decided(w: Work, row: Erasure, state: ErasureState) -> None:
    row.state, row.decided_at, row.decided_by_id = state, w.now, w.actor.person_id
    w.session.add(row)
    w.session.flush()


def _nothing_under_way(w: Work, who: Whole) -> None:
    # Who orders in this moment has to wait for the erasure, and is signed out after it.
    w.session.exec(select(Customer.id).where(Customer.id == who.customer_id).with_for_update()).one()
    told = obstacles(w, who.customer_id)
    if told:
        raise Conflict(_("Not yet: {why}").format(why=" ".join(told)))


def _people(w: Work, customer_id: int) -> list[Person]:
    return list(w.session.exec(select(Person).where(Person.customer_id == customer_id).order_by(col(Person.id))))

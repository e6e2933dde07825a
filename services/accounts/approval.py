"""Changes of an account that the administrator wants to see first: they wait as a request until staff decide."""

from typing import Any

from sqlmodel import col, select, update

from db.models import ChangeRequest, RequestState
from services import audit, company
from services.errors import Conflict
from services.text import _
from services.work import Work

MOST_WAITING = 20


def needed(w: Work, field: str) -> bool:
    """Whether a change of this field waits for approval."""
    return field in company.of(w).needs_approval


def ask(
    w: Work,
    customer_id: int,
    field: str,
    change: dict[str, Any],
    *,
    old: str,
    new: str,
    person_id: int | None = None,
) -> None:
    """Let a checked change wait. A newer wish for the same thing takes the place of the older one. Raises Conflict."""
    person_id = person_id or w.actor.person_id
    waiting = select(ChangeRequest).where(
        ChangeRequest.customer_id == customer_id, ChangeRequest.state == RequestState.OPEN
    )
    rows = list(w.session.exec(waiting))
    same = [r for r in rows if (r.field, r.person_id) == (field, person_id) and _same_target(r.change, change)]
    if len(rows) - len(same) >= MOST_WAITING:
        raise Conflict(_("Many changes of your account wait for approval already. Please withdraw one first."))
    for row in same:
        closed(w, row, RequestState.WITHDRAWN)
    made = ChangeRequest(
        customer_id=customer_id, person_id=person_id, field=field, change=change, old=old, new=new, asked_at=w.now
    )
    w.session.add(made)
    w.session.flush()
    audit.record(w, "change_requests.ask", "change_request", made.id, customer_id=customer_id,
                 before={field: old}, after={field: new})  # fmt: skip


def closed(w: Work, row: ChangeRequest, state: RequestState, answer: str = "") -> None:
    """End a request, once: of two who decide at the same moment the second is told so. Raises Conflict."""
    mine = update(ChangeRequest).where(col(ChangeRequest.id) == row.id, col(ChangeRequest.state) == RequestState.OPEN)
    by_id = w.actor.person_id
    done = w.session.connection().execute(
        mine.values(state=state, decided_at=w.now, decided_by_id=by_id, answer=answer)
    )
    if done.rowcount != 1:
        raise Conflict(_("This request was decided or withdrawn a moment ago. The list is up to date now."))
    w.session.refresh(row)
    action = {RequestState.ACCEPTED: "accept", RequestState.REJECTED: "reject"}.get(state, "withdraw")
    audit.record(w, f"change_requests.{action}", "change_request", row.id, customer_id=row.customer_id, reason=answer)


def _same_target(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Two wishes about the same row, or about the one thing there is; additions stand beside each other."""
    if one["verb"] == "add" or other["verb"] == "add":
        return one == other
    return bool(one.get("row") == other.get("row"))

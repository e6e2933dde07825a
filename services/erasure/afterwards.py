"""What an erasure leaves for later: the last mail, and what the law keeps until its day."""

from datetime import timedelta

from sqlalchemy import delete, or_, update
from sqlmodel import col, select

from db.models import Erasure, ErasureState, OutboxEntry, OutboxState
from services import audit, clock, company
from services.erasure.carrying_out import empty_values
from services.erasure.deciding import LAST_MAIL
from services.erasure.decisions import DECISIONS
from services.erasure.reach import rows_of, whole
from services.work import Work

WAITS = timedelta(days=7)  # a mail that nobody takes in a week will not be taken
MOST = 100


def sweep(w: Work) -> int:
    """Remove last mails that have left, and empty what the law has kept long enough. Returns the customers emptied."""
    over = or_(col(OutboxEntry.state) != OutboxState.WAITING, col(OutboxEntry.created_at) < w.now - WAITS)
    w.session.connection().execute(delete(OutboxEntry).where(col(OutboxEntry.kind) == LAST_MAIL, over))
    today = clock.day_of(w.now, company.of(w).zone)
    due = select(Erasure).where(Erasure.state == ErasureState.DONE, col(Erasure.kept_until) < today)
    rows = list(w.session.exec(due.order_by(col(Erasure.id)).limit(MOST)))
    for row in rows:
        who = whole(w, row.customer_id)
        for decision in (d for d in DECISIONS if d.later):
            values = empty_values(decision.model, decision.later.split())
            w.session.connection().execute(update(decision.model).where(rows_of(decision.model, who)).values(values))
        row.kept_until = None
        w.session.add(row)
        w.session.flush()
        audit.record(w, "erasure.law_ended", "erasure", row.id, customer_id=row.customer_id)
    return len(rows)

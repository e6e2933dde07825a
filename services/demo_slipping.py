"""A customer of the demonstration who is slipping away for three reasons, and has something due again to talk about."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from db.models import Interaction, Promise
from services import audit, clock, hints
from services.hints.beside import LATELY
from services.hints.warning import REASONS

LOOKED_AT, DAYS_AGO = 60, 12  # complaints, newest first; the day of the promise


def add(a: Any) -> int:
    """Of those who complained lately one was promised a call, too, that never came. How many promises: one, or none
    where nobody is silent for long enough.
    """
    upset = select(Interaction).where(
        col(Interaction.reason) == "Complaint", col(Interaction.happened_at) > a.w.now - LATELY
    )
    newest = upset.order_by(col(Interaction.happened_at).desc(), col(Interaction.id).desc()).limit(LOOKED_AT)
    for talk in a.w.session.execute(newest).scalars().all():
        found = hints.of_customer(a.w, talk.customer_id)
        if found is None or len(found.reasons) != REASONS - 1 or hints.suggested(a.w, talk.customer_id) is None:
            continue
        on = clock.day_of(a.w.now, a.zone) - timedelta(days=DAYS_AGO)
        at = a.w.now - timedelta(days=DAYS_AGO - 1)
        row = Promise(customer_id=talk.customer_id, owner_id=talk.staff_id, what="Call back about the complaint",
                      due_on=on, made_at=at - timedelta(days=5), broken_at=at, reminded_at=at)  # fmt: skip
        a.w.session.add(row)
        a.w.session.flush()
        audit.record(a.w, "demo.add", "promise", row.id, customer_id=talk.customer_id, after=audit.snapshot(row))
        return 1
    return 0

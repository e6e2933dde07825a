"""Looking at service reports: the customer and staff see the same."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from db.models import Role, ServiceReport
from services import access
from services.work import Work

MOST = 200


@dataclass(frozen=True)
class Report:
    """One report. `parts` are (name, pieces); `number` is how people call it."""

    id: int
    number: str
    customer_id: int
    case_id: int | None
    subject: str
    done_on: date
    minutes: int | None
    who: str
    what: str
    parts: list[tuple[str, int]]
    next_step: str
    written_at: datetime


def number_of(report_id: int) -> str:
    """How people call a report."""
    return f"S{report_id:07d}"


def of_customer(w: Work, customer_id: int | None = None, *, most: int = MOST) -> list[Report]:
    """The reports of a customer (one's own by default), newest first. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    owner = access.own_orders(w) if customer_id is None else access.customer(w, customer_id).id
    rows = select(ServiceReport).where(ServiceReport.customer_id == owner)
    newest = rows.order_by(col(ServiceReport.written_at).desc(), col(ServiceReport.id).desc())
    return [_shown(row) for row in w.session.exec(newest.limit(most))]


def one(w: Work, report_id: int) -> Report:
    """One of them. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    return _shown(access.service_report(w, report_id))


def _shown(row: ServiceReport) -> Report:
    return Report(
        id=row.id,
        number=number_of(row.id),
        customer_id=row.customer_id,
        case_id=row.case_id,
        subject=row.subject,
        done_on=row.done_on,
        minutes=row.minutes,
        who=row.who,
        what=row.what,
        parts=[(str(p["name"]), int(p["quantity"])) for p in row.parts],
        next_step=row.next_step,
        written_at=row.written_at,
    )

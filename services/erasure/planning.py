"""What an erasure would do, counted from the rows that are there now."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from db.models import FINISHED, ImportRun, Order, Refund, RefundState, Return, ReturnState
from db.models import Customer as CustomerRow
from services import access, company
from services.erasure.decisions import DECISIONS, Fate
from services.erasure.reach import Whole, rows_of, whole
from services.exchange import leftovers
from services.search import order_number
from services.text import _
from services.work import Work

_UNDER_WAY = (ReturnState.REQUESTED, ReturnState.RECEIVED)


@dataclass(frozen=True)
class Line:
    """One kind of data. `name` is the section of "My data" ("" where that leaves it out), `table` the table."""

    table: str
    name: str
    fate: Fate
    rows: int


@dataclass(frozen=True)
class Plan:
    """All kinds with rows; until when the law keeps some; what has to end first; what is beyond our reach."""

    customer_id: int
    lines: list[Line]
    kept_until: date | None
    obstacles: list[str]
    beyond: list[str]

    def rows(self, fate: Fate) -> int:
        return sum(line.rows for line in self.lines if line.fate is fate)


def plan(w: Work, customer_id: int) -> Plan:
    """For the customer itself and for managers. Nothing is changed. Raises NotFound."""
    access.customer(w, customer_id)
    who = whole(w, customer_id)
    counted = [Line(str(d.model.__tablename__), d.name, d.fate, _rows(w, d.model, who))
               for d in DECISIONS if d.fate is not Fate.NOT_THEIRS]  # fmt: skip
    return Plan(
        customer_id,
        [line for line in counted if line.rows],
        kept_until(w, customer_id),
        obstacles(w, customer_id),
        _beyond(w, customer_id),
    )


def _rows(w: Work, model: type, who: Whole) -> int:
    asked = select(func.count()).select_from(model).where(rows_of(model, who))
    return w.session.connection().scalar(asked) or 0


def kept_until(w: Work, customer_id: int) -> date | None:
    """The last day the law keeps names and addresses on orders: so many years from the end of the last order's year."""
    newest = select(func.max(col(Order.ordered_at))).where(col(Order.customer_id) == customer_id)
    last = w.session.connection().scalar(newest)
    if last is None:
        return None
    home = company.of(w)
    return date(last.astimezone(home.zone).year + home.retention_years, 12, 31)


def obstacles(w: Work, customer_id: int) -> list[str]:
    """What is under way and has to end first, in words."""
    connection = w.session.connection()
    mine = col(Order.customer_id) == customer_id
    unfinished = select(col(Order.id)).where(mine, col(Order.status).not_in(FINISHED)).order_by(col(Order.id))
    told = [
        _("Order {number} is under way.").format(number=order_number(i))
        for i in connection.scalars(unfinished.limit(5))
    ]
    returning = select(col(Return.order_id)).join(Order).where(mine, col(Return.state).in_(_UNDER_WAY)).limit(5)
    owed = select(col(Refund.order_id)).join(Order).where(mine, col(Refund.state) != RefundState.DONE).limit(5)
    for rows, sentence in (
        (returning, _("A return of order {number} is not closed.")),
        (owed, _("A refund of order {number} is not paid out.")),
    ):
        told += [sentence.format(number=order_number(i)) for i in connection.scalars(rows)]
    source = w.session.get_one(CustomerRow, customer_id).source
    if source:
        busy = _("Import {number} from “{source}” is under way.")
        told += [busy.format(number=i, source=source) for i in leftovers.under_way(w, source)]
    return told


def _beyond(w: Work, customer_id: int) -> list[str]:
    """Copies that an erasure here does not reach."""
    own = w.session.get_one(CustomerRow, customer_id)
    told = [_("Backups made before hold the data until they are removed: note when the last of them goes.")]
    if own.source:
        said = _("It was taken over from “{source}”: erase it there too, or a new import brings it back.")
        told.append(said.format(source=own.source))
    run = w.session.get(ImportRun, own.import_run_id) if own.import_run_id else None
    if run is not None and run.folder and not leftovers.is_ours(run.folder):
        said = _("The files of import {number} lie on the server at {folder}: remove them if they are not needed.")
        told.append(said.format(number=run.id, folder=run.folder))
    return told

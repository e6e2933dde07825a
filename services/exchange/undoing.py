"""Taking an import back: its rows, their sums and their counts, unless somebody has built on them since."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col

from db.models import (
    Article,
    ArticleQuery,
    Campaign,
    CampaignEvent,
    Consent,
    Customer,
    DailyCustomers,
    DailySales,
    Direction,
    HourlyContacts,
    HourlyOrders,
    ImportRun,
    ImportState,
    Interaction,
    Label,
    Order,
    OrderLine,
    Payment,
    Product,
    Role,
    StaffMember,
    SurveyResponse,
    WebSession,
)
from services import access, audit, rollups
from services.errors import Conflict
from services.exchange import writing
from services.exchange.afterwards import patient
from services.exchange.people import imported_consent
from services.exchange.sales import UNSOLD, add_lines
from services.text import _, ngettext
from services.work import Actor, Work, work

#: Rows that name others go before those they name.
MODELS: tuple[type[SQLModel], ...] = (
    Label, CampaignEvent, ArticleQuery, Article, WebSession, SurveyResponse, Interaction, Payment, OrderLine, Order,
    Campaign, Product, Customer, StaffMember,
)  # fmt: skip
#: Rows that belong to an imported row and go with it.
PARTS = {"customer_address", "customer_email", "customer_phone", "customer_search", "customer_word", "price_change",
         "product_link", "stock_movement"}  # fmt: skip
BATCH = 5_000


def undo(actor: Actor, run_id: int) -> ImportRun:
    """Remove everything an import added, in batches. Administrators only.

    Raises Conflict, and removes nothing, when later work hangs on the imported rows. A run that was cut short can be
    undone too; an undo that was cut short goes on when it is asked for again.
    """
    with work(actor) as w:
        patient(w)
        w.require(Role.ADMIN)
        run = access.import_run(w, run_id)
        if run.state in (ImportState.QUEUED, ImportState.UNDONE):
            raise Conflict(_("There is nothing to undo: this import has added nothing."))
        if run.state is ImportState.RUNNING and run.heartbeat_at and (w.now - run.heartbeat_at).total_seconds() < 60:
            raise Conflict(_("This import is still running. Wait until it has ended, then undo it."))
        _refuse_if_built_on(w, run)
        audit.record(w, "import.undo", "import_run", run_id, before={"counts": run.counts})
    try:
        for model in MODELS:
            _remove(actor, model, run_id)
    except IntegrityError as error:
        raise Conflict(_("Somebody began to work with the imported rows just now. A part of them is left.")) from error
    with work(actor) as w:
        _sweep(w)
        run = access.import_run(w, run_id)
        run.state, run.finished_at = ImportState.UNDONE, w.now
        w.session.add(run)
    return run


def _refuse_if_built_on(w: Work, run: ImportRun) -> None:
    found: dict[str, int] = {}
    for what, n in _later_rows(w, run):  # one row may name several imported ones: it is counted once
        found[what] = max(n, found.get(what, 0))
    later = [f"{what} ({n})" for what, n in found.items() if n]
    changed = _changed(w, run.id)
    if later:
        raise Conflict(
            _("This import cannot be undone, because later work hangs on its rows: {what}. Remove that first.").format(
                what=", ".join(sorted(later))
            )
        )
    if changed:
        raise Conflict(
            ngettext(
                "This import cannot be undone: {n} of its rows was changed since.",
                "This import cannot be undone: {n} of its rows were changed since.",
                changed,
            )
        )


def _later_rows(w: Work, run: ImportRun) -> Iterator[tuple[str, int]]:
    """Rows from elsewhere that name a row of the import: (what they are, how many)."""
    imported = {writing.table_of(model).name: writing.table_of(model) for model in MODELS}
    for child in SQLModel.metadata.sorted_tables:
        for key in child.foreign_keys:
            parent = imported.get(key.column.table.name)
            if parent is None or child.name in PARTS:
                continue
            here = child.alias()
            others: ColumnElement[bool] = parent.c.import_run_id == run.id
            if "import_run_id" in child.c:
                others &= or_(here.c.import_run_id.is_(None), here.c.import_run_id != run.id)
            if child.name == Consent.__tablename__:
                others &= here.c.how != imported_consent(run.source)
            joined = here.join(parent, here.c[key.parent.name] == parent.c[key.column.name])
            yield (
                _words(child.name),
                w.session.execute(select(func.count()).select_from(joined).where(others)).scalar_one(),
            )


def _words(table: str) -> str:
    """The rows of a table as people call them."""
    known = {
        "sales_order": _("orders"), "order_line": _("order lines"), "payment": _("payments"), "shipment": _("parcels"),
        "order_return": _("returns"), "interaction": _("contacts"), "support_case": _("cases"),
        "follow_up": _("follow-ups"), "promise": _("promises"), "message": _("messages"), "stored_file": _("files"),
        "person": _("sign-ins"), "basket_line": _("goods in baskets"), "consent": _("consents"),
        "survey_response": _("survey answers"),
    }  # fmt: skip
    return known.get(table, table.replace("_", " "))


def _changed(w: Work, run_id: int) -> int:
    changed = 0
    for model in (Customer, Product):
        mine = select(func.count()).select_from(model).where(col(model.import_run_id) == run_id, col(model.version) > 1)
        changed += int(w.session.execute(mine).scalar_one())
    return changed


def _remove(actor: Actor, model: type[SQLModel], run_id: int) -> None:
    """Remove the rows of one table, some thousands in a transaction, walking along the first column of its key."""
    table = writing.table_of(model)
    key = next(iter(table.primary_key.columns))
    last: Any = None
    while True:
        with work(actor) as w:
            mine = table.c.import_run_id == run_id
            after = mine if last is None else mine & (key > last)
            keys = w.session.execute(select(key).where(after).distinct().order_by(key).limit(BATCH)).scalars().all()
            if not keys:
                return
            part = after & (key <= keys[-1])
            _uncount(w, model, part)
            w.session.execute(delete(table).where(part))
            last = keys[-1]


def _uncount(w: Work, model: type[SQLModel], part: ColumnElement[bool]) -> None:
    """Take rows that are about to go out of the sums, as they stand now."""
    if model is OrderLine:
        _uncount_lines(w, part)
    elif model is Order:
        rows = _frame(w, ["at", "channel"], [Order.ordered_at, Order.channel], part, col(Order.status).not_in(UNSOLD))
        rollups.bulk(w, HourlyOrders, rows.assign(orders=1, revenue_cents=0), -1)
    elif model is Interaction:
        columns = [Interaction.happened_at, Interaction.channel, Interaction.direction, Interaction.explained_again]
        rows = _frame(w, ["at", "channel", "begun", "again"], columns, part, col(Interaction.date_known))
        rows["channel"] = [str(channel) for channel in rows["channel"]]
        rows["begun"] = [int(direction == Direction.IN) for direction in rows["begun"]]
        rows["again"] = rows["begun"] * rows["again"].astype(int)
        rollups.bulk(w, HourlyContacts, rows.assign(contacts=1), -1)
    elif model is Customer:
        rows = _frame(w, ["at"], [Customer.joined_at], part, col(Customer.joined_at).is_not(None))
        rollups.bulk(w, DailyCustomers, rows.assign(joined=1), -1)


def _frame(w: Work, names: list[str], columns: list[Any], *conditions: Any) -> pd.DataFrame:
    rows = w.session.execute(select(*columns).where(*conditions)).all()
    frame = pd.DataFrame([tuple(row) for row in rows], columns=names)
    return frame.assign(at=pd.to_datetime(frame["at"], utc=True))


def _uncount_lines(w: Work, part: ColumnElement[bool]) -> None:
    category = func.coalesce(Product.category, "")
    columns: list[Any] = [OrderLine.order_id, category, OrderLine.quantity, OrderLine.line_total_cents]
    of_products = select(*columns).outerjoin(Product, col(Product.id) == OrderLine.product_id).where(part)
    rows = [tuple(row) for row in w.session.execute(of_products)]
    lines = pd.DataFrame(rows, columns=["order", "category", "units", "revenue_cents"]).assign(lines=1)
    order_ids = sorted({int(i) for i in lines["order"]})
    facts = writing.rows_of(w, Order, "id", order_ids, "id", "ordered_at", "status", "channel")
    add_lines(w, lines, {row[0]: row for row in facts}, -1)


def _sweep(w: Work) -> None:
    """Days on which nothing is left need no row."""
    for model in (DailySales, HourlyOrders, HourlyContacts, DailyCustomers):
        table = writing.table_of(model)
        empty = [table.c[measure] == 0 for measure in rollups.MEASURES[model]]
        w.session.execute(delete(table).where(*empty))

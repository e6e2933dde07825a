"""The rows behind a mark of the board, newest first. They add up to the mark exactly. For managers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, select, tuple_

from db.models import (
    NOT_A_SALE,
    Case,
    Channel,
    Customer,
    DailyCustomers,
    DailySales,
    Direction,
    HourlyContacts,
    HourlyOrders,
    Interaction,
    Order,
    OrderLine,
    Product,
    Role,
    StaffMember,
)
from services import columnar
from services.board import cells, marks, periods, service_rows, sums
from services.board.cells import Key, Source, keyed, table_of
from services.board.live import View
from services.board.marks import Mark
from services.board.periods import Period
from services.board.regional import Regional
from services.board.service import of_areas, of_teams
from services.work import Work

CASE, CONTACT, CUSTOMER = table_of(Case).c, table_of(Interaction).c, table_of(Customer).c
LINE, ORDER, PRODUCT, STAFF = table_of(OrderLine).c, table_of(Order).c, table_of(Product).c, table_of(StaffMember).c
LIMIT = 200
_SHORT = 200  # characters of a summary that are shown


@dataclass(frozen=True)
class Behind:
    """Rows behind a mark. `total` counts all of them and `cents` adds up their money, also those not in `rows`.

    `rows`: `at` (UTC), `customer_id` and `customer` (None: nobody known), and what belongs to the kind of row.
    `following` is the key behind which the next older rows begin; None at the end.
    """

    mark: Mark
    total: int
    cents: int | None
    rows: pd.DataFrame
    following: Key | None


def behind(
    w: Work, view: View, mark: Mark, named: tuple[str, ...] = (), *, after: Key | None = None, limit: int = LIMIT
) -> Behind | None:
    """Rows behind a mark of this view; None where the view has no such mark.

    `named`: the categories that have a series of their own. `after`: go on behind the row with this key.
    """
    w.require(Role.MANAGER)
    if mark.chart == marks.CASES:
        return _cases(w, view, mark, after, limit)
    if mark.chart in marks.SERVICE and mark.chart != marks.AGAIN:
        found = service_rows.found(w, view, mark, after, limit)
        return None if found is None else _behind(mark, *found, limit)
    by_day = {marks.CUSTOMERS: view.daily, marks.REVENUE: view.monthly, marks.AGAIN: view.daily}
    place = periods.days_of(mark.bucket, by_day.get(mark.chart, view.period))
    if place is None or (place[1] is not None and mark.chart in by_day):
        return None  # these are counted by day, there are no hours to open
    source = _source(view, mark, named)
    if view.regions:
        return _regional(w, view, mark, source, place, named, after, limit)
    count, cents = cells.total(w, source, *place)
    rows = cells.newest(w, source, *place, after, limit + 1)
    return _behind(mark, source.statement, source.key, (count, cents), rows, limit)


def _regional(
    w: Work, view: View, mark: Mark, source: Source, place: tuple[Period, int | None], named: tuple[str, ...],
    after: Key | None, limit: int,
) -> Behind:  # fmt: skip
    """Which rows they are is read from the copy, what they say from the primary."""
    rest = mark.series == sums.REST and bool(named)
    only = {marks.REVENUE: view.categories, marks.ORDERS: (), marks.CUSTOMERS: ()}.get(mark.chart, view.channels)
    if mark.series and not rest:
        only = (mark.series,)
    elif mark.series == "" and mark.chart == marks.REVENUE:
        only = ("",)
    with columnar.reading(w) as copy:
        part = Regional.of(w, copy, view.regions)
        again = mark.chart == marks.AGAIN
        more: dict[str, Any] = {"but": rest, "again": again, "after": after, "limit": limit + 1}
        count, cents, keys = part.behind(source.model, *place, named if rest else only, **more)
    statement = source.statement.where(tuple_(*source.key[1:]).in_(keys))
    rows = list(w.session.execute(statement.order_by(*(k.desc() for k in source.key)))) if keys else []
    return _behind(mark, source.statement, source.key, (count, cents if source.cents else None), rows, limit)


def _behind(
    mark: Mark, statement: Select[Any], key: Any, total: tuple[int, int | None], rows: list[Any], limit: int
) -> Behind:
    names = [c.name for c in statement.selected_columns]
    frame = pd.DataFrame([tuple(r) for r in rows[:limit]], columns=names)
    last = rows[limit - 1] if len(rows) > limit else None
    following = (
        (getattr(last, key[0].name, last.at), *(getattr(last, k.name) for k in key[1:])) if last is not None else None
    )
    return Behind(mark, *total, frame, following)


def _source(view: View, mark: Mark, named: tuple[str, ...]) -> Source:
    if mark.chart in (marks.CONTACTS, marks.AGAIN):
        return _contacts(view, mark)
    if mark.chart == marks.REVENUE:
        return _lines(view, mark, named)
    return _orders() if mark.chart == marks.ORDERS else _customers()


def _contacts(view: View, mark: Mark) -> Source:
    wanted = [c for c in (view.channels or sums.CHANNELS) if mark.series in (None, c)]
    # Inside a CASE, for otherwise SQLite makes an index over all contacts of a rare channel, anew for each question.
    again = mark.chart == marks.AGAIN
    only_again = [CONTACT.direction == Direction.IN, CONTACT.explained_again] if again else []
    which = and_(CONTACT.date_known, CONTACT.channel.in_([Channel(c) for c in wanted]), *only_again)
    statement = (
        select(
            CONTACT.happened_at.label("at"),
            CONTACT.id,
            CONTACT.customer_id,
            CUSTOMER.name.label("customer"),
            CONTACT.channel,
            CONTACT.direction,
            CONTACT.reason,
            func.substr(CONTACT.summary, 1, _SHORT).label("summary"),
            STAFF.name.label("staff"),
        )
        .outerjoin(Customer, CUSTOMER.id == CONTACT.customer_id)
        .outerjoin(StaffMember, STAFF.id == CONTACT.staff_id)
        .where(case((which, literal_column("1")), else_=literal_column("0")) == literal_column("1"))
    )
    only = [table_of(HourlyContacts).c.channel.in_(wanted)]
    return Source(HourlyContacts, "again" if again else "contacts", only, statement, (CONTACT.happened_at, CONTACT.id))


def _orders() -> Source:
    statement = (
        select(
            ORDER.ordered_at.label("at"),
            ORDER.id,
            ORDER.customer_id,
            CUSTOMER.name.label("customer"),
            ORDER.status,
            ORDER.channel,
            ORDER.lines_cents,
        )
        .outerjoin(Customer, CUSTOMER.id == ORDER.customer_id)
        .where(ORDER.status.not_in(NOT_A_SALE))
    )
    key = (ORDER.ordered_at, ORDER.id)
    return Source(HourlyOrders, "orders", [], statement, key, "revenue_cents")


def _customers() -> Source:
    at = CUSTOMER.joined_at
    statement = select(
        at.label("at"),
        CUSTOMER.id,
        CUSTOMER.id.label("customer_id"),
        CUSTOMER.name.label("customer"),
        CUSTOMER.kind,
        CUSTOMER.acquisition_channel,
    )
    return Source(DailyCustomers, "joined", [], statement, (at, CUSTOMER.id))


def _lines(view: View, mark: Mark, named: tuple[str, ...]) -> Source:
    category = func.coalesce(PRODUCT.category, "")
    statement = (
        select(
            ORDER.ordered_at.label("at"),
            LINE.order_id,
            LINE.line_no,
            ORDER.customer_id,
            CUSTOMER.name.label("customer"),
            category.label("category"),
            func.coalesce(func.nullif(LINE.name, ""), PRODUCT.name, LINE.product_code).label("product"),
            LINE.quantity,
            LINE.line_total_cents,
        )
        .select_from(Order)
        .join(OrderLine, LINE.order_id == ORDER.id)
        .outerjoin(Product, PRODUCT.id == LINE.product_id)
        .outerjoin(Customer, CUSTOMER.id == ORDER.customer_id)
        .where(ORDER.status.not_in(NOT_A_SALE), *_categories(category, view, mark, named))
    )
    key = (ORDER.ordered_at, LINE.order_id, LINE.line_no)
    only = _categories(table_of(DailySales).c.category, view, mark, named)
    return Source(DailySales, "lines", only, statement, key, "revenue_cents")


def _categories(column: Any, view: View, mark: Mark, named: tuple[str, ...]) -> list[ColumnElement[bool]]:
    only = [column.in_(list(view.categories))] if view.categories else []
    if mark.series == sums.REST and named:
        return [*only, column.not_in(list(named))]
    return only if mark.series is None else [*only, column == mark.series]


def _cases(w: Work, view: View, mark: Mark, after: Key | None, limit: int) -> Behind | None:
    """Open cases, oldest first."""
    age = _age(w, mark.bucket)
    if not age and mark.bucket != periods.ALL:
        return None
    which = [CASE.closed_at.is_(None), *age, *of_teams(view.teams), *of_areas(w, CASE.customer_id, view.regions)]
    key = (CASE.opened_at, CASE.id)
    statement = service_rows.of_cases(CASE.opened_at, CASE.answer_by).where(*which).order_by(*key).limit(limit + 1)
    if after:
        statement = statement.where(tuple_(*key) > keyed(key, after))
    total = w.session.execute(select(func.count()).select_from(Case).where(*which)).scalar_one()
    return _behind(mark, statement, key, (total, None), list(w.session.execute(statement)), limit)


def _age(w: Work, bucket: str) -> list[ColumnElement[bool]]:
    """Opened within the ages of a bucket; nothing where it is not one."""
    opened, younger = CASE.opened_at, 0
    for name, days in sums.AGES:
        if name == bucket:
            newest = [opened <= w.now - timedelta(days=younger)] if younger else []
            return newest if name == sums.AGES[-1][0] else [*newest, opened > w.now - timedelta(days=days)]
        younger = days
    return []

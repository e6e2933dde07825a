"""The rows of a database many times over, written by the database itself: ids moved by the number of the copy."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

STAFF_TIMES = 10
#: What is written once more for every copy of the company, parents first.
COPIED = (
    *("customer", "customer_address", "customer_email", "customer_phone", "customer_line", "consent", "campaign_event"),
    *("sales_order", "order_line", "payment", "shipment", "order_return", "support_case", "interaction"),
    *("follow_up_series", "follow_up", "promise", "message", "survey_response"),
)
#: Unique texts of a copy end with its number.
NUMBERED = {"source_id", "fingerprint", "matter", "reference", "tracking_code"}
_COLLEAGUES = """INSERT INTO staff_member (id, name, title, email, hired_at, manager_id)
    SELECT id + :more, name || CAST(:name AS VARCHAR(8)), title, NULL, hired_at, manager_id + :more
    FROM staff_member WHERE id < :stride"""
_MEMBERS = """INSERT INTO team_member (team_id, staff_id)
    SELECT team_id, staff_id + :more FROM team_member WHERE staff_id < :stride"""
_CONTACTS = """INSERT INTO interaction (id, customer_id, channel, direction, reason, subtopic, summary, outcome,
    duration_s, participants, explained_again, staff_id, happened_at, date_known, logged_at, attributes)
    SELECT t.id + (copies.k + :times) * :stride, t.customer_id + copies.k * :customers, t.channel, t.direction,
    t.reason, t.subtopic, t.summary, t.outcome, t.duration_s, t.participants, t.explained_again, t.staff_id, {at},
    t.date_known, {at}, t.attributes FROM interaction t, copies WHERE t.id < :stride AND copies.k < :rounds"""
_KEPT = "({order} * 389 + copies.k * 263) % 1000 < :share"


@contextmanager
def bare(connection: Connection) -> Iterator[None]:
    """Without triggers and plain indexes meanwhile: they are made again at the end, over all rows at once."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET session_replication_role = replica")  # triggers and foreign keys rest
        yield
        connection.exec_driver_sql("SET session_replication_role = DEFAULT")
        return
    wanted = "type = 'trigger' OR type = 'index' AND sql IS NOT NULL AND tbl_name <> 'customer_word'"
    sql = f"SELECT type, name, sql FROM sqlite_master WHERE {wanted} ORDER BY type"  # noqa: S608 - a constant
    made = connection.exec_driver_sql(sql).all()
    for kind, name, _sql in made:
        connection.exec_driver_sql(f'DROP {kind} "{name}"')
    yield
    for _kind, _name, again in made:
        connection.exec_driver_sql(again)


def copy_rows(connection: Connection, table: str, strides: dict[str, int], size: dict[str, int]) -> None:
    """Every row of the demonstration again for each row of `copies`, its own ids and references moved by the copy's
    number, its times a few minutes earlier in each."""
    columns, values, only = [], [], ["copies.k > 0"]
    for column in SQLModel.metadata.tables[table].columns:
        name, source = f'"{column.name}"', f't."{column.name}"'
        target = next((key.column.table.name for key in column.foreign_keys), "")
        moved = f"{source} + copies.k * {strides.get(target, 0)}"
        if column.primary_key and not target and column.name == "id":
            moved = f"{source} + copies.k * {strides[table]}"
        elif target == "sales_order":
            kept = _KEPT.format(order=source)
            moved = f"CASE WHEN {kept} THEN {moved} END" if column.nullable else moved
            only += [] if column.nullable else [kept]
        elif target == "staff_member":
            moved = f"{source} + (copies.k % {STAFF_TIMES}) * {strides[target]}"
        elif column.name in NUMBERED:
            moved = f"CASE WHEN {source} <> '' THEN substr({source}, 1, 32) || '-' || copies.k END"
        elif column.name == "idempotency_key":
            moved = "NULL"
        elif str(column.type) == "DATETIME":
            moved = earlier(connection, source, "copies.minutes")
        elif not target:
            moved = source
        columns.append(name)
        values.append(moved)
    if table == "sales_order":
        only.append(_KEPT.format(order="t.id"))
    sql = f'INSERT INTO "{table}" ({", ".join(columns)}) SELECT {", ".join(values)} FROM "{table}" t, copies'  # noqa: S608 - names of our models
    only.append("t.id < :first" if "id" in SQLModel.metadata.tables[table].columns else "1 = 1")
    if table in ("order_line", "customer_line"):  # known by what they belong to
        parent = "order_id" if table == "order_line" else "customer_id"
        only.append(f"t.{parent} < :{table}")
    asked = {"share": size["share"], "first": strides.get(table, 0), "order_line": strides["sales_order"]}
    asked["customer_line"] = strides["customer"]
    connection.execute(text(f"{sql} WHERE {' AND '.join(only)}"), asked)


def earlier(connection: Connection, column: str, minutes: str) -> str:
    """An instant so many minutes before `column`, in SQL."""
    if connection.dialect.name == "sqlite":
        return f"strftime('%Y-%m-%d %H:%M:%S.000000', {column}, '-' || {minutes} || ' minutes')"
    return f"{column} - {minutes} * interval '1 minute'"


def staff(connection: Connection, stride: int) -> None:
    """More colleagues of the same kind, in the same teams."""
    for k in range(1, STAFF_TIMES):
        asked = {"more": k * stride, "name": f" {k + 1}", "stride": stride}
        connection.execute(text(_COLLEAGUES), asked)
        connection.execute(text(_MEMBERS), {"more": k * stride, "stride": stride})


def more_contacts(connection: Connection, times: int, stride: int, customers: int, contacts: int) -> None:
    """Contacts that belong to no case and no order, for as many as are still missing."""
    have = connection.exec_driver_sql("SELECT count(*) FROM interaction").scalar_one()
    rounds = min(times, max(0, contacts - have) * times // have)
    moved = earlier(connection, "t.happened_at", "(copies.minutes + 1440 * (copies.k % 300 + 3))")
    asked = {"stride": stride, "rounds": rounds, "times": times, "customers": customers}
    connection.execute(text(_CONTACTS.format(at=moved)), asked)

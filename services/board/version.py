"""Which state of the data somebody sees: equal answers mean equal data, so what was read before may be shown again.

Both databases are asked for what they go by themselves, not for a mark that writers would have to leave: an import that
is half done, another process or a script of the house cannot be missed. Ask first and read afterwards, in the same
unit of work or a later one; never the other way round.
"""

from itertools import count

from sqlalchemy import Connection, func, select, text

from db.models import AuditEntry, ImportRun, Order, Role
from services.board.cells import table_of
from services.work import Work

#: Counts the commits of others this connection has seen, exactly for the snapshot of its transaction.
_SQLITE = text("SELECT v.data_version, q.query_only FROM pragma_data_version AS v, pragma_query_only AS q")
#: The transactions that are visible. The newest id of a table would not do: ids are given before the commit, and a
#: transaction that took a lower one can commit later.
_POSTGRES = text("SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned() IS NULL")
_NAME = "rapport_connection"
_numbers = count(1)


def version(w: Work) -> str:
    """A short text that changes with every commit, whoever made it. One statement that reads no table. For managers.

    A unit of work that may have written sees what nobody else does: its answer is never the same twice.
    """
    w.require(Role.MANAGER)
    connection = w.session.connection()
    sqlite = w.dialect == "sqlite"
    state, reads_only = connection.execute(_SQLITE if sqlite else _POSTGRES).one()
    if not reads_only:
        return f"own {next(_numbers)}"
    return f"{_connection(connection) if sqlite else connection.engine.url} {state}"


def _connection(connection: Connection) -> str:
    """A name for this connection of this process, for SQLite counts for each connection on its own."""
    return str(connection.info.setdefault(_NAME, next(_numbers)))


def newest(w: Work) -> str:
    """The ends of what is written anew, for answers that take seconds: a visit alone does not change it. For managers.

    A writer that was overtaken by a later one is noticed with the next write only; whoever keeps answers by this does
    so for minutes, not for good.
    """
    w.require(Role.MANAGER)
    tables = (table_of(m) for m in (AuditEntry, Order, ImportRun))
    ends = [select(func.coalesce(func.max(t.c.id), 0)).scalar_subquery() for t in tables]
    return f"{w.session.get_bind()} {tuple(w.session.execute(select(*ends)).one())}"

"""The triggers behind the columnar copy, as DDL made from arguments: a migration says which tables and columns.

Whatever changes a watched column leaves the key of its entity in `columnar_change`, in the same transaction: rolled
back with it, and never forgotten by a writer. On PostgreSQL inserts and deletes are taken a statement at a time (a COPY
of many rows costs one statement more), updates row by row where a watched column really changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Watch:
    """Rows of `table` belong to the thing `entity` whose id is in their column `key`."""

    table: str
    entity: str
    key: str
    columns: tuple[str, ...]  # an update of others is not followed

    @property
    def every(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.key, *self.columns)))


def watch(table: str, entity: str, key: str, columns: str) -> Watch:
    """A watch from a list of columns divided by blanks."""
    return Watch(table, entity, key, tuple(columns.split()))


def create(dialect: str, watches: tuple[Watch, ...]) -> Iterator[str]:
    for each in watches:
        yield from _sqlite(each) if dialect == "sqlite" else _postgres(each)


def drop(dialect: str, watches: tuple[Watch, ...]) -> Iterator[str]:
    for each in watches:
        if dialect == "sqlite":
            yield from (f"DROP TRIGGER columnar_{each.table}_{what}" for what in ("insert", "update", "delete"))
        else:
            yield f"DROP FUNCTION rapport_columnar_{each.table} CASCADE"


def _sqlite(each: Watch) -> Iterator[str]:
    name, begin = (
        f"columnar_{each.table}",
        f"INSERT INTO columnar_change(mark, entity, key) SELECT random(), '{each.entity}'",
    )
    for what, row in (("insert", "NEW"), ("delete", "OLD")):
        key = f"{row}.{each.key}"
        yield (
            f"CREATE TRIGGER {name}_{what} AFTER {what.upper()} ON {each.table} WHEN {key} IS NOT NULL "
            f"BEGIN {begin}, {key}; END"
        )
    differs = " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in each.every)
    both = f"k FROM (SELECT OLD.{each.key} AS k UNION SELECT NEW.{each.key}) WHERE k IS NOT NULL"
    yield (
        f"CREATE TRIGGER {name}_update AFTER UPDATE OF {', '.join(each.every)} ON {each.table} "
        f"WHEN {differs} BEGIN {begin}, {both}; END"
    )


def _postgres(each: Watch) -> Iterator[str]:
    name, trigger = f"rapport_columnar_{each.table}", f"columnar_{each.table}"
    begin = f"INSERT INTO columnar_change(mark, entity, key) SELECT pg_current_xact_id()::text::bigint, '{each.entity}'"
    one = f"k FROM (SELECT DISTINCT {each.key} AS k FROM {{rows}}) d WHERE k IS NOT NULL"
    both = f"k FROM (SELECT OLD.{each.key} AS k UNION SELECT NEW.{each.key}) d WHERE k IS NOT NULL"
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'INSERT' THEN {begin}, {one.format(rows='new_rows')}; "
        f"ELSIF TG_OP = 'DELETE' THEN {begin}, {one.format(rows='old_rows')}; "
        f"ELSIF TG_OP = 'UPDATE' THEN {begin}, {both}; "
        "ELSE UPDATE columnar_state SET generation = md5(random()::text || clock_timestamp()::text); "
        "END IF; RETURN NULL; END $$"
    )
    for what, rows in (("INSERT", "NEW TABLE AS new_rows"), ("DELETE", "OLD TABLE AS old_rows")):
        yield (
            f"CREATE TRIGGER {trigger}_{what.lower()} AFTER {what} ON {each.table} REFERENCING {rows} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    old, new = (", ".join(f"{row}.{c}" for c in each.every) for row in ("OLD", "NEW"))
    yield (
        f"CREATE TRIGGER {trigger}_update AFTER UPDATE OF {', '.join(each.every)} ON {each.table} FOR EACH ROW "
        f"WHEN (ROW({old}) IS DISTINCT FROM ROW({new})) EXECUTE FUNCTION {name}()"
    )
    yield f"CREATE TRIGGER {trigger}_truncate AFTER TRUNCATE ON {each.table} EXECUTE FUNCTION {name}()"

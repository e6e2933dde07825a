"""What a table of the columnar copy is: columns in words, a SELECT for the primary, and the shape of its rows.

`source` is one SELECT that SQLite and PostgreSQL both understand; `{only:COLUMN}` limits it to changed keys. `shape`
turns its rows, there called `raw`, into the columns of the copy, in DuckDB. Times are UTC without a zone; days and
hours are those of the company. Amounts are integer cents.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column of the copy: DuckDB type, what it says, and the expression over `raw` it is made by."""

    name: str
    kind: str
    made: str
    says: str


@dataclass(frozen=True)
class Fed:
    """A table of the copy. Its rows are replaced when the thing `entity` with the id in column `key` has changed."""

    name: str
    says: str
    entity: str
    key: str
    raw: dict[str, str]  # columns of the source: int, real, text, time or bool
    source: str
    columns: tuple[Column, ...]
    joined: str = ""  # what else the shape reads

    @property
    def ddl(self) -> str:
        return f"CREATE TABLE {self.name} ({', '.join(f'{c.name} {c.kind}' for c in self.columns)})"

    @property
    def shape(self) -> str:
        made = ", ".join(f"{c.made} AS {c.name}" for c in self.columns)
        return f"INSERT INTO {self.name} SELECT {made} FROM raw {self.joined}"


def columns(*rows: tuple[str, str, str] | tuple[str, str, str, str]) -> tuple[Column, ...]:
    """(name, type, what it says) or (name, type, what it says, expression)."""
    return tuple(Column(r[0], r[1], r[3] if len(r) == 4 else f"raw.{r[0]}", r[2]) for r in rows)


def raw(**kinds: str) -> dict[str, str]:
    return {name: kind for kind, names in kinds.items() for name in names.split()}


def time(name: str) -> str:
    return f"CAST(raw.{name} AS TIMESTAMP)"


def day(name: str) -> str:
    return f"CAST(timezone($zone, CAST(raw.{name} AS TIMESTAMPTZ)) AS DATE)"


def hour(name: str) -> str:
    return f"CAST(hour(timezone($zone, CAST(raw.{name} AS TIMESTAMPTZ))) AS SMALLINT)"

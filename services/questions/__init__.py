"""Questions to the columnar copy: one SQL text each, in DuckDB's dialect, that sqlglot turns into others.

The texts are the .sql files beside this module; their first comment says what they answer. Parameters are written
`$name`. A test runs every one of them on PostgreSQL and compares the rows; `make test-spark` does so on Spark. What
keeps them portable: no star, every column named, sums cast to BIGINT, an ORDER BY that leaves no ties.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_PARAMETER = re.compile(r"\$([a-z_]+)")


@dataclass(frozen=True)
class Question:
    """A text with the names of its parameters."""

    name: str
    sql: str

    @property
    def parameters(self) -> frozenset[str]:
        return frozenset(_PARAMETER.findall(self.sql))


@cache
def named(name: str) -> Question:
    """The question in the file NAME.sql. Raises FileNotFoundError."""
    return Question(name, (_FOLDER / f"{name}.sql").read_text("utf-8"))


def names() -> list[str]:
    """All questions that are kept as files."""
    return sorted(path.stem for path in _FOLDER.glob("*.sql"))

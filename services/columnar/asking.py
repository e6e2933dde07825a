"""Questions and answers: the door between pages or jobs and the copy."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from db.columnar.copy import Copy, Unsound
from db.models import Role
from services.columnar import keeper
from services.columnar.keeper import Preparing
from services.errors import Unavailable
from services.questions import Question, named
from services.text import _
from services.work import Work

LONGEST_S = 60.0
#: What DuckDB calls damage of a file, as opposed to a question that cannot be answered.
_DAMAGE = {"IOException", "InternalException", "FatalException", "SerializationException"}


@dataclass(frozen=True)
class Answers:
    """One state of the copy: all questions asked of it agree."""

    as_of: datetime  # everything committed before is in it
    version: str  # equal versions mean equal data
    zone: str  # the time zone its days are of
    _cursor: Any
    _copy: Copy

    def arrow(self, question: str | Question, **values: Any) -> pa.Table:
        """The answer as an Arrow table; whole numbers are int64. Raises Unavailable, KeyError for a missing value."""
        asked = named(question) if isinstance(question, str) else question
        bound = {name: values[name] for name in asked.parameters}
        timer = threading.Timer(LONGEST_S, self._cursor.interrupt)
        timer.start()
        try:
            answer: pa.Table = self._cursor.sql(asked.sql, params=bound).to_arrow_table()
        except Exception as error:
            raise self._refusal(error) from error
        finally:
            timer.cancel()
        return _plain(answer)

    def frame(self, question: str | Question, **values: Any) -> pd.DataFrame:
        """The answer as a frame: days are datetime64, texts str; a whole number that may be missing is float."""
        frame: pd.DataFrame = self.arrow(question, **values).to_pandas(date_as_object=False)
        return frame

    def lend(self, name: str, table: pa.Table) -> None:
        """Let the questions of this block read a small table that is not in the copy."""
        self._cursor.register(name, table)

    def _refusal(self, error: Exception) -> Exception:
        kind = type(error).__name__
        if kind in _DAMAGE:
            keeper.distrust(self._copy)
            return Preparing(0.0)
        if kind == "InterruptException":
            return Unavailable(_("This takes too long. Choose a shorter period or fewer groups."))
        if kind == "OutOfMemoryException":
            return Unavailable(_("This needs more memory than is set aside. Choose a shorter period or fewer groups."))
        return error


def _plain(table: pa.Table) -> pa.Table:
    """Sums of whole numbers are 128 bits wide in DuckDB; nobody has that many cents."""
    for i, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type) and field.type.scale == 0:
            table = table.set_column(i, field.name, table.column(i).cast(pa.int64()))
    return table


@contextmanager
def reading(w: Work) -> Iterator[Answers]:
    """One state of the copy to ask questions of. Managers only. Raises Preparing while there is none."""
    w.require(Role.MANAGER)
    copy = keeper.current()
    try:
        with copy.reading() as (cursor, about):
            version = f"{copy.file.name if copy.file else id(copy)} {about.changes}"
            yield Answers(datetime.fromisoformat(about.as_of), version, about.zone, cursor, copy)
    except Unsound as error:  # closed between the two lines above, for a new file has come
        raise Preparing(0.0) from error


def query(w: Work, question: str | Question, **values: Any) -> pd.DataFrame:
    """One question on its own. Managers only. Raises Preparing, Unavailable."""
    with reading(w) as copy:
        return copy.frame(question, **values)

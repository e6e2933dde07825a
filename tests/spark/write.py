"""Write what Spark shall answer: the tables of a small copy as parquet, and texts with the rows DuckDB gives."""

import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from db import schema
from db.columnar import source
from db.columnar.copy import Copy, Limits
from db.columnar.tables import FED
from db.engine import make_engines
from services import columnar, cube, questions
from services.columnar import keeper
from services.dimensions import DIMENSIONS
from services.facts import SOURCES
from services.measures import MEASURES
from services.questions import Question
from services.questions.dialects import elsewhere
from services.work import SYSTEM, bind, reading, work
from tests.sent_questions import ask_patterns, ask_segments, lived_in, noted
from tests.test_cube import asked, sold_something

MOST_MEASURES = 6  # of one question
VALUES: dict[str, Any] = {"from_day": date(2026, 1, 1), "to_day": date(2027, 1, 1)}


def representative() -> Iterator[tuple[list[str], list[str]]]:
    """(measures, dimensions) that cover each expression of the dictionary: each dimension of each kind of rows, three
    to a text, and each measure; and different things alone, which are asked for in a way of their own.

    Spark needs about as long for each text as for a thousand rows. The product of measures and dimensions, some five
    hundred texts, adds no expression; `make test` runs all of it on PostgreSQL.
    """
    for fact in SOURCES:
        measures = [m.code for m in MEASURES.values() if any(f.fact is fact for f in m.forms)]
        by = [d.code for d in DIMENSIONS.values() if fact in d.sql and not d.overlaps]
        groups = [by[n : n + cube.MOST_DIMENSIONS] for n in range(0, len(by), cube.MOST_DIMENSIONS)]
        yield from ((measures[:MOST_MEASURES], group) for group in groups)
        if measures[MOST_MEASURES:]:
            yield measures[MOST_MEASURES:], by[:1]
    yield ["customers"], ["category", "channel", "month"]
    yield ["returns"], ["category", "weekday"]


def write(folder: Path) -> None:
    """Everything into `folder`: all questions kept as files, and what the cube, patterns and segments send."""
    with tempfile.TemporaryDirectory() as place:
        engines = make_engines(f"sqlite:///{place}/small.db")
        schema.migrate(engines.write)
        bind(engines)
        with work(SYSTEM) as w:
            sold_something(w)
            lived_in(w.session)
        with source.snapshot(engines.read) as primary:
            keeper.bind(Copy.in_memory(primary, "2026-01-01T00:00:00+00:00", Limits("256MB", 1)))
        with reading(SYSTEM) as w, noted() as (sent, lent):
            with columnar.reading(w) as copy:
                for question in map(questions.named, questions.names()):
                    copy.arrow(question, **{k: VALUES[k] for k in question.parameters})
            for measures, by in representative():
                cube.ask(w, asked(*measures, by=by, only={"city": ["Bonn", ""]}, most=2))
            ask_patterns(w)
            ask_segments(w, each=False)
            told = [
                {"sql": elsewhere(one.question, "spark"), "values": one.values, "rows": [list(row) for row in one.rows]}
                for one in sent
            ]
            with columnar.reading(w) as copy:
                for name in (*(fed.name for fed in FED), "buyer"):
                    lent[name] = copy.arrow(Question(name, f"SELECT * FROM {name}"))  # noqa: S608 - constants
            for name, rows in lent.items():
                pq.write_table(rows, folder / f"{name}.parquet")
        (folder / "questions.json").write_text(json.dumps(told, default=str))
        engines.dispose()


if __name__ == "__main__":
    write(Path(sys.argv[1]))

"""Every question gives the same rows on PostgreSQL as on the copy, from one text."""

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from adbc_driver_postgresql import dbapi
from sqlmodel import Session

from db.columnar.copy import Copy
from db.columnar.tables import FED
from db.engine import Engines
from db.models import Role
from services import columnar, cube, questions
from services.dimensions import DIMENSIONS, MEMBERS
from services.measures import MEASURES
from services.questions import Question
from services.questions.dialects import elsewhere
from services.segments import belonging
from services.work import Work
from tests import make
from tests.sent_questions import noted
from tests.test_cube import asked, sold_something

VALUES = {"from_day": date(2026, 1, 1), "to_day": date(2027, 1, 1)}
pytestmark = pytest.mark.parametrize("engines", ["postgresql"], indirect=True)


@pytest.fixture
def w(session: Session, work_as: Callable[..., Work], copied: Callable[[], Copy]) -> Work:
    manager = work_as(make.actor(session, Role.MANAGER))
    sold_something(manager)
    copied()
    return manager


@pytest.fixture
def tables(w: Work, engines: Engines, postgres_url: str) -> Any:
    """The tables of the copy under the same names in a schema of a PostgreSQL database."""
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("DROP SCHEMA IF EXISTS analytics CASCADE")
        admin.execute("CREATE SCHEMA analytics")
    with columnar.reading(w) as copy, dbapi.connect(postgres_url) as there, there.cursor() as cursor:
        copy.lend(MEMBERS, belonging.members(w, copy))
        for name in (*(fed.name for fed in FED), "buyer", MEMBERS):
            rows: pa.Table = copy.arrow(Question(name, f"SELECT * FROM {name}"))  # noqa: S608 - constants
            cursor.adbc_ingest(name, rows, mode="create", db_schema_name="analytics")
        there.commit()
    with psycopg.connect(postgres_url, options="-c search_path=analytics -c timezone=UTC") as connection:
        yield connection
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("DROP SCHEMA analytics CASCADE")


def plain(rows: list[Any]) -> list[tuple[Any, ...]]:
    """Numbers of either side as numbers; the order of rows is the question's own business."""

    def cell(value: Any) -> Any:
        return round(float(value), 6) if not isinstance(value, str | date | bool | None) else value

    return sorted((tuple(cell(v) for v in row) for row in rows), key=repr)


def assert_same(w: Work, tables: Any, question: Question, values: dict[str, Any]) -> None:
    with columnar.reading(w) as copy:
        copy.lend(MEMBERS, belonging.members(w, copy))
        table = copy.arrow(question, **values)
    here = [tuple(row.values()) for row in table.to_pylist()]
    there = tables.execute(elsewhere(question, "postgres"), values).fetchall()
    assert plain(there) == plain(here), question.name


@pytest.mark.parametrize("name", questions.names())
def test_a_question_gives_the_same_rows_on_postgresql(w: Work, tables: Any, name: str) -> None:
    question = questions.named(name)
    with columnar.reading(w) as copy:
        assert len(copy.frame(question, **VALUES)), "nothing to compare"
    assert_same(w, tables, question, {k: VALUES[k] for k in question.parameters})


def test_every_question_of_the_cube_gives_the_same_rows_on_postgresql(w: Work, tables: Any, postgres_url: str) -> None:
    only = {"city": ["Bonn", ""]}
    with noted() as (sent, lent):
        for measure in MEASURES.values():
            for dimension in (d for d in DIMENSIONS if measure.form([d])):
                cube.ask(w, asked(measure.code, by=[dimension], only=only, most=2))
        cube.ask(w, asked("customers", by=["category", "channel", "month"], most=1))
    with dbapi.connect(postgres_url) as there, there.cursor() as cursor:
        for name, rows in lent.items():
            if name != MEMBERS:
                cursor.adbc_ingest(name, rows, mode="create", db_schema_name="analytics")
        there.commit()
    for one in sent:
        found = tables.execute(elsewhere(one.question, "postgres"), one.values).fetchall()
        assert plain(found) == plain(one.rows), one.question.sql
    assert len(sent) > 300

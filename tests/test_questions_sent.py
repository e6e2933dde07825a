"""What patterns and segments ask gives the same rows on PostgreSQL as on the copy, from one text."""

from collections.abc import Callable
from typing import Any

import pytest
from adbc_driver_postgresql import dbapi
from sqlmodel import Session

from db.columnar.copy import Copy
from db.models import Role
from services.questions.dialects import elsewhere
from services.work import Work
from tests import make
from tests.sent_questions import ask_patterns, ask_segments, lived_in, noted
from tests.test_questions import plain, tables

__all__ = ["tables"]  # the fixture
pytestmark = pytest.mark.parametrize("engines", ["postgresql"], indirect=True)


@pytest.fixture
def w(session: Session, work_as: Callable[..., Work], copied: Callable[[], Copy]) -> Work:
    manager = work_as(make.actor(session, Role.MANAGER))
    lived_in(session)
    copied()
    return manager


@pytest.mark.parametrize("ask", [ask_patterns, ask_segments])
def test_what_pages_ask_gives_the_same_rows_on_postgresql(
    w: Work, tables: Any, postgres_url: str, ask: Callable[[Work], None]
) -> None:
    with noted() as (sent, lent):
        ask(w)
    with dbapi.connect(postgres_url) as there, there.cursor() as cursor:
        for name, rows in lent.items():
            cursor.adbc_ingest(name, rows, mode="create", db_schema_name="analytics")
        there.commit()
    for one in sent:
        found = tables.execute(elsewhere(one.question, "postgres"), one.values).fetchall()
        assert plain(found) == plain(one.rows), one.question.sql
    assert sum(1 for one in sent if one.rows) > len(sent) * 0.6, "too little to compare"
    assert len(sent) > 30

"""The schema: migrations fit the models on both databases, and happen whole or not at all."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from db import schema
from db.engine import Engines
from db.migrations.env_options import include_object
from services import self_check


def test_migrations_and_models_agree(engines: Engines) -> None:
    with engines.write.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": include_object, "render_as_batch": True}
        )
        assert compare_metadata(context, SQLModel.metadata) == []
        assert schema.current(engines.read) == schema.head()


def test_a_migration_that_fails_half_way_leaves_nothing_and_can_be_tried_again(
    fresh_engines: Engines,
) -> None:
    config = schema._config()
    with fresh_engines.write.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.commit()
    tables = set(inspect(fresh_engines.read).get_table_names())

    def killed(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "TRIGGER audit_entry" in statement:  # the search index is made by then, the audit triggers are not
            raise RuntimeError("killed half way")

    event.listen(fresh_engines.write, "before_cursor_execute", killed)
    with pytest.raises(RuntimeError, match="half way"):
        schema.migrate(fresh_engines.write)
    event.remove(fresh_engines.write, "before_cursor_execute", killed)
    assert schema.current(fresh_engines.read) == "0001"
    assert set(inspect(fresh_engines.read).get_table_names()) == tables
    schema.migrate(fresh_engines.write)
    assert schema.current(fresh_engines.read) == schema.head()


def test_the_audit_trail_refuses_change_and_removal(fresh_engines: Engines) -> None:
    columns = "at, actor_name, actor_role, address, action, entity, entity_id, before, after, reason"
    values = "CURRENT_TIMESTAMP, 'a', 'b', '', 'c', 'd', '', '{}', '{}', ''"
    insert = f"INSERT INTO audit_entry ({columns}) VALUES ({values})"  # noqa: S608 - two constants
    with fresh_engines.write.begin() as connection:
        connection.execute(text(insert))
    for statement in ("UPDATE audit_entry SET actor_name = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="append-only"), fresh_engines.write.begin() as connection:
            connection.execute(text(statement))


def test_a_database_newer_than_the_program_is_refused(fresh_engines: Engines) -> None:
    with fresh_engines.write.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    self_check.bring_schema_up()
    [finding] = [f for f in self_check.findings() if f.line.startswith("schema")]
    assert not finding.good
    assert "newer than this program" in finding.line

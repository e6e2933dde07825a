"""Alembic's entry: runs migrations in one transaction per step, on SQLite too, so that a half-run leaves nothing."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import db.models  # noqa: F401 - fills the metadata
from db.migrations.env_options import include_object


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        transaction_per_migration=True,
        compare_type=True,
        include_object=include_object,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])

"""cases: teams, topics, promised times, joined cases, checklists, watchers, macros, text modules, ratings

The teams that cases and colleagues name become rows of their own.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

JSON_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
TABLES = (
    "case_rating", "text_module", "macro", "case_notice", "case_watcher", "case_order", "case_item",
    "checklist_template", "case_move", "case_merge", "service_level", "case_topic", "team_member", "team",
)  # fmt: skip
#: Columns of the case, and an index over those rows that fill them.
NEW = ("routed_for", "team_only", "resolve_by", "resolve_left_minutes", "first_answered_at", "due_at", "alarm_at",
       "alarm", "team_id")  # fmt: skip


def upgrade() -> None:
    _teams()
    _links()
    _lists()
    _cases()
    _named_teams()


def _cases() -> None:
    add = [
        sa.Column("routed_for", AutoString(length=400), nullable=False, server_default=""),
        sa.Column("team_only", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("resolve_by", UTCDateTime(), nullable=True),
        sa.Column("resolve_left_minutes", sa.Integer(), nullable=True),
        sa.Column("first_answered_at", UTCDateTime(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("alarm_at", UTCDateTime(), nullable=True),
        sa.Column("alarm", AutoString(length=8), nullable=False, server_default=""),
    ]
    for column in add:
        op.add_column("support_case", column)
    op.execute("ALTER TABLE support_case ADD COLUMN team_id INTEGER REFERENCES team (id)")
    _index("ix_case_due", "due_at, id", "closed_at IS NULL")
    for column in ("alarm_at", "team_id"):
        _index(f"ix_case_{column.partition('_')[0]}", column, f"{column} IS NOT NULL")
    op.execute("UPDATE support_case SET due_at = answer_by WHERE state = 'open' AND closed_at IS NULL")


def _index(name: str, columns: str, where: str) -> None:
    op.create_index(
        name, "support_case", columns.split(", "), sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def _named_teams() -> None:
    op.execute(
        "INSERT INTO team (name) SELECT team FROM support_case WHERE team <> '' "
        "UNION SELECT team FROM staff_member WHERE team <> ''"
    )
    op.execute("UPDATE support_case SET team_id = (SELECT id FROM team WHERE name = support_case.team)")
    op.execute(
        "INSERT INTO team_member (team_id, staff_id) "
        "SELECT team.id, staff_member.id FROM staff_member JOIN team ON team.name = staff_member.team"
    )
    op.drop_column("support_case", "team")
    op.drop_column("staff_member", "team")


def downgrade() -> None:
    for table in ("support_case", "staff_member"):
        op.add_column(table, sa.Column("team", AutoString(length=80), nullable=True))
    op.execute("UPDATE support_case SET team = (SELECT name FROM team WHERE id = support_case.team_id)")
    op.execute(
        "UPDATE staff_member SET team = (SELECT min(name) FROM team JOIN team_member ON team_id = id "
        "WHERE staff_id = staff_member.id)"
    )
    for index in ("ix_case_due", "ix_case_alarm", "ix_case_team"):
        op.drop_index(index, "support_case")
    for column in NEW:
        op.drop_column("support_case", column)
    for table in TABLES:
        op.drop_table(table)


def _teams() -> None:
    op.create_table('team',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', AutoString(length=80), nullable=False),
    sa.Column('lead_id', sa.Integer(), nullable=True),
    sa.Column('retired_at', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['lead_id'], ['staff_member.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_index(op.f('ix_team_lead_id'), 'team', ['lead_id'], unique=False)
    op.create_table('team_member',
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff_member.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('team_id', 'staff_id')
    )
    op.create_index(op.f('ix_team_member_staff_id'), 'team_member', ['staff_id'], unique=False)
    op.create_table('case_topic',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', AutoString(length=120), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('retired_at', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_index(op.f('ix_case_topic_team_id'), 'case_topic', ['team_id'], unique=False)
    op.create_table('service_level',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('priority', AutoString(length=20), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=True),
    sa.Column('answer_minutes', sa.Integer(), nullable=False),
    sa.Column('resolve_minutes', sa.Integer(), nullable=False),
    sa.Column('warn_percent', sa.Integer(), nullable=False),
    sa.Column('raise_priority', sa.Boolean(), nullable=False),
    sa.Column('to_lead', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['topic_id'], ['case_topic.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('priority', 'topic_id', name='uq_service_level')
    )
    op.create_index(op.f('ix_service_level_topic_id'), 'service_level', ['topic_id'], unique=False)
    op.create_index('uq_service_level_any', 'service_level', ['priority'], unique=True, sqlite_where=sa.text('topic_id IS NULL'), postgresql_where=sa.text('topic_id IS NULL'))


def _links() -> None:
    op.create_table('case_merge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('into_id', sa.Integer(), nullable=False),
    sa.Column('merged_at', UTCDateTime(), nullable=False),
    sa.Column('before', JSON_DOCUMENT, nullable=False),
    sa.Column('undone_at', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['support_case.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['into_id'], ['support_case.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_case_merge_case', 'case_merge', ['case_id'], unique=False)
    op.create_index('ix_case_merge_into', 'case_merge', ['into_id'], unique=False)
    op.create_index('uq_case_merge', 'case_merge', ['case_id'], unique=True, sqlite_where=sa.text('undone_at IS NULL'), postgresql_where=sa.text('undone_at IS NULL'))
    op.create_table('case_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('from_case_id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('note_id', sa.Integer(), nullable=True),
    sa.Column('moved_at', UTCDateTime(), nullable=False),
    sa.Column('undone_at', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['support_case.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['from_case_id'], ['support_case.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['note_id'], ['interaction.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_case_move_case_id'), 'case_move', ['case_id'], unique=False)
    op.create_index(op.f('ix_case_move_from_case_id'), 'case_move', ['from_case_id'], unique=False)
    op.create_index('ix_case_move_message', 'case_move', ['message_id'], unique=False, sqlite_where=sa.text('message_id IS NOT NULL'), postgresql_where=sa.text('message_id IS NOT NULL'))
    op.create_index('ix_case_move_note', 'case_move', ['note_id'], unique=False, sqlite_where=sa.text('note_id IS NOT NULL'), postgresql_where=sa.text('note_id IS NOT NULL'))
    op.create_table('case_order',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('linked_at', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['support_case.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['order_id'], ['sales_order.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('case_id', 'order_id')
    )
    op.create_index(op.f('ix_case_order_order_id'), 'case_order', ['order_id'], unique=False)
    op.create_table('case_watcher',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('since', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['support_case.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('case_id', 'person_id')
    )
    op.create_index(op.f('ix_case_watcher_person_id'), 'case_watcher', ['person_id'], unique=False)
    op.create_table('case_notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', AutoString(length=20), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('read_at', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['support_case.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_case_notice_case_id'), 'case_notice', ['case_id'], unique=False)
    op.create_index('ix_case_notice_new', 'case_notice', ['person_id', 'id'], unique=False, sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
    op.create_index('ix_case_notice_person', 'case_notice', ['person_id'], unique=False)


def _lists() -> None:
    op.create_table('checklist_template',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', AutoString(length=120), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=True),
    sa.Column('items', JSON_DOCUMENT, nullable=False),
    sa.Column('retired_at', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['topic_id'], ['case_topic.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_index(op.f('ix_checklist_template_topic_id'), 'checklist_template', ['topic_id'], unique=False)
    op.create_table('case_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('template_id', sa.Integer(), nullable=True),
    sa.Column('text', AutoString(length=300), nullable=False),
    sa.Column('added_at', UTCDateTime(), nullable=False),
    sa.Column('done_at', UTCDateTime(), nullable=True),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['support_case.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['done_by_id'], ['staff_member.id'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['template_id'], ['checklist_template.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_case_item_case_id'), 'case_item', ['case_id'], unique=False)
    op.create_index(op.f('ix_case_item_done_by_id'), 'case_item', ['done_by_id'], unique=False)
    op.create_index(op.f('ix_case_item_template_id'), 'case_item', ['template_id'], unique=False)
    op.create_table('macro',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', AutoString(length=120), nullable=False),
    sa.Column('actions', JSON_DOCUMENT, nullable=False),
    sa.Column('retired_at', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('text_module',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', AutoString(length=20), nullable=False),
    sa.Column('name', AutoString(length=120), nullable=False),
    sa.Column('about', AutoString(length=200), nullable=False),
    sa.Column('body', AutoString(length=10000), nullable=False),
    sa.Column('retired_at', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('kind', 'name', name='uq_text_module')
    )
    op.create_table('case_rating',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', AutoString(length=64), nullable=False),
    sa.Column('asked_at', UTCDateTime(), nullable=False),
    sa.Column('response_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['support_case.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['response_id'], ['survey_response.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('case_id'),
    sa.UniqueConstraint('token_hash')
    )
    op.create_index(op.f('ix_case_rating_response_id'), 'case_rating', ['response_id'], unique=False)

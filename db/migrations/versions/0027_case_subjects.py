"""what cases are about, found by parts of their words

Revision ID: 0027
Revises: 0026
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TRIGGERS = {
    "insert": """AFTER INSERT ON support_case BEGIN
        INSERT INTO case_fts(rowid, subject) VALUES (new.id, new.subject); END""",
    "delete": """AFTER DELETE ON support_case BEGIN
        INSERT INTO case_fts(case_fts, rowid, subject) VALUES ('delete', old.id, old.subject); END""",
    "update": """AFTER UPDATE OF subject ON support_case BEGIN
        INSERT INTO case_fts(case_fts, rowid, subject) VALUES ('delete', old.id, old.subject);
        INSERT INTO case_fts(rowid, subject) VALUES (new.id, new.subject); END""",
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("CREATE INDEX ix_case_subject_trigrams ON support_case USING gin (rapport_trigrams(lower(subject)))")
        return
    op.execute(
        "CREATE VIRTUAL TABLE case_fts USING fts5("
        "subject, content='support_case', content_rowid='id', tokenize='trigram')"
    )
    for name, what in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER case_fts_{name} {what}")
    op.execute("INSERT INTO case_fts(case_fts) VALUES ('rebuild')")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP INDEX ix_case_subject_trigrams")
        return
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER case_fts_{name}")
    op.execute("DROP TABLE case_fts")

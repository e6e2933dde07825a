"""search index over customers; the audit trail refuses change and removal

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE_DDL = (
    """CREATE VIRTUAL TABLE customer_fts USING fts5(
        text, content='customer_search', content_rowid='customer_id', tokenize='trigram')""",
    """CREATE TRIGGER customer_fts_insert AFTER INSERT ON customer_search BEGIN
        INSERT INTO customer_fts(rowid, text) VALUES (new.customer_id, new.text); END""",
    """CREATE TRIGGER customer_fts_delete AFTER DELETE ON customer_search BEGIN
        INSERT INTO customer_fts(customer_fts, rowid, text) VALUES ('delete', old.customer_id, old.text); END""",
    """CREATE TRIGGER customer_fts_update AFTER UPDATE ON customer_search BEGIN
        INSERT INTO customer_fts(customer_fts, rowid, text) VALUES ('delete', old.customer_id, old.text);
        INSERT INTO customer_fts(rowid, text) VALUES (new.customer_id, new.text); END""",
)
POSTGRES_DDL = (
    """CREATE FUNCTION rapport_trigrams(line text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
        $$ SELECT array_agg(DISTINCT substr(line, i, 3)) FROM generate_series(1, length(line) - 2) AS i $$""",
    "CREATE INDEX ix_customer_search_trigrams ON customer_search USING gin (rapport_trigrams(text))",
)
SQLITE_AUDIT = (
    """CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN
        SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN
        SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
)
POSTGRES_AUDIT = (
    """CREATE FUNCTION rapport_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    """CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION rapport_append_only()""",
)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in (*SQLITE_DDL, *SQLITE_AUDIT) if sqlite else (*POSTGRES_DDL, *POSTGRES_AUDIT):
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("audit_entry_no_update", "audit_entry_no_delete", "customer_fts_insert", "customer_fts_delete",
                     "customer_fts_update"):
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TABLE customer_fts")
    else:
        op.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
        op.execute("DROP FUNCTION rapport_append_only")
        op.execute("DROP INDEX ix_customer_search_trigrams")
        op.execute("DROP FUNCTION rapport_trigrams")

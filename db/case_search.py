"""Finding cases by what stands in their subject, also inside a word: FTS5 on SQLite, a GIN index on PostgreSQL.

Migration 0027 makes both over `support_case.subject` itself, so that nothing that writes a case has to think of it.
"""

from collections.abc import Sequence

from sqlalchemy import Integer, column, func, select, text
from sqlmodel import Session, col

from db.models import Case

SHORTEST = 3  # characters; the index knows no shorter piece
_SQLITE = "SELECT rowid AS id FROM case_fts WHERE case_fts MATCH :query ORDER BY rowid DESC LIMIT :looked_at"
_POSTGRES = "rapport_trigrams(lower(subject)) @> rapport_trigrams(lower(:query))"


def newest(session: Session, words: Sequence[str], most: int, looked_at: int) -> list[int]:
    """Ids of the newest cases, newest first, whose subject holds each of these words; at most `most`.

    The index leads to those with the words of `SHORTEST` characters and more, to the newest `looked_at` of them; the
    shorter words are then looked for in these. With short words alone, the latest `looked_at` cases are looked through.
    """
    long = [w for w in words if len(w) >= SHORTEST]
    statement = select(col(Case.id)).order_by(col(Case.id).desc()).limit(most)
    if not long:
        latest = session.connection().scalar(select(func.max(col(Case.id)))) or 0
        statement = statement.where(col(Case.id) > latest - looked_at)
    elif session.get_bind().dialect.name == "sqlite":
        quoted = " ".join('"' + w.replace('"', '""') + '"' for w in long)
        found = text(_SQLITE).bindparams(query=quoted, looked_at=looked_at)
        statement = statement.where(col(Case.id).in_(found.columns(column("id", Integer))))
        words = [w for w in words if w not in long]
    else:
        for n, word in enumerate(long):
            statement = statement.where(
                text(_POSTGRES.replace(":query", f":query_{n}")).bindparams(**{f"query_{n}": word})
            )
    for word in words:  # on PostgreSQL the long ones too: that all pieces are there does not say that they are together
        statement = statement.where(col(Case.subject).icontains(word, autoescape=True))
    return list(session.connection().scalars(statement))

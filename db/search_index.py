"""Finding customers by parts of what they are called, typos included.

`customer_search.text` holds one folded line per customer. SQLite indexes it with FTS5's trigram tokenizer, kept by
triggers; PostgreSQL with a GIN index over the array of trigrams. Both answer the same question: which customers share
the most (and the rarest) trigrams with what was typed. The caller ranks the few that come back. The indexes themselves
are made by migration 0002.
"""

from sqlalchemy import text
from sqlmodel import Session

_SQLITE = "SELECT rowid FROM customer_fts WHERE customer_fts MATCH :query ORDER BY rank LIMIT :most"
_POSTGRES_ALL = """SELECT customer_id FROM customer_search
    WHERE rapport_trigrams(text) @> CAST(:grams AS text[]) ORDER BY length(text) LIMIT :most"""
_POSTGRES_ANY = """SELECT customer_id FROM customer_search WHERE rapport_trigrams(text) && CAST(:grams AS text[])
    ORDER BY (SELECT count(*) FROM unnest(rapport_trigrams(text)) g WHERE g = ANY(CAST(:grams AS text[]))) DESC,
    length(text) LIMIT :most"""


def trigrams(line: str) -> list[str]:
    """All different runs of three characters, in order of appearance."""
    return list(dict.fromkeys(line[i : i + 3] for i in range(len(line) - 2)))


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', '""') + '"'


def candidates(session: Session, folded: str, *, all_of_it: bool, most: int) -> list[int]:
    """Customer ids whose line holds `folded` (three characters or more) as it stands, or shares trigrams with it.

    `all_of_it` asks for every word to occur; otherwise any shared trigram counts and the best come first.
    """
    words = [w for w in folded.split() if len(w) >= 3]
    grams = list(dict.fromkeys(g for w in words for g in trigrams(w)))
    if not grams:
        return []
    if session.get_bind().dialect.name == "sqlite":
        query = " ".join(_quoted(w) for w in words) if all_of_it else " OR ".join(_quoted(g) for g in grams)
        rows = session.execute(text(_SQLITE), {"query": query, "most": most})
    else:
        sql = _POSTGRES_ALL if all_of_it else _POSTGRES_ANY
        rows = session.execute(text(sql), {"grams": grams, "most": most})
    return [row[0] for row in rows]

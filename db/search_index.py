"""Finding customers by the words they are called by, by parts of words, and by words that were typed wrongly.

`customer_word` holds every word of a customer's line; a B-tree finds whole words and beginnings. `word_variant` holds
each word with one letter left out: two words that share such a variant differ by one slip (a letter wrong, missing,
doubled or swapped with its neighbour), so a misspelt word needs a dozen index look-ups whatever the number of
customers. Parts of words come from trigrams of `customer_search.text`: FTS5 on SQLite, a GIN index on PostgreSQL, both
made by migration 0002.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, delete, exists, func, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col

from db.models import CustomerWord, WordVariant

MOST_LETTERS = 60
KEYED_BY = 7  # letters of a word's beginning that its variants are made of
SHORTEST_MISSPELT = 4
COUNT_UP_TO = 300
CHUNK = 5_000
_WORDS = SQLModel.metadata.tables["customer_word"]
_LAST = "\U0010ffff"
_PARTS = re.compile(r"[^\W_]+")
_SQLITE_PART = "SELECT rowid FROM customer_fts WHERE customer_fts MATCH :query LIMIT :most"
_POSTGRES_PART = """SELECT customer_id FROM customer_search
    WHERE rapport_trigrams(text) @> CAST(:grams AS text[]) LIMIT :most"""


def parts(token: str) -> list[str]:
    """The runs of letters and digits: "smith-jones" is "smith" and "jones"."""
    return _PARTS.findall(token)


def words_of(line: str) -> set[str]:
    """What a folded line is found by: its words, their parts, e-mail addresses, phones also from their end."""
    words: set[str] = set()
    for token in line.split():
        if token.isdigit() and len(token) > 6:
            words |= {token, "#" + token[::-1]}
        elif "@" in token:
            local, _at, domain = token.partition("@")
            words |= {token, "@" + domain, *(p for p in parts(local) if len(p) > 2 and not p.isdigit())}
        else:
            pieces = parts(token)
            words |= {token, "".join(pieces), *(p for p in pieces if len(p) > 1)}
    return {w[:MOST_LETTERS] for w in words if w}


def variants_of(word: str) -> set[str]:
    """The beginning of a word, and the same with any one letter left out. Nothing for short words and numbers."""
    if len(word) < SHORTEST_MISSPELT or not word.isalpha():
        return set()
    start = word[:KEYED_BY]
    return {start, *(start[:i] + start[i + 1 :] for i in range(len(start)))}


def add(session: Session, lines: Iterable[tuple[int, str]]) -> None:
    """Make customers without words findable by (customer id, folded line)."""
    words: list[dict[str, object]] = []
    for customer_id, line in lines:
        words += [{"customer_id": customer_id, "word": w} for w in words_of(line)]
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    connection = session.connection()
    for chunk in _chunks(words):
        connection.execute(insert(CustomerWord).on_conflict_do_nothing(), chunk)
    # In one order everywhere: two transactions that add the same words cannot lock each other out.
    spelt = sorted((v, w) for w in {str(row["word"]) for row in words} for v in variants_of(w))
    for chunk in _chunks([{"variant": v, "word": w} for v, w in spelt]):
        connection.execute(insert(WordVariant).on_conflict_do_nothing(), chunk)


def replace(session: Session, customer_id: int, line: str) -> None:
    """The customer is found by this line now, and by nothing else."""
    session.connection().execute(delete(CustomerWord).where(col(CustomerWord.customer_id) == customer_id))
    add(session, [(customer_id, line)])


def _chunks(rows: Sequence[dict[str, object]]) -> Iterator[Sequence[dict[str, object]]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def whole(session: Session, words: Sequence[str], most: int) -> list[int]:
    """Customers that have all these words."""
    return _joined(session, [[w] for w in words], None, most)


def beginning(session: Session, words: Sequence[str], most: int) -> list[int]:
    """Customers that have, for each of these, a word that begins with it; whole words first."""
    return _joined(session, [[] for _w in words], words, most)


def misspelt(session: Session, alternatives: Sequence[Sequence[str]], words: Sequence[str], most: int) -> list[int]:
    """Customers that have, for each of `words`, a word that begins with it or one of its `alternatives`.

    A single word is asked for by its alternatives only, in their order: closest first.
    """
    if len(words) == 1:
        found: list[int] = []
        for word in alternatives[0]:
            found += whole(session, [word], most - len(found)) if len(found) < most else []
        return found
    return _joined(session, alternatives, words, most)


def _joined(
    session: Session, alternatives: Sequence[Sequence[str]], starts: Sequence[str] | None, most: int
) -> list[int]:
    """The rarest word leads, the others are looked up for each of its customers."""
    tests = [(alternatives[i], starts[i] if starts else None) for i in range(len(alternatives))]
    if len(tests) > 1:
        counts = _counts(session, tests)
        if not min(counts):
            return []
        tests = [tests[i] for i in sorted(range(len(tests)), key=lambda i: (counts[i], -len(str(tests[i]))))]
    lead = _WORDS.alias()
    statement = select(lead.c.customer_id).where(_matches(lead, *tests[0]))
    for listed, start in tests[1:]:
        other = _WORDS.alias()
        same = other.c.customer_id == lead.c.customer_id
        statement = statement.where(exists().where(same, _matches(other, listed, start)))
    if len(tests) == 1:
        statement = statement.order_by(lead.c.word, lead.c.customer_id)
    return list(dict.fromkeys(session.connection().scalars(statement.limit(most))))


def _matches(table: FromClause, listed: Sequence[str], start: str | None) -> ColumnElement[bool]:
    word: ColumnElement[str] = table.c.word
    if start is None:
        return word.in_(listed)
    begins = and_(word >= start, word < start + _LAST)
    return or_(word.in_(listed), begins) if listed else begins


def _counts(session: Session, tests: Sequence[tuple[Sequence[str], str | None]]) -> list[int]:
    """How many customers each test fits, counted no further than COUNT_UP_TO."""
    bounded: list[Any] = []
    for listed, start in tests:
        table = _WORDS.alias()
        few = select(table.c.customer_id).where(_matches(table, listed, start)).limit(COUNT_UP_TO).subquery()
        bounded.append(select(func.count()).select_from(few).scalar_subquery())
    return [int(n) for n in session.connection().execute(select(*bounded)).one()]


def similar(session: Session, word: str, most: int = 400) -> list[str]:
    """Known words that share a variant with `word`: candidates for what was meant. The caller weighs them."""
    keys = variants_of(word)
    if not keys:
        return []
    statement = select(col(WordVariant.word)).where(col(WordVariant.variant).in_(keys)).distinct().limit(most)
    return [w for w in session.connection().scalars(statement) if w != word]


def containing(session: Session, words: Sequence[str], most: int) -> list[int]:
    """Customers whose line holds each of these (three characters or more) anywhere, also inside a word."""
    long = [w for w in words if len(w) > 2]
    if not long or len(long) < len(words):
        return []
    if session.get_bind().dialect.name == "sqlite":
        quoted = " ".join('"' + w.replace('"', '""') + '"' for w in long)
        rows = session.connection().execute(text(_SQLITE_PART), {"query": quoted, "most": most})
    else:
        grams = list({w[i : i + 3] for w in long for i in range(len(w) - 2)})
        rows = session.connection().execute(text(_POSTGRES_PART), {"grams": grams, "most": most})
    return [int(row[0]) for row in rows]

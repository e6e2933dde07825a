"""Many believable customers, written straight into an empty database: what the measurements search and open."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert
from sqlmodel import Session, SQLModel

from db import search_index
from db.models import Customer, CustomerEmail, CustomerPhone, CustomerSearch
from services.inputs import fold
from services.search import line_for

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CHUNK = 10_000
GIVEN = (
    "Anna Lena Marie Johanna Katrin Sabine Clara Jonas Felix Matthias Stefan Paul Tobias Karl Camille Juliette Manon "
    "Claire Hélène Antoine Julien Mathieu Hugo Étienne Emma Olivia Grace Henry Oliver Jack Harriet Lucía Carmen Álvaro "
    "Javier Giulia Marco Sofia Ingrid Lars Søren Åsa Zofia Paweł Jiří Kateřina João Inês Nikos Eleni Mehmet Ayşe Priya "
    "Rahul Wei Mei Yuki Haruto Fatima Omar John Mary"
)
COMMON = (
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Smith Jones Taylor Brown Williams "
    "Wilson Martin Bernard Dubois Thomas Robert García Fernández González Rossi Russo Ferrari Nowak Kowalski Andersson "
    "Johansson Hansen Jensen Silva Santos Papadopoulos Yılmaz Kaya Singh Kumar Wang Li Zhang Tanaka Sato"
)
FIRST = "Al Bar Ber Bran Cas Dor El Fal Gar Hal Hin Jan Kal Kirch Lan Lind Mar Nor Ost Pel Rich Ros Sand Stein"
MIDDLE = "a e i o u en er el an ar in or um is"
LAST = "bach berg dorf feld hagen mann meier ner sen son stein ström ville wald well wick ton ski ova ini"


def people(count: int, seed: int = 1) -> Iterator[tuple[int, str, str, str]]:
    """(id, name, e-mail, phone): a third bear common family names, the others one of seven thousand rarer ones."""
    chance = random.Random(seed)
    givens, common, first, middle, last = (words.split() for words in (GIVEN, COMMON, FIRST, MIDDLE, LAST))
    for i in range(1, count + 1):
        family = (
            chance.choice(common)
            if chance.random() < 0.35
            else chance.choice(first) + chance.choice(middle) + chance.choice(last)
        )
        given = chance.choice(givens)
        mail = "".join(ch for ch in fold(f"{given}.{family}") if ch.isascii() and ch != " ")
        yield i, f"{given} {family}", f"{mail}{i % 9973}@example.com", f"+4930{20_000_000 + i * 7 % 70_000_000}"


def fill(connection: Connection, count: int) -> None:
    """Add `count` customers with one e-mail and one phone each, and their search lines."""
    rows: list[tuple[int, str, str, str]] = []
    for row in people(count):
        rows.append(row)
        if len(rows) == CHUNK:
            _write(connection, rows)
            rows = []
    if rows:
        _write(connection, rows)


def _write(connection: Connection, rows: list[tuple[int, str, str, str]]) -> None:
    stamps = {"created_at": NOW, "updated_at": NOW, "joined_at": NOW}
    lines = {i: line_for(n, None, [m], [p]) for i, n, m, p in rows}
    parts: dict[type[SQLModel], list[dict[str, Any]]] = {
        Customer: [{"id": i, "name": n, "attributes": {}, "version": 1, **stamps} for i, n, _m, _p in rows],
        CustomerEmail: [{"customer_id": i, "email": m, "is_primary": True} for i, _n, m, _p in rows],
        CustomerPhone: [{"customer_id": i, "e164": p, "as_written": p, "is_primary": True} for i, _n, _m, p in rows],
        CustomerSearch: [{"customer_id": i, "text": lines[i]} for i, _n, _m, _p in rows],
    }
    for model, values in parts.items():
        connection.execute(insert(model), values)
    search_index.add(Session(bind=connection), lines.items())

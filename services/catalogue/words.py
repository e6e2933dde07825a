"""Finding products by what was typed, slips included.

The words of all products on the shelf are kept in the memory of the process (they can be read again at any time).
A typed word is looked up among the different words, not among the products: 40,000 products share a few thousand.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from sqlalchemy import func, select
from sqlmodel import col

from db.models import Product
from services.catalogue.offer import FOR_SALE
from services.inputs import fold
from services.work import Work

MOST_FOUND = 500
MOST_TYPED = 100
MOST_WORDS = 8
_SHORTEST_PART = 3  # of a word that may stand anywhere in another one
_SHORTEST_SLIP = 4  # of a word in which a slip is looked for
_CLOSE_ENOUGH = 72  # of 100: one wrong letter in four
_ASIDE = 0.8  # what a word is worth that stands in brand or category, not in the name

Positions = NDArray[np.int64]


@dataclass
class Words:
    """Which word stands in which product: positions into `ids`, apart for the name and for all the rest."""

    ids: Positions
    in_name: dict[str, Positions] = field(default_factory=dict)
    aside: dict[str, Positions] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)

    def find(self, typed: str) -> list[int]:
        """Product ids, best first, at most MOST_FOUND. Products with every typed word; failing that, with most."""
        wanted = fold(typed[:MOST_TYPED]).split()[:MOST_WORDS]
        if not wanted or not len(self.ids):
            return []
        scores = np.array([self._scores(word) for word in wanted])
        hits = (scores > 0).sum(axis=0)
        best = int(hits.max())
        if best == 0:
            return []
        total = np.where(hits == best, scores.sum(axis=0), 0.0)
        ranked = np.lexsort((np.arange(len(total)), -total))[:MOST_FOUND]
        return [int(self.ids[i]) for i in ranked if total[i] > 0]

    def _scores(self, word: str) -> NDArray[np.float64]:
        scores = np.zeros(len(self.ids))
        for alike, score in sorted(self._alike(word), key=lambda a: a[1]):  # the best comes last and stays
            for where, worth in ((self.aside, _ASIDE), (self.in_name, 1.0)):
                if alike in where:
                    found = where[alike]
                    scores[found] = np.maximum(scores[found], score * worth)
        return scores

    def _alike(self, word: str) -> list[tuple[str, float]]:
        """Words of the shelf that hold the typed one, or, where none does, those that look most like it."""
        if len(word) < _SHORTEST_PART:
            return [(k, _part_score(word, k)) for k in self.known if k.startswith(word)]
        parts = [(k, _part_score(word, k)) for k in self.known if word in k]
        if parts or len(word) < _SHORTEST_SLIP:
            return parts
        close = process.extract(word, self.known, scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH, limit=20)
        return [(k, score - 15) for k, score, _position in close]


def _part_score(word: str, known: str) -> float:
    """100 for the word itself, less the more it is only a part of, and less where it is not the beginning."""
    return 100.0 * (0.7 + 0.3 * len(word) / len(known)) - (0 if known.startswith(word) else 10)


def split(text: str) -> set[str]:
    """The folded words of a text; a hyphenated one counts whole and in its parts."""
    words = set(fold(text).split())
    return {p for w in words for p in (w.strip(",.;:()"), *w.replace("/", "-").split("-")) if p}


def built(rows: Iterable[tuple[int, str, str]]) -> Words:
    """From (product id, name, all the rest)."""
    ids: list[int] = []
    in_name: dict[str, list[int]] = {}
    aside: dict[str, list[int]] = {}
    for position, (product_id, name, rest) in enumerate(rows):
        ids.append(product_id)
        named = split(name)
        for word in named:
            in_name.setdefault(word, []).append(position)
        for word in split(rest) - named:
            aside.setdefault(word, []).append(position)
    return Words(
        np.array(ids, dtype=np.int64),
        {k: np.array(v, dtype=np.int64) for k, v in in_name.items()},
        {k: np.array(v, dtype=np.int64) for k, v in aside.items()},
        sorted(in_name.keys() | aside.keys()),
    )


#: For how long the shelf is taken to be the same without looking. Prices and stock are always read anew.
FRESH_S = 2.0


@dataclass
class Shelf:
    """What one process remembers of a shelf: its words, and the categories with how many products each has."""

    looked_at: float
    state: tuple[object, ...]
    words: Words
    counted: dict[bool, list[tuple[str, int]]] = field(default_factory=dict)  # by "only what is in stock"


_kept: WeakKeyDictionary[object, Shelf] = WeakKeyDictionary()
_building = threading.Lock()


def of_shelf(w: Work) -> Shelf:
    """The shelf from memory; looked at again after FRESH_S, and made anew when a product was added or changed."""
    bound = w.session.get_bind()
    kept = _kept.get(bound)
    if kept is None or time.monotonic() - kept.looked_at > FRESH_S:
        with _building:
            kept = _kept.get(bound)
            if kept is None or time.monotonic() - kept.looked_at > FRESH_S:
                kept = _looked_at(w, kept)
                _kept[bound] = kept
    return kept


def _looked_at(w: Work, before: Shelf | None) -> Shelf:
    newest = select(func.count(), func.max(Product.id), func.max(Product.updated_at)).where(*FOR_SALE)
    state, now = tuple(w.session.execute(newest).one()), time.monotonic()
    if before is not None and before.state == state:
        return Shelf(now, state, before.words)
    return Shelf(now, state, built(_rows(w)))


def _rows(w: Work) -> Iterable[tuple[int, str, str]]:
    columns = (Product.id, Product.name, Product.sku, Product.brand, Product.category, Product.subcategory)
    found = select(*(col(c) for c in columns)).where(*FOR_SALE).order_by(col(Product.name), col(Product.id))
    for number, name, *rest in w.session.execute(found):
        yield number, name, " ".join(r for r in rest if r)

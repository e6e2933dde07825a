"""The board made ready for showing, once for all who look at the same days: most ticks of the clock change nothing.

Managers and administrators see the same board, nobody else sees any, and nothing on it belongs to a person: so the
keys hold the question, the language and the state of the data, never who asks. The rows behind a mark, which do name
people, are never kept.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pages._ui import cached
from pages.manager._ui import filters, overview
from pages.manager._ui.cards import Card
from services import company
from services.board import live, sums
from services.board.live import Asked, Board
from services.board.version import version
from services.work import Actor, Work, reading


@dataclass(frozen=True)
class State:
    """What the answers depend on besides the question. Whoever saw it may read later, never earlier.

    The minute is part of it, as what was usual up to this time of day and the ages of open cases change by themselves.
    """

    at: datetime
    key: str


@dataclass(frozen=True)
class Shown:
    """The board in words and pictures. Shared: nobody changes it."""

    board: Board
    period: str
    metrics: tuple[dict[str, Any], ...]
    compared: str
    cards: tuple[Card, ...]


def state(w: Work) -> State:
    """The state of the data now. For managers."""
    minute = int(w.now.timestamp()) // 60
    return State(w.now, f"{minute} {company.of(w)!r} {w.actor.language} {version(w)}")


def categories(w: Work, seen: State) -> list[str]:
    """Every category that was ever sold."""
    return cached.shared("categories", seen.key, lambda: sums.categories(w))


def shown(actor: Actor, asked: Asked, seen: State) -> Shown:
    """The board as asked for: read and made ready where nobody has asked the same of these data before."""
    cents = filters.in_money()

    def build() -> Shown:
        with reading(actor) as w:
            return _shown(live.board(w, asked), cents)

    return cached.shared(f"board {asked!r} {cents}", seen.key, build)


def _shown(board: Board, cents: bool) -> Shown:
    made = (
        overview.contacts(board),
        overview.orders(board, cents=cents),
        overview.revenue(board),
        overview.customers(board),
        overview.cases(board),
    )
    line = overview.period_line(board)
    return Shown(board, line, overview.metrics(board), overview.usual_line(board), made)

"""The board made ready for showing, once for all who look at the same days: most ticks of the clock change nothing.

Managers and administrators see the same board, nobody else sees any, and nothing on it belongs to a person: so the
keys hold the question, the language and the state of the data, never who asks. The rows behind a mark, which do name
people, are never kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd

from pages._ui import cached
from pages.manager._ui import against, filters, overview, service_cards
from pages.manager._ui.cards import Card
from services import areas as places
from services import company, teams
from services.board import live, sums
from services.board.live import Asked, Board
from services.board.version import version
from services.text import locale_name
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
    against: pd.DataFrame


def state(w: Work) -> State:
    """The state of the data now. For managers."""
    minute = int(w.now.timestamp()) // 60
    return State(w.now, f"{minute} {company.of(w)!r} {w.actor.language} {version(w)}")


def areas(w: Work, seen: State) -> list[str]:
    """The company's own areas; where it has none, the regions that addresses name. Looked at anew every ten minutes."""
    own = list(dict.fromkeys(a.name for a in company.of(w).areas))
    some = own or cached.kept("regions", int(seen.at.timestamp()) // 600, lambda: places.recorded(w))
    return [*some, filters.NO_AREA]


def categories(w: Work, seen: State) -> list[str]:
    """Every category that was ever sold."""
    return cached.shared("categories", seen.key, lambda: sums.categories(w))


def teams_of(w: Work, seen: State) -> dict[str, str]:
    """Every team by number, for the filter."""
    return cached.shared("teams", seen.key, lambda: {str(t.id): t.name for t in teams.everything(w)})


def shown(actor: Actor, asked: Asked, seen: State, *, of_service: bool = False) -> Shown:
    """The board as asked for: read and made ready where nobody has asked the same of these data before.

    `of_service`: with the charts about cases and promises in place of those about sales.
    """
    cents = filters.in_money()

    def read() -> Board:
        with reading(actor) as w:
            return live.board(w, asked)

    def build() -> Shown:
        board = cached.shared(f"figures {asked!r}", seen.key, read)
        return _of_service(board) if of_service else _shown(board, cents)

    return cached.shared(f"board {asked!r} {cents} {of_service}", seen.key, build)


def _of_service(board: Board) -> Shown:
    of, again = board.service, board.again[["again", "begun"]].values.tolist()
    made = (
        _card(board, service_cards.opened, (board.teams, of.opened)),
        _card(board, service_cards.solved, (board.teams, of.solved)),
        _card(board, service_cards.answers, of.minutes),
        _card(board, service_cards.promises, of.promises),
        _card(board, service_cards.again, again),
        _card(board, overview.cases, (board.cases.total, board.cases.frame["cases"].tolist())),
    )
    line = overview.period_line(board)
    return Shown(board, line, against.metrics(board), "", made, against.table(board))


def _shown(board: Board, cents: bool) -> Shown:
    """Most writes change one chart, and the others can stay as they were made."""
    of = board.usual.by_hour if board.usual else None
    usual = None if of is None else (of["orders"].tolist(), of["revenue_cents"].tolist())
    sold = [board.orders[c].tolist() for c in ("orders", "revenue_cents")]
    money = (board.revenue.named, board.revenue.rest, board.revenue.frame["revenue_cents"].tolist())
    made = (
        _card(board, overview.contacts, board.contacts["contacts"].tolist()),
        _card(board, partial(overview.orders, cents=cents), (cents, sold, usual)),
        _card(board, overview.revenue, money),
        _card(board, overview.customers, board.customers["joined"].tolist()),
        _card(board, overview.cases, (board.cases.total, board.cases.frame["cases"].tolist())),
    )
    line = overview.period_line(board)
    return Shown(board, line, overview.metrics(board), overview.usual_line(board), made, against.table(board))


def _card(board: Board, make: Callable[[Board], Card], content: object) -> Card:
    """A chart with this content: together with the view and the currency all that `make` reads of the board."""
    name = getattr(make, "func", make).__name__
    state = f"{locale_name()} {board.currency} {board.view!r} {content!r}"
    return cached.shared(f"card {name}", state, lambda: make(board))

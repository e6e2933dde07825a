"""The charts about service: cases by team, first answers, promises, explaining again."""

from functools import partial

from pages.manager._ui import cards
from pages.manager._ui.cards import Card
from pages.manager._ui.overview import grain_in_words
from services.board import marks
from services.board.live import Board
from services.board.service import ENDS
from services.charts import bars, words
from services.charts import board as frames
from services.text import _, number


def opened(board: Board) -> Card:
    return _of_cases(board, marks.OPENED, _("Cases opened, by team"))


def solved(board: Board) -> Card:
    return _of_cases(board, marks.SOLVED, _("Cases solved, by team"))


def _of_cases(board: Board, chart: str, title: str) -> Card:
    frame = frames.by_team(board, None, chart)
    names = list(dict.fromkeys(frame["name"].tolist()))
    place = grain_in_words(board.view.daily_grain)
    total = words.cases_of_all(int(frame["value"].sum()))
    return cards.made(
        chart,
        title,
        frame,
        total,
        f"{chart} {place} {names}",
        lambda: bars.stacked(frame, names, place, _("Cases")),
        place,
        words.days(board.view.daily),
        part=lambda series: board.teams.get(series, _("No team")),
    )


def answers(board: Board) -> Card:
    frame = frames.answers(board, None)
    place = grain_in_words(board.view.daily_grain)
    counted = sum(n for (where, _minutes), n in board.service.minutes.items() if where.startswith("b"))
    return cards.made(
        marks.ANSWERS,
        _("Working time until the first answer"),
        frame,
        _("Median of each place; {cases} answered").format(cases=words.cases_of_all(counted)),
        f"answers {place}",
        lambda: bars.plain(frame, place, _("Minutes")),
        place,
        words.days(board.view.daily),
    )


def promises(board: Board) -> Card:
    frame = frames.promises(board, None)
    names = [words.promise_end(end) for end in ENDS]
    place = grain_in_words(board.view.daily_grain)
    return cards.made(
        marks.PROMISES,
        _("Promises by the day they are due"),
        frame,
        words.promises(int(frame["value"].sum())),
        f"promises {place}",
        lambda: bars.stacked(frame, names, place, _("Promises")),
        place,
        words.days(board.view.daily),
        part=words.promise_end,
    )


def again(board: Board) -> Card:
    frame = frames.again(board, None)
    names = list(dict.fromkeys(frame["name"].tolist()))
    place = grain_in_words(board.view.daily_grain)
    repeated, begun = (int(board.again[c].sum()) for c in ("again", "begun"))
    share = f" ({number(100 * repeated / begun, 1)} %)" if begun else ""
    total = _("{again} of {begun} contacts that customers began{share}").format(
        again=number(repeated), begun=number(begun), share=share
    )
    return cards.made(
        marks.AGAIN,
        _("Customers who had to explain again"),
        frame,
        total,
        f"again {place} {names}",
        partial(bars.stacked, frame, names, place, _("Contacts")),
        place,
        words.days(board.view.daily),
        part=words.channel,
    )

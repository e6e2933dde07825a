"""What the board shows, kept in the address in words that do not depend on the language, so that it can be shared.

Nothing in the address acts: it only chooses what is shown, and what it names is checked here and again in services.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import streamlit as st

from db.models import Role
from pages._ui.guard import acting
from services.board import marks, sums
from services.board.live import Asked
from services.board.marks import Mark
from services.board.periods import EARLIEST, LATEST, Choice, Grain, Period
from services.charts import words
from services.text import _

#: Keys of the widgets; the name in the address is what follows the prefix.
PREFIX = "live_"
PERIOD, ENDS, GRAIN, AREAS, CHANNELS, CATEGORIES, TEAMS, MEASURE, OPEN = KEYS = [
    PREFIX + name for name in ("period", "days", "by", "area", "channel", "category", "team", "measure", "open")
]
ORDERS, REVENUE = "orders", "revenue"
FITTING = "auto"
LONGEST_NUMBER = 9
LONGEST_AREA = 120
NO_AREA = "-"  # in the address, where an empty word would be nothing
_SEEN = "_live_address"


@acting(Role.MANAGER)
def noticed() -> None:
    """Somebody used a filter: that counts as activity, unlike the clock's own runs."""


def read_address() -> None:
    """Before the widgets: take over what the address says, when it was opened or changed by other means than ours."""
    now = _address()
    if st.session_state.get(_SEEN) == now and PERIOD in st.session_state:
        return
    values = {name: list(many) for name, many in now if many}
    period, grain = (values.get(n, [""])[0] for n in (PERIOD, GRAIN))
    ends = _days(values.get(ENDS, []))
    state: dict[str, Any] = {
        PERIOD: Choice.RANGE.value if ends else period if period in {*Choice} - {Choice.RANGE} else Choice.TODAY.value,
        ENDS: ends,
        GRAIN: grain if grain in {*Grain} else FITTING,
        AREAS: [a for a in values.get(AREAS, []) if len(a) <= LONGEST_AREA][:50],
        CHANNELS: [c for c in values.get(CHANNELS, []) if c in sums.CHANNELS],
        CATEGORIES: values.get(CATEGORIES, [])[:50],
        TEAMS: [t for t in values.get(TEAMS, []) if t.isascii() and t.isdecimal() and len(t) <= LONGEST_NUMBER][:50],
        MEASURE: REVENUE if values.get(MEASURE) == [REVENUE] else ORDERS,
        OPEN: str(marks.parse(values.get(OPEN, [""])[0]) or ""),
    }
    for name, value in state.items():
        st.session_state[name] = value


def write_address() -> None:
    """After the widgets: the address says what is shown."""
    state = st.session_state
    ends = state.get(ENDS) if state.get(PERIOD) == Choice.RANGE else ()
    wanted = {
        PERIOD: [] if ends or state.get(PERIOD) in (Choice.TODAY, None) else [state[PERIOD]],
        ENDS: [d.isoformat() for d in ends or ()],
        GRAIN: [g for g in [state.get(GRAIN)] if g in {*Grain}],
        AREAS: state.get(AREAS, []),
        CHANNELS: state.get(CHANNELS, []),
        CATEGORIES: state.get(CATEGORIES, []),
        TEAMS: state.get(TEAMS, []),
        MEASURE: [m for m in [state.get(MEASURE)] if m == REVENUE],
        OPEN: [o for o in [state.get(OPEN)] if o],
    }
    for key, values in wanted.items():
        name = key.removeprefix(PREFIX)
        if values and st.query_params.get_all(name) != values:
            st.query_params[name] = values
        elif not values and name in st.query_params:
            del st.query_params[name]
    st.session_state[_SEEN] = _address()


def _address() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((key, tuple(st.query_params.get_all(key.removeprefix(PREFIX)))) for key in KEYS)


def _days(given: list[str]) -> tuple[date, ...]:
    try:
        found = sorted(date.fromisoformat(d) for d in given[:2])
    except ValueError:
        return ()
    return tuple(found) if len(found) == 2 and all(EARLIEST <= d <= LATEST for d in found) else ()


def widgets(categories: list[str], teams: dict[str, str], areas: list[str]) -> Asked:
    """The filters of the board, and what they ask for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = Choice(
            st.selectbox(
                _("Period"),
                [c.value for c in Choice],
                format_func=_periods().__getitem__,
                key=PERIOD,
                on_change=noticed,
                persist_state="page",
                width=190,
            )
        )
        given: Any = ()
        if choice is Choice.RANGE:
            given = st.date_input(
                _("From and to"),
                key=ENDS,
                min_value=EARLIEST,
                max_value=LATEST,
                on_change=noticed,
                persist_state="page",
                width=230,
                format="YYYY-MM-DD",
            )
        grains = _grains()
        wanted = st.selectbox(
            _("Bars"),
            list(grains),
            format_func=lambda g: grains.get(g, g),
            key=GRAIN,
            on_change=noticed,
            persist_state="page",
            disabled=choice in (Choice.TODAY, Choice.YESTERDAY),
            width=150,
        )
        channels, chosen, of_teams, regions = _popover(categories, teams, areas)
    grain = Grain(wanted) if wanted in {*Grain} else None
    return Asked(choice, (given[0], given[-1]) if given else None, grain, channels, chosen, of_teams, regions)


def _popover(
    categories: list[str], teams: dict[str, str], areas: list[str]
) -> tuple[list[str], list[str], list[int], list[str]]:
    active = sum(len(st.session_state.get(key, [])) for key in (AREAS, CHANNELS, CATEGORIES, TEAMS))
    label = _("Filters ({n})").format(n=active) if active else _("Filters")
    with st.popover(label, icon=":material/filter_list:", key="live_filters"):
        regions = _some(AREAS, areas, _("Customers of"), _("All areas"), area)
        channels = _some(CHANNELS, list(sums.CHANNELS), _("Contacts by"), _("All channels"), words.channel)
        chosen = _some(CATEGORIES, categories, _("Revenue of"), _("All categories"), words.category)
        asked_of = _some(
            TEAMS, list(teams), _("Cases and promises of"), _("All teams"), lambda t: teams.get(t, _("No team"))
        )
    return channels, chosen, [int(t) for t in asked_of], ["" if a == NO_AREA else a for a in regions]


def area(code: str) -> str:
    """An area in words."""
    return _("No area") if code in (NO_AREA, "") else code


def _some(key: str, options: list[str], label: str, none: str, in_words: Callable[[str], str]) -> list[str]:
    """Values of a filter; one that an address names is offered although nobody has it any more."""
    known = [*options, *(v for v in st.session_state.get(key, []) if v not in options)]
    return st.multiselect(
        label,
        known,
        format_func=in_words,
        key=key,
        on_change=noticed,
        persist_state="page",
        placeholder=none,
        wrap=True,
    )


def _periods() -> dict[str, str]:
    return {
        Choice.TODAY: _("Today"),
        Choice.YESTERDAY: _("Yesterday"),
        Choice.WEEK: _("Last 7 days"),
        Choice.MONTH: _("Last 30 days"),
        Choice.YEAR: _("Last 12 months"),
        Choice.EVERYTHING: _("All data"),
        Choice.RANGE: _("A day or range …"),
    }


def _grains() -> dict[str, str]:
    return {
        FITTING: _("As fits"),
        Grain.HOUR.value: _("Hour of the day"),
        Grain.DAY.value: _("Day"),
        Grain.MONTH.value: _("Month"),
    }


def measure() -> None:
    """Orders or their revenue, for the chart that can show both."""
    st.segmented_control(
        _("Measure"),
        [ORDERS, REVENUE],
        format_func=lambda v: _("Orders") if v == ORDERS else _("Revenue"),
        required=True,
        key=MEASURE,
        on_change=noticed,
        persist_state="page",
        label_visibility="collapsed",
    )


def in_money() -> bool:
    """Whether the chart shows revenue."""
    return bool(st.session_state.get(MEASURE) == REVENUE)


@acting(Role.MANAGER)
def show(period: Period) -> None:
    """Callback: show these days."""
    st.session_state[PERIOD], st.session_state[ENDS] = Choice.RANGE.value, (period.first, period.last)


def opened() -> Mark | None:
    """The mark whose rows are open."""
    return marks.parse(st.session_state.get(OPEN))


def open_mark(mark: Mark | None) -> None:
    """Open the rows of this mark, or close them. For callbacks."""
    st.session_state[OPEN] = str(mark) if mark else ""

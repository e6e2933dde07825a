"""What is asked on the page "Explore": the widgets, and the address that says the same in codes."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st

from db.models import Role
from pages._ui.guard import acting
from pages._ui.show import home
from services import clock, explore
from services.cube_view import PERIODS, View
from services.dimensions import DIMENSIONS, dimension_name
from services.errors import RapportError
from services.explore import MOST_MEASURES
from services.measures import told
from services.reports.words import period as named_period
from services.text import _, number
from services.work import Actor, reading

OWN = "own"
SIZES = (5, 8, 12, 20, 50, 200)


def chosen(actor: Actor) -> View:
    """The view that the widgets say; it is written into the address."""
    among = [m.code for m in explore.measures_for(actor, home())]
    asked = explore.narrowed(View.from_query({k: st.query_params.get_all(k) for k in st.query_params}), among)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measures, by = _what(asked, among)
        period = _period(actor, asked)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover(_("Filters"), icon=":material/filter_alt:", key="explore_filters"):
            only = _filters(actor, asked, measures, by)
        _seed("most", asked.most)
        sizes = sorted({*SIZES, asked.most, st.session_state["explore_most"]})
        with st.popover(_("Size and comparison"), icon=":material/tune:", key="explore_more"):
            most = st.selectbox(
                _("Largest values of a dimension"), sizes, key="explore_most", format_func=number,
                help=_("All others are put into one group, so that the parts add up."),
            )  # fmt: skip
            _seed("compare", bool(asked.compare))
            compare = st.checkbox(
                _("Against as many days before"), key="explore_compare", disabled=period == "all"
            )  # fmt: skip
    view = View(measures=measures, by=by, period=period, only=only, most=most, compare="before" if compare else "")
    view = explore.narrowed(view, among)
    told_now, wanted = {k: st.query_params.get_all(k) for k in st.query_params}, view.to_query()
    if told_now != wanted:
        st.query_params.from_dict(wanted)
    return view


@acting(Role.MANAGER)
def all_time() -> None:
    """Callback: every day there is. Imported data may end long ago."""
    st.session_state["explore_period"] = "all"


def _seed(name: str, value: Any) -> None:
    """What a widget begins with; later it is what was chosen."""
    st.session_state.setdefault(f"explore_{name}", value)


def _among(name: str, options: list[str]) -> None:
    """Forget what is not offered any more."""
    key = f"explore_{name}"
    st.session_state[key] = [v for v in st.session_state[key] if v in options]


def _what(asked: View, among: list[str]) -> tuple[list[str], list[str]]:
    _seed("measures", asked.measures)
    _seed("by", asked.by)
    _among("measures", among)
    measures = st.multiselect(
        _("Figures"), among, key="explore_measures", max_selections=MOST_MEASURES, width=340,
        format_func=lambda m: told(m)[0], placeholder=_("Revenue"),
    )  # fmt: skip
    measures = [m for m in measures if m in among][:MOST_MEASURES] or ["revenue"]
    fit = explore.fitting(measures)
    _among("by", fit)
    by = st.multiselect(
        _("Divided by"), fit, key="explore_by", max_selections=3, format_func=dimension_name, width=340,
        placeholder=_("The whole"), help=_("Only what all these figures can be divided by is offered."),
    )  # fmt: skip
    return measures, by[:3]


def _period(actor: Actor, asked: View) -> str:
    _seed("period", asked.period if asked.period in PERIODS else OWN)
    period = st.selectbox(_("Days"), [*PERIODS, OWN], key="explore_period", format_func=named_period, width=200)
    if period != OWN:
        return str(period)
    today = clock.day_of(clock.now(), actor.zone)
    first, last = asked.days(today)
    if asked.period == "all":
        first, last = today - timedelta(days=29), today
    _seed("days", (first, last))
    span: Any = st.date_input(
        _("From and to"), key="explore_days", width=260, min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)
    )
    ends: list[date] = list(span) if isinstance(span, tuple) else []
    return f"{ends[0]}..{ends[-1]}" if ends else "30d"


def _filters(actor: Actor, asked: View, measures: list[str], by: list[str]) -> dict[str, list[str]]:
    """Values of dimensions that are let in. While the figures are being prepared only what is chosen is offered."""
    fit = [d for d in explore.fitting(measures, by) if not DIMENSIONS[d].in_time]
    _seed("only", [d for d in asked.only if d in fit])
    _among("only", fit)
    wanted = st.multiselect(
        _("Let in only some values of"), fit, key="explore_only", format_func=dimension_name, max_selections=12,
        placeholder=_("No filter"),
    )  # fmt: skip
    only: dict[str, list[str]] = {}
    for d in wanted:
        try:
            with reading(actor) as w:
                names = explore.choices(w, d, measures[0])
        except RapportError:
            names = {}
        _seed(f"only_{d}", asked.only.get(d, []))
        options = list(dict.fromkeys([*names, *st.session_state[f"explore_only_{d}"]]))
        only[d] = st.multiselect(
            dimension_name(d), options, key=f"explore_only_{d}", max_selections=50, placeholder=_("All values"),
            format_func=partial(_named, names),
        )  # fmt: skip
    return {d: values for d, values in only.items() if values}


def _named(names: dict[str, str], value: str) -> str:
    return names.get(value, value)

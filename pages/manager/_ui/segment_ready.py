"""Segments that come with the house: the named grid, the most and least likely, groups that are alike; and overlap."""

import pandas as pd
import streamlit as st

from pages._ui.cached import kept
from pages._ui.show import amount, empty
from pages.manager._ui import drawn
from pages.manager._ui.segment_members import frame_of, labels
from services import scores, segments
from services.charts import shapes
from services.segments.definition import Condition, Group, Mode, Op
from services.segments.fields import cell_names
from services.text import _, number
from services.work import Actor, reading


def _listed(actor: Actor, rule: Group, key: str) -> None:
    """The customers of a rule, fifty of them, with how many there are."""
    with reading(actor) as w:
        total, found = segments.asking.listed(w, rule)
    st.text(_("{n} customers; those with the highest revenue first").format(n=number(total)))
    drawn.table(key, frame_of(found), {"link": _("Open"), **labels()}, drawn.customer_link())


def grid(actor: Actor) -> None:
    """Fifths of recency by purchase days; each field has a name and opens its customers."""
    with reading(actor) as w:
        found = segments.comparing.grid(w)
    if found.frame.empty:
        empty(_("Too little data."), _("Nobody has bought anything yet."))
        return
    names, frame = cell_names(), found.frame
    by_cell = frame.groupby("cell")[["customers", "revenue_cents"]].sum()
    sizes = {str(c): int(n) for c, n in by_cell["customers"].items()}
    revenues = {str(c): int(n) for c, n in by_cell["revenue_cents"].items()}
    largest = max(sizes, key=lambda c: sizes[c])
    told = _("Most customers are “{name}”: {n} of {all}.").format(
        name=names[largest], n=number(sizes[largest]), all=number(sum(sizes.values()))
    )
    drawn.sentence(told)
    cells, times = _grid_cells(frame, names), TIMES
    tips = {"name": _("Field"), "row": _("Last purchase"), "column": _("Purchase days"), "customers": _("Customers")}
    spec = drawn.chart("grid", told, cells, lambda: shapes.heat(cells, tips, _("Purchase days"), times))
    of = drawn.as_of(found.as_of, actor, _("buyers, without those who object to predictions"))
    st.caption(of)
    here = [c for c in names if c in sizes]
    rows = pd.DataFrame(
        [(names[c], sizes[c], amount(revenues[c])) for c in here], columns=["name", "customers", "revenue"]
    )
    columns = {"name": _("Field"), "customers": _("Customers"), "revenue": _("Revenue")}
    picked = drawn.table("grid", rows, columns, pick=True)
    drawn.files("grid", rows, columns, [told, of], (spec, cells))
    if picked is not None:
        _listed(actor, segments.comparing.cell_rule(here[picked]), "grid_members")


TIMES = ["1", "2", "3–5", "6+"]


def _grid_cells(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    recency = [_("Latest fifth"), _("2nd"), _("3rd"), _("4th"), _("Longest ago")]
    pairs = zip(frame["cell"], frame["customers"], strict=True)
    return pd.DataFrame(
        {
            "row": [recency[f - 1] for f in frame["fifth"]],
            "column": [TIMES[t] for t in frame["times"]],
            "value": frame["customers"],
            "most": frame["customers"].max(),
            "name": [names[c] for c in frame["cell"]],
            "customers": [number(n) for n in frame["customers"]],
            "shown": [f"{names[c]} {number(n)}" for c, n in pairs],
        }
    )


def likely(actor: Actor) -> None:
    """Tenths by the probability of buying within 90 days."""
    with reading(actor) as w:
        version = scores.current(w)
    if version is None or 90 not in version.usable():
        empty(
            _("There is no forecast."),
            _("It appears after the first scoring run whose model beats the rules of thumb."),
        )
        return
    tenth = st.select_slider(_("Tenth (10: most likely to buy again)"), list(range(1, 11)), 10, key="likely_tenth")
    _listed(actor, Group(Mode.ALL, (Condition("decile", Op.BETWEEN, float(tenth), float(tenth)),)), "likely_members")
    st.caption(_("By the scoring run in force; who objects to predictions is left out."))


def alike(actor: Actor) -> None:
    """Groups of k-means, in plain language."""
    with reading(actor) as w:
        state = segments.comparing.grid(w)
        found = kept("clusters", state.version, lambda: segments.comparing.clusters(w))
    if not found.enough:
        empty(_("Too little data."), _("Groups need at least {n} buyers.").format(n=segments.comparing.FEWEST))
        return
    drawn.sentence(
        _(
            "Groups of customers who are alike in when, how often and for how much they buy. For exploring: the own "
            "probability of each customer foretells better than any group."
        )
    )
    frame = found.frame
    rows = pd.DataFrame(
        {
            "words": found.words,
            "customers": frame["customers"].to_numpy(),
            "since_last": frame["since_last"].to_numpy(),
            "times": frame["x"].to_numpy() + 1,
            "spend": [amount(round(s)) for s in frame["spend"]],
            "age": frame["T"].to_numpy(),
        }
    )
    columns = {
        "words": _("Group"),
        "customers": _("Customers"),
        "since_last": _("Days since last (median)"),
        "times": _("Purchase days (median)"),
        "spend": _("Each time (median)"),
        "age": _("Known for days (median)"),
    }
    picked = drawn.table("alike", rows, columns, pick=True)
    of = drawn.as_of(found.as_of, actor, _("buyers, without those who object to predictions"))
    st.caption(of)
    drawn.files("alike", rows, columns, [of])
    if picked is not None:
        with reading(actor) as w:
            members = segments.comparing.behind(w, found.members[picked])
        drawn.table("alike_members", frame_of(members), {"link": _("Open"), **labels()}, drawn.customer_link())


def overlap(actor: Actor) -> None:
    """Two segments: only in one, in both, only in the other."""
    with reading(actor) as w:
        names = {s.id: s.name for s in segments.keeping.listing(w)}
    if len(names) < 2:
        empty(_("Two segments are needed."), _("Keep at least two; then they can be set beside each other."))
        return
    with st.container(horizontal=True):
        first = st.selectbox(_("First"), list(names), 0, format_func=lambda i: names[i], key="overlap_first")
        second = st.selectbox(_("Second"), list(names), 1, format_func=lambda i: names[i], key="overlap_second")
    with reading(actor) as w:
        found = segments.comparing.overlap(w, first, second)
    sides = [
        (_("Only in {name}").format(name=names[first]), found.only_first),
        (_("In both"), found.both),
        (_("Only in {name}").format(name=names[second]), found.only_second),
    ]
    rows = pd.DataFrame([(name, len(ids)) for name, ids in sides], columns=["side", "customers"])
    columns = {"side": _("Where"), "customers": _("Customers")}
    picked = drawn.table("overlap", rows, columns, pick=True)
    drawn.files("overlap", rows, columns, [names[first], names[second]])
    if picked is not None:
        with reading(actor) as w:
            members = segments.comparing.behind(w, sides[picked][1])
        drawn.table("overlap_members", frame_of(members), {"link": _("Open"), **labels()}, drawn.customer_link())

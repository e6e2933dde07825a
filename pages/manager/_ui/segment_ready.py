"""Segments that come with the house: the named grid, the most and least likely, and groups that are alike."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.cached import kept
from pages._ui.show import day, empty, md
from pages.manager._ui import drawn, segment_draft
from pages.manager._ui.segment_members import frame_of, labels
from services import patterns, scores, segments
from services.charts import shapes
from services.scores.words import share
from services.segments.definition import Condition, Group, Mode, Op
from services.segments.fields import cell_names
from services.segments.watching import Ids
from services.text import _, ngettext, number
from services.work import Actor, reading


def _listed(actor: Actor, rule: Group, key: str) -> None:
    """The customers of a rule, fifty of them, with how many there are; and the way to keep it."""
    with reading(actor) as w:
        total, found = segments.asking.listed(w, rule)
    with st.container(horizontal=True, vertical_alignment="center"):
        told = ngettext("{n} customer", "{n} customers; those with the highest revenue first", total)
        st.text(told, width="stretch")
        if st.button(_("Make it a segment"), icon=":material/group_work:", key=f"{key}_keep"):
            segment_draft.begin_with(rule)
            st.switch_page("manager/segment.py")
    drawn.table(key, frame_of(found), {"link": _("Open"), **labels()}, drawn.customer_link())


def grid(actor: Actor) -> None:
    """Fifths of recency by purchase days; each field has a name and opens its customers."""
    with reading(actor) as w:
        found = segments.comparing.grid(w)
    if found.frame.empty:
        empty(_("Too little data."), _("Nobody has bought anything yet."))
        return
    of = drawn.as_of(found.as_of, actor, _("buyers, without those who object to predictions"))
    names, frame = cell_names(), found.frame
    sizes = frame.groupby("cell")["customers"].sum()
    told = _("Most customers are “{name}”: {n} of {all}.").format(
        name=names[str(sizes.idxmax())], n=number(int(sizes.max())), all=number(int(sizes.sum()))
    )
    drawn.sentence(told)
    cells = _grid_cells(frame, names)
    tips = {"name": _("Field"), "row": _("Last purchase"), "column": _("Purchase days"), "customers": _("Customers")}
    spec = drawn.chart("grid", told, cells, partial(shapes.heat, cells, tips, _("Purchase days"), TIMES), opens=True)
    label, hint = _("Customers behind a cell"), _("Choose a cell")
    at = drawn.mark("grid", cells, ["row", "column"], _cell_words, label, hint)
    if at is not None:
        with reading(actor) as w:
            inside = segments.comparing.in_cell(w, int(frame["fifth"].iloc[at]), int(frame["times"].iloc[at]))
        chosen(actor, inside, _cell_words(cells.iloc[at]), "grid_cell")
    _fields(actor, frame, told, of, (spec, cells))


def _cell_words(cell: "pd.Series[Any]") -> str:
    return f"{cell['row']} · {cell['column']}: {cell['shown']}"


def _fields(actor: Actor, frame: pd.DataFrame, told: str, of: str, picture: tuple[Any, pd.DataFrame]) -> None:
    """The fields by name, which may be several cells; a line opens its customers."""
    names, sums = cell_names(), frame.groupby("cell")[["customers", "revenue_cents"]].sum()
    here = [c for c in names if c in sums.index]
    rows = pd.DataFrame(
        [(names[c], int(sums["customers"][c]), int(sums["revenue_cents"][c])) for c in here],
        columns=["name", "customers", "revenue_cents"],
    )
    columns = {"name": _("Field"), "customers": _("Customers"), "revenue_cents": _("Revenue")}
    picked = drawn.table("grid", rows, columns, pick=True)
    st.caption(of)
    drawn.files("grid", rows, columns, [told, of], picture)
    if picked is not None:
        _listed(actor, segments.comparing.cell_rule(here[picked]), "grid_members")


def chosen(actor: Actor, ids: Ids, told: str, key: str) -> None:
    """Customers by their numbers, fifty of them."""
    with st.container(border=True, key=f"{key}_behind"):
        st.text(
            _("{what}: {customers}").format(what=told, customers=ngettext("{n} customer", "{n} customers", len(ids)))
        )
        with reading(actor) as w:
            members = segments.comparing.behind(w, ids)
        drawn.table(key, frame_of(members), {"link": _("Open"), **labels()}, drawn.customer_link())
        if len(ids) > len(members):
            st.caption(_("The first {n} of {all}.").format(n=len(members), all=number(len(ids))))


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
            "brief": [number(n) for n in frame["customers"]],
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
    with reading(actor) as w:
        frame = segments.comparing.tenths(w, version)
    bars, told = _tenths(frame)
    drawn.sentence(told)
    tips = {"label": _("Tenth"), "shown": _("Buy within 90 days, on average"), "customers": _("Customers")}
    build = partial(shapes.bars, bars, _("Buy within 90 days, in %"), tips, _("Tenth, 10 the likeliest"))
    spec = drawn.chart("tenths", told, bars, build, opens=True)
    columns = tips | {"expected": _("Purchases to be expected")}
    drawn.as_table("tenths", bars, columns)
    of = _("scoring run in force, from purchases up to {day}; who objects to predictions is left out")
    of = of.format(day=day(version.as_of, actor) if version.as_of else "–")
    of = drawn.as_of(version.finished_at, actor, of) if version.finished_at else of
    st.caption(md(of))
    drawn.files("tenths", bars, columns, [told, of], (spec, bars))
    words = _("Tenth {n}: {m} customers")
    at = drawn.mark(
        "tenths", bars, ["label"], lambda b: words.format(n=b["label"], m=number(int(b["customers"]))),
        _("Customers of a tenth"), _("Choose a tenth"),
    )  # fmt: skip
    if at is not None:
        tenth = float(frame["tenth"].iloc[at])
        _listed(actor, Group(Mode.ALL, (Condition("decile", Op.BETWEEN, tenth, tenth),)), "likely_members")


def _tenths(frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Bars of the mean probability, and the sentence."""
    bars = pd.DataFrame(
        {
            "label": frame["tenth"].astype(str),
            "value": 100 * frame["p_buy"],
            "shown": [share(p) for p in frame["p_buy"]],
            "customers": frame["customers"],
            "expected": frame["expected"].round(1),
        }
    )
    best, least = bars.iloc[-1], bars.iloc[0]
    told = _("Of the {n} most likely {best} are expected to buy within 90 days, of the {m} least likely {least}.")
    told = told.format(
        n=number(int(best["customers"])), best=best["shown"], m=number(int(least["customers"])), least=least["shown"]
    )
    return bars, told


def alike(actor: Actor) -> None:
    """Groups of k-means, in plain language."""
    with st.spinner(_("Looking for groups …")), reading(actor) as w:
        state = segments.comparing.grid(w)
        found = kept("clusters", state.version, lambda: segments.comparing.clusters(w))
        view = patterns.view(w)
    if not found.enough:
        empty(_("Too little data."), _("Groups need at least {n} buyers.").format(n=segments.comparing.FEWEST))
        return
    drawn.sentence(
        _(
            "Groups of customers who are alike in when, how often and for how much they buy. For exploring: the own "
            "probability of each customer foretells better than any group."
        )
    )
    drawn.past(view, actor)
    frame = found.frame
    rows = pd.DataFrame(
        {
            "words": found.words,
            "customers": frame["customers"].to_numpy(),
            "since_last": frame["since_last"].to_numpy(),
            "times": frame["x"].to_numpy() + 1,
            "spend_cents": [round(s) for s in frame["spend"]],
            "age": frame["T"].to_numpy(),
        }
    )
    columns = {
        "words": _("Group"),
        "customers": _("Customers"),
        "since_last": _("Days since last"),
        "times": _("Purchase days"),
        "spend_cents": _("Each time"),
        "age": _("Days known"),
    }
    picked = drawn.table("alike", rows, columns, pick=True)
    of = drawn.as_of(found.as_of, actor, _("buyers, without those who object to predictions; the median of each group"))
    st.caption(of)
    drawn.files("alike", rows, columns, [of])
    if picked is not None:
        chosen(actor, found.members[picked], found.words[picked], "alike_members")

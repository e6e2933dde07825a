"""Who buys again: the chart of tenths, whose bars open their customers, and the way from page to page."""

from functools import partial

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui.figure import figure
from pages._ui.guard import acting
from services.charts import scores as charts
from services.exports import About, Column, Kind, Table
from services.scores import Version, lists, words
from services.text import _, number
from services.work import Actor


@acting(Role.MANAGER)
def picked(key: str) -> None:
    """A bar was clicked: its customers."""
    points = st.session_state[key].selection.get("tenth", [])
    st.query_params.pop("tenth", None)  # the list says it anew; both at once would be two beginnings of one widget
    st.session_state["pick_tenth"] = str(points[0]["tenth"]) if points else None


def tenths(who: Actor, version: Version, found: list[lists.Tenth]) -> None:
    """The chart; its bars open the customers behind them."""
    rows = [(str(t.tenth), t.chance, t.customers, f"{words.share(t.lowest)} – {words.share(t.highest)}") for t in found]
    frame = pd.DataFrame(rows, columns=list(charts.TENTHS)).astype(charts.TENTHS)
    best, all_ = found[-1], sum(t.customers for t in found)
    told = _("Of {all} customers the likeliest {n} buy within 90 days with {chance} on average, the others less.")
    told = told.format(all=number(all_), n=number(best.customers), chance=words.share(best.chance))
    columns = (
        Column("tenth", _("Tenth, 10 the likeliest")), Column("chance", _("Probability"), Kind.SHARE),
        Column("customers", _("Customers"), Kind.COUNT), Column("shown", _("From and to")),
    )  # fmt: skip
    about = About(_("Tenths of all customers"), _("Forecasts of the scoring run"), words.horizon(90),
                  version.finished_at, who.zone)  # fmt: skip
    figure(
        who, "tenths", Table(frame, columns, about), summary=told, build=lambda: charts.tenths(frame), height=200,
        on_select=partial(picked, "chart_tenths"),
    )  # fmt: skip


def last_page(total: int) -> int:
    """How many pages so many customers are."""
    return max(1, -(-total // lists.MOST_SHOWN))


def pages(page: int, total: int) -> None:
    """Back and on; the address says which fifty are shown."""
    last = last_page(total)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Page {n} of {all}").format(n=number(page), all=number(last)))
        back = st.button(_("Back"), key="who_back", disabled=page < 2)
        on = st.button(_("More"), key="who_on", disabled=page >= last)
    if back or on:
        st.query_params["page"] = str(page + 1 if on else page - 1)
        st.rerun(scope="fragment")

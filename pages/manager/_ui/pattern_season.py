"""Purchase patterns: orders by month and by weekday against the mean."""

from functools import partial

import pandas as pd
import streamlit as st
from babel.dates import get_day_names, get_month_names

from pages.manager._ui import drawn
from services.analytics.patterns.calendar import FEWEST_WEEKS, FEWEST_YEARS
from services.charts import shapes
from services.patterns import View
from services.patterns import season as seasons
from services.text import _, locale_name, number
from services.work import Actor, reading


def season(actor: Actor, view: View) -> None:
    """Both, each with its own "too little data"."""
    with reading(actor) as w:
        found = seasons.season(w, view)
    of = _("from {n} orders of {days} days").format(n=number(found.orders), days=number(found.days))
    of = drawn.as_of(found.as_of, actor, of)
    months = get_month_names("abbreviated", locale=locale_name())
    days = get_day_names("abbreviated", locale=locale_name())
    little = _("Too little data: {n} days. A season needs {years} whole years, or it cannot be told from a trend.")
    little = little.format(n=number(found.days), years=FEWEST_YEARS)
    _one("season_months", _("By month"), found.months, [months[n] for n in range(1, 13)], little, of)
    little = _("Too little data: the pattern of the week needs {n} whole weeks.").format(n=FEWEST_WEEKS)
    _one("season_weekdays", _("By weekday"), found.weekdays, [days[n] for n in range(7)], little, of)


def _one(key: str, title: str, frame: pd.DataFrame, names: list[str], little: str, of: str) -> None:
    st.subheader(title, anchor=False)
    rows = frame.assign(label=names, shown=["–" if pd.isna(v) else number(v, 2) for v in frame["index"]])
    mean = _("Against the mean (1)")
    labels = {"label": title, "orders": _("Orders"), "index": mean, "low": _("Lowest"), "high": _("Highest")}
    told, picture = little, None
    enough = bool(frame["enough"].all())
    if enough:
        best, worst = rows.iloc[int(rows["index"].argmax())], rows.iloc[int(rows["index"].argmin())]
        told = _("Most in {best} ({b} times the mean), fewest in {worst} ({w} times).").format(
            best=best["label"], b=best["shown"], worst=worst["label"], w=worst["shown"]
        )
    drawn.sentence(told)
    if enough:
        sent = rows[["label", "index", "low", "high", "shown", "orders"]]
        tips = {"label": title, "shown": mean, "orders": _("Orders")}
        picture = (drawn.chart(key, told, sent, partial(shapes.indexed, sent, _("1 = mean"), tips)), sent)
    drawn.table(key, rows, labels)
    st.caption(of)
    drawn.files(key, rows, labels, [told, of], picture)

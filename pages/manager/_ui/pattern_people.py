"""The customers behind a figure: a list that adds up to it, each opens the customer, all can be taken along."""

import pandas as pd
import streamlit as st

from pages.manager._ui import drawn
from services import segments
from services.text import _
from services.work import Actor, reading

MOST = 200
DAYS = ("first_a", "first_b", "last_on")


def with_names(actor: Actor, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with the names of their customers and a link to each."""
    wanted = [int(i) for i in frame["customer_id"].dropna().unique()]
    with reading(actor) as w:
        names = segments.asking.customer_names(w, wanted)
    who = [_("Anonymous") if pd.isna(i) else names.get(int(i), "") for i in frame["customer_id"]]
    links = pd.Series([drawn.link(i) for i in frame["customer_id"]], index=frame.index, dtype=object)
    return frame.assign(customer=who, link=links)


def labels_of(frame: pd.DataFrame) -> dict[str, str]:
    """The columns that are known, in words."""
    known = {
        "customer": _("Customer"),
        "gaps": _("Intervals"),
        "shortest": _("Shortest"),
        "longest": _("Longest"),
        "orders": _("Orders"),
        "first_a": _("First bought"),
        "first_b": _("Then bought"),
        "days_between": _("Days between"),
        "last_on": _("Last on"),
        "foretold": _("Foretold, %"),
        "came": _("Days bought"),
    }
    return {c: label for c, label in known.items() if c in frame or c == "customer"}


def people(actor: Actor, frame: pd.DataFrame, title: str, key: str = "people") -> None:
    """The list, the first two hundred of it; the files hold all."""
    labels = labels_of(frame)
    named = with_names(actor, frame.head(MOST))
    with st.container(border=True, key=f"{key}_behind"):
        st.text(title)
        days = {c: st.column_config.DateColumn(label) for c, label in labels.items() if c in DAYS}
        drawn.table(key, named, {"link": _("Open"), **labels}, drawn.customer_link() | days)
        if len(frame) > MOST:
            st.caption(_("The first {n} of {all}; the files hold all.").format(n=MOST, all=len(frame)))
            named = with_names(actor, frame)
        drawn.files(key, named, {"customer_id": _("Number"), **labels}, [title])

"""The dictionary of measures: what each figure means, how it is computed, and by what it can be divided."""

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.show import home
from services import explore
from services.dimensions import DIMENSIONS, dimension_name
from services.facts import SOURCES
from services.measures import Measure, Unit, told
from services.text import _

actor = require(Role.MANAGER)


def row(measure: Measure) -> dict[str, object]:
    """A line of the dictionary."""
    name, meaning = told(measure.code)
    units = {Unit.MONEY: _("money"), Unit.COUNT: _("number"), Unit.SHARE: _("share")}
    by = [dimension_name(d) for d in DIMENSIONS if measure.form([d])]
    tables = [f"{SOURCES[f.fact].table} WHERE {SOURCES[f.fact].where}" for f in measure.forms]
    return {
        _("Measure"): name,
        _("Meaning"): meaning,
        _("Unit"): units[measure.unit],
        _("Parts add up"): measure.additive(),
        _("Can be divided by"): ", ".join(by),
        _("Computed as"): measure.forms[0].sql,
        _("From"): tables[0],
        _("By product"): f"{measure.forms[1].sql} · {tables[1]}" if measure.forms[1:] else "",
    }


st.title(_("Measures"))
st.caption(
    _("Every figure of the analytics is computed by these definitions and no others. Days are those of the company.")
)
st.dataframe(pd.DataFrame([row(m) for m in explore.measures_for(actor, home())]), hide_index=True, key="measures")

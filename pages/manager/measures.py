"""The dictionary of measures: what each figure means, how it is computed, and by what it can be divided."""

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui.guard import require
from services.measures import DIMENSIONS, MEASURES, SOURCES, Measure, Unit, dimension_name, told
from services.text import _

actor = require(Role.MANAGER)


def row(measure: Measure) -> dict[str, object]:
    """A line of the dictionary."""
    name, meaning = told(measure.code)
    units = {Unit.MONEY: _("money"), Unit.COUNT: _("number"), Unit.SHARE: _("share")}
    by = [dimension_name(d.code) for d in DIMENSIONS.values() if measure.fact in d.sql]
    return {
        _("Measure"): name,
        _("Meaning"): meaning,
        _("Unit"): units[measure.unit],
        _("Parts add up"): measure.additive,
        _("Can be divided by"): ", ".join(by),
        _("Computed as"): measure.sql,
        _("From"): f"{SOURCES[measure.fact].table} WHERE {SOURCES[measure.fact].where}",
    }


st.title(_("Measures"))
st.caption(
    _("Every figure of the analytics is computed by these definitions and no others. Days are those of the company.")
)
st.dataframe(pd.DataFrame([row(m) for m in MEASURES.values()]), hide_index=True, key="measures")

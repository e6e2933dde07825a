"""The form that changes a running series, from its open follow-up on."""

from collections.abc import Callable

import streamlit as st

from db.models import Every, Role
from pages._ui.guard import require
from services import due, series
from services.series import SeriesInput
from services.text import _
from services.work import Work, reading

Act = Callable[[str, Callable[[Work], object]], None]


def series_form(follow_up_id: int, act: Act) -> None:
    """Filled with the series as it is; `act` saves and draws anew, or shows the refusal with all that was typed.

    The day of the open follow-up stays; it is moved above.
    """
    actor = require(Role.STAFF)
    with reading(actor) as w:
        row, people = series.of_follow_up(w, follow_up_id), due.colleagues(w)
    key = f"series_{row.id}"
    reason = st.text_input(_("Reason"), row.reason, 200, key=f"{key}_reason")
    with st.container(horizontal=True):
        every = st.number_input(_("Every"), 1, series.MOST_EVERY, row.every, key=f"{key}_every")
        units = list(Every)
        unit = st.selectbox(
            _("Unit"), units, units.index(row.unit), format_func=series.unit_in_words, key=f"{key}_unit"
        )
        at = st.time_input(_("At"), row.at, key=f"{key}_at")
    with st.container(horizontal=True):
        until = st.date_input(_("Until, if there is an end"), row.until_on, key=f"{key}_until")
        times = st.number_input(
            _("How many, if there is an end"), max(1, row.made), series.MOST_TIMES, row.times, key=f"{key}_times"
        )
    ids = list(people)
    mine = ids.index(row.owner_id) if row.owner_id in people else None
    owner = st.selectbox(_("For"), ids, mine, format_func=lambda i: people[i], key=f"{key}_owner")
    if st.button(_("Save the series"), icon=":material/check:", key=f"{key}_save"):
        new = SeriesInput(
            reason=reason, unit=unit, every=int(every), at=at, until_on=until,
            times=None if times is None else int(times), owner_id=owner,
        )  # fmt: skip
        act(_("Saved."), lambda w: series.change(w, row.id, new))

"""When the company works. Delivery days and the times until which customers are answered are counted in it."""

from datetime import time

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import home
from services import working_time
from services.text import _
from services.work import work


def _clock(minute: int) -> time:
    return time(*divmod(minute % (24 * 60), 60))


@st.fragment
def hours() -> None:
    """Hours per weekday, whose public holidays are kept, and closed days of one's own."""
    actor, now = require(Role.ADMIN), home()
    st.caption(_("Leave a day empty on which nobody works. What was announced to customers before stays."))
    typed: list[tuple[time | None, time | None]] = []
    for number, name in enumerate(working_time.weekday_names()):
        first, last = now.hours[number]
        works = first < last
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(name, width=110)
            begins = st.time_input(
                _("{day} from").format(day=name), _clock(first) if works else None, key=f"from_{number}",
                label_visibility="collapsed", width=130,
            )  # fmt: skip
            ends = st.time_input(
                _("{day} to").format(day=name), _clock(last) if works else None, key=f"to_{number}",
                label_visibility="collapsed", width=130,
            )  # fmt: skip
        typed.append((begins, ends))
    country, part = _holidays(now.holidays_country, now.holidays_part)
    kept = "\n".join(day.isoformat() for day in now.closed_days)
    closed = st.text_area(_("Other closed days, one a line (2026-12-24)"), kept, key="closed_days", max_chars=4000)
    if not st.button(_("Save the working time"), type="primary", key="save_hours"):
        return
    with reported(_("Saved.")) as outcome, work(actor) as w:
        pairs = [
            (working_time.minute_of(a), working_time.minute_of(b, is_end=True)) if a and b else (0, 0) for a, b in typed
        ]
        working_time.change_hours(w, pairs, country=country, part=part, closed_days=working_time.days_in(closed))
    if outcome.ok:
        st.rerun()


def _holidays(country: str, part: str) -> tuple[str, str]:
    """Country and part as chosen; a part only where parts have holidays of their own."""
    known = ["", *working_time.countries()]
    with st.container(horizontal=True):
        chosen = st.selectbox(
            _("Public holidays of"), known, known.index(country) if country in known else 0,
            format_func=lambda code: code or _("none"), key="holidays_country",
        )  # fmt: skip
        parts = ["", *working_time.subdivisions(chosen)]
        if len(parts) == 1:
            return chosen, ""
        at = parts.index(part) if chosen == country and part in parts else 0
        within = st.selectbox(
            _("Part of the country"), parts, at, format_func=lambda code: code or _("all of it"),
            key=f"holidays_part_{chosen}",
        )  # fmt: skip
    return chosen, within

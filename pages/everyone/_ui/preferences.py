"""Language and time zone of somebody of the team."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold
from pages._ui.show import home
from services import clock, preferences
from services.preferences import Preferences
from services.text import LANGUAGES, _, own_name
from services.work import reading, work


@st.fragment
def own_preferences() -> None:
    """Both choices; without a time zone of one's own the company's counts."""
    who = require(Role.STAFF)
    with reading(who) as w:
        now = preferences.mine(w)
    zones = ["", *sorted(clock.zone_names())]
    companys = _("The company's: {zone}").format(zone=home().time_zone)
    with st.form("preferences", clear_on_submit=False):
        st.markdown(bold(_("Language and time zone")))
        language = st.selectbox(
            _("Language"), LANGUAGES, LANGUAGES.index(now.language), format_func=own_name, key="preferred_language"
        )
        zone = st.selectbox(
            _("Time zone"),
            zones,
            zones.index(now.time_zone),
            format_func=lambda name: name or companys,
            key="preferred_zone",
        )
        st.caption(_("Every time on the pages and in your mails is told in this time zone."))
        sent = st.form_submit_button(_("Save"), type="primary", icon=":material/save:")
    if sent:
        with reported(_("Saved.")) as outcome, work(who) as w:
            preferences.save(w, Preferences(language=language, time_zone=zone))
        if outcome.ok:
            st.rerun()

"""How cases are worked on: teams, topics, promised times, checklists, macros and text modules."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.narrow import narrow
from pages.manager._ui import case_lists, case_macros, case_times
from services.text import _

actor = require(Role.MANAGER)
LISTS = {
    "teams": case_lists.teams_list,
    "topics": case_lists.topics_list,
    "times": case_times.times,
    "checklists": case_lists.checklists_list,
    "macros": case_macros.macros_list,
    "texts": case_macros.texts_list,
}


def in_words(name: str) -> str:
    """What stands on the switch."""
    return {
        "teams": _("Teams"),
        "topics": _("Topics"),
        "times": _("Promised times"),
        "checklists": _("Checklists"),
        "macros": _("Macros"),
        "texts": _("Text modules"),
    }[name]


with narrow():
    st.title(_("Case rules"), anchor=False)
    st.page_link("manager/service_goals.py", label=_("Service goals that were missed"), icon=":material/timer:")
    chosen = st.segmented_control(
        _("List"), list(LISTS), default="teams", required=True, format_func=in_words, key="case_rules",
        label_visibility="collapsed",
    )  # fmt: skip
    LISTS[str(chosen)]()

"""Signing in."""

import streamlit as st

from pages._ui import signing_in
from pages._ui.guard import visitor
from pages._ui.narrow import narrow
from pages._ui.show import home, md
from services.text import _

actor = visitor()

with narrow():
    st.title(md(home().name))
    if actor.person_id is not None:
        st.success(_("You are signed in."))
        st.page_link("public/start.py", label=_("Go on"), icon=":material/arrow_forward:")
        st.stop()
    if st.query_params.get("late"):
        st.info(_("That took too long, or was opened in another browser. Please sign in once more."))
    signing_in.form(actor)

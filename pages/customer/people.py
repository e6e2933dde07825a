"""Who signs in for my account, and what each may do."""

import streamlit as st

from db.models import Role
from pages._ui.colleagues import people_of
from pages._ui.guard import require
from pages._ui.narrow import narrow
from services.text import _

actor = require(Role.CUSTOMER)

with narrow():
    st.title(_("People of my account"))
    if actor.manages_people:
        st.caption(_("Who may order sees the orders too. Who sees no orders sees only the questions they asked."))
        people_of(Role.CUSTOMER)
    else:
        st.info(_("Somebody else manages the people of your account; ask them."), icon=":material/groups:")

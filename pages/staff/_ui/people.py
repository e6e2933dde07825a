"""The sign-ins of a customer on its page: who there is, inviting to the portal, rights."""

import streamlit as st

from db.models import Role
from pages._ui.colleagues import people_of
from services.text import _


def access_line(customer_id: int, emails: tuple[str, ...], name: str) -> None:
    """One button; the list opens over the page."""
    if st.button(_("Invite to the portal"), icon=":material/person_add:", key="portal_people", type="tertiary"):
        st.dialog(_("Who signs in for this customer"), width="medium")(_body)(customer_id, emails, name)


def _body(customer_id: int, emails: tuple[str, ...], name: str) -> None:
    people_of(Role.STAFF, customer_id, emails, name)

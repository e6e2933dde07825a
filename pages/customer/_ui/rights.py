"""Pages for those who may see the orders of their customer."""

import streamlit as st

from services.text import _
from services.work import Actor


def for_orders(actor: Actor) -> None:
    """The page ends here for somebody without that right; the services refuse as well."""
    if not actor.sees_orders:
        st.info(
            _("You may not see the orders here. Somebody who manages your people can allow it."),
            icon=":material/visibility_off:",
        )
        st.stop()

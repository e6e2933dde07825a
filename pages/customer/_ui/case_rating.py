"""The customer's rating of a settled case, in the portal."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from services.cases import rating
from services.text import _
from services.work import reading, work


@st.fragment
def rate(case_id: int) -> None:
    """How it was, and words; another answer changes the first."""
    actor = require(Role.CUSTOMER)
    with reading(actor) as w:
        seen = rating.of(w, case_id)
    if seen is None:
        return
    with st.form(f"rate_{case_id}", border=True):
        scores = range(rating.LOWEST, rating.HIGHEST + 1)
        score = st.segmented_control(
            _("How did we do?"), scores, default=seen.score, format_func=rating.in_words, key=f"score_{case_id}"
        )
        text = st.text_input(_("What should we know?"), seen.text, key=f"rated_{case_id}", max_chars=rating.MOST_WORDS)
        pressed = st.form_submit_button(_("Send the rating"), icon=":material/star:")
    if pressed:
        with reported(_("Thank you.")) as outcome, work(actor) as w:
            rating.give(w, case_id, score or 0, text)
        if outcome.ok:
            st.rerun()

"""Rating a settled case by the link in its mail, without a sign-in. The click counts at once; another changes it."""

import streamlit as st

from pages._ui.feedback import reported
from pages._ui.guard import visitor
from pages._ui.narrow import narrow
from pages._ui.show import md
from services.cases import rating
from services.cases.rating import Rated
from services.errors import RapportError
from services.text import _
from services.work import work

actor = visitor()
SCORES = {str(n): n for n in range(rating.LOWEST, rating.HIGHEST + 1)}


def told() -> Rated | None:
    """What the link says: the score in it is given once per opening, then the page's own choice counts."""
    secret, asked = str(st.query_params.get("t", "")), SCORES.get(str(st.query_params.get("score", "")))
    fresh = st.session_state.get("rate_link") != (secret, asked)
    try:
        with work(actor) as w:
            seen = rating.by_link(w, secret, asked if fresh else None)
    except RapportError:
        st.title(_("Your rating"), anchor=False)
        st.error(_("This link is not one for a rating, or its time is over."), icon=":material/link_off:")
        st.page_link("public/sign_in.py", label=_("To the sign-in"), icon=":material/login:")
        return None
    st.session_state["rate_link"] = (secret, asked)
    return seen


@st.fragment
def more(secret: str, seen: Rated) -> None:
    """Another score, and words."""
    visitor()
    score = st.segmented_control(
        _("Your rating"), list(SCORES.values()), default=seen.score, format_func=rating.in_words, key="rate_score"
    )
    text = st.text_area(_("What should we know?"), seen.text, key="rate_text", max_chars=rating.MOST_WORDS)
    if st.button(_("Send"), type="primary", icon=":material/send:", key="rate_send"):
        with reported(_("Thank you.")) as outcome, work(actor) as w:
            rating.by_link(w, secret, score, text)
        if outcome.ok:
            st.query_params.pop("score", None)  # or loading the page again would give the score of the mail again
            st.rerun()


with narrow():
    found = told()
    if found is not None:
        st.title(_("Thank you") if found.score else _("How did we do?"), anchor=False)
        st.text(f"{found.number} · {found.subject}")
        if found.score:
            st.success(md(_("We have noted: {words}.").format(words=rating.in_words(found.score))))
        more(str(st.query_params.get("t", "")), found)

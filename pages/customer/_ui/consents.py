"""What the customer agrees to: a switch per purpose, and every answer so far."""

import streamlit as st

from db.models import Purpose, Role
from pages._ui.feedback import flush, reported
from pages._ui.guard import acting, require
from pages._ui.show import day, md, when
from services import consents
from services.text import _
from services.work import reading, work


def explained() -> dict[Purpose, str]:
    """What each one allows."""
    return {
        Purpose.SERVICE: _("Hints about products you bought. Mail about an order itself always comes."),
        Purpose.NEWSLETTER: _("News and offers by mail."),
        Purpose.PROFILING: _("Forecasts and suggestions worked out from what you bought before; My data shows them."),
        Purpose.RESEARCH: _("Questions about how satisfied you are."),
    }


def unanswered(c: consents.Current) -> str:
    """What holds as long as nothing was said."""
    return _("On until you switch it off.") if c.holds else _("No answer yet.")


@acting(Role.CUSTOMER)
def _switched(purpose: Purpose, key: str) -> None:
    """A click counts even while the one before is on its way: each says what the switch shows, not "the other"."""
    with reported(_("Noted; it counts from now on.")), work(require(Role.CUSTOMER)) as w:
        consents.switch(w, purpose, bool(st.session_state[key]))


@st.fragment
def own_consents() -> None:
    """The switches count at once; below them what was said when."""
    who = require(Role.CUSTOMER)
    own = who.customer_id or 0
    with reading(who) as w:
        standing, past = consents.current(w, own), consents.history(w, own)
    names, meaning = consents.names(), explained()
    for c in standing:
        key = f"consent_{c.purpose}"
        st.session_state[key] = c.holds  # what it shows is what is stored, also when another device answered
        st.toggle(
            names[c.purpose], key=key, on_change=_switched, args=(c.purpose, key), disabled=not who.manages_people
        )
        told = unanswered(c) if c.at is None else _("Since {day}.").format(day=day(c.at, who))
        st.caption(md(f"{meaning[c.purpose]} {told}"))
    if not who.manages_people:
        st.caption(_("Who manages the people of your account decides on these."))
    with st.expander(_("History of your consents"), icon=":material/history:"):
        if not past:
            st.caption(_("You have not answered yet."))
        for given in past:
            answer = _("agreed") if given.granted else _("withdrawn")
            st.text(
                " · ".join(t for t in (names[given.purpose], answer, when(given.at, who), given.how, given.who) if t)
            )
    flush()

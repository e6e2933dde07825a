"""How one wants to be reminded, and the address under which a calendar program reads what one has planned."""

import streamlit as st

from db.models import ByMail, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold
from pages._ui.show import day, md
from services import calendar_feeds, reminders
from services.reminders import Choice
from services.text import _
from services.work import reading, work

actor = require(Role.STAFF)

TODAY = "staff/today.py"
SHOWN = "calendar_address"


def in_words(by_mail: ByMail) -> str:
    """When a mail comes."""
    return {
        ByMail.EACH: _("When something falls due"),
        ByMail.DIGEST: _("Once in the morning, everything of the day"),
        ByMail.OFF: _("Not by mail"),
    }[by_mail]


@st.fragment
def mail_choice() -> None:
    """Whether mail comes, and when."""
    who = require(Role.STAFF)
    with reading(who) as w:
        now = reminders.choice(w)
    with st.form("reminder_choice"):
        st.markdown(bold(_("Reminders by mail")))
        options = list(ByMail)
        by_mail = st.radio(_("A mail comes"), options, options.index(now.by_mail), format_func=in_words, key="by_mail")
        working = st.toggle(_("Only in working hours"), now.working_hours_only, key="working_hours")
        st.caption(md(_("Mail goes to {email}.").format(email=who.email)))
        pressed = st.form_submit_button(_("Save"), type="primary", icon=":material/check:")
    if pressed:
        with reported(_("Saved.")) as outcome, work(who) as w:
            reminders.choose(w, Choice(by_mail, working))
        if outcome.ok:
            st.rerun(scope="fragment")


@st.fragment
def calendar_address() -> None:
    """Made, shown once, revoked."""
    who = require(Role.STAFF)
    with reading(who) as w:
        feed = calendar_feeds.mine(w)
    with st.container(border=True):
        st.markdown(bold(_("Calendar")))
        st.caption(_("Your calendar program reads your follow-ups and promises from a secret address."))
        if feed is not None:
            kept = _("with customers and reasons") if feed.details else _("only that you are busy")
            st.text(_("There is an address since {day}: {what}.").format(day=day(feed.created_at, who), what=kept))
        details = st.toggle(_("With customers and reasons"), feed is not None and feed.details, key="feed_details")
        with st.container(horizontal=True):
            word = _("Make an address") if feed is None else _("Make a new address")
            made = st.button(word, icon=":material/add_link:", key="make_feed", type="primary")
            gone = feed is not None and st.button(_("Revoke it"), icon=":material/link_off:", key="revoke_feed")
        shown = st.session_state.pop(SHOWN, "")
        if shown:
            st.code(shown, language=None, wrap_lines=True)
            st.caption(_("Copy it now, it is not shown again. Whoever knows it can read the calendar."))
    if made:
        with reported(_("Done; an older address does not work any more.")) as outcome, work(who) as w:
            address = calendar_feeds.make(w, details=details)
        if outcome.ok:
            st.session_state[SHOWN] = address
            st.rerun(scope="fragment")
    elif gone:
        with reported(_("The address does not work any more.")) as outcome, work(who) as w:
            calendar_feeds.revoke(w)
        if outcome.ok:
            st.rerun(scope="fragment")


st.title(_("Reminders and calendar"), anchor=False)
st.page_link(TODAY, label=_("Today"), icon=":material/arrow_back:")
left, right = st.columns(2, gap="large")
with left:
    mail_choice()
with right:
    calendar_address()

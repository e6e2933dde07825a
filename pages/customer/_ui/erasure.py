"""Being forgotten: what would go, what the law keeps and until when, asking for it and taking it back."""

import streamlit as st

from db.models import ErasureState, Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold
from pages._ui.show import day, md
from services import erasure, my_data
from services.erasure import Fate, Plan
from services.text import _, number
from services.work import Actor, reading, work


@st.fragment
def forgotten() -> None:
    """One wish at a time: ask, wait and withdraw, or read why not."""
    actor = require(Role.CUSTOMER)
    st.subheader(_("Be forgotten"))
    with reading(actor) as w:
        wish = erasure.mine(w)
    if wish is not None and wish.state is ErasureState.ASKED:
        asked = _("You asked on {day} that we erase your data. A manager decides; you are told by mail.")
        st.info(md(asked.format(day=day(wish.asked_at, actor))), icon=":material/hourglass_top:")
        if actor.manages_people and st.button(_("Withdraw my wish"), key="withdraw_erasure", icon=":material/undo:"):
            with reported(_("Your wish was withdrawn; nothing is erased.")) as outcome, work(actor) as w:
                erasure.withdraw(w, wish.id)
            if outcome.ok:
                st.rerun()
        return
    if wish is not None and wish.state is ErasureState.REFUSED:
        st.warning(_("We could not do what you asked for. The reason:"), icon=":material/block:")
        st.text(wish.answer)
    if not actor.manages_people:
        st.caption(_("Who manages the people of your account can ask us to erase it."))
        return
    if st.toggle(_("I want my data to be erased"), key=field("erasure_wanted")):
        _ask(actor)
    else:
        st.caption(_("You can ask us to erase your account and what we know about you. Nothing happens by looking."))


def _ask(actor: Actor) -> None:
    with reading(actor) as w:
        seen = erasure.own_plan(w)
    explained(seen, actor)
    with st.form("ask_erasure", border=False, clear_on_submit=False):
        words = st.text_area(_("Anything we should know? (optional)"), key="erasure_words", max_chars=1000, height=80)
        sent = st.form_submit_button(_("Ask for erasure"), icon=":material/delete_forever:")
    if sent:
        with reported(_("We have your wish; a manager decides.")) as outcome, work(actor) as w:
            erasure.ask(w, words)
        if outcome.ok:
            anew("erasure_wanted")
            st.rerun()


def explained(seen: Plan, actor: Actor) -> None:
    """The plan in plain words, for the one it is about."""
    st.markdown(bold(_("Erased for good:")) + " " + md(_named(seen, Fate.GONE)))
    if seen.rows(Fate.ANONYMOUS):
        bare = bold(_("Kept as bare figures, without name, number or words:"))
        st.markdown(f"{bare} {md(_named(seen, Fate.ANONYMOUS))}")
    if seen.rows(Fate.LAW):
        kept = _("Kept because the law asks for it; names and addresses on them go after {day}:")
        until = day(seen.kept_until, actor) if seen.kept_until else "–"
        st.markdown(f"**{md(kept.format(day=until))}** {md(_named(seen, Fate.LAW))}")
    st.caption(_("Your sign-in ends with it. Nobody can bring it back. That it happened is noted, without your name."))
    for obstacle in seen.obstacles:
        st.warning(md(_("{why} It has to end first.").format(why=obstacle)), icon=":material/pending_actions:")


def _named(seen: Plan, fate: Fate) -> str:
    """The kinds with their numbers, as "My data" calls them."""
    lines = [line for line in seen.lines if line.fate is fate and line.name]
    return ", ".join(f"{my_data.section_name(line.name)} ({number(line.rows)})" for line in lines)

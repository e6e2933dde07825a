"""Who buys again: customers by probability, what it rests on, and the tenths they fall into."""

import streamlit as st

from db.models import Role
from pages._ui import addressed
from pages._ui.cached import kept
from pages._ui.feedback import reported
from pages._ui.figure import buttons
from pages._ui.guard import require
from pages.manager._ui import likely, scored
from services import scores
from services.scores import export, lists, words
from services.scores.lists import Filters
from services.text import _
from services.work import Work, reading

actor = require(Role.MANAGER)
MOST, LEAST = "most", "least"


def filters(usable: tuple[int, ...], segments: list[str]) -> Filters:
    """What is looked for; it stands in the address."""
    first = str(90 if 90 in usable else usable[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = addressed.tab(_("First"), {MOST: _("Most likely"), LEAST: _("Least likely")}, "order", MOST)
        lengths = {str(d): words.horizon(d) for d in usable}
        days = addressed.pick(_("Within"), lengths, "days", first, width=160) or first
        named = {str(t): str(t) for t in range(10, 0, -1)}
        tenth = addressed.pick(_("Tenth"), named, "tenth", None, width=120, empty=_("all"))
        segment = addressed.pick(_("Segment"), {s: s for s in segments}, "segment", None, width=180, empty=_("all"))
    asked = Filters(int(days), order == LEAST, int(tenth or 0), segment or "")
    if st.session_state.setdefault("who_asked", asked) != asked:
        st.session_state["who_asked"] = asked
        st.query_params.pop("page", None)  # of what is asked now the first page
    return asked


def counted(w: Work, version: scores.Version, asked: Filters, mark: str) -> int:
    """How many fit, kept until somebody objects or another run is in force."""
    found: int = kept("scored", f"{mark} {asked}", lambda: lists.counted(w, version, asked))
    return found


@st.fragment
def board() -> None:
    """Chart, filters, list, the explained customer."""
    who = require(Role.MANAGER)
    with reading(who) as w:
        version = scores.current(w)
        usable = version.usable() if version else ()
        mark = lists.mark(w, version) if version else ""
        having = counted(w, version, Filters(usable[0]), mark) if version and usable else None
        found = kept("tenths", mark, lambda: lists.tenths(w, version)) if version and 90 in usable else []
        minute = f"{w.now:%Y%m%d%H%M}"  # a list to choose from; what it reads is every customer
        segments = kept("segments of customers", minute, lambda: lists.segments(w))
    if version is None:
        scored.nothing_yet()
        return
    scored.from_what(version, who, having)
    scored.hidden(*(h for h in version.horizons.values() if not h.usable))
    if not usable:
        return
    if found:
        likely.tenths(who, version, found)
    asked = filters(usable, segments)
    scored.beside(version.horizons[asked.days])
    page = max(addressed.number("page") or 1, 1)
    with reported() as outcome, reading(who) as w:
        total = lists.counted(w, version, asked) if asked.segment else counted(w, version, asked, mark)
        page = min(page, likely.last_page(total))
        listed = lists.listed(w, version, asked, place=(page - 1) * lists.MOST_SHOWN)
        wanted = addressed.number("customer")
        explained = scores.of_customer(w, wanted) if wanted else None
    if outcome.ok:
        scored.listing(listed, asked, total, explained, who)
        likely.pages(page, total)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(_("The whole list:"))
            buttons(who, "who_buys_again", lambda w: export.table(w, asked), None, Role.MANAGER)


with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    st.title(_("Who buys again"), anchor=False)
    st.page_link("manager/back_test.py", label=_("How good are these forecasts?"), icon=":material/fact_check:")
board()

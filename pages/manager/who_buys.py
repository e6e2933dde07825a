"""Who buys again: customers by probability, what it rests on, and the tenths they fall into."""

import streamlit as st

from db.models import Role
from pages._ui.addressed import number as number_in_address
from pages._ui.cached import kept
from pages._ui.feedback import reported
from pages._ui.figure import buttons
from pages._ui.guard import require
from pages.manager._ui import likely, scored
from services import scores
from services.scores import export, lists, words
from services.scores.lists import Filters
from services.text import _
from services.work import reading

actor = require(Role.MANAGER)
MOST, LEAST = "most", "least"


def filters(usable: tuple[int, ...], segments: list[str]) -> Filters:
    """What is looked for; it stands in the address."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = st.segmented_control(
            _("First"), [MOST, LEAST], default=MOST, key="order", bind="query-params", required=True,
            format_func=lambda o: _("Most likely") if o == MOST else _("Least likely"),
        )  # fmt: skip
        days = st.selectbox(
            _("Within"), [str(d) for d in usable], index=usable.index(90) if 90 in usable else 0, key="days",
            bind="query-params", format_func=lambda d: words.horizon(int(d)), width=160,
        )  # fmt: skip
        tenth = st.selectbox(
            _("Tenth"), ["all", *(str(t) for t in range(10, 0, -1))], key="tenth", bind="query-params", width=120,
            format_func=lambda t: _("all") if t == "all" else t,
        )  # fmt: skip
        segment = st.selectbox(
            _("Segment"), ["", *segments], key="segment", bind="query-params", format_func=lambda s: s or _("all"),
            width=180,
        )  # fmt: skip
    return Filters(int(days), order == LEAST, 0 if tenth == "all" else int(tenth), segment)


@st.fragment
def board() -> None:
    """Chart, filters, list, the explained customer."""
    who = require(Role.MANAGER)
    with reading(who) as w:
        version = scores.current(w)
        usable = version.usable() if version else ()
        mark = lists.mark(w, version) if version else ""
        found = kept("tenths", mark, lambda: lists.tenths(w, version)) if version and 90 in usable else []
        minute = f"{w.now:%Y%m%d%H%M}"  # a list to choose from; what it reads is every customer
        segments = kept("segments of customers", minute, lambda: lists.segments(w))
    if version is None:
        scored.nothing_yet()
        return
    scored.from_what(version, who)
    for horizon in version.horizons.values():
        if not horizon.usable:
            scored.hidden(horizon)
    if not usable:
        return
    if found:
        likely.tenths(who, version, found)
    asked = filters(usable, segments)
    scored.beside(version.horizons[asked.days])
    page = max(number_in_address("page") or 1, 1)
    with reported() as outcome, reading(who) as w:
        total = (lists.counted(w, version, asked) if asked.segment
                 else kept("scored", f"{mark} {asked}", lambda: lists.counted(w, version, asked)))  # fmt: skip
        page = min(page, likely.last_page(total))
        listed = lists.listed(w, version, asked, place=(page - 1) * lists.MOST_SHOWN)
        wanted = number_in_address("customer")
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

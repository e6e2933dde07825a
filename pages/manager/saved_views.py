"""Saved views: one's own, those that others share, and what was deleted lately and can be fetched back."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported, say
from pages._ui.guard import require
from pages._ui.show import day, empty, md
from pages.manager._ui.view_form import view_form
from services import reports, saved_views
from services.saved_views import Saved
from services.text import _
from services.work import Actor, reading, work

actor = require(Role.MANAGER)
VIEW, SCHEDULES = "manager/saved_view.py", "manager/schedules.py"


def line_of(view: Saved, actor: Actor) -> None:
    """One view, leading to its page."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(VIEW, label=md(view.name), icon=":material/bookmark:", query_params={"view": str(view.id)})
        if view.mine and view.shared:
            st.badge(_("shared"), color="green")
        if view.broken:
            st.badge(_("cannot be asked any more"), color="red")
        told = [day(view.changed_at, actor), *([] if view.mine else [view.owner])]
        st.caption(md(" · ".join(told)))


@st.fragment
def deleted() -> None:
    """What can be fetched back."""
    who = require(Role.MANAGER)
    with reading(who) as w:
        gone = saved_views.mine_and_shared(w, removed=True)
    if not gone:
        return
    with st.expander(_("Deleted lately"), icon=":material/delete:"):
        st.caption(
            _("For {days} days after it was deleted a view can be fetched back.").format(days=saved_views.KEPT_DAYS)
        )
        for view in gone:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(view.name)
                if st.button(_("Fetch back"), icon=":material/undo:", key=f"restore_{view.id}", type="tertiary"):
                    with reported(_("It is back.")) as outcome, work(who) as w:
                        saved_views.restore(w, view.id)
                    if outcome.ok:
                        st.rerun()


@st.fragment
def begin() -> None:
    """A new view, or the ready-made one."""
    who = require(Role.MANAGER)
    with st.container(horizontal=True):
        if st.button(_("New view"), icon=":material/add:", key="view_new", type="primary"):
            st.dialog(_("New view"), width="medium")(view_form)(None)
        ready = st.button(
            _("Monday report"),
            icon=":material/event_repeat:",
            key="monday_report",
            help=_("Keeps a view of last week against the week before and mails it to you every Monday at seven."),
        )
        st.page_link(SCHEDULES, label=_("Reports by mail"), icon=":material/schedule_send:")
    if ready:
        with reported() as outcome, work(who) as w:
            view_id = reports.monday_report(w)
        if outcome.ok:
            say(_("It comes every Monday at seven. Change the time or the recipients below it."))
            st.switch_page(VIEW, query_params={"view": str(view_id)})


st.title(_("Saved views"), anchor=False)
begin()
with reading(actor) as w:
    found = saved_views.mine_and_shared(w)
if not found:
    empty(
        _("There is no saved view yet."),
        _("A view is a question about the figures that you want to ask again, and have mailed to you."),
        ":material/bookmark:",
    )
for title, mine in ((_("Mine"), True), (_("Shared by others"), False)):
    some = [v for v in found if v.mine is mine]
    if some:
        st.subheader(title, anchor=False)
    for view in some:
        line_of(view, actor)
deleted()

"""One saved view: its chart and table of this moment, its files, and for its owner what can be done with it."""

from functools import partial

import streamlit as st

from db.models import Role
from pages._ui import addressed
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md
from pages.manager._ui.schedule_list import schedules_of
from pages.manager._ui.view_drawn import drawn
from pages.manager._ui.view_form import view_form
from services import reports, saved_views, sessions
from services.columnar import Preparing
from services.cube_view import View
from services.errors import NotFound, NotSignedIn
from services.saved_views import Saved
from services.text import _
from services.work import reading, work

actor = require(Role.MANAGER)
LIST, EXPLORE = "manager/saved_views.py", "manager/explore.py"


def file_of(view_id: int, sid: str, kind: str) -> bytes:
    """Asked for when the button is pressed, outside of any page: who is asking is looked up anew."""
    asking = sessions.actor_of(sid)
    if asking is None:
        raise NotSignedIn
    with reading(asking) as w:
        view = saved_views.opened(w, view_id)
        if view.definition is None:
            raise NotFound(_("view"))
        report = reports.made(w, view.name, view.definition)
        [file] = reports.files_of(w, report, as_pdf=kind == "pdf", as_xlsx=kind == "xlsx")
    return file.content


@st.fragment(run_every="10s")
def figures(name: str, asked: View) -> None:
    """The report of this moment, kept current; what is still being prepared appears by itself."""
    who = require(Role.MANAGER, touch=False)
    waits = None
    with reported() as outcome:
        try:
            with reading(who) as w:
                report = reports.made(w, name, asked)
        except Preparing as preparing:
            waits = str(preparing)
    if waits:
        st.info(md(waits), icon=":material/hourglass_top:")
    elif outcome.ok:
        drawn(who, report)


@st.fragment
def tools(view: Saved) -> None:
    """Files for everybody; for the owner change, share, delete."""
    who = require(Role.MANAGER)
    with st.container(horizontal=True):
        for kind, icon in (("pdf", ":material/picture_as_pdf:"), ("xlsx", ":material/table:")):
            make = partial(file_of, view.id, who.session_id, kind)
            name, label = f"{view.name}.{kind}", kind.upper()
            st.download_button(label, make, name, icon=icon, on_click="ignore", key=f"view_{kind}")
        if not view.mine:
            return
        if st.button(_("Change"), icon=":material/edit:", key="view_change"):
            st.dialog(_("Change the view"), width="medium")(view_form)(view)
        share = st.button(
            _("Keep it to myself") if view.shared else _("Share with all managers"),
            icon=":material/lock:" if view.shared else ":material/group:",
            key=f"view_share_{view.version}",
        )
        gone = st.button(_("Delete"), icon=":material/delete:", key=f"view_delete_{view.version}")
    if share:
        with reported(_("Saved.")) as outcome, work(who) as w:
            saved_views.change(w, view.id, view.version, shared=not view.shared)
        if outcome.ok:
            st.rerun()
    if gone:
        with reported(_("Deleted. Under “Deleted lately” you can fetch it back.")) as outcome, work(who) as w:
            saved_views.remove(w, view.id, view.version)
        if outcome.ok:
            st.switch_page(LIST)


st.page_link(LIST, label=_("All saved views"), icon=":material/arrow_back:")
with reported() as outcome, reading(actor) as w:
    view = saved_views.opened(w, addressed.number("view") or 0)
if outcome.ok:
    st.title(md(view.name), anchor=False)
    if not view.mine:
        st.caption(md(_("Shared by {owner}. The figures are those that you may see.").format(owner=view.owner)))
    tools(view)
    if view.definition is None:
        st.warning(md(view.broken))
    else:
        figures(view.name, view.definition)
        st.page_link(EXPLORE, label=_("Ask further in Explore"), query_params=view.definition.to_query())
    schedules_of(view.id)

"""Service reports as both sides see them: a list, one of them, and its PDF."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages._ui.show import day, md, words
from services import service_reports, sessions
from services.errors import NotSignedIn
from services.service_reports import Report
from services.text import _
from services.work import Actor, reading


def content_of(report_id: int, sid: str) -> bytes:
    """Asked for when the button is pressed, outside of any page: who is asking is looked up anew."""
    asking = sessions.actor_of(sid)
    if asking is None:
        raise NotSignedIn
    with reading(asking) as w:
        return service_reports.rendered(w, report_id)


def listed(found: Sequence[Report], actor: Actor, page: str) -> None:
    """One line each, leading to the report on `page`."""
    for report in found:
        told = " · ".join(md(t) for t in (report.subject, day(report.done_on, actor)))
        query = {"report": str(report.id)}
        st.page_link(page, label=told, icon=":material/build:", query_params=query)


def shown(report: Report, actor: Actor) -> None:
    """All of one report, and the button that downloads it."""
    st.title(md(report.subject), anchor=False)
    told = [report.number, _("done on {day}").format(day=day(report.done_on, actor)), report.who]
    if report.minutes is not None:
        told.append(_("{n} minutes").format(n=report.minutes))
    st.caption(md(" · ".join(told)))
    words(report.what)
    if report.parts:
        st.caption(_("Parts"))
        st.text("\n".join(f"{pieces} × {name}" for name, pieces in report.parts))
    if report.next_step:
        st.caption(_("Next step"))
        words(report.next_step)
    st.download_button(
        _("Download as PDF"),
        partial(content_of, report.id, actor.session_id),
        service_reports.file_name(report),
        "application/pdf",
        icon=":material/picture_as_pdf:",
        on_click="ignore",
        key=f"report_pdf_{report.id}",
    )

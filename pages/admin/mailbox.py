"""Outgoing mail: what was sent, what waits, what failed. Without a mail server, what would have been sent."""

from functools import partial

import streamlit as st

from db.models import OutboxState, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import empty, md, when
from services import mail_files, outbox, sessions
from services.errors import NotSignedIn
from services.settings import settings
from services.text import _, number
from services.work import Actor, reading, work

actor = require(Role.ADMIN)
STATES = {OutboxState.WAITING: _("waiting"), OutboxState.SENT: _("sent"), OutboxState.DEAD: _("given up")}
ICONS = {
    OutboxState.WAITING: ":material/schedule:",
    OutboxState.SENT: ":material/done:",
    OutboxState.DEAD: ":material/error:",
}

st.title(_("Outgoing mail"))
if not settings().smtp_url:
    st.info(
        _("No mail server is set, so nothing leaves this machine. Open a mail below to follow its link yourself."),
        icon=":material/drafts:",
    )


def content_of(entry_id: int, position: int, sid: str) -> bytes:
    """Asked for when the button is pressed, outside of any page: who is asking is looked up anew."""
    asking = sessions.actor_of(sid)
    if asking is None:
        raise NotSignedIn
    with reading(asking) as w:
        return mail_files.content(w, entry_id, position)


def attached(entry_id: int, who: Actor) -> None:
    """The files of a mail that still waits; afterwards only its reader has them."""
    with reading(who) as w:
        found = mail_files.listed(w, entry_id)
    for file in found:
        st.download_button(
            md(f"{file.name} · {number(file.size / 1000)} kB"),
            partial(content_of, entry_id, file.position, who.session_id),
            file.name,
            icon=":material/attach_file:",
            on_click="ignore",
            key=f"mail_file_{entry_id}_{file.position}",
            type="tertiary",
        )


@st.fragment(run_every="5s")
def newest() -> None:
    """The newest mails, a few seconds old at most."""
    who = require(Role.ADMIN, touch=False)
    with reading(who) as w:
        mails = outbox.mailbox(w)
    if not mails:
        empty(_("No mail yet"), _("Mails appear here as soon as somebody registers, orders or is invited."))
    for mail in mails:
        title = f"{md(mail.subject)} · {md(mail.recipient)} · {md(when(mail.created_at, who))}"
        with st.expander(title, icon=":material/mail:", key=f"mail_{mail.id}", on_change="rerun") as opened:
            st.badge(STATES[mail.state], icon=ICONS[mail.state])
            if not opened.open:
                continue
            st.text(mail.body)
            attached(mail.id, who)
            for found in outbox.links(mail.body):
                st.link_button(_("Open the link of this mail"), found, key=f"link_{mail.id}")
            if mail.error:
                st.caption(md(_("Last error: {error}").format(error=mail.error)))
            if mail.state is OutboxState.DEAD and st.button(_("Try again"), key=f"retry_{mail.id}"):
                with reported(_("It will be tried again.")), work(who) as w:
                    outbox.retry(w, mail.id)


newest()

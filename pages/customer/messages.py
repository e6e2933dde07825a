"""What was written: messages of the account both ways and the mails we sent, as a list and one by one."""

import streamlit as st

from db.models import Role
from pages._ui import addressed
from pages._ui.guard import require
from pages._ui.marks import bold
from pages._ui.narrow import narrow
from pages._ui.show import empty, md, when, words
from services import correspondence
from services.correspondence import Letter
from services.errors import NotFound
from services.text import _
from services.work import Actor, reading

actor = require(Role.CUSTOMER)

MESSAGES, CASES = "customer/messages.py", "customer/cases.py"
SHORT = 140


def way(letter: Letter) -> str:
    """From whom to whom, and whether it has arrived."""
    if letter.mail_id is None:
        return _("You wrote") if letter.by_customer else _("We wrote")
    if letter.failed:
        return _("Mail to {email}; it could not be delivered").format(email=letter.recipient)
    told = _("Mail to {email}; it leaves in a moment") if letter.waits else _("Mail to {email}")
    return told.format(email=letter.recipient)


def row(letter: Letter, actor: Actor) -> None:
    """Subject, beginning and date; the subject leads to the whole of it."""
    here = {"mail": str(letter.mail_id)} if letter.mail_id else {"message": str(letter.message_id)}
    page = MESSAGES
    if letter.case_id is not None:
        page, here = CASES, {"case": str(letter.case_id)}
    icon = "mail" if letter.mail_id else "outgoing_mail" if letter.by_customer else "forum"
    with st.container(border=True, gap="xsmall", key=f"letter_{icon}_{letter.mail_id or letter.message_id}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            subject = bold(md(letter.subject or _("without a subject")))
            st.page_link(page, label=subject, icon=f":material/{icon}:", query_params=here, width="content")
            if letter.unread:
                st.badge(_("New"), color="blue")
        if letter.mail_id is None:
            begun = " ".join(letter.text.split())
            st.text(begun if len(begun) <= SHORT else begun[:SHORT].rsplit(" ", 1)[0] + " …")
        st.caption(md(f"{when(letter.at, actor)} · {way(letter)}"))


def listing(actor: Actor, page: int) -> None:
    """Newest first, page by page."""
    st.title(_("My messages"))
    with reading(actor) as w:
        letters, older = correspondence.listing(w, page)
    if not letters:
        empty(_("Nothing was written yet."), _("Mails we send you and messages both ways stand here."))
    for letter in letters:
        row(letter, actor)
    with st.container(horizontal=True, horizontal_alignment="center"):
        if page > 1:
            newer = {"page": str(page - 1)}
            st.page_link(MESSAGES, label=_("Newer"), icon=":material/chevron_left:", query_params=newer)
        if older:
            further = {"page": str(page + 1)}
            st.page_link(MESSAGES, label=_("Older"), icon=":material/chevron_right:", query_params=further)
    st.page_link(CASES, label=_("Ask a question"), icon=":material/contact_support:")


def one(actor: Actor, mail_id: int | None, message_id: int | None) -> None:
    """The whole of one."""
    st.page_link(MESSAGES, label=_("All messages"), icon=":material/arrow_back:")
    try:
        with reading(actor) as w:
            letter = correspondence.mail(w, mail_id) if mail_id else correspondence.message(w, message_id or 0)
    except NotFound as missing:
        st.warning(md(missing))
        return
    st.title(md(letter.subject or _("without a subject")), anchor=False)
    st.caption(md(f"{when(letter.at, actor)} · {way(letter)}"))
    with st.container(border=True):
        words(letter.text)


with narrow():
    mail_id, message_id = addressed.number("mail"), addressed.number("message")
    if mail_id or message_id:
        one(actor, mail_id, message_id)
    else:
        listing(actor, max(addressed.number("page") or 1, 1))

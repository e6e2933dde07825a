"""The sign-in form, wherever it is needed: on its own page and in place of a page that asks who you are."""

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages._ui import guard
from pages._ui.feedback import reported, say
from pages._ui.focus import focus
from services import sign_in
from services.text import _
from services.work import Actor, reading

#: Where the ticket waits for its code.
CODE_FOR = "_sign_in_code_for"


def lead(path: str) -> None:
    """Ask the browser to go there; the run goes on. Streamlit knows this only for its own sign-in, hence here."""
    context = get_script_run_ctx()
    if context is not None:
        message = ForwardMsg()
        message.auth_redirect.url = path
        context.enqueue(message)


def go(path: str) -> None:
    """Send the browser to a path of ours with a full load, and end the run.

    The button is for the case that the browser did not go by itself.
    """
    lead(path)
    st.link_button(_("Continue"), path, type="primary", width="stretch")
    st.stop()


def with_ticket(ticket: str) -> None:
    """Fetch the cookie for a proven identity."""
    go(f"/session/ticket?t={ticket}")


def _not_in() -> str:
    """Why there is no ticket; the same for every reason but a browser that cannot keep one."""
    if not guard.browser():
        return _("Your browser keeps no cookies for this address. Please allow them and load the page again.")
    return _("E-mail and password do not fit. After several tries you have to wait a few minutes.")


def go_on(actor: Actor, ticket: str) -> None:
    """The password was right: fetch the cookie, or ask for the code first."""
    with reading(actor) as w:
        wanted = sign_in.wants_code(w, ticket)
    if not wanted:
        with_ticket(ticket)
    st.session_state[CODE_FOR] = ticket  # worth nothing without the code and this browser
    st.rerun()


def ask_code(actor: Actor, ticket: str) -> None:
    """The second step. Every reason for a refusal has the same words."""
    with st.form("sign_in_code", border=True, clear_on_submit=True):
        st.caption(_("Your password was right. Now the code that your app shows, or one of your recovery codes."))
        code = st.text_input(_("Code"), key="sign_in_code_typed", max_chars=40, autocomplete="one-time-code")
        sent = st.form_submit_button(_("Sign in"), type="primary", width="stretch")
    focus("sign_in_code_typed")
    if sent:
        proven = None
        with reported() as outcome:
            proven = sign_in.with_code(actor, ticket, code, browser=guard.browser())
        if proven:
            st.session_state.pop(CODE_FOR, None)
            with_ticket(proven)
        if outcome.ok:
            st.error(
                _("This code does not fit. After several tries you have to wait a few minutes."), icon=":material/lock:"
            )
    with reading(actor) as w:
        too_late = not sign_in.wants_code(w, ticket)
    if st.button(_("Start again"), key="sign_in_again", type="tertiary") or too_late:
        st.session_state.pop(CODE_FOR, None)
        if too_late:
            say(_("That took too long. Please sign in again."))
        st.rerun()


def form(actor: Actor, page: str = "", query: dict[str, str] | None = None) -> None:
    """Ask for e-mail and password, then for the code of the second factor; the browser lands on `page` with `query`."""
    if CODE_FOR in st.session_state:
        ask_code(actor, st.session_state[CODE_FOR])
        return
    with st.form("sign_in", border=True):
        email = st.text_input(_("E-mail"), type="email", key="sign_in_email", autocomplete="username", validate="")
        password = st.text_input(
            _("Password"), type="password", key="sign_in_password", autocomplete="current-password"
        )
        sent = st.form_submit_button(_("Sign in"), type="primary", width="stretch")
    if sent:
        ticket = None
        with reported() as outcome:
            ticket = sign_in.attempt(actor, email, password, browser=guard.browser(), page=page, query=query)
        if ticket:
            go_on(actor, ticket)
        if outcome.ok:
            st.error(_not_in(), icon=":material/lock:")
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.page_link("public/register.py", label=_("Register as a customer"), icon=":material/person_add:")
        st.page_link("public/forgot.py", label=_("Forgot password?"), icon=":material/key:")

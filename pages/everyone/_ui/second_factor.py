"""The second factor of one's own sign-in: setting it up, its recovery codes, switching it off."""

import streamlit as st

from pages._ui.feedback import reported
from pages._ui.guard import EVERYBODY, require
from pages._ui.show import day
from services import second_factor
from services.second_factor import State
from services.text import _, ngettext
from services.work import Actor, reading, work

#: What is on the screen and nowhere else: a set-up that waits for its code, and codes that are shown once.
SETUP, CODES = "_second_factor_setup", "_second_factor_codes"


@st.fragment
def own_second_factor() -> None:
    """How it stands and the one thing to do next."""
    who = require(*EVERYBODY)
    with reading(who) as w:
        state = second_factor.state(w)
    st.subheader(_("Second factor"))
    if CODES in st.session_state:
        show_codes()
    elif state.since is not None:
        st.session_state.pop(SETUP, None)
        in_force(who, state)
    elif SETUP in st.session_state:
        confirm(who)
    else:
        begin(who)


def begin(who: Actor) -> None:
    """Off: what it is good for, and the password to begin."""
    st.caption(
        _("With an app on your phone, somebody who learns your password still cannot sign in. Any TOTP app will do.")
    )
    with st.form("second_factor_begin", clear_on_submit=True):
        password = st.text_input(
            _("Current password"), type="password", key="sf_password", autocomplete="current-password"
        )
        sent = st.form_submit_button(_("Set up a second factor"), icon=":material/phonelink_lock:")
    if sent:
        made = None
        with reported() as outcome, work(who) as w:
            made = second_factor.begin(w, password)
        if outcome.ok and made:
            st.session_state[SETUP] = {"secret": made.secret, "picture": made.picture}
            st.rerun(scope="fragment")


def confirm(who: Actor) -> None:
    """The picture for the app, and the code that proves it was taken."""
    setup = st.session_state[SETUP]
    st.caption(_("1. Scan this picture with the app, or type the key."))
    st.image(setup["picture"], width=240)
    st.code(setup["secret"], language=None, wrap_lines=True)
    with st.form("second_factor_confirm", clear_on_submit=True):
        st.caption(_("2. Type the six digits the app shows now."))
        code = st.text_input(_("Code"), key="sf_confirm", max_chars=20, autocomplete="one-time-code")
        left, right = st.columns(2)
        sent = left.form_submit_button(_("Switch on"), type="primary", width="stretch")
        stopped = right.form_submit_button(_("Not now"), width="stretch")
    if stopped:
        st.session_state.pop(SETUP, None)
        st.rerun(scope="fragment")
    if sent:
        codes: list[str] = []
        with reported(_("The second factor is on. All other browsers were signed out.")) as outcome, work(who) as w:
            codes = second_factor.confirm(w, code)
        if outcome.ok:
            st.session_state.pop(SETUP, None)
            st.session_state[CODES] = codes
            st.rerun()


def show_codes() -> None:
    """The recovery codes, this one time."""
    st.warning(
        _("Keep these codes where your phone is not. Each one works once instead of the app. They are shown only now.")
    )
    st.code("\n".join(st.session_state[CODES]), language=None)
    if st.button(_("I have kept them"), type="primary", key="sf_kept"):
        st.session_state.pop(CODES, None)
        st.rerun(scope="fragment")


def in_force(who: Actor, state: State) -> None:
    """On: since when, and the form for new codes and for switching it off."""
    if state.since is not None:
        st.badge(_("on"), color="green")
        since = _("Since {day}.").format(day=day(state.since, who))
        left = ngettext("{n} recovery code is left.", "{n} recovery codes are left.", state.codes_left)
        st.caption(f"{since} {left}")
    with st.form("second_factor_change", clear_on_submit=True):
        password = st.text_input(
            _("Current password"), type="password", key="sf_password_again", autocomplete="current-password"
        )
        code = st.text_input(
            _("Code of the app or a recovery code"), key="sf_code", max_chars=40, autocomplete="one-time-code"
        )
        new = st.form_submit_button(_("New recovery codes"), icon=":material/password:", width="stretch")
        off = st.form_submit_button(_("Switch off"), icon=":material/no_encryption:", width="stretch")
    if off:
        with reported(_("The second factor is off.")) as outcome, work(who) as w:
            second_factor.switch_off(w, password, code)
        if outcome.ok:
            st.rerun()
    if new:
        codes: list[str] = []
        with reported() as outcome, work(who) as w:
            codes = second_factor.renew_codes(w, password, code)
        if outcome.ok:
            st.session_state[CODES] = codes
            st.rerun(scope="fragment")

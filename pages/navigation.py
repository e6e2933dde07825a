"""The script that runs on every click: who is there, the menu, and the page.

A run knows the pages of the person and the one that was asked for (see `registry.menu`), so that a deep link leads to
the page, which guards itself, and not to "not found". Somebody who is not signed in gets the sign-in form in the page's
place; the address stays, and after signing in the page is there.
"""

import time

import streamlit as st

from db.models import Role
from pages._ui import addressed, feedback, guard, registry, signing_in
from pages._ui.customer_view import banner
from pages._ui.due_badge import due_badge
from pages._ui.keys import keys
from pages._ui.look import look
from pages._ui.narrow import narrow
from pages._ui.quick_find import quick_find
from pages._ui.show import home, md
from services import first_run, sessions, sign_in
from services.text import _
from services.work import VISITOR, reading, work

ASSETS = registry.PAGES / "_ui" / "assets"
#: So many entries stand in the menu at once: work and figures of a manager; administration is one click further.
MENU_SHOWN = 14
#: The end of a session closes its sockets; the way to the sign-in page has to leave through one of them before.
LEAVING_S = 0.05

actor = guard.visitor()
company = home()
st.set_page_config(page_title=company.name, page_icon=str(ASSETS / "icon.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"), icon_image=str(ASSETS / "icon.svg"), size="large")
look()
signed_in = actor.person_id is not None
current = st.navigation(
    registry.menu(actor.language, actor.role), position="sidebar" if signed_in else "hidden", expanded=MENU_SHOWN
)
known = registry.by_url(actor.language)
chosen = known.get(current.url_path)
addressed.followed(current.url_path)
sign_in.RETURN_PAGES.update(url for url, entry in known.items() if entry.roles)
to_set_up = False
if not company.set_up and not signed_in:
    with reading(VISITOR) as w:
        to_set_up = first_run.needed(w) and (chosen is None or not first_run.anybody(w))

st.session_state[guard.ON_CUSTOMER_PAGE] = chosen is not None and chosen.roles == (Role.CUSTOMER,)

if signed_in:
    with st.sidebar:
        st.caption(md(f"{actor.name} · {company.name}"))
        due_badge(actor)
        keys(actor, current.url_path)
        if st.button(_("Sign out"), icon=":material/logout:", key="sign_out", width="stretch"):
            signing_in.lead("/sign-in")
            time.sleep(LEAVING_S)
            with feedback.reported(), work(actor) as w:
                sessions.end(w, actor.session_id)
            signing_in.go("/sign-in")

if to_set_up and current.url_path != "first-run":
    st.switch_page("public/first_run.py")
elif chosen is None and signed_in:
    st.switch_page(registry.HOME[actor.role or Role.CUSTOMER])
elif (chosen is None or chosen.roles) and not signed_in:
    with narrow():
        st.title(md(company.name))
        if chosen is not None:
            st.info(_("Please sign in; then you are taken to “{page}”.").format(page=chosen.title))
        wanted = chosen.url if chosen else ""
        signing_in.form(actor, wanted, {k: v for k, v in st.query_params.items() if k != "t"})
else:
    if chosen is not None and chosen.roles == (Role.CUSTOMER,) and actor.role is not Role.CUSTOMER:
        banner(actor)
    quick_find(actor)
    current.run()
feedback.flush()

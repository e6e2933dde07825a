"""The two lists of customers nobody has an eye on."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import acting
from pages._ui.show import day, empty, md
from services import quiet
from services.text import _
from services.work import Actor, reading

CUSTOMER = "staff/customer.py"
USUAL_DAYS = 90


def nothing_planned(actor: Actor) -> None:
    """Whoever ordered last and has no follow-up."""
    page = quiet.Page([])
    with reported(), reading(actor) as w:
        page = quiet.nothing_planned(w, after("planned"))
    draw(page, actor, "planned", _("last order {day}"), _("no order"))


def not_contacted(actor: Actor) -> None:
    """Whoever was not spoken with for the chosen number of days."""
    if "days" not in st.session_state:
        asked = str(st.query_params.get("days", ""))
        st.session_state["days"] = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else USUAL_DAYS
        st.session_state["days"] = min(max(1, st.session_state["days"]), quiet.MOST_DAYS)
    days = st.number_input(_("Days without contact"), 1, quiet.MOST_DAYS, key="days", on_change=_noticed, width=220)
    page, name = quiet.Page([]), f"quiet_{days}"
    with reported(), reading(actor) as w:
        page = quiet.not_contacted(w, days, after(name))
    draw(page, actor, name, _("last contact {day}"), _("no contact yet"))


@acting(Role.STAFF)
def _noticed() -> None:
    st.query_params["days"] = str(st.session_state["days"])


def after(name: str) -> str:
    """Where the page of this list begins."""
    found: str = st.session_state.get(f"after_{name}", "")
    return found


@acting(Role.STAFF)
def turn(name: str, place: str) -> None:
    """Go on to the page that begins after `place`; empty: the first one."""
    st.session_state[f"after_{name}"] = place


def draw(page: quiet.Page, actor: Actor, name: str, told: str, never: str) -> None:
    """Customers with what the list is about, and the way on."""
    for row in page.rows:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"{name}_{row.customer_id}"):
            bold = f"**{md(row.customer)}**"
            query = {"customer": str(row.customer_id)}
            st.page_link(CUSTOMER, label=bold, icon=":material/person:", query_params=query, width=260)
            st.caption(md(told.format(day=day(row.at, actor)) if row.at else never), width="content")
    if not page.rows and not page.after:
        empty(_("Nobody is left here."), _("Every customer of this part of the list is looked after."))
    elif not page.rows:
        st.caption(_("Nobody among these; go on."))
    with st.container(horizontal=True):
        if after(name):
            st.button(_("From the beginning"), icon=":material/first_page:", key=f"first_{name}",
                      on_click=turn, args=(name, ""))  # fmt: skip
        if page.after:
            st.button(_("Go on"), icon=":material/arrow_downward:", key=f"next_{name}",
                      on_click=turn, args=(name, page.after))  # fmt: skip

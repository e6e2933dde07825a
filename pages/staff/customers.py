"""Find a customer from whatever the caller says, or make a new one."""

import streamlit as st

from db.models import Role
from pages._ui.focus import focus
from pages._ui.guard import require
from pages._ui.scripted import scripted
from pages._ui.show import empty, when
from pages.staff._ui.new_customer import new_customer
from services import contact_words, interactions, search
from services.search import Hit
from services.text import _, ngettext, number
from services.work import Actor, reading

actor = require(Role.STAFF)


def people(rows: list[tuple[int, str, str]], label: str) -> None:
    """Customers as links, each with what tells namesakes apart; one element, for it is drawn with every key."""
    mount = scripted("people", html='<ol data-part="list"></ol>', css="people.css")
    mount(key="people", data={"rows": rows, "label": label})


def found(hits: list[Hit]) -> None:
    """The best first."""
    more = _("The first {n}; type more to see others.").format(n=number(len(hits)))
    st.caption(more if len(hits) == search.MOST else ngettext("{n} customer", "{n} customers", len(hits)))
    people([(hit.customer_id, hit.name, hit.detail) for hit in hits], _("Customers found"))


def last_contacts(actor: Actor) -> None:
    """With nothing typed: whom the house spoke with last."""
    with reading(actor) as w:
        lately = interactions.lately(w)
    if not lately:
        empty(
            _("There are no contacts yet."),
            _("Find a customer above, or create one, and log what was said."),
            ":material/forum:",
        )
        return
    st.subheader(_("Last contacts"), anchor=False)
    rows = []
    for contact in lately:
        what = contact_words.channel(contact.channel), contact_words.reason(contact.reason)
        told = (when(contact.happened_at, actor), *what)
        rows.append((contact.customer_id, contact.name, " · ".join(t for t in told if t)))
    people(rows, _("Last contacts"))


@st.fragment
def finder() -> None:
    """Searches while somebody types; what is typed stands in the address."""
    actor = require(Role.STAFF)
    typed = st.text_input(
        _("Name, part of a name, e-mail, phone, customer or order number"),
        type="search",
        live=True,
        key="find",
        bind="query-params",
        placeholder=_("Press S to search"),
    )
    focus("find", pressed="S")
    typed = (typed or "").strip()
    if not typed:
        last_contacts(actor)
        return
    with reading(actor) as w:
        hits = search.customers(w, typed)
    if hits:
        found(hits)
    else:
        empty(
            _("No customer fits this."),
            _("Try fewer letters, the e-mail or the last digits of the phone; or create the customer."),
            ":material/person_search:",
        )


with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    st.title(_("Find a customer"), anchor=False)
    if st.button(_("New customer"), icon=":material/person_add:", key="new_customer", shortcut="N"):
        new_customer()
finder()

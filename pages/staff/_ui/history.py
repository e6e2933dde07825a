"""The timeline on a customer's page: filter by kind and text, fifty entries a page.

The list is one element. Drawn entry by entry it would be a hundred and fifty, each sent again with every click; as one
it is sent when it changes.
"""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import acting, require
from pages._ui.scripted import scripted, styles
from pages._ui.show import empty, when
from pages.staff._ui.history_filters import Wanted, wanted
from services import timeline
from services.cases.rules import case_number
from services.search import order_number
from services.service_reports import number_of
from services.text import _
from services.timeline_kinds import Entry, Kind
from services.work import Actor, reading

SHORT = 700  # characters of a text that are shown at once
ICONS = {
    Kind.CONTACT: "call",
    Kind.MESSAGE: "chat",
    Kind.PROMISE: "handshake",
    Kind.FOLLOW_UP: "event",
    Kind.CASE: "support_agent",
    Kind.REPORT: "build",
    Kind.ORDER: "package_2",
    Kind.STEP: "local_shipping",
    Kind.SURVEY: "rate_review",
    Kind.CHANGE: "manage_accounts",
    Kind.LOOK: "visibility",
}
CHANNEL_ICONS = {
    "phone": "call",
    "visit": "storefront",
    "letter": "markunread_mailbox",
    "e-mail": "mail",
    "conference": "videocam",
    "message": "sms",
    "portal": "web",
    "other": "forum",
}


def called(kind: Kind) -> str:
    """What a kind is called in the filter."""
    return {
        Kind.CONTACT: _("Contacts"),
        Kind.MESSAGE: _("Messages"),
        Kind.PROMISE: _("Promises"),
        Kind.FOLLOW_UP: _("Follow-ups"),
        Kind.CASE: _("Cases"),
        Kind.REPORT: _("Service reports"),
        Kind.ORDER: _("Orders"),
        Kind.STEP: _("Order steps"),
        Kind.SURVEY: _("Surveys"),
        Kind.CHANGE: _("Account changes"),
        Kind.LOOK: _("Looks as the customer"),
    }[kind]


def told(entry: Entry, actor: Actor, opened: list[str]) -> tuple[str, str, str, str, str, bool]:
    """One entry for the list: its name, icon, our line, when and by whom, the words, and whether these are cut."""
    name = f"{entry.kind}-{entry.id}"
    icon = CHANNEL_ICONS[entry.channel] if entry.channel else ICONS[entry.kind]
    at = when(entry.at, actor) if entry.at else _("day not known")
    about = " · ".join((at, *entry.details))
    if len(entry.text) <= SHORT or name in opened:
        return name, icon, entry.head, about, entry.text, False
    return name, icon, entry.head, about, entry.text[:SHORT] + " …", True


def matter(of: tuple[str, int]) -> str:
    """A case, an order or a service report by its number."""
    kind, number = of
    return {"case": case_number, "report": number_of}.get(kind, order_number)(number)


def leads_to(entry: Entry) -> tuple[str, int] | None:
    """Where the link of an entry goes: a report to itself, where its PDF is, anything else to its case or order."""
    return ("report", entry.id) if entry.kind is Kind.REPORT else entry.matter


def together(entries: list[Entry]) -> tuple[list[Entry], dict[str, str]]:
    """Entries of one matter stand together where its newest stands; and the headings, by the first entry of each."""
    matters = dict.fromkeys(e.matter for e in entries)
    groups = [(of, [e for e in entries if e.matter == of]) for of in matters]
    headings = {f"{g[0].kind}-{g[0].id}": matter(of) if of else _("Without a case or order") for of, g in groups}
    return [e for _of, group in groups for e in group], headings


def listed(entries: list[Entry], actor: Actor, key: str, *, grouped: bool = False) -> None:
    """The entries; whoever asks for the whole of a long text gets it with the next run of the fragment."""
    opened = getattr(st.session_state.get(key), "opened", None)
    # What comes from the browser is only ever compared with names of our own.
    opened = [str(name) for name in opened][: timeline.PAGE] if isinstance(opened, list) else []
    entries, headings = together(entries) if grouped else (entries, {})
    data = {
        "links": {f"{e.kind}-{e.id}": (*of, matter(of)) for e in entries if (of := leads_to(e))},
        "headings": headings,
        "entries": [told(entry, actor, opened) for entry in entries],
        "opened": opened,
        "label": _("Timeline"),
        "whole": _("The whole text"),
    }
    mount = scripted("timeline", html='<ol data-part="list"></ol>', css=styles("timeline.css"))
    mount(key=key, data=data, on_opened_change=lambda: None)


def places(customer_id: int, asked: object) -> list[str]:
    """The pages behind the reader, the present one last; empty again with every other filter."""
    kept = st.session_state.get("timeline_places")
    if kept is None or kept[0] != (customer_id, asked):
        kept = ((customer_id, asked), [""])
        st.session_state["timeline_places"] = kept
    found: list[str] = kept[1]
    return found


@st.fragment
def history(customer_id: int) -> None:
    """The list with its filters; turning a page redraws nothing else."""
    actor = require(Role.STAFF)
    asked = wanted(actor, called)
    behind = places(customer_id, asked)
    page = timeline.Page([])
    with reported() as outcome, reading(actor) as w:
        page = timeline.page(w, customer_id, kinds=asked.kinds, text=asked.text, narrow=asked.narrow, after=behind[-1])
    if not outcome.ok:
        return
    if page.entries:
        listed(page.entries, actor, f"timeline_{customer_id}", grouped=asked.grouped)
    else:
        nothing(asked != Wanted(grouped=asked.grouped))
    with st.container(horizontal=True):
        if len(behind) > 1:
            st.button(_("Newer"), icon=":material/arrow_upward:", key="newer", on_click=turn, args=("",))
        if page.older:
            st.button(_("Older"), icon=":material/arrow_downward:", key="older", on_click=turn, args=(page.older,))


@acting(Role.STAFF)
def turn(older: str) -> None:
    """Go on to the page that begins after `older`, or back to the one before."""
    _of, behind = st.session_state["timeline_places"]
    if older:
        behind.append(older)
    elif len(behind) > 1:
        behind.pop()


def nothing(filtered: bool) -> None:
    """An empty list, and what to do about it."""
    if filtered:
        empty(_("Nothing fits these filters."), _("Take a filter away to see more."), ":material/filter_alt_off:")
    else:
        empty(_("Nothing has happened yet."), _("Log the first contact beside this list."), ":material/history:")

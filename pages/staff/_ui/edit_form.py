"""The form in which staff change what is known about a customer; what two changed at once is chosen field by field.

It stands in the page and not in a dialog, for a live update of the page would close a dialog and take the words along.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported, say
from pages._ui.focus import focus
from pages._ui.guard import acting, require
from pages._ui.show import md
from pages.staff._ui.past import past
from services import clock, customer_edit
from services.customer_edit import NEW_ADDRESS, Differs, Edit
from services.text import _
from services.work import reading, work

State = dict[str, Any]
TALL = 90


def is_open(customer_id: int) -> bool:
    """Whether the form is on the page."""
    return f"edit:{customer_id}" in st.session_state


def key_of(customer_id: int, name: str) -> str:
    """The widget of a field, or of a part of an address."""
    return f"edit:{customer_id}:{name}"


@acting(Role.STAFF)
def begin(customer_id: int) -> None:
    """Open the form with what is stored now; pressed again it stays as it is."""
    if not is_open(customer_id):
        fill(customer_id)


def fill(customer_id: int) -> None:
    """The fields as they are stored now."""
    actor = require(Role.STAFF)
    known: dict[str, str] = {}
    with reported() as outcome, reading(actor) as w:
        known = {**customer_edit.values(w, customer_id), NEW_ADDRESS: ""}
    if not outcome.ok:
        return
    st.session_state[f"edit:{customer_id}"] = {"before": known, "open": (), "round": 0, "given_up": {}}
    for name, text in known.items():
        if name.startswith("address:"):
            for part, value in customer_edit.parts(text).items():
                st.session_state[key_of(customer_id, f"{name}:{part}")] = value
        else:
            st.session_state[key_of(customer_id, name)] = text


@acting(Role.STAFF)
def leave(customer_id: int) -> None:
    """Close the form; what was typed and not saved is gone."""
    for key in [k for k in st.session_state if str(k).startswith(f"edit:{customer_id}")]:
        del st.session_state[key]


@st.fragment
def edit_form(customer_id: int) -> None:
    """All fields, what is to be chosen, and below them what they said before."""
    require(Role.STAFF)
    if st.session_state[f"edit:{customer_id}"].get("refill"):
        fill(customer_id)
    state: State = st.session_state[f"edit:{customer_id}"]
    with st.container(border=True, key="edit_panel"):
        with st.form(f"edit_form_{customer_id}", border=False, enter_to_submit=False):
            slot = st.empty()
            after = fields(customer_id, state)
            with st.container(horizontal=True):
                sent = st.form_submit_button(_("Save"), type="primary", icon=":material/save:", shortcut="Ctrl+Enter")
                st.form_submit_button(_("Close without saving"), on_click=leave, args=(customer_id,))
        chosen = choices(slot, customer_id, state)
        if sent:
            save(customer_id, state, after, chosen)
            choices(slot, customer_id, state)
        focus(key_of(customer_id, "name"), whole=False, key="focus_edit")
        past(customer_id, lambda: state.update(refill=after == state["before"]))


def fields(customer_id: int, state: State) -> dict[str, str]:
    """The widgets; returns what stands in them."""
    after: dict[str, str] = {}
    names = customer_edit.names()

    def key(name: str) -> str:
        return key_of(customer_id, name)

    first = st.columns([3, 3, 1, 2, 2])
    for column, name in zip(first, ("name", "company", "language", "time_zone", "segment"), strict=True):
        if name == "time_zone":
            zones = sorted({"", state["before"][name], *clock.zone_names()})
            after[name] = column.selectbox(names[name], zones, key=key(name), format_func=lambda z: z or _("not known"))
        else:
            after[name] = column.text_input(names[name], key=key(name), max_chars=200)
    for column, name in zip(st.columns(2), ("emails", "phones"), strict=True):
        label = _("{what}, one a line, the preferred one first").format(what=names[name])
        after[name] = column.text_area(label, key=key(name), height=TALL, max_chars=3000)
    for name in (n for n in state["before"] if n.startswith("address:")):
        typed = address(name, key)
        after[name] = "\n".join(typed) if any(typed) else ""
    return after


def address(name: str, key: Callable[[str], str]) -> list[str]:
    """One address in a row; emptied, it is removed."""
    words = {
        "street": _("New address: street") if name == NEW_ADDRESS else _("Street and number"),
        "postal_code": _("Postal code"),
        "city": _("Town"),
        "region": _("Region"),
        "country": _("Country"),
    }
    columns = st.columns([4, 2, 3, 2, 2])
    return [
        column.text_input(word, key=key(f"{name}:{part}"), max_chars=300).strip()
        for column, (part, word) in zip(columns, words.items(), strict=True)
    ]


def choices(slot: Any, customer_id: int, state: State) -> dict[str, str]:
    """For each field that two changed: mine, theirs, before. Returns what was chosen: field -> one of the three."""
    if not state["open"]:
        return {}
    chosen: dict[str, str] = {}
    with slot.container():
        st.caption(_("Changed by two people at once. Choose, then save again; all else you typed is still below."))
        for number, field in enumerate(state["open"]):
            told = {
                "mine": _("Mine: {text}").format(text=md(shown(field.mine))),
                "theirs": _("Theirs: {text}").format(text=md(shown(field.theirs))),
                "before": _("Before: {text}").format(text=md(shown(field.before))),
            }
            picked = st.radio(
                md(customer_edit.label(field.name)),
                list(told),
                index=None,
                format_func=told.__getitem__,
                key=key_of(customer_id, f"choice:{state['round']}:{number}"),
            )
            if picked:
                chosen[field.name] = picked
    return chosen


def shown(text: str) -> str:
    """A value in one line."""
    return ", ".join(line for line in text.split("\n") if line) or _("(empty)")


def save(customer_id: int, state: State, after: dict[str, str], chosen: dict[str, str]) -> None:
    """Try it; what has to be chosen is put into the state."""
    actor = require(Role.STAFF)
    for field in state["open"]:
        if field.name in chosen:
            state["before"][field.name] = field.theirs
        if chosen.get(field.name) in ("theirs", "before"):
            state["given_up"][field.name] = (field.mine, field.before if chosen[field.name] == "before" else None)
    for name, (mine, instead) in state["given_up"].items():
        if after[name] == mine:  # typed anew, it is meant anew
            after[name] = state["before"][name] if instead is None else instead
    changed = False
    with reported() as outcome, work(actor) as w:
        changed = customer_edit.save(w, customer_id, Edit(before=state["before"], after=after))
    if isinstance(outcome.refused, Differs):
        state["open"], state["round"] = outcome.refused.fields, state["round"] + 1
    if outcome.ok:
        leave(customer_id)
        say(_("The customer was saved.") if changed else _("Nothing was changed."))
        st.rerun()

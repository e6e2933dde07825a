"""Everything that is stored about me: to read, and to take along as a file."""

import secrets
from datetime import date, datetime
from enum import Enum
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from db.models import LookHow, Role
from pages._ui.guard import require
from pages._ui.show import amount, day, md, when
from pages.customer._ui.erasure import forgotten
from pages.customer._ui.predicted import predicted
from services import my_data, sessions
from services.errors import NotSignedIn
from services.my_data import Part
from services.text import _, ngettext, number, percent
from services.work import Actor, reading, work

actor = require(Role.CUSTOMER)

SHOWN = 100


def file_of(sid: str) -> bytes:
    """Asked for when the button is pressed, outside of any page: who is asking is looked up anew."""
    asking = sessions.actor_of(sid)
    if asking is None:
        raise NotSignedIn
    with work(asking) as w:
        my_data.note_download(w)
    with reading(asking) as w:
        return my_data.as_json(w)


def readable(column: str, value: Any, actor: Actor) -> str:
    """One value as text."""
    if value is None or value == "":
        return ""
    if column == "action":
        return my_data.event_name(value)
    if isinstance(value, LookHow):
        return my_data.look_name(value)
    if column.endswith("_cents"):
        return amount(value)
    if column.endswith("_bp"):
        return percent(value)
    if isinstance(value, datetime):
        return when(value, actor)
    if isinstance(value, date):
        return day(value, actor)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{k}: {v}" for k, v in value.items() if v not in (None, ""))
    if isinstance(value, list):
        return "; ".join(readable("", v, actor) for v in value)
    return str(value.value if isinstance(value, Enum) else value)


def show(part: Part, actor: Actor) -> None:
    """One kind: a single row as a list of facts, several as a table. Columns nobody filled are left out."""
    rows = [{c: readable(c, v, actor) for c, v in row.items()} for row in part.rows]
    filled = [c for c in rows[0] if any(row[c] for row in rows)]
    if len(rows) == 1:
        told = {_("What"): [my_data.column_name(c) for c in filled], _("Stored"): [rows[0][c] for c in filled]}
    else:
        told = {my_data.column_name(c): [row[c] for row in rows] for c in filled}
    st.dataframe(
        pd.DataFrame(told, dtype=object), hide_index=True, key=f"rows_{part.name}", alt=my_data.section_name(part.name)
    )
    if part.total > len(part.rows):
        st.caption(_("The newest {n} of {all}; the file holds all.").format(n=number(SHOWN), all=number(part.total)))


with reading(actor) as w:
    mine = my_data.everything(w, most=SHOWN)
st.title(_("My data"))
st.markdown(_("Everything we have stored about you. Take it along as a file, or read it here."))
name = f"my-data-{mine.number}-{st.session_state.setdefault('random_part', secrets.token_hex(8))}.json"
st.download_button(
    _("Download as JSON"),
    partial(file_of, actor.session_id),
    name,
    "application/json",
    icon=":material/download:",
    on_click="ignore",
    key="download_my_data",
)
notes = ngettext("{n} internal note is kept about contacts", "{n} internal notes are kept about contacts", mine.notes)
planned = ngettext("{n} follow-up was planned", "{n} follow-ups were planned", mine.follow_ups)
if mine.notes or mine.follow_ups:
    st.caption(
        _("Not shown: {notes}, {planned}. Where you wrote to us yourself, your words are here.").format(
            notes=notes, planned=planned
        )
    )
predicted()
for part in mine.parts:
    if part.rows:
        with st.expander(md(f"{my_data.section_name(part.name)} · {number(part.total)}")):
            show(part, actor)
empty = [my_data.section_name(part.name) for part in mine.parts if not part.rows]
if empty:
    st.caption(md(_("Nothing is stored of: {kinds}.").format(kinds=", ".join(empty))))
forgotten()

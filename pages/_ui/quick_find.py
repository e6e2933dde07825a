"""The search field in the header of every page of the team, reached with `/`; its hits open with the keyboard.

It is one small element beside the page: searching runs this fragment alone, and whatever is being typed on the page
stays as it is.
"""

from typing import Any

import streamlit as st

from db.models import TEAM, Role
from pages._ui.feedback import reported
from pages._ui.guard import ON_CUSTOMER_PAGE, require
from pages._ui.scripted import scripted, styles
from services import quick_search
from services.text import _, ngettext
from services.work import Actor, reading

KEY = "quick_find"
HTML = """<search class="quick" hidden><span class="icon" aria-hidden="true">search</span>
<input type="text" role="combobox" aria-expanded="false" aria-autocomplete="list" aria-controls="hits"
 autocomplete="off" spellcheck="false" maxlength="200"><kbd aria-hidden="true">/</kbd>
<div class="under" hidden><ul role="listbox" id="hits"></ul><p role="status"></p></div></search>"""
ICONS = {"customer": "person", "order": "package_2", "case": "support_agent"}


def offered(actor: Actor) -> bool:
    """For those who work here, on their own pages; nothing for customers or where a customer's page is looked at."""
    return actor.role in TEAM and not st.session_state.get(ON_CUSTOMER_PAGE)


def quick_find(actor: Actor) -> None:
    """The field, where it is offered."""
    if offered(actor):
        _field()


@st.fragment
def _field() -> None:
    # Who it is has been asked by the page around it; a search, which is a run of its own, asks again.
    asked = _typed()
    actor = require(Role.STAFF) if asked else None
    data: dict[str, Any] = {"label": _("Find customer, order or case")}
    if actor is not None:
        with reported(), reading(actor) as w:
            hits = quick_search.anything(w, asked)
            data["answer"] = {"to": asked, "hits": [(h.kind, h.id, ICONS[h.kind], h.title, h.detail) for h in hits]}
            data["answer"]["told"] = _told(len(hits))
    mount = scripted("quick", html=HTML, css=styles("quick.css"))
    mount(key=KEY, data=data, on_typed_change=_nothing)


def _typed() -> str:
    """What this run was asked for; in every other run nothing, so that no page pays for an old question."""
    asked = getattr(st.session_state.get(KEY), "typed", None)
    return asked[:200] if isinstance(asked, str) else ""


def _told(n: int) -> str:
    if not n:
        return _("Nothing fits: try fewer letters, an e-mail, the end of a phone number, or a number.")
    return ngettext("{n} hit; the arrows choose, Enter opens.", "{n} hits; the arrows choose, Enter opens.", n)


def _nothing() -> None:
    """Streamlit offers a value to the page only where there is a callback."""

"""Who is in a segment, page by page; why somebody is in or out; the whole list as a file."""

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages.manager._ui import drawn
from services import segments
from services.segments.asking import PAGE, Member
from services.segments.keeping import Kept
from services.text import _, number
from services.work import Actor, reading


def frame_of(members: list[Member]) -> pd.DataFrame:
    """Members as the table shows them."""
    return pd.DataFrame(
        [(m.customer_id, drawn.link(m.customer_id), m.name, m.orders, m.revenue_cents, m.last_order) for m in members],
        columns=["customer_id", "link", "customer", "orders", "revenue_cents", "last_order"],
    )


def labels() -> dict[str, str]:
    return {
        "customer": _("Customer"),
        "orders": _("Orders"),
        "revenue_cents": _("Revenue"),
        "last_order": _("Last order"),
    }


def members(actor: Actor, row: Kept) -> None:
    """Fifty at a time; picking one tells why."""
    page = int(st.session_state.get("members_page", 1))
    with reading(actor) as w:
        total, found = segments.asking.listed(w, row.rule, page - 1, itself=row.id)
    frame = frame_of(found)
    picked = drawn.table("members", frame, {"link": _("Open"), **labels()}, drawn.customer_link(), pick=True)
    if total > PAGE:
        st.number_input(
            _("Page (of {n})").format(n=number(-(-total // PAGE))), 1, -(-total // PAGE), key="members_page", width=160
        )
    typed = st.number_input(
        _("Why is a customer in or out? Number of the customer"),
        1,
        10**9,
        None,
        key="why_number",
        width=320,
        placeholder=_("or pick a line above"),
    )
    wanted = int(typed) if typed else (int(frame["customer_id"].iloc[picked]) if picked is not None else None)
    if wanted is not None:
        why(actor, row, wanted)
    if actor.role is not Role.STAFF:
        _files(actor, row)


def why(actor: Actor, row: Kept, customer_id: int) -> None:
    """Each condition with the customer's value."""
    with reported() as outcome, reading(actor) as w:
        inside, told = segments.asking.why(w, row.rule, customer_id, itself=row.id)
        name = segments.asking.customer_names(w, [customer_id]).get(customer_id, "")
    if not outcome.ok:
        return
    with st.container(border=True, key="segment_why"):
        st.text(_("{name} is in").format(name=name) if inside else _("{name} is not in").format(name=name))
        frame = pd.DataFrame(
            [(t.condition, t.value, _("yes") if t.holds else _("no")) for t in told],
            columns=["condition", "value", "holds"],
        )
        drawn.table("why", frame, {"condition": _("Condition"), "value": _("Here"), "holds": _("Holds")})


def _files(actor: Actor, row: Kept) -> None:
    """All members; read only when somebody asks for it, for it may be many."""
    if not st.toggle(_("Take the list along"), key="members_files"):
        return
    with reading(actor) as w:
        everybody = segments.asking.everybody(w, row.rule, itself=row.id)
        told = segments.words.rule(w, row.rule)
    drawn.files("members", frame_of(everybody), {"customer_id": _("Number"), **labels()}, [row.name, told])

"""A customer's cases as rows: what it is about, where it stands, what happens next."""

import streamlit as st

from db.models import CaseState
from pages._ui.show import md, when
from services.cases import CaseRow
from services.text import _
from services.work import Actor

CASES = "customer/cases.py"


def state_badge(state: CaseState) -> None:
    """The state in plain words, with a sign and a colour."""
    word, icon, color = {
        CaseState.OPEN: (_("We are on it"), "support_agent", "blue"),
        CaseState.WAITING: (_("We wait for your answer"), "reply", "orange"),
        CaseState.SOLVED: (_("Solved"), "task_alt", "green"),
        CaseState.CLOSED: (_("Closed"), "lock", "gray"),
    }[state]
    st.badge(word, icon=f":material/{icon}:", color=color)  # type: ignore[arg-type]  # a plain str of the table above


def next_in_words(step: str, *, waits_for_you: bool) -> str:
    """What happens next: in our words, or, where nobody wrote any, what the state says."""
    usual = _("your answer, then we go on") if waits_for_you else _("we look into it and write to you")
    return _("Next: {step}").format(step=step or usual)


def case_rows(rows: list[CaseRow], actor: Actor) -> None:
    """One below the other; each leads to the case."""
    for row in rows:
        with st.container(border=True, gap="xsmall", key=f"case_{row.id}"):
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                bold = f"**{md(row.subject)}**"
                st.page_link(CASES, label=bold, query_params={"case": str(row.id)}, width="content")
                state_badge(row.state)
            if row.next_step and row.state not in (CaseState.SOLVED, CaseState.CLOSED):
                st.text(_("Next: {step}").format(step=row.next_step))
            st.caption(md(f"{row.number} · {when(row.opened_at, actor)}"))

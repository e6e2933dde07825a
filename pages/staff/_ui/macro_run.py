"""Running a macro: what will happen and to how many cases, then how it went with each."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import renew, require, token
from pages._ui.show import md
from services.cases import macros
from services.cases.macros import Done
from services.text import _, ngettext
from services.work import reading, work


def over(case_ids: list[int]) -> None:
    """The button for one case or for the ticked ones."""
    label = ngettext("Macro for {n} case", "Macro for {n} cases", len(case_ids)) if case_ids else _("Macro")
    if st.button(label, icon=":material/bolt:", key="macro_open", disabled=not case_ids):
        st.session_state.pop("macro_done", None)
        st.dialog(_("Macro"))(_body)(case_ids)
    if (done := st.session_state.get("macro_done")) is not None:
        _told(done)


def _body(case_ids: list[int]) -> None:
    """Choose, read, run."""
    actor = require(Role.STAFF)
    with reading(actor) as w:
        known = {m.id: m for m in macros.offered(w)}
        told = {i: macros.described(w, m) for i, m in known.items()}
        affected = macros.preview(w, case_ids)
    if not known:
        st.text(_("There are no macros yet; managers make them under “Case rules”."))
        return
    chosen = st.selectbox(_("Macro"), list(known), format_func=lambda i: known[i].name, key="macro_chosen")
    st.markdown(ngettext("In {n} case it does this:", "In {n} cases it does this:", len(affected)))
    for sentence in told[chosen]:
        st.text(f"• {sentence}")
    with st.expander(_("These cases"), key="macro_cases"):
        for case in affected:
            st.text(f"{case.number} {case.subject}")
    if not st.button(_("Do it"), type="primary", key="macro_run", width="stretch"):
        return
    result: list[Done] = []
    with reported() as outcome, work(actor) as w:
        last = {case.id: case.last_message for case in affected}
        result = macros.run(w, chosen, last, token("macro"))
    if outcome.ok:
        renew("macro")
        st.session_state["macro_done"] = result
        st.rerun()


def _told(done: list[Done]) -> None:
    refused = [one for one in done if one.refused]
    good = len(done) - len(refused)
    st.success(ngettext("Done in {n} case.", "Done in {n} cases.", good), icon=":material/check_circle:")
    for one in refused:
        st.error(md(f"{one.number}: {one.refused}"), icon=":material/error:")
    if st.button(_("Read"), key="macro_close", type="tertiary"):
        st.session_state.pop("macro_done", None)
        st.rerun()

"""The form of a segment's rule: conditions one below the other, and how many are in while it is edited."""

from typing import Any

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import acting, require
from pages._ui.show import md
from pages.manager._ui import drawn
from pages.manager._ui.segment_condition import condition
from services import segments
from services.errors import Invalid
from services.segments.asking import Counted
from services.segments.definition import Group, Mode, parse, plain
from services.segments.keeping import Kept, SegmentInput, sharing_names
from services.text import _, ngettext, number
from services.work import Actor, reading, work

SEGMENT = "manager/segment.py"


def count(counted: Counted, actor: Actor) -> None:
    """How many are in, three of them, and as of when."""
    many = ngettext("{n} customer", "{n} customers", counted.members)
    st.markdown(f"**{md(many)}** {md(_('of {all}').format(all=number(counted.of)))}")
    if counted.preview:
        st.text(_("For example: {names}").format(names=", ".join(m.name for m in counted.preview)))
    parts = _("rests on predictions: {n} who objected are left out").format(n=number(counted.objecting))
    st.caption(md(drawn.as_of(counted.as_of, actor, parts if counted.objecting else "")))


def builder(actor: Actor, row: Kept | None) -> None:
    """The rule, its live count, and the way to keep it."""
    name = f"segment_{row.id if row else 0}_{row.version if row else 0}"
    draft = _draft(name, row)
    modes = list(Mode)
    mode = st.selectbox(
        _("Customers of whom"),
        modes,
        modes.index(draft["mode"]),
        key=f"{name}_mode",
        format_func=segments.words.mode,
        width=260,
    )
    draft["mode"] = Mode(str(mode))
    parts: list[Any] = []
    for uid, part in draft["parts"]:
        with st.container(border=True, key=f"{name}_part_{uid}"):
            if "parts" in part:
                with reading(actor) as w:
                    st.text(segments.words.rule(w, parse(part, empty=True)))
                parts.append(part)
            else:
                parts.append(condition(actor, part, f"{name}_{uid}", row.id if row else None))
            st.button(
                _("Remove"),
                icon=":material/delete:",
                key=f"{name}_remove_{uid}",
                type="tertiary",
                on_click=_remove,
                args=(name, uid),
            )
    st.button(_("Add a condition"), icon=":material/add:", key=f"{name}_add", on_click=_add, args=(name,))
    rule = _counted(actor, {"mode": draft["mode"].value, "parts": [p for p in parts if p]}, row)
    if rule is not None:
        _keep(actor, row, rule, name)


def _draft(name: str, row: Kept | None) -> dict[str, Any]:
    """What is being edited: each part has a number of its own, so that removing one moves no widget."""
    if name not in st.session_state:
        raw = plain(row.rule) if row else {"mode": Mode.ALL, "parts": []}
        parts = list(enumerate(raw["parts"]))
        st.session_state[name] = {
            "mode": Mode(str(raw["mode"])),
            "parts": parts or [(0, {})],
            "next": max(1, len(parts)),
        }
    draft: dict[str, Any] = st.session_state[name]
    return draft


@acting(Role.MANAGER)
def _add(name: str) -> None:
    draft = st.session_state[name]
    draft["parts"].append((draft["next"], {}))
    draft["next"] += 1


@acting(Role.MANAGER)
def _remove(name: str, uid: int) -> None:
    draft = st.session_state[name]
    draft["parts"] = [(n, p) for n, p in draft["parts"] if n != uid]


def _counted(actor: Actor, raw: dict[str, Any], row: Kept | None) -> Group | None:
    """The rule as it stands with its count; None while it cannot be asked."""
    try:
        rule = parse(raw, empty=True)
    except Invalid as unfinished:
        st.info(md(unfinished), icon=":material/edit:")
        return None
    with reported() as outcome, reading(actor) as w:
        counted = segments.asking.counted(w, rule, itself=row.id if row else None)
    if not outcome.ok:
        return None
    with st.container(border=True, key="segment_live"):
        count(counted, actor)
    return rule


def _keep(actor: Actor, row: Kept | None, rule: Group, name: str) -> None:
    """Name, who sees it, save; or put away."""
    shares = list(sharing_names())
    with st.form(f"{name}_save"):
        called = st.text_input(_("Name"), row.name if row else "", 80, key=f"{name}_name")
        at = shares.index(row.sharing) if row else 1
        seen = st.selectbox(_("Seen by"), shares, at, format_func=lambda s: sharing_names()[s], key=f"{name}_seen")
        saved = st.form_submit_button(_("Save"), type="primary", icon=":material/check:")
    own = row is None or row.mine
    if not own:
        st.caption(_("This segment belongs to somebody else; under another name it becomes your own."))
    if saved:
        number_ = row.id if row and own else None
        with reported(_("Saved.")) as outcome, work(require(Role.MANAGER)) as w:
            new = SegmentInput(name=called, definition=plain(rule), sharing=seen)
            kept = segments.keeping.save(w, number_, new, version=row.version if row else 1)
        if outcome.ok:
            st.switch_page(SEGMENT, query_params={"segment": str(kept.id), "view": "members"})
    if row is not None and own and st.button(_("Put away"), icon=":material/archive:", key=f"{name}_retire"):
        with reported(_("Put away.")) as outcome, work(actor) as w:
            segments.keeping.retire(w, row.id, version=row.version)
        if outcome.ok:
            st.switch_page("manager/segments.py")

"""The form of a segment's rule: conditions one below the other, and how many are in while it is edited."""

from typing import Any

import streamlit as st

from db.models import Role
from pages._ui import addressed
from pages._ui.feedback import reported
from pages._ui.guard import acting, require
from pages._ui.show import md
from pages.manager._ui import drawn
from pages.manager._ui.segment_condition import condition
from pages.manager._ui.segment_draft import Branch, Draft, Leaf, begun, key_of, nests
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
    of = md(_("of {all}").format(all=number(counted.of)))
    st.markdown(f"**{md(many)}** {of}")
    if counted.preview:
        st.text(_("For example: {names}").format(names=", ".join(m.name for m in counted.preview)))
    parts = _("rests on predictions: {n} who objected are left out").format(n=number(counted.objecting))
    st.caption(md(drawn.as_of(counted.as_of, actor, parts if counted.objecting else "")))


def builder(actor: Actor, row: Kept | None) -> None:
    """The rule, its live count, and the way to keep it."""
    name = key_of(row)
    if name not in st.session_state:
        st.session_state[name] = begun(row.rule if row else None)
    draft: Draft = st.session_state[name]
    rule = _counted(actor, _branch(actor, draft.top, name, row, 1), row)
    if rule is not None:
        _keep(actor, row, rule, name)


def _branch(actor: Actor, branch: Branch, name: str, row: Kept | None, depth: int) -> dict[str, Any]:
    """How the parts are joined, the parts, and ways to add one; returns what is finished of it as plain values."""
    modes = list(Mode)
    mode = st.selectbox(
        _("Customers of whom") if depth == 1 else _("of whom"),
        modes,
        modes.index(branch.mode),
        key=f"{name}_mode_{branch.uid}",
        format_func=segments.words.mode,
        width=260,
    )
    branch.mode = Mode(str(mode))
    parts = [_part(actor, part, name, row, depth) for part in branch.parts]
    with st.container(horizontal=True):
        _adding(name, branch, _("Add a condition"), group=False)
        if nests(depth):
            _adding(name, branch, _("Add a group"), group=True)
    return {"mode": branch.mode.value, "parts": [p for p in parts if p]}


def _part(actor: Actor, part: Leaf | Branch, name: str, row: Kept | None, depth: int) -> dict[str, Any] | None:
    """One condition, or a group inside the group, and the way to remove it; None while nothing of it is finished."""
    with st.container(border=True, gap="small", key=f"{name}_part_{part.uid}"):
        if isinstance(part, Branch):
            made = _branch(actor, part, name, row, depth + 1)
        else:
            made = _leaf(actor, part, f"{name}_{part.uid}", row)
        st.button(
            _("Remove the group") if isinstance(part, Branch) else _("Remove"),
            icon=":material/delete:",
            key=f"{name}_remove_{part.uid}",
            type="tertiary",
            on_click=_remove,
            args=(name, part.uid),
        )
    return made if made.get("field") or made.get("parts") else None


def _leaf(actor: Actor, leaf: Leaf, key: str, row: Kept | None) -> dict[str, Any]:
    if f"{key}_field" not in st.session_state:
        leaf.old = leaf.now
    leaf.now = condition(actor, leaf.old, key, row.id if row else None)
    return leaf.now


def _adding(name: str, branch: Branch, label: str, *, group: bool) -> None:
    kind = "group" if group else "condition"
    icon = ":material/data_object:" if group else ":material/add:"
    args = (name, branch.uid, group)
    st.button(label, icon=icon, key=f"{name}_add_{kind}_{branch.uid}", on_click=_add, args=args, type="tertiary")


@acting(Role.MANAGER)
def _add(name: str, uid: int, group: bool) -> None:
    st.session_state[name].add(uid, group=group)


@acting(Role.MANAGER)
def _remove(name: str, uid: int) -> None:
    st.session_state[name].remove(uid)


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
            st.session_state.pop(name, None)
            addressed.forget("view")
            st.switch_page(SEGMENT, query_params={"segment": str(kept.id), "view": "members"})
    if row is not None and own and st.button(_("Put away"), icon=":material/archive:", key=f"{name}_retire"):
        with reported(_("Put away.")) as outcome, work(actor) as w:
            segments.keeping.retire(w, row.id, version=row.version)
        if outcome.ok:
            st.switch_page("manager/segments.py")

"""What belongs to a case beside its words: steps, orders, who watches, other cases. One of them at a time."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import day, md, price, when
from services import cases
from services.cases import CaseView, checklists, joining, linked_orders, notices, rating
from services.cases.joining import NewSplit
from services.orders import in_words
from services.text import _
from services.work import Actor, Work, reading, work

CASE, DESK = "staff/case.py", "staff/orders.py"
SHORT = 70
TOOLS = ("steps", "orders", "people", "join")


def in_plain_words(tool: str) -> str:
    """What stands on the switch."""
    return {"steps": _("Steps"), "orders": _("Orders"), "people": _("People"), "join": _("Join or split")}[tool]


@st.fragment
def tools(case: CaseView) -> None:
    """The chosen one."""
    actor = require(Role.STAFF)
    chosen = st.segmented_control(
        _("Belongs to it"), TOOLS, default="steps", required=True, format_func=in_plain_words,
        key=f"tool_{case.row.id}", label_visibility="collapsed",
    )  # fmt: skip
    with st.container(border=True, gap="small"):
        {"orders": orders, "people": people, "join": join}.get(str(chosen), steps)(case, actor)


def steps(case: CaseView, actor: Actor) -> None:
    """The checklist, ticked where it stands, and one more step or list."""
    number = case.row.id
    with reading(actor) as w:
        items, templates = checklists.items(w, number), checklists.templates(w)
    for item in items:
        told = f"{item.done_by} · {when(item.done_at, actor)}" if item.done_at else None
        ticked = st.checkbox(md(item.text), item.done_at is not None, key=f"step_{item.id}_{bool(item.done_at)}",
                             help=md(told) if told else None)  # fmt: skip
        if ticked is not (item.done_at is not None):
            with reported() as outcome, work(actor) as w:
                checklists.tick(w, item.id, done=ticked)
            if outcome.ok:
                st.rerun()
    with (
        st.form(f"new_step_{number}_{len(items)}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        text = st.text_input(_("A further step"), key=f"further_{number}_{len(items)}", max_chars=300)
        by_name = {t.id: t.name for t in templates}
        template = st.selectbox(_("or a checklist"), [None, *by_name], format_func=lambda i: by_name.get(i, "–"),
                                key=f"list_{number}_{len(items)}")  # fmt: skip
        pressed = st.form_submit_button(_("Add"), icon=":material/add:")
    if pressed and (text or template):
        with reported() as outcome, work(actor) as w:
            if text:
                checklists.add_item(w, number, text)
            if template:
                checklists.add(w, number, template)
        if outcome.ok:
            st.rerun()


def orders(case: CaseView, actor: Actor) -> None:
    """The orders it is about."""
    number = case.row.id
    with reading(actor) as w:
        linked, known = linked_orders.of_case(w, number), linked_orders.choices(w, number)
    for one in linked:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(DESK, label=md(one.number), icon=":material/package_2:", query_params={"order": str(one.id)})
            st.caption(f"{in_words(one.status)} · {price(one.total_cents)}", width="stretch")
            if not one.first and st.button(_("Take away"), key=f"unlink_{one.id}", type="tertiary"):
                link(actor, number, one.id, on=False)
    if not linked:
        st.caption(_("It is about no order so far."))
    free = [i for i in known if i not in {one.id for one in linked}]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(_("Link an order"), free, None, format_func=known.__getitem__, key=f"order_{number}")
        if st.button(_("Link"), icon=":material/link:", key=f"link_{number}", disabled=chosen is None) and chosen:
            link(actor, number, chosen, on=True)


def link(actor: Actor, case_id: int, order_id: int, *, on: bool) -> None:
    """Link it or take it away."""
    with reported(_("Saved.")) as outcome, work(actor) as w:
        linked_orders.link(w, case_id, order_id, on=on)
    if outcome.ok:
        st.rerun()


def people(case: CaseView, actor: Actor) -> None:
    """Who watches, and how the customer found it."""
    number = case.row.id
    with reading(actor) as w:
        watching, rated = notices.watchers(w, number), rating.of(w, number)
    mine = actor.person_id in watching
    st.caption(_("Watched by {names}.").format(names=md(", ".join(watching.values()) or _("nobody"))))
    if st.button(_("Watch no more") if mine else _("Watch"), icon=":material/visibility:", key=f"watch_{number}"):
        with reported() as outcome, work(actor) as w:
            notices.watch(w, number, on=not mine)
        if outcome.ok:
            st.rerun()
    if rated is not None and rated.score is not None:
        color = "red" if rated.score <= rating.LOW else "green"
        st.badge(_("{score} of 5").format(score=rated.score), icon=":material/star:", color=color)  # type: ignore[arg-type]  # one of two words
        if rated.text:
            st.text(rated.text)
        st.caption(_("For the work of {names}.").format(names=md(", ".join(rated.who))))
    elif rated is not None:
        st.caption(_("A rating was asked for."))


def join(case: CaseView, actor: Actor) -> None:
    """To another case of this customer, or a part of it into a new one; either with a way back."""
    number = case.row.id
    with reading(actor) as w:
        others = cases.others(w, number)
        joined, origin = joining.joined(w, number), joining.split_from(w, number)
    for one in joined:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{one.number} {one.subject}", width="stretch")
            st.caption(_("joined {day}").format(day=md(day(one.at, actor))), width="content")
            if st.button(_("Undo"), icon=":material/undo:", key=f"part_{one.id}") and done(
                actor, partial(joining.unmerge, case_id=one.id)
            ):
                st.rerun()
    if origin is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(CASE, label=_("Split from {number}").format(number=cases.case_number(origin)),
                         query_params={"case": str(origin)})  # fmt: skip
            if st.button(_("Undo"), icon=":material/undo:", key=f"unsplit_{number}") and done(
                actor, lambda w: joining.unsplit(w, number)
            ):
                st.switch_page(CASE, query_params={"case": str(origin)})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        into = st.selectbox(_("Join it to"), others, None, format_func=others.__getitem__, key=f"into_{number}")
        pressed = st.button(_("Join"), icon=":material/merge:", key=f"merge_{number}", disabled=into is None)
        if pressed and into and done(actor, lambda w: joining.merge(w, number, into)):
            st.switch_page(CASE, query_params={"case": str(into)})
    split(case, actor)


def split(case: CaseView, actor: Actor) -> None:
    """Chosen messages and notes become a case of their own."""
    number = case.row.id
    said = {("m", s.id): s.text for s in case.thread} | {("n", n.id): n.text for n in case.notes}
    with st.expander(_("Split off"), key=f"split_{number}"), st.form(f"split_form_{number}", border=False):
        chosen = st.multiselect(_("Messages and notes"), list(said), key=f"parts_{number}",
                                format_func=lambda k: " ".join(said[k].split())[:SHORT])  # fmt: skip
        subject = st.text_input(_("Subject, as the customer reads it"), key=f"split_subject_{number}", max_chars=200)
        pressed = st.form_submit_button(_("Make it a case of its own"), icon=":material/call_split:")
    if not pressed:
        return
    made = None
    new = NewSplit(
        subject=subject, messages=[i for k, i in chosen if k == "m"], notes=[i for k, i in chosen if k == "n"]
    )
    with reported(_("Split. The customer gets the new number.")) as outcome, work(actor) as w:
        made = joining.split(w, number, new).id
    if outcome.ok and made:
        st.switch_page(CASE, query_params={"case": str(made)})


def done(actor: Actor, act: Callable[[Work], object]) -> bool:
    """Whether the act went through; a refusal is shown."""
    with reported(_("Done.")) as outcome, work(actor) as w:
        act(w)
    return outcome.ok

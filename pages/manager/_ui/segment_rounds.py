"""Follow-ups for everybody in a segment: how many it would be, the hold-out, what came of it, and the way back."""

from datetime import timedelta

import streamlit as st

from db.models import Role, RoundState
from pages._ui import guard
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import day, md, when
from services import clock, due, segments
from services.segments.keeping import Kept
from services.segments.rounds import MOST_HELD_OUT, Group, Round, RoundInput
from services.text import _, number
from services.work import Actor, reading, work


def rounds_of(actor: Actor, row: Kept) -> None:
    """A new round, and those before."""
    _new(actor, row)
    with reading(actor) as w:
        found = segments.rounds.listing(w, row.id)
    for one in found:
        _shown(actor, one)


def _fields(actor: Actor, row: Kept, form: str) -> RoundInput:
    """The form."""
    with reading(actor) as w:
        people = due.colleagues(w)
    reason = st.text_input(_("Reason of the follow-ups"), row.name, 200, key=f"{form}_reason")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tomorrow = clock.day_of(clock.now(), actor.zone) + timedelta(days=1)
        on = st.date_input(_("Due"), tomorrow, key=f"{form}_on", width=160)
        owner = st.selectbox(
            _("Who calls"),
            [None, *people],
            key=f"{form}_owner",
            width=260,
            format_func=lambda i: people[i] if i else _("Whoever looks after the customer"),
        )
        told = _("They are left alone, to see what the call is worth.")
        out = st.number_input(_("Left alone, of 100"), 0, MOST_HELD_OUT, 20, key=f"{form}_out", width=160, help=told)
    return RoundInput(reason=reason, due_on=on, owner_id=owner, hold_out_percent=int(out))


def _new(actor: Actor, row: Kept) -> None:
    """The form, how many it would be, and the button."""
    form = f"round_{row.id}"
    with st.container(border=True, key="round_new"):
        new = _fields(actor, row, form)
        with reported() as outcome, reading(actor) as w:
            planned = segments.rounds.plan(w, row.id, new)
        if not outcome.ok:
            return
        calls, out = number(planned.follow_ups), number(planned.held_out)
        st.text(_("{calls} follow-ups, {out} left alone").format(calls=calls, out=out))
        if planned.left_out:
            told = _("{n} are not asked: they objected to predictions or were forgotten.")
            st.caption(told.format(n=planned.left_out))
        go = st.button(
            _("Plan them"), type="primary", icon=":material/event:", key=f"{form}_go", disabled=not planned.members
        )
        if go:
            with reported(_("Planned.")) as outcome, work(require(Role.MANAGER)) as w:
                segments.rounds.start(w, row.id, new, key=guard.token(form))
            if outcome.ok:
                guard.renew(form)
                st.rerun()


def _shown(actor: Actor, one: Round) -> None:
    states = {
        RoundState.RUNNING: _("being planned"),
        RoundState.DONE: _("planned"),
        RoundState.UNDOING: _("being taken back"),
        RoundState.UNDONE: _("taken back"),
    }
    with st.container(border=True, key=f"round_{one.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{md(one.reason)}**", width="stretch")
            st.badge(states[one.state], color="gray")
            if one.state in (RoundState.RUNNING, RoundState.DONE) and st.button(
                _("Take back"), icon=":material/undo:", key=f"round_undo_{one.id}", type="tertiary"
            ):
                with reported(_("Taken back.")) as outcome, work(require(Role.MANAGER)) as w:
                    segments.rounds.undo(w, one.id)
                if outcome.ok:
                    st.rerun()
        st.caption(
            md(
                _("{who}, {at}; due {due}").format(
                    who=one.made_by, at=when(one.made_at, actor), due=day(one.due_on, actor)
                )
            )
        )
        with st.container(horizontal=True):
            st.metric(_("To call"), number(one.to_call.customers))
            st.metric(_("Still open"), number(one.open + one.waiting))
            st.metric(_("Left alone"), number(one.held_out.customers))
            st.metric(_("To call: ordered since"), _share(one.to_call))
            st.metric(_("Left alone: ordered since"), _share(one.held_out))


def _share(group: Group) -> str:
    return "–" if not group.customers else f"{number(100 * group.ordered / group.customers)} %"

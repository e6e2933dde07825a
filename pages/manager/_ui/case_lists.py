"""Teams, topics and checklists: choose one or begin a new one, change it, save."""

from collections.abc import Callable, Mapping

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from services import due, teams
from services.cases import checklists, topics
from services.text import _
from services.work import Actor, Work, reading, work


def one_of(name: str, known: Mapping[int, str]) -> int | None:
    """Which one is changed; None: a new one."""
    return st.selectbox(
        _("Change"), [None, *known], format_func=lambda i: known[i] if i else _("a new one"), key=f"one_{name}"
    )


def with_state(name: str, *, retired: bool) -> str:
    """A name, and that it is not offered any more."""
    return _("{name} (not offered)").format(name=name) if retired else name


def saved(actor: Actor, act: Callable[[Work], object]) -> None:
    """Save and draw anew; a refusal is shown and what was typed stays."""
    with reported(_("Saved.")) as outcome, work(actor) as w:
        act(w)
    if outcome.ok:
        st.rerun()


@st.fragment
def teams_list() -> None:
    """Name, lead and members."""
    actor = require(Role.MANAGER)
    with reading(actor) as w:
        rows, people = {t.id: t for t in teams.everything(w)}, due.colleagues(w)
    chosen = one_of("team", {i: with_state(t.name, retired=t.retired) for i, t in rows.items()})
    row = rows.get(chosen or 0)
    known = [*people, *(i for i in (row.members if row else ()) if i not in people)]
    called = lambda i: people.get(i, _("without a sign-in")) if i else _("nobody")  # noqa: E731 - said three times
    lead = row.lead_id if row else None
    with st.form(f"team_{chosen}_{row}"):
        name = st.text_input(_("Name"), row.name if row else "", key=f"team_name_{chosen}", max_chars=80)
        members = st.multiselect(_("Members"), known, list(row.members) if row else [], format_func=called,
                                 key=f"team_members_{chosen}")  # fmt: skip
        leads = [None, *known]
        led = st.selectbox(_("Lead"), leads, leads.index(lead) if lead in leads else 0, format_func=called,
                           key=f"team_lead_{chosen}")  # fmt: skip
        retired = st.checkbox(_("Not offered any more"), row.retired if row else False, key=f"team_old_{chosen}")
        pressed = st.form_submit_button(_("Save"), type="primary")

    def keep(w: Work) -> None:
        team = teams.save(w, chosen, name, lead_id=led, members=members)
        if retired != (row.retired if row else False):
            teams.retire(w, team.id, back=not retired)

    if pressed:
        saved(actor, keep)


@st.fragment
def topics_list() -> None:
    """Name and team; a name stays once it is chosen, for cases keep it."""
    actor = require(Role.MANAGER)
    with reading(actor) as w:
        rows, named = {t.id: t for t in topics.everything(w)}, teams.names(w)
    chosen = one_of("topic", {i: with_state(t.name, retired=t.retired_at is not None) for i, t in rows.items()})
    row = rows.get(chosen or 0)
    offered = [None, *named]
    with st.form(f"topic_{chosen}"):
        name = st.text_input(_("Name"), row.name if row else "", key=f"topic_name_{chosen}", max_chars=120,
                             disabled=row is not None)  # fmt: skip
        at = offered.index(row.team_id) if row and row.team_id in offered else 0
        team = st.selectbox(_("Goes to the team"), offered, at, key=f"topic_team_{chosen}",
                            format_func=lambda i: named[i] if i else _("none"))  # fmt: skip
        old = row is not None and row.retired_at is not None
        retired = st.checkbox(_("Not offered any more"), old, key=f"topic_old_{chosen}", disabled=row is None)
        pressed = st.form_submit_button(_("Save"), type="primary")
    if pressed and chosen is None:
        saved(actor, lambda w: topics.add(w, name, team))
    elif pressed and chosen is not None:
        saved(actor, lambda w: topics.change(w, chosen, team_id=team, retired=retired))


@st.fragment
def checklists_list() -> None:
    """Name, topic, and one step a line."""
    actor = require(Role.MANAGER)
    with reading(actor) as w:
        rows = {t.id: t for t in checklists.templates(w, retired=True)}
        known = {t.id: t.name for t in topics.everything(w)}
    chosen = one_of("list", {i: with_state(t.name, retired=t.retired_at is not None) for i, t in rows.items()})
    row = rows.get(chosen or 0)
    about = [None, *known]
    with st.form(f"checklist_{chosen}"):
        name = st.text_input(_("Name"), row.name if row else "", key=f"list_name_{chosen}", max_chars=120)
        topic = st.selectbox(_("Comes with the topic"), about, about.index(row.topic_id) if row else 0,
                             format_func=lambda i: known[i] if i else _("none; added by hand"),
                             key=f"list_topic_{chosen}")  # fmt: skip
        steps = st.text_area(_("Steps, one a line"), "\n".join(row.items) if row else "", height=200,
                             key=f"list_steps_{chosen}", max_chars=20_000)  # fmt: skip
        old = row is not None and row.retired_at is not None
        retired = st.checkbox(_("Not offered any more"), old, key=f"list_old_{chosen}")
        pressed = st.form_submit_button(_("Save"), type="primary")
    if pressed:
        saved(actor, lambda w: checklists.save(w, name, steps, topic_id=topic, template_id=chosen, retired=retired))

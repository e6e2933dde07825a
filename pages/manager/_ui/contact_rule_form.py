"""The form of a contact rule, with a dry run."""

import streamlit as st

from db.models import OwnerBy, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from services import contact_rule_list, contact_rules, due, teams
from services.contact_rule_list import RuleRow
from services.contact_rules import MOST_DAYS, MOST_HELD_OUT, RuleInput
from services.text import _, ngettext
from services.work import reading, work

PRODUCT, CATEGORY = "product", "category"


def owner_in_words(by: OwnerBy) -> str:
    """Who calls."""
    return {
        OwnerBy.CUSTOMERS_OWNER: _("Whoever looks after the customer"),
        OwnerBy.TEAM: _("A team, whoever has the fewest"),
        OwnerBy.PERSON: _("One person"),
    }[by]


def rule_form(row: RuleRow | None) -> None:
    """A new rule, or another version of one."""
    actor = require(Role.MANAGER)
    old = row.fields if row else RuleInput(reason="")
    new = _fields(old, row.sku if row else "", f"rule_{row.id if row else 0}")
    with st.container(horizontal=True):
        save = st.button(_("Save"), type="primary", icon=":material/check:", key="rule_save")
        dry = st.button(_("How many would it have been?"), icon=":material/science:", key="rule_dry")
    if dry:
        with reported() as outcome, reading(actor) as w:
            n = contact_rules.would_have_made(w, contact_rule_list.with_product(w, *new))
        if outcome.ok:
            said = ngettext("{n} delivery in the last 90 days.", "{n} deliveries in the last 90 days.", n)
            st.info(said, icon=":material/science:")
    if save:
        with reported(_("Saved.")) as outcome, work(actor) as w:
            fields = contact_rule_list.with_product(w, *new)
            contact_rules.save(w, row.id if row else None, fields, version=row.version if row else 1)
        if outcome.ok:
            st.rerun()


def _fields(old: RuleInput, old_sku: str, name: str) -> tuple[RuleInput, str]:
    actor = require(Role.MANAGER)
    with reading(actor) as w:
        categories, groups, people = contact_rule_list.categories(w), teams.names(w), due.colleagues(w)
    kinds = {CATEGORY: _("A category"), PRODUCT: _("One product")}
    kind = st.segmented_control(_("For"), list(kinds), default=PRODUCT if old_sku else CATEGORY, required=True,
                                format_func=lambda k: kinds[k], key=f"{name}_kind")  # fmt: skip
    category, sku = "", ""
    if kind == PRODUCT:
        sku = st.text_input(_("Article number"), old_sku, 120, key=f"{name}_sku")
    else:
        at = categories.index(old.category) if old.category in categories else None
        category = st.selectbox(_("Category"), categories, at, key=f"{name}_category") or ""
    with st.container(horizontal=True):
        days = st.number_input(_("Days after delivery"), 0, MOST_DAYS, old.days, key=f"{name}_days")
        out = st.number_input(_("Not called, of 100"), 0, MOST_HELD_OUT, old.hold_out_percent, key=f"{name}_out",
                              help=_("They are left alone, to see what the call is worth."))  # fmt: skip
    reason = st.text_input(_("Reason"), old.reason, 200, key=f"{name}_reason")
    points = st.text_area(_("Talking points"), old.talking_points, max_chars=4000, key=f"{name}_points")
    ways = list(OwnerBy)
    by = OwnerBy(
        st.selectbox(_("Who calls"), ways, ways.index(old.owner_by), format_func=owner_in_words, key=f"{name}_by")
    )
    team = owner = None
    if by is OwnerBy.TEAM:
        at = list(groups).index(old.team_id) if old.team_id in groups else None
        team = st.selectbox(_("Team"), list(groups), at, format_func=lambda i: groups[i], key=f"{name}_team")
    if by is OwnerBy.PERSON:
        at = list(people).index(old.owner_id) if old.owner_id in people else None
        owner = st.selectbox(_("Colleague"), list(people), at, format_func=lambda i: people[i], key=f"{name}_owner")
    active = st.toggle(_("In force"), old.active, key=f"{name}_active")
    st.caption(_("It holds for what is delivered from now on."))
    new = RuleInput(category=category, days=days, reason=reason, talking_points=points, owner_by=by, team_id=team,
                    owner_id=owner, hold_out_percent=out, active=active)  # fmt: skip
    return new, sku

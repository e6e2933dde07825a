"""The customers of one group of the chart "said and came": what was foretold of each, and what came."""

import pandas as pd
import streamlit as st

from pages._ui import addressed
from pages.manager._ui.pattern_people import people
from services.scores import runs, words
from services.text import _, ngettext, number
from services.work import Actor, reading


def opened(actor: Actor, run_id: int, days: int, groups: pd.DataFrame) -> None:
    """The group that a click or this list has picked. `groups`: see `charts.scores.CALIBRATION`."""
    said = _("{group}: {said} foretold, {came} bought")
    named = {
        str(group): said.format(group=group, said=words.share(p), came=words.share(share))
        for group, p, share in zip(groups["group"], groups["said"], groups["came"], strict=True)
    }
    label, hint = _("Customers of a group"), _("Choose a group, or click a point")
    group = addressed.pick(label, named, "group", None, width=400, empty=hint)
    if group is None:
        return
    with reading(actor) as w:
        found = runs.members(w, run_id, days, int(group) - 1)
    customers = int(groups.loc[groups["group"] == group, "customers"].iloc[0])
    if not found:
        st.caption(
            _("No list of these customers is kept: the run is too old, or they do not want predictions any more.")
        )
        return
    frame = pd.DataFrame(
        {
            "customer_id": [m.customer_id for m in found],
            "foretold": [round(100 * m.said, 1) for m in found],
            "came": [m.came for m in found],
        }
    )
    bought = sum(1 for m in found if m.came)
    told = _("Group {group}: {customers}, {sum} of them foretold to buy, {bought} bought.")
    told = told.format(
        group=group, customers=ngettext("{n} customer", "{n} customers", len(found)),
        sum=number(round(sum(m.said for m in found), 1)), bought=number(bought),
    )  # fmt: skip
    if len(found) < customers:
        gone = _("{n} more were in it, who were erased or do not want predictions any more.")
        told = f"{told} {gone.format(n=number(customers - len(found)))}"
    people(actor, frame, told, "backtest_group")

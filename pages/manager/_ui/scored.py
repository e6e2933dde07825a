"""What the pages of repeat purchase share: from what and as of when, what has to be said, one customer explained."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from db.models import CustomerScore
from pages._ui.show import amount, day, empty, md
from services.scores import HORIZONS, Horizon, Version, words
from services.scores.lists import Filters, Listed
from services.text import _, ngettext, number
from services.work import Actor

CUSTOMER = "staff/customer.py"


def nothing_yet() -> None:
    """Before the first run."""
    empty(
        _("Nothing has been scored yet."),
        _(
            "Every night all customers are scored; an administrator can start a run at once, on the page Scoring runs. "
            "It needs orders of customers who bought on more than one day."
        ),
        ":material/insights:",
    )


def from_what(version: Version, actor: Actor, having: int | None = None) -> None:
    """From what, over what time, as of when; `having`: how many customers have a forecast at this moment."""
    if version.as_of is None or version.data_from is None or version.finished_at is None:
        return
    told = _("From purchases between {first} and {last}; forecasts begin after {as_of}.")
    first, last = day(version.data_from, actor), day(version.data_to or version.as_of, actor)
    lines = [told.format(first=first, last=last, as_of=day(version.as_of, actor))]
    if having is not None:
        lines.append(ngettext("{n} customer has one.", "{n} customers have one.", having))
    st.caption(md(" ".join(lines)))


def hidden(*found: Horizon) -> None:
    """Horizons without a forecast, greyed out with the reasons; those with the same reasons together."""
    together: dict[tuple[str, ...], list[str]] = {}
    for one in found:
        why = tuple(words.why_hidden(one.notes, one.candidate, one.naive, one.better_by))
        together.setdefault(why, []).append(words.horizon(one.days))
    for why, times in together.items():
        with st.container(border=True):
            told = _("No forecast for {time}").format(time=", ".join(times))
            st.badge(told, icon=":material/block:", color="gray")
            for line in why:
                st.caption(md(line))


def beside(found: Horizon) -> None:
    """What has to be said beside a forecast."""
    who = _("Foretold by: {who}.").format(who=words.candidate(found.candidate))
    if found.better_by is not None:
        better = _("On earlier periods its error was {n} % below that of the best rule of thumb.")
        who = f"{who} {better.format(n=number(round(100 * found.better_by)))}"
    st.caption(" ".join([who, *(words.note(note) for note in found.notes)]))


def explained(name: str, score: CustomerScore, actor: Actor) -> None:
    """One customer: what is expected, from what, why, and the way to the customer."""
    with st.container(border=True, key="explained_customer"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader(md(name), anchor=False)
            st.page_link(
                CUSTOMER,
                label=_("To the customer"),
                icon=":material/person:",
                query_params={"customer": str(score.customer_id)},
            )
        with st.container(horizontal=True):
            for days in HORIZONS:
                chance = getattr(score, f"p_buy_{days}")
                if chance is not None:
                    st.metric(_("Buys within {time}").format(time=words.horizon(days)), md(words.share(chance)))
            st.metric(_("Still active"), md(words.share(score.p_alive)))
        st.text("\n".join(facts(score, actor)))
        reasons = [words.reason(row, amount) for row in score.reasons]
        if reasons:
            st.text("\n".join([_("Compared with the typical customer:"), *(f"• {line}" for line in reasons)]))
        else:
            st.caption(_("Nothing sets this customer apart, or there are too many customers to explain each."))


def facts(score: CustomerScore, actor: Actor) -> list[str]:
    """What is expected and what it rests on, a line each."""
    on_days = ngettext("{n} day with a purchase", "{n} days with a purchase", score.purchases)
    from_what = _("From {days}, between {first} and {last}.")
    lines = [from_what.format(days=on_days, first=day(score.first_on, actor), last=day(score.last_on, actor))]
    if score.usual_gap is not None:
        lines.append(_("Usually every {n} days.").format(n=number(round(score.usual_gap))))
    if score.expected_90 is not None:
        told = words.expected(score.expected_lo, score.expected_90, score.expected_hi)
        lines.append(_("Purchases expected in 90 days: {told}").format(told=told))
    if score.next_from and score.next_to:
        window = _("If the customer comes back in that time: 8 of 10 times between {first} and {last}.")
        lines.append(window.format(first=day(score.next_from, actor), last=day(score.next_to, actor)))
    return lines


def table(listed: Sequence[tuple[str, float, CustomerScore]], days: int, actor: Actor) -> pd.DataFrame:
    """The list as a frame of texts, the probability as a whole number of percent."""
    return pd.DataFrame(
        [
            {
                _("Customer"): name,
                _("Buys within {time}").format(time=words.horizon(days)): words.bar(chance),
                _("Why"): "; ".join(words.reason(row, amount) for row in score.reasons[:2]) or "–",
                _("Purchases in 90 days"): words.expected(score.expected_lo, score.expected_90, score.expected_hi),
                _("Days bought"): score.purchases,
                _("Last bought"): day(score.last_on, actor),
                _("Next, if within 90 days"): (
                    f"{day(score.next_from, actor)} – {day(score.next_to, actor)}"
                    if score.next_from and score.next_to
                    else "–"
                ),
            }
            for name, chance, score in listed
        ]
    )


def listing(
    listed: Sequence[Listed], asked: Filters, total: int, addressed: CustomerScore | None, actor: Actor
) -> None:
    """The list with a bar for each probability; the picked customer is explained below."""
    chance = _("Buys within {time}").format(time=words.horizon(asked.days))
    shown = _("{n} of {all} customers. Pick one to see why.")
    st.caption(shown.format(n=number(len(listed)), all=number(total)))
    if not listed:
        empty(_("Nobody fits this."), _("Choose another tenth or segment."), ":material/filter_alt_off:")
        return
    state: Any = st.dataframe(
        table([(one.name, one.chance, one.score) for one in listed], asked.days, actor),
        hide_index=True,
        key=f"who_buys_{asked}",
        alt=_("Customers by probability"),
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            chance: st.column_config.ProgressColumn(
                chance,
                format="%d %%",
                min_value=0,
                max_value=100,
                help=_("Nobody is certain: 99 % stands for more too, 1 % for less."),
            ),
            _("Why"): st.column_config.TextColumn(_("Why"), width="large"),
        },
    )
    rows = [r for r in state.selection.rows if r < len(listed)]
    if rows:
        one = listed[rows[0]]
        explained(one.name, one.score, actor)
    elif addressed is not None:
        name = next((o.name for o in listed if o.customer_id == addressed.customer_id), str(addressed.customer_id))
        explained(name, addressed, actor)

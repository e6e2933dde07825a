"""What is predicted about me, from what and why, with the switch that ends it at once."""

import streamlit as st

from db.models import CustomerScore, Purpose, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import amount, day, md
from services import consents, scores
from services.scores import words
from services.text import _, ngettext
from services.work import Actor, reading, work


def told(score: CustomerScore, who: Actor) -> list[str]:
    """What is expected, what it rests on, and why; a line each."""
    lines = []
    for days in scores.HORIZONS:
        chance = getattr(score, f"p_buy_{days}")
        if chance is not None:
            line = _("You buy within {time}: {chance}")
            lines.append(line.format(time=words.horizon(days), chance=words.share(chance)))
    if score.next_from and score.next_to:
        line = _("Your next purchase, if it comes within 90 days, lies between {first} and {last}.")
        lines.append(line.format(first=day(score.next_from, who), last=day(score.next_to, who)))
    on_days = ngettext("{n} day with a purchase", "{n} days with a purchase", score.purchases)
    from_what = _("From {days}, between {first} and {last}.")
    lines.append(from_what.format(days=on_days, first=day(score.first_on, who), last=day(score.last_on, who)))
    return lines + [f"• {words.reason(row, amount)}" for row in score.reasons]


@st.fragment
def predicted() -> None:
    """The switch counts at once, everywhere: lists and call notes of the staff, models, suggestions."""
    who = require(Role.CUSTOMER)
    own = who.customer_id or 0
    with reading(who) as w:
        standing = next(c for c in consents.current(w, own) if c.purpose is Purpose.PROFILING)
        score = scores.of_customer(w, own) if who.sees_orders else None
    st.subheader(_("What we predict about you"), anchor=False)
    agreed = st.toggle(
        consents.names()[Purpose.PROFILING],
        standing.holds,
        key=f"predictions_{standing.row}",
        disabled=not who.manages_people,
    )
    if not who.manages_people:
        st.caption(_("Who manages the people of your account decides on this."))
    if not standing.holds:
        st.caption(_("Nothing is predicted about you, and you are in no model and no list made from one."))
    elif not who.sees_orders:
        st.caption(_("What is predicted from the orders is shown to those who may see them."))
    elif score is None:
        st.caption(_("Nothing has been predicted about you yet. The next forecasts are made at night."))
    else:
        st.text("\n".join(told(score, who)))
        st.caption(md(_("Our staff see this when they speak with you. Switch it off and it is gone at once.")))
    if agreed is not standing.holds:
        with reported(_("Noted; it counts from now on.")) as outcome, work(who) as w:
            consents.switch(w, Purpose.PROFILING, agreed)
        if outcome.ok:
            st.rerun()

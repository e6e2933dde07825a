"""What the customer agrees to, in one line under the head of its page."""

import streamlit as st

from pages._ui.show import day, md
from services import consents
from services.consents import Current
from services.text import _
from services.work import Actor


def line(standing: tuple[Current, ...], actor: Actor) -> None:
    """Purpose by purpose: yes or no since when, or that nothing was said."""
    names = consents.names()
    st.caption(md(_("Consent") + ": " + " · ".join(f"{names[c.purpose]}: {told(c, actor)}" for c in standing)))


def told(c: Current, actor: Actor) -> str:
    """One answer in words."""
    if c.at is None:
        return _("no answer")
    words = _("yes, since {day}") if c.granted else _("no, since {day}")
    return words.format(day=day(c.at, actor))

"""Showing what people typed, and times and money, without letting any of it act as Markdown."""

import re
from datetime import date, datetime

import streamlit as st

from services import company, text
from services.work import Actor

_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")
#: Where Streamlit's Markdown would make a link by itself, escaped or not. An invisible joiner keeps it from doing so.
_LINKED = re.compile(r"(@|://|www(?=\.))", re.IGNORECASE)
_JOINER = "\u2060"


def md(value: object) -> str:
    """Any text, escaped so that a label, alert, toast or metric shows it as it was typed.

    Every ASCII punctuation character is escaped and line breaks become blanks. Addresses are not made into links.
    """
    return _SPECIAL.sub(r"\\\1", _LINKED.sub(rf"\1{_JOINER}", " ".join(str(value).split())))


def words(value: object) -> None:
    """A paragraph of somebody's words, exactly as typed."""
    st.text(str(value))


def when(instant: datetime, actor: Actor) -> str:
    """Date and time in the reader's zone and manner."""
    return text.local_time(instant, actor.zone)


def second(instant: datetime, actor: Actor) -> str:
    """The same to the second, for the trail, where what came first matters."""
    return text.local_second(instant, actor.zone)


def day(value: datetime | date, actor: Actor) -> str:
    """The day in the reader's zone and manner."""
    return text.local_date(value, actor.zone)


def home() -> company.Company:
    """The company that runs this installation."""
    return company.now()


def price(cents: int | None) -> str:
    """An amount in the company's currency; a dash where there is none. Safe in a label (see `md`)."""
    return "–" if cents is None else md(text.money(cents, home().currency))


def amount(cents: int | None) -> str:
    """The same for tables and `st.text`, unescaped."""
    return "–" if cents is None else text.money(cents, home().currency)


def empty(what: str, then: str, icon: str = ":material/inbox:") -> None:
    """What an empty list shows: that it is empty, and what to do next. Both texts are ours, not somebody's."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"{icon} **{what}**")
        st.caption(then)

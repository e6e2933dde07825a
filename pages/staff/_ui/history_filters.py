"""What narrows the timeline. All of it stands in the address as words that are the same in every language."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

import streamlit as st

from db.models import Channel, Role
from pages._ui.feedback import reported
from pages._ui.guard import acting
from services import contact_words, timeline_filters
from services.text import _
from services.timeline_filters import BY_CUSTOMER, Narrow
from services.timeline_kinds import Kind
from services.work import Actor, reading

T = TypeVar("T", bound=StrEnum)


@dataclass(frozen=True)
class Wanted:
    """What the reader asks for."""

    kinds: frozenset[Kind] = frozenset()
    text: str = ""
    narrow: Narrow = field(default_factory=Narrow)
    grouped: bool = False


def wanted(actor: Actor, called: Callable[[Kind], str]) -> Wanted:
    """Kinds and text; person, channel, days and grouping wait behind a switch unless the address has them."""
    kinds = codes("kinds", _("Show"), Kind, called)
    text = st.text_input(
        _("Search in the timeline"),
        type="search",
        live=True,
        key="text",
        bind="query-params",
        max_chars=200,
        placeholder=_("Search in the timeline"),
        label_visibility="collapsed",
    )
    named = any(st.query_params.get(name) for name in ("by", "channels", "since", "until", "grouped"))
    st.session_state.setdefault("more_filters", named)
    grouped, narrow = False, Narrow()
    if st.toggle(_("More filters"), key="more_filters"):
        grouped, narrow = more(actor)
    return Wanted(kinds, (text or "").strip(), narrow, grouped)


def more(actor: Actor) -> tuple[bool, Narrow]:
    """Person, days, channel, and whether entries of one matter stand together."""
    people: list[tuple[int, str]] = []
    with reported(), reading(actor) as w:
        people = timeline_filters.people(w)
    names = {"": _("Everybody"), BY_CUSTOMER: _("The customer"), **{str(i): name for i, name in people}}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = one("by", _("Who"), names)
        since = st.date_input(_("From"), value=None, key="since", bind="query-params", width=126)
        until = st.date_input(_("To"), value=None, key="until", bind="query-params", width=126)
    channels = codes("channels", _("Channel"), Channel, contact_words.channel)
    grouped = st.toggle(_("Together by case and order"), key="grouped", bind="query-params")
    return grouped, Narrow(by, channels, _midnight(since, actor), _midnight(until, actor, days=1))


def _midnight(day: date | None, actor: Actor, days: int = 0) -> datetime | None:
    if day is None or not date.min < day < date(9999, 1, 1):
        return None
    return datetime.combine(day + timedelta(days=days), time.min, actor.zone)


def codes(name: str, label: str, options: type[T], called: Callable[[T], str]) -> frozenset[T]:
    """Several of a few; what the address says counts when the page is opened."""
    known = {str(option) for option in options}
    if name not in st.session_state:
        st.session_state[name] = [c for c in str(st.query_params.get(name, "")).split(",") if c in known]
    picked: Iterable[str] = st.pills(
        label,
        [str(option) for option in options],
        selection_mode="multi",
        format_func=lambda code: called(options(code)),
        key=name,
        on_change=_noticed,
        args=(name,),
        label_visibility="collapsed",
    )
    return frozenset(options(code) for code in picked if code in known)


def one(name: str, label: str, names: dict[str, str]) -> str:
    """One of many, by its code."""
    if name not in st.session_state:
        asked = str(st.query_params.get(name, ""))
        st.session_state[name] = asked if asked in names else ""
    return st.selectbox(
        label, list(names), format_func=names.__getitem__, key=name, on_change=_noticed, args=(name,), width=150
    )


@acting(Role.STAFF)
def _noticed(name: str) -> None:
    """Write it into the address; nothing is chosen: the address does not mention it."""
    value = st.session_state[name]
    told = value if isinstance(value, str) else ",".join(value)
    if told:
        st.query_params[name] = told
    else:
        st.query_params.pop(name, None)

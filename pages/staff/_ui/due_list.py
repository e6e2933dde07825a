"""What is due, line by line, as one element. One line is marked: J and K move the mark, the other keys act on it."""

from typing import Any

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.scripted import scripted, styles
from pages._ui.show import day, empty
from pages.staff._ui.moving import moving
from services import follow_ups, promises
from services.due_lines import Due, Kind
from services.text import _, local_clock, local_day
from services.today import Today
from services.work import Actor, work

KEY = "due_lines"
HTML = "<ol></ol>"
KEYS = {"J": "next", "K": "before", "D": "done", "M": "other", "O": "open"}


def due_list(seen: Today, actor: Actor, *, mine: bool) -> None:
    """The overdue first; each line is done, moved or handed over in its place. Among one's own, no owner is named."""
    if not seen.due:
        empty(_("Nothing is due."), _("The lists above show customers nobody has an eye on."), ":material/task_alt:")
        return
    words = {"list": _("What is due"), "other": _("Later or hand over"), "open": _("Open")}
    data = {
        "lines": [told(line, actor, mine=mine, year=seen.as_of.year) for line in seen.due],
        "words": words,
        "pressed": {verb: key for key, verb in KEYS.items()},
    }
    mount = scripted("lines", html=HTML, css=styles("lines.css"))
    state = mount(key=KEY, data=data, on_act_change=_nothing)
    st.caption(_("{next} and {before} choose a line.").format(next="J", before="K") + _more(seen))
    act(state.act, seen.due)


def _more(seen: Today) -> str:
    return " " + _("There is more; it moves up as these are done.") if seen.more_due else ""


def act(asked: object, lines: list[Due]) -> None:
    """What a browser asked for, if the line is one of those shown."""
    if not isinstance(asked, dict):
        return
    line = next((line for line in lines if key_of(line) == asked.get("key")), None)
    if line is not None and asked.get("verb") == "done":
        settle(line)
    elif line is not None and asked.get("verb") == "other":
        moving(line)


def key_of(line: Due) -> str:
    """How a line is called between page and browser."""
    return f"{line.kind.value}_{line.id}".replace("-", "_")


def told(line: Due, actor: Actor, *, mine: bool, year: int) -> dict[str, Any]:
    """One line as the browser draws it; every value is shown as text."""
    owner = "" if line.owner and mine else line.owner or _("nobody's yet")
    tone, sign, short, whole = when_due(line, actor, year)
    return {
        "key": key_of(line),
        "icon": "handshake" if line.kind is Kind.PROMISE else "call",
        "customer_id": line.customer_id,
        "customer": line.customer,
        "text": line.text,
        "tone": tone,
        "sign": sign,
        "when": short,
        "told": whole,
        "more": [t for t in (owner, _("repeats") if line.series_id is not None else "") if t],
        "points": f"{_('To speak of:')} {line.talking_points}" if line.talking_points else "",
        "done": _("Done") if line.kind is Kind.FOLLOW_UP else _("Kept"),
    }


def when_due(line: Due, actor: Actor, year: int) -> tuple[str, str, str, str]:
    """Tone, sign, a few letters, and the whole of it: since when it is overdue, or at what time today."""
    if line.late:
        whole = _("overdue since {day}").format(day=day(line.on, actor))
        return "late", "warning", local_day(line.on) if line.on.year == year else day(line.on, actor), whole
    if line.at is None:
        return "coming", "event", _("today"), _("today")
    at = local_clock(line.at, actor.zone)
    return "over" if line.over else "coming", "schedule", at, at


def settle(line: Due) -> None:
    """Done or kept; the list is drawn anew, also when a colleague was faster."""
    actor = require(Role.STAFF)
    with reported(_("Done.")) as outcome, work(actor) as w:
        if line.kind is Kind.FOLLOW_UP:
            follow_ups.done(w, line.id)
        else:
            promises.kept(w, line.id)
    if outcome.ok:
        st.rerun()


def _nothing() -> None:
    """Streamlit offers a value to the page only where there is a callback."""

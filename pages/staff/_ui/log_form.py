"""The form to log a contact: one line of choices, what was said, and Ctrl+Enter. Everything else waits behind "More".

What is typed is kept on the server as a draft whenever typing pauses. `round` counts the contacts logged from this
form; its widgets are new ones in each round, so that the next contact begins with an empty form.
"""

from datetime import date, datetime
from typing import Any

import streamlit as st

from db.models import Channel, Direction, ReasonKind, Role
from pages._ui.feedback import reported
from pages._ui.focus import focus
from pages._ui.guard import renew, require, token
from pages._ui.typing import sent, typed_area
from pages.staff._ui.log_beside import attached, beside, earlier, next_working_day, promised, template
from services import contact_words, drafts, files, interactions, reasons
from services.files import Thing
from services.interactions import MOST_WORDS, NewInteraction
from services.text import _
from services.work import Actor, reading, work

BESIDE = (
    "next_touch_reason",
    "next_touch_on",
    "outcome",
    "participants",
    "minutes",
    "happened_at",
)  # what waits behind "More"
#: Kept while they are typed; they begin with the words of the draft.
#: Their first value is the widget's own: one that was put into the session may be overtaken by a click at once, and the
#: browser then sends the first choice of the list instead.
FIRST = ("way", "reason", "promise_until")
TYPED = ("summary", "promise", "next_touch_reason", "outcome", "participants")
WAYS = [f"{c.value} {d.value}" for c in Channel for d in Direction]
USUAL = f"{Channel.PHONE.value} {Direction.IN.value}"


def way_in_words(way: str) -> str:
    """Channel and direction, as one choice."""
    channel, direction = way.split()
    began = _("incoming") if direction == Direction.IN else _("outgoing")
    return f"{contact_words.channel(Channel(channel))}, {began}"


class Form:
    """Names of the widgets of this round, and the draft they begin with."""

    def __init__(self, actor: Actor, customer_id: int) -> None:
        self.name = f"contact:{customer_id}"
        self.words, self.promised = f"said_{customer_id}", f"promised_{customer_id}"
        self.round: int = st.session_state.setdefault(f"{self.name}:round", 0)
        if self.name not in st.session_state:
            draft: dict[str, str] = {}
            with reported(), reading(actor) as w:
                draft = drafts.load(w, self.name)
            st.session_state[self.name] = draft
            self.restore({field: text for field, text in draft.items() if field not in BESIDE})

    def key(self, field: str) -> str:
        return f"{self.name}:{field}:{self.round}"

    @property
    def draft(self) -> dict[str, str]:
        kept: dict[str, str] = st.session_state[self.name]
        return kept

    def restore(self, draft: dict[str, str]) -> None:
        """Choices and lines of the draft go into their widgets before these are drawn."""
        for field, text in draft.items():
            value = _restored(field, text)
            if field not in (*TYPED, *FIRST) and value is not None:
                st.session_state.setdefault(self.key(field), value)

    def first(self, field: str, usual: str) -> str:
        """What a choice of `FIRST` begins with in this round: as in the draft, or the usual."""
        kept: str = st.session_state.setdefault(f"{self.key(field)}:first", self.draft.get(field) or usual)
        return kept

    def beside(self) -> dict[str, str]:
        """What of the draft waits behind "More"."""
        return {field: text for field, text in self.draft.items() if field in BESIDE}

    def keep(self, actor: Actor, fields: dict[str, Any]) -> None:
        """Save what changed since the last run; the way alone, preset as it is, is nothing to keep."""
        told = {k: _kept(v) for k, v in fields.items() if v not in (None, "")}
        if set(told) <= {"way"}:
            told = {}
        if told == self.draft:
            return
        with reported() as outcome, work(actor) as w:
            drafts.save(w, self.name, told)
        if outcome.ok:
            st.session_state[self.name] = told

    def fill(self, fields: dict[str, str]) -> None:
        """A template goes into the form; what was typed stays, in front of the template's words or instead of them."""
        typed = self.draft
        said = "\n\n".join(t for t in (typed.get("summary", ""), fields.get("summary", "")) if t)
        merged = {**fields, **{k: v for k, v in typed.items() if k != "way"}, **({"summary": said} if said else {})}
        st.session_state[self.name] = merged
        st.session_state[f"{self.name}:round"] = self.round = self.round + 1
        self.restore({field: text for field, text in merged.items() if field not in BESIDE})

    def asked_to_log(self) -> bool:
        """Whether Ctrl+Enter was pressed in one of the fields."""
        fields = (self.words, self.promised, *(self.key(field) for field in TYPED))
        return any(sent(field, self.round) for field in fields)

    def done(self) -> None:
        """Begin the next round with an empty form."""
        st.session_state[self.name] = {}
        st.session_state[f"{self.name}:round"] = self.round + 1
        renew(self.key("send"))


def _kept(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _restored(field: str, text: str) -> Any:
    try:
        if field in ("promise_until", "next_touch_on"):
            return date.fromisoformat(text)
        if field == "happened_at":
            return datetime.fromisoformat(text)
        return int(text) if field == "minutes" else text
    except ValueError:
        return None


def choices(form: Form, actor: Actor) -> tuple[str, str | None]:
    """How it came, and what it was about."""
    words: dict[str, str] = {}
    with reported(), reading(actor) as w:
        words = {r.code: r.label for r in reasons.offered(w, ReasonKind.CONTACT)}
    with st.container(horizontal=True):
        first = form.first("way", USUAL)
        at = WAYS.index(first if first in WAYS else USUAL)
        way = st.selectbox(_("How"), WAYS, at, format_func=way_in_words, key=form.key("way"))
        codes, about = list(words), form.first("reason", "")
        if st.session_state.get(form.key("reason"), about) not in (None, *codes):
            st.session_state.pop(form.key("reason"), None)  # of a draft that is older than the list
        reason = st.selectbox(
            _("Reason"),
            codes,
            index=codes.index(about) if about in codes else None,
            format_func=words.__getitem__,
            placeholder=_("Choose"),
            key=form.key("reason"),
        )
    return way, reason


@st.fragment
def log_form(customer_id: int) -> None:
    """The form; it redraws itself alone until a contact is logged."""
    actor = require(Role.STAFF)
    form = Form(actor, customer_id)
    st.subheader(_("Log a contact"), anchor=False)
    way, reason = choices(form, actor)
    repeated = earlier(actor, customer_id, reason or "", form.key("reason"))
    summary = typed_area(
        _("What was said"),
        key=form.words,
        value=form.draft.get("summary", ""),
        epoch=form.round,
        max_chars=MOST_WORDS,
        height=72,
        placeholder=_("Press L to write"),
        hint=_("Ctrl+Enter logs it."),
    )
    day = next_working_day(actor)
    until = _restored("promise_until", form.first("promise_until", day.isoformat())) or day
    promise = form.draft.get("promise", "")
    told = promised(form.promised, promise, form.round, form.key("promise_until"), until)
    again = repeated and st.checkbox(_("The customer had to explain it again"), key=form.key("explained_again"))
    button = st.container(horizontal=True, vertical_alignment="center", gap="small")
    more = unfolded(form, actor)
    fields = {"way": way, "reason": reason, "summary": summary, **told, **more}
    form.keep(actor, fields)
    fields["explained_again"] = again
    with button:
        pressed = st.button(_("Log contact"), type="primary", icon=":material/add_comment:", key=f"log_{customer_id}")
        if pressed or form.asked_to_log():
            log(form, actor, customer_id, fields)
        # Behind the button: whoever goes through the form with the Tab key comes from the reason to the words at once.
        if (filled := template(actor, customer_id, reason or "", form.key("template"))) is not None:
            form.fill(filled)
            st.rerun(scope="fragment")
    focus(form.words, pressed="L", now=False, key=f"{form.words}_focus")
    focus(form.key("reason"), pressed="A", now=False, key=f"{form.words}_reason_focus")


def unfolded(form: Form, actor: Actor) -> dict[str, Any]:
    """What stands behind "More". Its fields are drawn while it is open; closed, they say what was typed last."""
    first = st.session_state.setdefault(form.key("unfolded"), bool(form.beside()))
    label = _("More: next touch, outcome, time, files")
    fold = st.expander(label, expanded=first, key=form.key("more"), on_change="rerun")
    if not fold.open:
        return {field: _restored(field, text) for field, text in form.beside().items()}
    form.restore(form.beside())
    with fold:
        return beside(form.key, actor, form.beside(), form.round)


def log(form: Form, actor: Actor, customer_id: int, fields: dict[str, Any]) -> None:
    """Log it, forget the draft, and draw the page anew: the contact stands in the timeline."""
    told = {k: v for k, v in fields.items() if v not in (None, "")}
    channel, direction = told.pop("way", USUAL).split()
    if "happened_at" in told:
        told["happened_at"] = told["happened_at"].replace(tzinfo=actor.zone)
    key = token(form.key("send"))
    with reported(_("Contact logged.")) as outcome:
        papers = attached(form.key("files"))
        with work(actor) as w:
            new = NewInteraction(
                idempotency_key=key,
                channel=Channel(channel),
                direction=Direction(direction),
                **{"summary": "", **told},
            )
            made = interactions.log(w, customer_id, new)
            for paper in papers:
                files.keep(w, paper, Thing.CONTACT, made.id)
            drafts.clear(w, form.name)
    if outcome.ok:
        form.done()
        st.rerun()

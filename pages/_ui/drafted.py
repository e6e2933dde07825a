"""A text area whose words are kept on the server while they are typed, until they are sent."""

import streamlit as st

from pages._ui.feedback import reported
from pages._ui.focus import focus
from pages._ui.guard import renew, token
from pages._ui.typing import sent, typed_area
from services import drafts
from services.text import _
from services.work import Actor, reading, work


class Drafted:
    """One such form of one person: `words` is what stands in it now; `done` empties it once they were sent.

    The key `pressed` leads into it.
    """

    def __init__(self, actor: Actor, name: str, label: str, *, most: int, height: int = 120, pressed: str = "") -> None:
        self.actor, self.name = actor, name
        self._field = f"words_{name}"
        self._round: int = st.session_state.setdefault(f"{name}:round", 0)
        if name not in st.session_state:
            kept: dict[str, str] = {}
            with reported(), reading(actor) as w:
                kept = drafts.load(w, name)
            st.session_state[name] = kept.get("text", "")
        self.words = typed_area(
            label,
            key=self._field,
            value=st.session_state[name],
            epoch=self._round,
            max_chars=most,
            height=height,
            placeholder=_("Press {key} to write").format(key=pressed) if pressed else "",
            hint=_("Ctrl+Enter sends it."),
        )
        if pressed:
            focus(self._field, pressed=pressed, now=False, key=f"{self._field}_focus")
        self._keep()

    def _keep(self) -> None:
        if self.words == st.session_state[self.name]:
            return
        with reported() as outcome, work(self.actor) as w:
            drafts.save(w, self.name, {"text": self.words})
        if outcome.ok:
            st.session_state[self.name] = self.words

    @property
    def key(self) -> str:
        """The idempotency key of these words."""
        return token(f"{self.name}:{self._round}")

    @property
    def asked_to_send(self) -> bool:
        """Whether Ctrl+Enter was pressed in the field."""
        return sent(self._field, self._round)

    def insert(self, words: str) -> None:
        """Put words after what is typed, to be finished there; the page runs anew."""
        text = f"{self.words.rstrip()}\n\n{words}".strip()
        with reported() as outcome, work(self.actor) as w:
            drafts.save(w, self.name, {"text": text})
        if outcome.ok:
            st.session_state[self.name] = text
            st.session_state[f"{self.name}:round"] = self._round + 1
            st.rerun()

    def done(self) -> None:
        """They were sent, and the draft was cleared in the same transaction."""
        renew(f"{self.name}:{self._round}")
        st.session_state[self.name] = ""
        st.session_state[f"{self.name}:round"] = self._round + 1

"""One way to tell how an act ended: a calm sentence for what people can mend, a reference for what is our fault."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages._ui.show import md
from services.errors import RapportError
from services.text import _

LOG = logging.getLogger(__name__)


class Outcome:
    """How the block of `reported` ended: `ok` is set when nothing was refused, else `refused` says why."""

    ok = False
    refused: RapportError | None = None


@contextmanager
def reported(success: str = "") -> Iterator[Outcome]:
    """Run a service call; a refusal becomes one sentence on the page and the page goes on, nothing typed is lost.

    `success` is said as a toast, also after a rerun. No `st.*` call belongs inside the block (a lost socket would end
    the run there).
    """
    outcome = Outcome()
    try:
        yield outcome
        outcome.ok = True
    except RapportError as refusal:
        outcome.refused = refusal
        st.error(md(refusal), icon=":material/error:")
    if outcome.ok and success:
        say(success)


def say(sentence: str) -> None:
    """A toast now, or after the rerun that follows."""
    st.session_state.setdefault("_said", []).append(sentence)


def flush() -> None:
    """Show what was said before a rerun. Called by the navigation at the end of every run.

    Another click can end the run at the toast, before it has left: a sentence counts as said only after it.
    """
    said: list[str] = st.session_state.get("_said", [])
    while said:
        st.toast(md(said[0]), icon=":material/check_circle:", duration="long")
        del said[0]


def neutral_line(error: Exception) -> bool:
    """For the server's `on_script_error`: log the whole error under a reference and show only that.

    A refusal that no page caught (somebody else's number in the address, the database away) is said as what it is.
    """
    if isinstance(error, RapportError):
        LOG.warning("page refused: %s", type(error).__name__)
        st.error(md(error), icon=":material/error:")
        return True
    reference = secrets.token_hex(4)
    LOG.error("page failed, reference %s", reference, exc_info=error)
    line = _("Something went wrong on our side. Nothing you typed was lost. If it happens again, name this reference:")
    st.error(f"{line} `{reference}`", icon=":material/report:")
    return True

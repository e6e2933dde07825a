"""A piece of a page that runs again by itself says what it did, although the end of the page is not reached."""

from types import SimpleNamespace

import pytest
import streamlit as st
from sqlmodel import Session
from streamlit.runtime.scriptrunner import StopException

from db.models import Role
from pages._ui import feedback, guard, show
from services import sessions
from tests import make


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("pieces", "said"), [(["a piece"], 1), ([], 0), (None, 0)])
def test_what_a_piece_said_before_it_ran_again_is_shown_where_it_begins(
    session: Session, monkeypatch: pytest.MonkeyPatch, pieces: list[str] | None, said: int
) -> None:
    agent, shown = make.actor(session), list[bool]()
    monkeypatch.setattr(guard, "session_id", lambda: "s" * 43)
    monkeypatch.setattr(guard, "address", lambda: "127.0.0.1")
    monkeypatch.setattr(sessions, "actor_of", lambda _sid, **_more: agent)
    monkeypatch.setattr(guard, "get_script_run_ctx", lambda: SimpleNamespace(fragment_ids_this_run=pieces))
    monkeypatch.setattr(feedback, "flush", lambda: shown.append(True))
    assert guard.require(Role.STAFF) == agent
    assert len(shown) == said


def test_a_click_at_the_moment_of_saying_takes_no_sentence_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run may end at the toast, before it has left for the browser; then the next run says it."""
    shown: list[str] = []

    def toast(sentence: str, **_how: object) -> None:
        if len(shown) == 1 and not ended:
            ended.append(True)
            raise StopException
        shown.append(sentence)

    ended: list[bool] = []
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "toast", toast)
    for sentence in ("The address was saved.", "The number was added."):
        feedback.say(sentence)
    with pytest.raises(StopException):
        feedback.flush()
    feedback.flush()
    feedback.flush()
    assert shown == [show.md("The address was saved."), show.md("The number was added.")]

"""A piece of a page that runs again by itself says what it did, although the end of the page is not reached."""

from types import SimpleNamespace

import pytest
from sqlmodel import Session

from db.models import Role
from pages._ui import feedback, guard
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

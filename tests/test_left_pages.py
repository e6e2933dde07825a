"""A part of a page that was left is announced under the page that is shown."""

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunnerEvent

from pages._ui import left_pages


@pytest.mark.parametrize(("parts", "told"), [(["part"], "shown"), (None, "asked"), ([], "asked")])
def test_only_a_run_of_the_whole_page_changes_the_page(
    monkeypatch: pytest.MonkeyPatch, parts: list[str] | None, told: str
) -> None:
    heard: list[Any] = []

    def handle(
        _self: object,
        _sender: object,
        _event: ScriptRunnerEvent,
        page_script_hash: str | None = None,
        fragment_ids_this_run: list[str] | None = None,
    ) -> None:
        heard.append((page_script_hash, fragment_ids_this_run))

    assert hasattr(AppSession, left_pages.HANDLER), "Streamlit calls it otherwise now"
    monkeypatch.setattr(AppSession, left_pages.HANDLER, handle)
    left_pages.stay()
    left_pages.stay()  # wrapped once
    session = SimpleNamespace(page_script_hash="shown")
    getattr(AppSession, left_pages.HANDLER)(session, None, ScriptRunnerEvent.SCRIPT_STARTED, "asked", parts)
    assert heard == [(told, parts)]

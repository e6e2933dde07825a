"""A part of a page is announced under the page that the browser shows, whatever page it was asked from."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession

from pages._ui import left_pages


class Session:
    """What stands for a tab; it only has to be told from another."""


def announced(page: str, *parts: str) -> ForwardMsg:
    """A run of a whole page, or of parts of it."""
    msg = ForwardMsg()
    msg.new_session.page_script_hash = page
    msg.metadata.run.fragment_ids.extend(parts)
    return msg


def led_to(page: str) -> ForwardMsg:
    """The script has found out which page it is."""
    msg = ForwardMsg()
    msg.navigation.page_script_hash = page
    return msg


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([announced("first"), led_to("shown")], "shown"),  # the address of a new tab names a page, the session does not
        ([announced("left"), led_to("left"), announced("shown"), led_to("shown")], "shown"),
        ([announced("left"), led_to("left"), announced("shown")], "shown"),
        ([led_to("shown"), announced("any", "part")], "shown"),
        ([], "asked"),
    ],
)
def test_only_a_run_of_the_whole_page_changes_the_page(
    monkeypatch: pytest.MonkeyPatch, before: list[ForwardMsg], told: str
) -> None:
    heard: list[ForwardMsg] = []

    def send(_self: object, msg: ForwardMsg) -> None:
        heard.append(msg)

    assert hasattr(AppSession, left_pages.SENDER), "Streamlit calls it otherwise now"
    monkeypatch.setattr(AppSession, left_pages.SENDER, send)
    left_pages.stay()
    left_pages.stay()  # wrapped once
    tab, other = Session(), Session()
    for msg in [*before, announced("asked", "part")]:
        getattr(AppSession, left_pages.SENDER)(tab, msg)
        getattr(AppSession, left_pages.SENDER)(other, led_to("elsewhere"))
    mine = heard[::2]
    assert mine == [*before, mine[-1]]
    assert mine[-1].new_session.page_script_hash == told

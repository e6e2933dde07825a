"""The gate over the socket, against the real server: which frames pass, how many, and from whom."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api import gate
from db.models import Role
from tests.live_server import LiveServer, address_of
from tests.wire import Wire

CONTROL = sorted({f.name for f in BackMsg.DESCRIPTOR.fields} - gate.FRAMES)


def control_frame(kind: str) -> BackMsg:
    frame = BackMsg()
    setattr(frame, kind, True)
    return frame


def operation(session_id: str, kind: str) -> BackMsg:
    frame = BackMsg()
    frame.backend_operation_request.request_id = kind
    frame.backend_operation_request.session_id = session_id
    getattr(frame.backend_operation_request, kind).SetInParent()
    return frame


def test_there_are_control_frames_to_keep_out() -> None:
    assert {"clear_cache", "set_run_on_save", "load_git_info", "debug_shutdown_runtime"} <= set(CONTROL)


@pytest.mark.parametrize("kind", CONTROL)
def test_no_control_frame_reaches_streamlit(kind: str) -> None:
    assert not gate._wanted(control_frame(kind).SerializeToString())


@pytest.mark.parametrize("kind", ["install_skills", "dismiss_skills_nudge"])
def test_no_operation_that_writes_files_on_the_server_reaches_streamlit(kind: str) -> None:
    assert not gate._wanted(operation("", kind).SerializeToString())
    assert gate._wanted(operation("", "dataframe_chunk").SerializeToString())


def test_a_visitor_cannot_steer_the_server_by_control_frames(live_server: LiveServer) -> None:
    with live_server.wire(live_server.new_browser()) as tab:
        tab.open("sign-in")
        for kind in CONTROL:
            tab.send(control_frame(kind))
        tab.run()
        assert tab.closed_within(0.3) is None
        # This is how Streamlit answers when it gets them.
        answered = {f.WhichOneof("type") for f in tab.last.frames}
        assert not {"git_info_changed", "backend_operation_response"} & answered
        assert not any(f.session_status_changed.run_on_save for f in tab.last.frames)


def test_an_operation_that_pages_need_passes(live_server: LiveServer) -> None:
    """The counterpart of the test above: it would also pass if nothing came through at all."""
    with live_server.wire(live_server.new_browser()) as tab:
        tab.open("sign-in")
        tab.send(operation(tab.session_id, "deferred_file"))
        assert tab.closed_within(0.5) is None
        assert "backend_operation_response" in {f.WhichOneof("type") for f in tab.last.frames}


@pytest.mark.parametrize(
    ("frame", "code"),
    [("a text frame", 1008), (b"\xff\xfe garbage", 1002), (b"\x0a" + b"x" * 3_000_000, 1009), (b"x" * 5_000_000, 1009)],
)
def test_a_frame_no_browser_sends_ends_that_socket_only(live_server: LiveServer, frame: bytes | str, code: int) -> None:
    with live_server.wire(live_server.new_browser()) as other, live_server.wire(live_server.new_browser()) as tab:
        other.open("sign-in")
        tab.open("sign-in")
        tab.send(frame)
        assert tab.closed_within(5) == code
        assert other.run().of("text_input")


def test_a_flood_from_one_socket_leaves_the_others_served(live_server: LiveServer) -> None:
    """Without the gate 2 s of such frames kept even the health check silent for minutes."""
    start = time.perf_counter()
    live_server.ask("/healthz")
    calm = time.perf_counter() - start
    with live_server.wire(live_server.new_browser()) as other, live_server.wire(live_server.new_browser()) as tab:
        other.open("sign-in")
        frame = tab.rerun().SerializeToString()
        with suppress(ConnectionClosed):
            for _frame in range(20_000):
                tab.send(frame)
        assert tab.closed_within(10) == 1008
        start = time.perf_counter()
        assert live_server.ask("/healthz").status == 200
        health = time.perf_counter() - start
        assert other.run().of("text_input")
        page = time.perf_counter() - start
    assert health < max(3.0, 100 * calm)
    assert page < 10


def test_a_person_with_two_live_boards_stays_far_below_the_limit() -> None:
    """5 frames a second is what a fast hand and two refreshing parts make."""
    bucket = gate.Bucket(20, 80)
    now = bucket.at
    for second in range(60):
        for frame in range(5):
            bucket.at = min(bucket.at, now)  # the clock of the bucket is moved by hand
            bucket.level = min(bucket.burst, bucket.level + bucket.rate / 5)
            assert bucket.take(), f"frame {frame} of second {second}"


def refused(tab: Wire) -> bool:
    try:
        with tab:
            return False
    except InvalidStatus as status:
        return status.response.status_code == 403


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1", "http://localhost:1", "file://"),
        *("http://127.0.0.1.evil.example", "http://[", "chrome-extension://abc", "", "x"),
    ],
)
def test_a_socket_from_a_foreign_page_is_refused(live_server: LiveServer, origin: str) -> None:
    cookies = live_server.new_browser()
    assert refused(live_server.wire(cookies, headers={"Origin": origin}))


def test_a_socket_of_our_own_page_or_of_a_program_is_served(live_server: LiveServer) -> None:
    cookies = live_server.new_browser()
    assert not refused(live_server.wire(cookies, headers={"Origin": live_server.url}))
    assert not refused(live_server.wire(cookies))


def test_a_foreign_host_gets_no_socket(live_server: LiveServer) -> None:
    assert refused(live_server.wire(host="evil.example", headers={"Origin": "http://evil.example"}))
    assert refused(live_server.wire(host="evil.example"))


def test_a_burst_of_sockets_from_one_address_is_cut_at_the_limit(live_server: LiveServer) -> None:
    """The default is 60; all others of that address are told to come back later."""
    cookies = live_server.browser_of(address_of(Role.STAFF))
    tabs = [live_server.wire(cookies) for _i in range(90)]

    def opened(tab: Wire) -> bool:
        try:
            tab.__enter__()
        except (InvalidStatus, TimeoutError):
            return False
        return True

    try:
        with ThreadPoolExecutor(30) as pool:
            served = sum(pool.map(opened, tabs))
        assert 50 <= served <= 60
    finally:
        for tab in tabs:
            tab.open_until.close()
    until = time.monotonic() + 5
    while refused(live_server.wire(cookies)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not refused(live_server.wire(cookies)), "closed sockets no longer count"

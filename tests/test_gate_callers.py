"""Who the gate takes a caller for, asked of the gate alone with an application that notes what it was told."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from api import gate
from api.cookies import Jar, read
from services.settings import settings

SID, SECRET = "s" * 64, "the secret of the cookie"


@pytest.fixture(autouse=True)
def only_sid_is_live(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    async def live(sid: str) -> str:
        return sid if sid in (SID, Jar(SECRET, "", strong=True).sid) else ""

    monkeypatch.setattr(gate, "live", live)
    settings.cache_clear()
    yield
    settings.cache_clear()


class Behind:
    """What stands behind the gate: notes the headers it was given; answers, fails or sends a frame as told."""

    def __init__(self, fails: bool = False, frame: ForwardMsg | None = None) -> None:
        self.fails, self.frame, self.told = fails, frame, dict[str, str]()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.told = {k.decode(): v.decode() for k, v in scope["headers"] if k.startswith(b"x-")}
        if self.fails:
            raise RuntimeError("secret words of an exception")
        if self.frame is not None:
            await send({"type": "websocket.send", "bytes": self.frame.SerializeToString()})
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
            await send({"type": "http.response.body", "body": b"file"})


def ask(app: gate.Gate, headers: list[tuple[str, str]], *, path: str = "/", kind: str = "http") -> list[Message]:
    """What the gate sends for one request or handshake."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.disconnect"}

    names = {name.lower() for name, _v in headers}
    every = [*headers, *([] if "host" in names else [("host", "127.0.0.1:8501")])]
    raw = [(k.lower().encode(), v.encode()) for k, v in every]
    scope: dict[str, Any] = {"type": kind, "path": path, "headers": raw, "client": ("10.0.0.9", 4711)}
    asyncio.run(app(scope, receive, send))
    return sent


def test_nobody_can_say_who_he_is(monkeypatch: pytest.MonkeyPatch) -> None:
    behind = Behind()
    forged = [
        ("X-Rapport-Sid", SID),
        ("x-rapport-browser", "b"),
        ("X-Rapport-Address", "6.6.6.6"),
        ("X-RAPPORT-NEW", "x"),
    ]
    for kind in ("http", "websocket"):
        ask(gate.Gate(behind), forged, kind=kind)
        assert behind.told["x-rapport-sid"] != SID
        assert (behind.told["x-rapport-address"], behind.told["x-rapport-browser"]) == ("10.0.0.9", "")
        assert "x-rapport-new" not in behind.told


def test_the_cookie_says_it() -> None:
    behind = Behind()
    ask(gate.Gate(behind), [("Cookie", f"__Host-rapport={SECRET}")], kind="websocket")
    assert behind.told["x-rapport-sid"] == Jar(SECRET, "", strong=True).sid


def test_two_browsers_without_cookies_are_two_visitors() -> None:
    first, second = Behind(), Behind()
    ask(gate.Gate(first), [], kind="websocket")
    ask(gate.Gate(second), [], kind="websocket")
    assert first.told["x-rapport-sid"].startswith("visitor:")
    assert first.told["x-rapport-sid"] != second.told["x-rapport-sid"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        ("0", "6.6.6.6", "10.0.0.9"),
        ("1", "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        ("2", "6.6.6.6, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        ("2", "6.6.6.6", "10.0.0.9"),
        ("1", 'evil"<b>', "eb"),
        ("1", "", "10.0.0.9"),
    ],
)
def test_only_our_own_proxies_say_where_somebody_comes_from(
    monkeypatch: pytest.MonkeyPatch, proxies: str, forwarded: str, address: str
) -> None:
    monkeypatch.setenv("RAPPORT_TRUSTED_PROXIES", proxies)
    behind = Behind()
    ask(gate.Gate(behind), [("X-Forwarded-For", forwarded)])
    assert behind.told["x-rapport-address"] == address


@pytest.mark.parametrize(("url", "weak_counts"), [("https://crm.example", False), ("http://crm.example", True)])
def test_a_cookie_that_a_neighbour_could_plant_counts_only_without_https(
    monkeypatch: pytest.MonkeyPatch, url: str, weak_counts: bool
) -> None:
    monkeypatch.setenv("RAPPORT_PUBLIC_URL", url)
    jar = read([(b"cookie", b"rapport=planted; rapport-pre=planted")])
    assert (jar.session, jar.before) == (("planted", "planted") if weak_counts else ("", ""))
    both = read([(b"cookie", b"rapport=planted; __Host-rapport=ours")])
    assert both.session == "ours"


def test_an_odd_cookie_of_another_program_does_not_hide_ours() -> None:
    assert read([(b"cookie", b'x={"a":[1,2]}; __Host-rapport=ours; \xff=\xfe')]).session == "ours"


@pytest.mark.parametrize(
    ("url", "host", "origin", "served"),
    [
        ("https://crm.example", "crm.example", "https://crm.example", True),
        ("https://crm.example", "crm.example", "http://crm.example", False),
        ("https://crm.example", "crm.example", "https://crm.example:8443", False),
        ("https://crm.example", "inner:8501", "https://crm.example", False),
        ("https://crm.example", "127.0.0.1:8501", "https://crm.example", True),
        ("https://crm.example", "127.0.0.1:8501", "http://127.0.0.1:8501", True),
        ("http://crm.example:8501", "crm.example:8501", "http://crm.example:8501", True),
        ("http://crm.example:8501", "crm.example:8501", "http://crm.example", False),
    ],
)
def test_a_socket_is_for_pages_of_the_same_scheme_host_and_port(
    monkeypatch: pytest.MonkeyPatch, url: str, host: str, origin: str, served: bool
) -> None:
    monkeypatch.setenv("RAPPORT_PUBLIC_URL", url)
    behind = Behind()
    sent = ask(gate.Gate(behind), [("Host", host), ("Origin", origin)], kind="websocket")
    assert bool(behind.told) is served
    assert sent == ([] if served else [{"type": "websocket.close", "code": 1008}])


def test_two_hosts_in_one_request_are_refused() -> None:
    behind = Behind()
    [start, _body] = ask(gate.Gate(behind), [("Host", "127.0.0.1"), ("Host", "evil.example")])
    assert start["status"] == 400
    assert not behind.told


def test_an_error_of_the_application_is_answered_with_headers_and_without_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    start, body = ask(gate.Gate(Behind(fails=True)), [])
    assert start["status"] == 500
    assert b"content-security-policy" in dict(start["headers"])
    assert b"secret words" not in body["body"]
    assert "secret words" in caplog.text


def download(url: str, *, as_text: bool = False) -> ForwardMsg:
    frame = ForwardMsg()
    if as_text:
        frame.delta.new_element.text.body = f"nothing found for {url}"
    else:
        frame.delta.new_element.download_button.url = url
    return frame


def test_media_is_only_for_those_who_were_sent_its_address() -> None:
    address, behind = "/media/" + "a1" * 28 + ".csv", Behind()
    app = gate.Gate(behind)
    owner, other = [("Cookie", f"__Host-rapport={SECRET}")], [("Cookie", "__Host-rapport-pre=other")]
    behind.frame = download(address)
    ask(app, owner, kind="websocket")
    behind.frame = download(address, as_text=True)  # typed into a search field, and shown again
    ask(app, other, kind="websocket")
    behind.frame = None
    assert ask(app, owner, path=address)[0]["status"] == 200
    assert ask(app, other, path=address)[0]["status"] == 404
    assert ask(app, [], path=address)[0]["status"] == 404
    assert (b"cache-control", b"private, no-store") in ask(app, owner, path=address)[0]["headers"]


def test_what_is_remembered_of_media_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_OWNED", 3)
    behind = Behind()
    app = gate.Gate(behind)
    for i in range(10):
        behind.frame = download(f"/media/{i // 2:056x}.csv")
        ask(app, [], kind="websocket")
    assert len(app.owners) == 3

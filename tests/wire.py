"""A Streamlit client without a browser: one websocket, protobuf both ways, and no good manners.

It speaks `streamlit.proto` over `/_stcore/stream` as the JavaScript does, but says whatever a test wants: forged widget
states, pages by hash, fragments of a page that is gone, session ids of somebody else, control frames.
"""

import http.client
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from google.protobuf.message import Message  # type: ignore[import-untyped]  # the package ships no types
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

AGAIN = ForwardMsg.FINISHED_EARLY_FOR_RERUN  # st.rerun or st.switch_page: another run follows at once
TEXT_KINDS = ("text_input", "text_area", "selectbox", "radio", "time_input")


@dataclass(frozen=True)
class Answer:
    """What an HTTP request got."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((v for k, v in self.headers if k.lower() == name.lower()), "")

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies set (and not removed) by this answer."""
        pairs = [v.split(";")[0].partition("=") for k, v in self.headers if k.lower() == "set-cookie"]
        return {name: value for name, _eq, value in pairs if value}


def ask(
    base: str,
    path: str,
    *,
    method: str = "GET",
    cookies: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = 20,
) -> Answer:
    """One HTTP request, path as given, redirects not followed."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=timeout)
    sent = {**({"Cookie": jar(cookies)} if cookies else {}), **(headers or {})}
    try:
        connection.request(method, path, body=body, headers=sent)
        got = connection.getresponse()
        return Answer(got.status, got.getheaders(), got.read())
    finally:
        connection.close()


def jar(cookies: dict[str, str]) -> str:
    """A Cookie header."""
    return "; ".join(f"{k}={v}" for k, v in cookies.items())


def strings(message: Message) -> Iterator[str]:
    """Every text anywhere in a message."""
    for descriptor, value in message.ListFields():
        many = value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else [value]
        if descriptor.message_type is not None and descriptor.message_type.GetOptions().map_entry:
            continue
        for one in many:
            if isinstance(one, Message):
                yield from strings(one)
            elif isinstance(one, str):
                yield one


@dataclass
class Run:
    """What one run of a page sent, up to and including its end."""

    frames: list[ForwardMsg] = field(default_factory=list)

    @property
    def elements(self) -> list[tuple[str, Any]]:
        """(kind, element) in the order they came."""
        found: list[Element] = [f.delta.new_element for f in self.frames if f.delta.HasField("new_element")]
        return [(kind, getattr(e, kind)) for e in found if (kind := e.WhichOneof("type"))]

    def of(self, *kinds: str) -> list[Any]:
        return [e for kind, e in self.elements if kind in kinds]

    @property
    def words(self) -> str:
        """All that a person would read on the page, headings, labels, alerts and titles of expanders included."""
        deltas = [f.delta for f in self.frames if f.WhichOneof("type") == "delta"]
        return "\n".join(text for d in deltas for text in strings(d))

    @property
    def alerts(self) -> list[str]:
        return [a.body for a in self.of("alert")]

    @property
    def redirect(self) -> str:
        return next((f.auth_redirect.url for f in self.frames if f.WhichOneof("type") == "auth_redirect"), "")

    @property
    def raw(self) -> bytes:
        """Everything that came over the socket, to look for what must not be there."""
        return b"\n".join(f.SerializeToString() for f in self.frames)


class Wire:
    """One socket. Use as a context manager."""

    def __init__(
        self,
        base: str,
        *,
        cookies: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        host: str = "",
        session_id: str = "",
        timeout: float = 30,
    ) -> None:
        self.base, self.timeout = base, timeout
        self.cookies, self.headers, self.host, self.resume = cookies or {}, headers or {}, host, session_id
        self.pages: dict[str, str] = {}  # url -> page hash
        self.widgets: dict[str, tuple[str, Any, str]] = {}  # id -> kind, element, fragment
        self.state: dict[str, WidgetState] = {}
        self.session_id = self.page_hash = self.page_name = self.query = ""
        self.last, self.open_until = Run(), ExitStack()

    def __enter__(self) -> Self:
        protocols = ["streamlit", "none", self.resume] if self.resume else ["streamlit"]
        headers = {**self.headers, **({"Cookie": jar(self.cookies)} if self.cookies else {})}
        address = urlsplit(self.base)
        opening = connect(
            f"ws://{self.host or address.netloc}/_stcore/stream",
            sock=socket.create_connection((address.hostname, address.port), self.timeout),  # whatever the host says
            subprotocols=protocols,  # type: ignore[arg-type]  # plain text is what a stranger sends
            additional_headers=headers,
            open_timeout=self.timeout,
            max_size=None,
            max_queue=None,
            compression=None,
            proxy=None,
        )
        self.socket: ClientConnection = self.open_until.enter_context(opening)
        return self

    def __exit__(self, *_: object) -> None:
        self.open_until.close()

    # What a person does

    def open(self, page: str = "", query: str = "") -> Run:
        """Load a page by its address."""
        self.widgets.clear()
        self.state.clear()
        self.page_hash, self.page_name, self.query = "", page, query
        return self.run()

    def fill(self, **values: object) -> None:
        """Type into widgets by key; nothing is sent yet."""
        for key, value in values.items():
            self.put(self.widget(key)[0], value)

    def click(self, key: str) -> Run:
        """Press a button, by key or label."""
        wid, _kind, _element, fragment = self.widget(key)
        return self.run(fragment=fragment, pressed=wid)

    def submit(self, button: str, **values: object) -> Run:
        self.fill(**values)
        return self.click(button)

    def widget(self, key: str) -> tuple[str, str, Any, str]:
        """(id, kind, element, fragment) of the newest widget with this key or label."""
        for wid, (kind, element, fragment) in reversed(self.widgets.items()):
            if wid.endswith("-" + key) or element.label == key:
                return wid, kind, element, fragment
        raise KeyError(f"no widget {key!r}, there are {[w[1].label for w in self.widgets.values()]}")

    def put(self, wid: str, value: object) -> None:
        """The state of a widget, known or invented."""
        state = WidgetState(id=wid)
        if isinstance(value, bool):
            state.bool_value = value
        elif isinstance(value, int | float):
            state.double_value = float(value)
        else:
            state.string_value = str(value)
        self.state[wid] = state

    # What the wire carries

    def run(self, *, fragment: str = "", pressed: str = "", auto: bool = False, page_hash: str | None = None) -> Run:
        """Ask for a run and collect it."""
        self.send(self.rerun(fragment=fragment, pressed=pressed, auto=auto, page_hash=page_hash))
        return self.collect()

    def rerun(
        self, *, fragment: str = "", pressed: str = "", auto: bool = False, page_hash: str | None = None
    ) -> BackMsg:
        message = BackMsg()
        ask_for = message.rerun_script
        ask_for.query_string, ask_for.fragment_id, ask_for.is_auto_rerun = self.query, fragment, auto
        ask_for.page_script_hash = self.page_hash if page_hash is None else page_hash
        ask_for.page_name = "" if ask_for.page_script_hash else self.page_name
        ask_for.widget_states.widgets.extend(self.state.values())
        if pressed:
            ask_for.widget_states.widgets.append(WidgetState(id=pressed, trigger_value=True))
        ask_for.context_info.timezone = "UTC"
        ask_for.context_info.url = self.base + "/"
        return message

    def send(self, frame: BackMsg | bytes | str) -> None:
        """One frame, of any content."""
        self.socket.send(frame.SerializeToString() if isinstance(frame, BackMsg) else frame)

    def collect(self, timeout: float | None = None) -> Run:
        """Frames until a run has ended. Raises TimeoutError, ConnectionClosed."""
        self.last = run = Run()
        until, started = time.monotonic() + (timeout or self.timeout), False
        while True:
            raw = self.socket.recv(timeout=max(0.01, until - time.monotonic()))
            frame = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
            run.frames.append(frame)
            kind = frame.WhichOneof("type")
            started = started or kind == "new_session"
            self._note(kind, frame)
            if kind == "script_finished" and started and frame.script_finished != AGAIN:
                return run

    def _note(self, kind: str | None, frame: ForwardMsg) -> None:
        if kind == "new_session":
            self.session_id = frame.new_session.initialize.session_id or self.session_id
            self.page_hash = frame.new_session.page_script_hash
        elif kind == "navigation":
            self.pages |= {p.url_pathname or p.page_name: p.page_script_hash for p in frame.navigation.app_pages}
            self.page_hash = frame.navigation.page_script_hash or self.page_hash
        elif kind == "delta" and frame.delta.HasField("new_element"):
            name = frame.delta.new_element.WhichOneof("type")
            new: Any = frame.delta.new_element
            element = getattr(new, str(name), None)
            wid = str(getattr(element, "id", ""))
            if wid and hasattr(element, "label"):
                self.widgets.pop(wid, None)
                self.widgets[wid] = (str(name), element, frame.delta.fragment_id)

    def closed_within(self, seconds: float) -> int | None:
        """The close code, when the other side closes the socket in time; else None. Frames on the way are kept."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                raw = self.socket.recv(timeout=left)
            except TimeoutError:
                return None
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 1006
            self.last.frames.append(ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode()))
        return None

"""The gate in front of Streamlit: who is calling, what may pass, how fast, and the headers of every answer.

Streamlit itself trusts whoever speaks its socket. The gate turns the cookie into a trusted header, lets only the
frames through that a browser needs, slows floods, hands media only to those who were sent their address, and can
close all sockets of a session at once (security rules R2, R8, R9).
"""

import asyncio
import logging
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # the package ships no types
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from api import cookies
from api.callers import Headers, address_of, host_allowed, origin_allowed
from api.headers import SECURITY_HEADERS, with_headers
from api.sockets import SOCKETS
from services import sessions
from services.settings import settings

LOG = logging.getLogger(__name__)
FRAMES = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
#: Of the operations of the server that a page may ask for, those that pages need; others write files here.
OPERATIONS = {"deferred_file", "dataframe_chunk"}
#: Addresses that belong to whoever was sent them: a file for a page, the place for an upload.
OWNED = re.compile(r"/(?:media/[0-9a-f]+|_stcore/upload_file/[0-9A-Za-z-]+)")
ADDRESS_FIELDS = {"url", "image", "icon_image", "favicon", "upload_url", "delete_url"}
MOST_OWNED = 20_000
LARGEST_FRAME = 4 * 2**20
OURS = b"x-rapport-"
CLOSED_BY_SIGN_OUT, CLOSED_BY_POLICY, CLOSED_BY_LOAD = 4401, 1008, 1013
HIDDEN = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check", "/.well-known/streamlit")


class Bucket:
    """A leaky bucket: `rate` frames a second on average, `burst` at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst = rate, burst
        self.level, self.at = float(burst), time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


class Gate:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.owners: OrderedDict[tuple[str, str], None] = OrderedDict()  # (address, whose), newest last

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        # What we tell Streamlit about a caller must never come from the caller.
        headers = [(k, v) for k, v in scope["headers"] if not k.startswith(OURS)]
        jar = cookies.read(headers)
        address = address_of(scope, headers)
        if not host_allowed(headers):
            await _refuse(scope, send, 400)
        elif scope["type"] == "websocket":
            await self._socket(scope, headers, jar, address, receive, send)
        else:
            await self._http(scope, headers, jar, address, receive, send)

    async def _http(
        self, scope: Scope, headers: Headers, jar: cookies.Jar, address: str, receive: Receive, send: Send
    ) -> None:
        path = scope["path"]
        if path.startswith(HIDDEN):
            await _refuse(scope, send, 404)
            return
        guarded = path.startswith(("/media/", "/_stcore/upload_file", "/session/", "/files/"))
        sid = await live(jar.sid) if guarded else ""
        if path.startswith("/_stcore/upload_file") and not (sid and self._owned(path, {sid})):
            await _refuse(scope, send, 403)
            return
        if path.startswith("/media/") and not self._owned(path, {sid, _visitor(jar)}):
            await _refuse(scope, send, 404)
            return
        answering = _Answering(with_headers(send, path, jar))
        try:
            await self.app(_told(scope, headers, sid, address, jar), receive, answering)
        except Exception:
            # Whatever the application failed of: the answer still gets our headers and says nothing of the fault.
            LOG.exception("could not answer %s", path)
            if not answering.begun:
                await _refuse(scope, send, 500)

    def _owned(self, path: str, callers: set[str]) -> bool:
        found = OWNED.match(path)
        return found is not None and any((found.group(), caller) in self.owners for caller in callers)

    async def _socket(
        self, scope: Scope, headers: Headers, jar: cookies.Jar, address: str, receive: Receive, send: Send
    ) -> None:
        if not origin_allowed(headers):
            await _refuse(scope, send, CLOSED_BY_POLICY)
            return
        sid = await live(jar.sid)
        # A visitor's Streamlit session belongs to one browser too; this is no sign-in, no row has such an id.
        identity = sid or _visitor(jar)
        loop, gone = asyncio.get_running_loop(), asyncio.Event()

        def close() -> None:
            loop.call_soon_threadsafe(gone.set)

        # Counted at the moment it is taken: many that come at once must not all pass before the first is counted.
        if not SOCKETS.register(identity, address, close, most=settings().sockets_per_address):
            await _refuse(scope, send, CLOSED_BY_LOAD)
            return
        ending = asyncio.ensure_future(gone.wait())
        incoming = _filtered(receive, send, ending, Bucket(20, 80) if sid else Bucket(10, 50))
        told = _told(scope, headers, identity, address, jar)
        try:
            await self.app(told, incoming, self._noting(send, identity))
        finally:
            ending.cancel()
            SOCKETS.unregister(identity, address, close)

    def _noting(self, send: Send, identity: str) -> Send:
        async def send_and_note(message: Message) -> None:
            for owned in _owned_in(message.get("bytes") or b""):
                self.owners[owned, identity] = None
                self.owners.move_to_end((owned, identity))
            while len(self.owners) > MOST_OWNED:
                self.owners.popitem(last=False)
            await send(message)

        return send_and_note


class _Answering:
    """Passes an answer on and remembers whether it has begun."""

    def __init__(self, send: Send) -> None:
        self.send, self.begun = send, False

    async def __call__(self, message: Message) -> None:
        self.begun = True
        await self.send(message)


def _visitor(jar: cookies.Jar) -> str:
    """Who somebody is that has not signed in: this browser. One without cookies is somebody new each time."""
    return f"visitor:{jar.browser or secrets.token_hex(16)}"


def _told(scope: Scope, headers: Headers, identity: str, address: str, jar: cookies.Jar) -> Scope:
    """The scope with what the gate knows, as headers that only the gate can set."""
    told = [(b"x-rapport-sid", identity), (b"x-rapport-address", address), (b"x-rapport-browser", jar.browser)]
    return dict(scope, headers=headers + [(k, v.encode("latin-1", "replace")) for k, v in told])


def _owned_in(frame: bytes) -> Iterator[str]:
    """The owned addresses that a frame hands out.

    Only where an address stands for an address: text that somebody typed, shown again, gives him no right to anything.
    """
    if b"/media/" in frame or b"/_stcore/upload_file/" in frame:
        yield from _addresses(ForwardMsg.FromString(frame))


def _addresses(message: Any) -> Iterator[str]:
    for descriptor, value in message.ListFields():
        if descriptor.message_type is not None:
            if descriptor.message_type.GetOptions().map_entry:
                continue
            for part in value if hasattr(value, "append") else [value]:
                yield from _addresses(part)
        elif descriptor.name in ADDRESS_FIELDS and isinstance(value, str) and (found := OWNED.match(value)):
            yield found.group()


def _filtered(receive: Receive, send: Send, ending: asyncio.Future[Any], bucket: Bucket) -> Receive:
    """Frames as they come, one at a time and not too fast; unknown kinds vanish; ends when the session does."""

    async def end(code: int) -> Message:
        await send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}

    async def next_frame() -> Message:
        while True:
            incoming = asyncio.ensure_future(receive())
            # Waiting here yields to the loop on every frame; Streamlit's own loop would not (security.md, S6).
            await asyncio.wait({incoming, ending}, return_when=asyncio.FIRST_COMPLETED)
            if ending.done():
                incoming.cancel()
                return await end(CLOSED_BY_SIGN_OUT)
            message: Message = incoming.result()
            if message["type"] != "websocket.receive":
                return message
            if not bucket.take():
                LOG.warning("a socket sent frames too fast and was closed")
                return await end(CLOSED_BY_POLICY)
            if message.get("bytes") is None:
                return await end(CLOSED_BY_POLICY)  # text: no browser of ours sends it
            if _wanted(message["bytes"]):
                return message

    return next_frame


def _wanted(frame: bytes) -> bool:
    if len(frame) > LARGEST_FRAME:
        return True  # Streamlit closes it by its own limit
    parsed = BackMsg()
    try:
        parsed.ParseFromString(frame)
    except DecodeError:
        return True  # garbage: Streamlit answers it with a protocol error
    kind = parsed.WhichOneof("type")
    if kind == "backend_operation_request":
        return parsed.backend_operation_request.WhichOneof("payload") in OPERATIONS
    return kind in FRAMES


async def live(sid: str) -> str:
    """The session id if it stands for somebody signed in, else "". When it cannot be checked the answer is no."""
    if not sid:
        return ""
    try:
        return sid if await asyncio.to_thread(sessions.is_live, sid) else ""
    except Exception:
        # Fail closed: whatever kept us from asking, nobody is taken for signed in.
        LOG.exception("could not check a session")
        return ""


async def _refuse(scope: Scope, send: Send, code: int) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": code if code > 999 else CLOSED_BY_POLICY})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *SECURITY_HEADERS]
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not available."})

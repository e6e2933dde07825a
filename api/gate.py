"""The gate in front of Streamlit: who is calling, what may pass, how fast, and the headers of every answer.

Streamlit itself trusts whoever speaks its socket. The gate turns the cookie into a trusted header, lets only the
frames through that a browser needs, slows floods, hands media only to those who were sent their address, and can
close all sockets of a session at once (security rules R2, R8, R9).
"""

import asyncio
import logging
import re
import time
from base64 import b64encode
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit.proto
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from api import cookies
from api.sockets import SOCKETS
from services import sessions
from services.settings import settings

LOG = logging.getLogger(__name__)
FRAMES = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
MEDIA = re.compile(rb"/media/([0-9a-f]{32})")
MOST_MEDIA = 20_000
OURS = b"x-rapport-"
CLOSED_BY_SIGN_OUT, CLOSED_BY_POLICY, CLOSED_BY_LOAD = 4401, 1008, 1013
HIDDEN = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check", "/.well-known/streamlit")


def _inline_scripts() -> str:
    """The digests of the inline scripts in Streamlit's own page; nothing else inline may run."""
    page = (Path(streamlit.proto.__file__).parents[1] / "static" / "index.html").read_text("utf-8")
    found = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return " ".join(f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in found)


CSP = "; ".join(
    (
        "default-src 'self'",
        f"script-src 'self' {_inline_scripts()}".strip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "media-src 'self' blob:",
        "frame-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
]


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
        self.media_owner: OrderedDict[bytes, set[str]] = OrderedDict()

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
            return
        if scope["type"] == "websocket":
            await self._socket(scope, headers, jar, address, receive, send)
        else:
            await self._http(scope, headers, jar, address, receive, send)

    async def _http(
        self, scope: Scope, headers: list[Any], jar: cookies.Jar, address: str, receive: Receive, send: Send
    ) -> None:
        path = scope["path"]
        if path.startswith(HIDDEN):
            await _refuse(scope, send, 404)
            return
        guarded = path.startswith(("/media/", "/_stcore/upload_file", "/session/", "/files/"))
        sid = await live(jar.sid) if guarded else ""
        if path.startswith("/_stcore/upload_file") and not sid:
            await _refuse(scope, send, 403)
            return
        if path.startswith("/media/") and not self._may_see(path, {sid, f"visitor:{jar.browser}"}):
            await _refuse(scope, send, 404)
            return
        told = [(b"x-rapport-sid", sid), (b"x-rapport-address", address), (b"x-rapport-browser", jar.browser)]
        scope = dict(scope, headers=headers + [(k, v.encode("latin-1", "replace")) for k, v in told])
        await self.app(scope, receive, with_headers(send, path, jar))

    def _may_see(self, path: str, viewers: set[str]) -> bool:
        owners = self.media_owner.get(path[7:39].encode("latin-1", "replace"), set())
        return bool(owners & viewers)

    async def _socket(
        self, scope: Scope, headers: list[Any], jar: cookies.Jar, address: str, receive: Receive, send: Send
    ) -> None:
        if not origin_allowed(headers):
            await _refuse(scope, send, CLOSED_BY_POLICY)
            return
        if SOCKETS.from_address(address) >= settings().sockets_per_address:
            await _refuse(scope, send, CLOSED_BY_LOAD)
            return
        sid = await live(jar.sid)
        # A visitor's Streamlit session belongs to one browser too; this is no sign-in, no row has such an id.
        identity = sid or f"visitor:{jar.browser}"
        told = [(b"x-rapport-sid", identity), (b"x-rapport-address", address), (b"x-rapport-browser", jar.browser)]
        scope = dict(scope, headers=headers + [(k, v.encode("latin-1", "replace")) for k, v in told])
        loop, gone = asyncio.get_running_loop(), asyncio.Event()

        def close() -> None:
            loop.call_soon_threadsafe(gone.set)

        bucket = Bucket(20, 80) if sid else Bucket(10, 50)
        SOCKETS.register(identity, address, close)
        try:
            await self.app(scope, _filtered(receive, send, gone, bucket), self._noting_media(send, identity))
        finally:
            SOCKETS.unregister(identity, address, close)

    def _noting_media(self, send: Send, identity: str) -> Send:
        async def send_and_note(message: Message) -> None:
            for name in MEDIA.findall(message.get("bytes") or b""):
                self.media_owner.setdefault(name, set()).add(identity)
                self.media_owner.move_to_end(name)
            while len(self.media_owner) > MOST_MEDIA:
                self.media_owner.popitem(last=False)
            await send(message)

        return send_and_note


def _filtered(receive: Receive, send: Send, gone: asyncio.Event, bucket: Bucket) -> Receive:
    """Frames as they come, one at a time and not too fast; unknown kinds vanish; ends when the session does."""
    ending = asyncio.ensure_future(gone.wait())

    async def next_frame() -> Message:
        while True:
            incoming = asyncio.ensure_future(receive())
            # Waiting here yields to the loop on every frame; Streamlit's own loop would not (security.md, S6).
            await asyncio.wait({incoming, ending}, return_when=asyncio.FIRST_COMPLETED)
            if gone.is_set():
                incoming.cancel()
                await send({"type": "websocket.close", "code": CLOSED_BY_SIGN_OUT})
                return {"type": "websocket.disconnect", "code": CLOSED_BY_SIGN_OUT}
            message: Message = incoming.result()
            if message["type"] == "websocket.disconnect":
                ending.cancel()
            if message["type"] != "websocket.receive" or message.get("bytes") is None:
                return message
            if not bucket.take():
                LOG.warning("a socket sent frames too fast and was closed")
                await send({"type": "websocket.close", "code": CLOSED_BY_POLICY})
                return {"type": "websocket.disconnect", "code": CLOSED_BY_POLICY}
            if _wanted(message["bytes"]):
                return message

    return next_frame


def _wanted(frame: bytes) -> bool:
    if len(frame) > 4 * 2**20:
        return True  # Streamlit closes it by its own limit
    parsed = BackMsg()
    try:
        parsed.ParseFromString(frame)
    except Exception:
        return True  # garbage: Streamlit answers it with a protocol error
    return parsed.WhichOneof("type") in FRAMES


async def live(sid: str) -> str:
    """The session id if it stands for somebody signed in, else "". When it cannot be checked the answer is no."""
    if not sid:
        return ""
    try:
        return sid if await asyncio.to_thread(sessions.is_live, sid) else ""
    except Exception:
        LOG.exception("could not check a session")
        return ""


def _header(headers: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    return next((v.decode("latin-1") for k, v in headers if k == name), None)


def address_of(scope: Scope, headers: list[tuple[bytes, bytes]]) -> str:
    """The caller's network address: the entry of X-Forwarded-For that our own outermost proxy wrote, else the peer."""
    peer = scope["client"][0] if scope.get("client") else ""
    depth = settings().trusted_proxies
    hops = [h.strip() for h in (_header(headers, b"x-forwarded-for") or "").split(",") if h.strip()]
    if depth and len(hops) >= depth:
        return re.sub(r"[^0-9a-fA-F.:]", "", hops[-depth])[:64]
    return str(peer)


def host_allowed(headers: list[tuple[bytes, bytes]]) -> bool:
    """Only the host of the public address and this machine itself are served."""
    host = _header(headers, b"host")
    try:
        name = urlsplit(f"//{host}").hostname if host else None
    except ValueError:
        return False
    return name in {urlsplit(settings().public_url).hostname, "127.0.0.1", "localhost", "::1"}


def origin_allowed(headers: list[tuple[bytes, bytes]]) -> bool:
    """A browser's socket must come from a page of ours: same host and port. Programs send no Origin."""
    origin = _header(headers, b"origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https"):
        return False
    return parts.netloc == _header(headers, b"host") or origin == settings().public_url.rstrip("/")


def with_headers(send: Send, path: str, jar: cookies.Jar) -> Send:
    """Add the security headers, keep private answers out of caches, give a pre-login cookie with the page."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {k for k, _v in SECURITY_HEADERS}
            headers = [(k, v) for k, v in message.get("headers", []) if k.lower() not in ours]
            headers += SECURITY_HEADERS
            kind = next((v for k, v in headers if k.lower() == b"content-type"), b"")
            if path.startswith(("/media/", "/files/")) or kind.startswith(b"text/html"):
                headers = [(k, v) for k, v in headers if k.lower() != b"cache-control"]
                headers.append((b"cache-control", b"private, no-store"))
            if kind.startswith(b"text/html") and not jar.before:
                headers += [(b"set-cookie", c.encode()) for c in cookies.fresh()]
            message = {**message, "headers": headers}
        await send(message)

    return send_with_headers


async def _refuse(scope: Scope, send: Send, code: int) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": code if code > 999 else CLOSED_BY_POLICY})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *SECURITY_HEADERS]
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not available."})

"""The headers of every answer: what a page may load and who may frame it, and what may be kept in caches."""

import re
from base64 import b64encode
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from starlette.types import Message, Send

from api import cookies

PRIVATE = ("/media/", "/files/", "/session/")


def _inline_scripts() -> str:
    """The digests of the inline scripts in Streamlit's own page; nothing else inline may run."""
    found = find_spec("streamlit")
    if found is None or found.origin is None:
        raise RuntimeError("streamlit is not installed")
    page = (Path(found.origin).parent / "static" / "index.html").read_text("utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return " ".join(f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in scripts)


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


def with_headers(send: Send, path: str, jar: cookies.Jar) -> Send:
    """Add the security headers, keep private answers out of caches, give a pre-login cookie with the page."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {k for k, _v in SECURITY_HEADERS}
            headers = [(k, v) for k, v in message.get("headers", []) if k.lower() not in ours]
            headers += SECURITY_HEADERS
            kind = next((v for k, v in headers if k.lower() == b"content-type"), b"")
            if path.startswith(PRIVATE) or kind.startswith(b"text/html"):
                headers = [(k, v) for k, v in headers if k.lower() != b"cache-control"]
                headers.append((b"cache-control", b"private, no-store"))
            if kind.startswith(b"text/html") and not jar.before:
                headers += [(b"set-cookie", c.encode()) for c in cookies.fresh()]
            message = {**message, "headers": headers}
        await send(message)

    return send_with_headers

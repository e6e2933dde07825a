"""Who is calling: the network address, and whether host and origin are ours."""

import re
from urllib.parse import urlsplit

from starlette.types import Scope

from services.settings import settings

Headers = list[tuple[bytes, bytes]]
HOST = re.compile(r"([\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?")
HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def header(headers: Headers, name: bytes) -> str | None:
    """The first value of a header; `name` in lower case."""
    return next((v.decode("latin-1") for k, v in headers if k == name), None)


def address_of(scope: Scope, headers: Headers) -> str:
    """The caller's network address: the entry of X-Forwarded-For that our own outermost proxy wrote, else the peer."""
    peer = str(scope["client"][0]) if scope.get("client") else ""
    depth = settings().trusted_proxies
    hops = [h.strip() for h in (header(headers, b"x-forwarded-for") or "").split(",") if h.strip()]
    if depth and len(hops) >= depth:
        return re.sub(r"[^0-9a-fA-F.:]", "", hops[-depth])[:64]
    # uvicorn puts what X-Forwarded-For says in place of a peer on this machine: anybody here, or behind a proxy here
    # that hands the header through, could claim any address.
    claimed = any(hop == peer or hop.startswith((f"{peer}:", f"[{peer}]")) for hop in hops)
    return "127.0.0.1" if claimed else peer


def hosts() -> list[str]:
    """The names that are served: that of the public address and this machine itself."""
    return sorted({urlsplit(settings().public_url).hostname or "", *HERE} - {""})


def host_allowed(headers: Headers) -> bool:
    """Whether exactly one host is named and it is one of ours."""
    named = [v.decode("latin-1") for k, v in headers if k == b"host"]
    found = HOST.fullmatch(named[0]) if len(named) == 1 else None
    return found is not None and found.group(1).strip("[]").lower() in hosts()


def same_origin(headers: Headers) -> bool:
    """Whether a page of ours is asking: same scheme, host and port as the address it was opened at."""
    origin = header(headers, b"origin")
    try:
        parts = urlsplit(origin or "")
    except ValueError:
        return False
    if origin == settings().public_url.rstrip("/"):
        return True
    # Over https only this machine itself may be asked in the clear: a page on http could be anybody's on the way.
    schemes = {"https"} if settings().https and parts.hostname not in HERE else {"http", "https"}
    return parts.scheme in schemes and parts.netloc == header(headers, b"host")


def origin_allowed(headers: Headers) -> bool:
    """For sockets: a browser's must come from a page of ours. Programs send no Origin."""
    return header(headers, b"origin") is None or same_origin(headers)

"""Signed messages: HMAC-SHA256 over the time and the body, so neither can be changed, and old ones are not taken."""

import hashlib
import hmac
import re

TOLERANCE_S = 300
_HEADER = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def signature(secret: str, at: int, body: bytes) -> str:
    """The header of a message sent at `at` (seconds since 1970)."""
    return f"t={at},v1={_digest(secret, at, body)}"


def genuine(secret: str, header: str, body: bytes, now: float) -> bool:
    """Whether the header was made with the secret for this body, not more than five minutes before or after `now`."""
    found = _HEADER.fullmatch(header)
    if found is None or not secret:
        return False
    at = int(found.group(1))
    same = hmac.compare_digest(_digest(secret, at, body), found.group(2))
    return same and abs(now - at) <= TOLERANCE_S


def _digest(secret: str, at: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()

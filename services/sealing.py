"""Short secrets that have to be read again are stored sealed with a key of this installation, which no backup holds.

HMAC-SHA256 is the one cipher part that Python itself brings: it makes the key stream (one block per counter under a
fresh nonce) and, under a second key, the mark over nonce, purpose and text ("encrypt, then authenticate").
"""

import base64
import hmac
import secrets
from itertools import count

from services.settings import secret

KEY = "sealing-key"
_PREFIX = "v1."
_NONCE, _MARK = 16, 16


def seal(plain: str, purpose: str) -> str:
    """The text sealed. Only `opened` with the same `purpose` ("second-factor:17") gives it back."""
    nonce, text = secrets.token_bytes(_NONCE), plain.encode()
    hidden = _mixed(nonce, text)
    return _PREFIX + base64.urlsafe_b64encode(nonce + hidden + _mark(nonce, hidden, purpose)).decode()


def opened(stored: str, purpose: str) -> str | None:
    """What was sealed; None where the key is another one, the text was changed, or it was sealed for something else."""
    if not is_sealed(stored):
        return None
    try:
        raw = base64.b64decode(stored.removeprefix(_PREFIX), altchars=b"-_", validate=True)
    except ValueError:
        return None
    nonce, hidden, mark = raw[:_NONCE], raw[_NONCE:-_MARK], raw[-_MARK:]
    if not hmac.compare_digest(mark, _mark(nonce, hidden, purpose)):
        return None
    return _mixed(nonce, hidden).decode()


def is_sealed(stored: str) -> bool:
    """Whether a stored text is a sealed one."""
    return stored.startswith(_PREFIX)


def _key(use: str) -> bytes:
    return hmac.digest(secret(KEY).encode(), use.encode(), "sha256")


def _mixed(nonce: bytes, text: bytes) -> bytes:
    key, stream = _key("encrypt"), bytearray()
    for block in count():
        if len(stream) >= len(text):
            return bytes(a ^ b for a, b in zip(text, stream, strict=False))
        stream += hmac.digest(key, nonce + block.to_bytes(4), "sha256")
    raise AssertionError("unreachable")


def _mark(nonce: bytes, hidden: bytes, purpose: str) -> bytes:
    return hmac.digest(_key("authenticate"), nonce + purpose.encode() + b"\0" + hidden, "sha256")[:_MARK]

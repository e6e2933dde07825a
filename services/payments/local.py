"""The test provider (`cli.py test-payment-provider`), spoken to over HTTP like any other."""

import json
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from services.errors import Unavailable
from services.payments.signing import genuine, signature
from services.text import _

TIMEOUT_S = 5


class LocalProvider:
    """See provider.Provider. No money moves."""

    name = "test"

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.secret = url.rstrip("/"), secret

    def start(self, reference: str, amount_cents: int, currency: str, back_to: str) -> str:
        asked = {"reference": reference, "amount_cents": amount_cents, "currency": currency, "back_to": back_to}
        page = str(self._post("/payments", asked).get("page", ""))
        if urlsplit(page)[:2] != urlsplit(self.url)[:2]:
            raise _away()
        return page

    def refund(self, reference: str, of: str, amount_cents: int, currency: str) -> None:
        asked = {"reference": reference, "of": of, "amount_cents": amount_cents, "currency": currency}
        self._post("/refunds", asked)

    def genuine(self, signature: str, body: bytes, now: float) -> bool:
        return genuine(self.secret, signature, body, now)

    def _post(self, path: str, asked: dict[str, object]) -> dict[str, object]:
        body = json.dumps(asked).encode()
        headers = {"content-type": "application/json", "x-signature": signature(self.secret, 0, body)}
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise _away()
        request = urllib.request.Request(self.url + path, body, headers)  # noqa: S310 - the scheme was looked at
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
                found = json.loads(answer.read(65_536))
        except urllib.error.HTTPError as error:
            error.close()
            raise _away() from error
        except (OSError, ValueError) as error:
            raise _away() from error
        return found if isinstance(found, dict) else {}


def _away() -> Unavailable:
    return Unavailable(_("The payment provider does not answer right now. Nothing was paid; please try again."))

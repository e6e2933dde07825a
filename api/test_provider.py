"""A payment provider for trying out: a payment page, a way back, and signed messages. No money moves.

It is an application of its own (`cli.py test-payment-provider`) and keeps what it knows in memory.
"""

import asyncio
import html
import json
import secrets
import urllib.request
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from services import clock
from services.payments.signing import signature

TIMEOUT_S = 10
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Test payment</title><h1>Test payment</h1><p>{amount} {currency}, no money moves.</p>
<form method="post"><button name="do" value="paid">Pay</button>
<button name="do" value="failed">Refuse</button></form>"""


class TestProvider:
    """The payments it knows, by our reference, and the messages it has sent."""

    __test__ = False  # no test class, whatever pytest makes of the name

    def __init__(self, url: str, hook: str, secret: str) -> None:
        self.url, self.hook, self.secret = url.rstrip("/"), hook, secret
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.sent: list[bytes] = []

    def app(self) -> Starlette:
        """The application."""
        routes = [
            Route("/payments", self.begin, methods=["POST"]),
            Route("/refunds", self.give_back, methods=["POST"]),
            Route("/pay/{reference}", self.page, methods=["GET", "POST"]),
        ]
        return Starlette(routes=routes)

    async def _asked(self, request: Request) -> dict[str, Any] | None:
        body = await request.body()
        known = secrets.compare_digest(request.headers.get("x-signature", ""), signature(self.secret, 0, body))
        return json.loads(body) if known else None

    async def begin(self, request: Request) -> Response:
        """A shop begins a payment; asked again it is the same one."""
        asked = await self._asked(request)
        if asked is None:
            return JSONResponse({"detail": "not genuine"}, 401)
        self.payments.setdefault(asked["reference"], asked)
        return JSONResponse({"page": f"{self.url}/pay/{asked['reference']}"})

    async def give_back(self, request: Request) -> Response:
        """A shop gives money back, once for each reference."""
        asked = await self._asked(request)
        if asked is None:
            return JSONResponse({"detail": "not genuine"}, 401)
        if asked["reference"] not in self.refunds:
            self.refunds[asked["reference"]] = asked
            await asyncio.to_thread(self.tell, "refund.done", asked)
        return JSONResponse({"taken": True})

    async def page(self, request: Request) -> Response:
        """What the customer sees, and back to the shop after a click."""
        found = self.payments.get(request.path_params["reference"])
        if found is None:
            return JSONResponse({"detail": "no such payment"}, 404)
        if request.method == "GET":
            amount, currency = found["amount_cents"] / 100, html.escape(str(found["currency"]))
            return HTMLResponse(PAGE.format(amount=f"{amount:.2f}", currency=currency))
        done = b"do=paid" in await request.body()
        await asyncio.to_thread(self.tell, "payment.paid" if done else "payment.failed", found)
        return RedirectResponse(found["back_to"], 303)

    def tell(self, kind: str, about: dict[str, Any]) -> int:
        """Send the shop a signed message; the status of its answer."""
        now = clock.now()
        event = {"id": secrets.token_hex(12), "kind": kind, "happened_at": now.isoformat()}
        event |= {k: about[k] for k in ("reference", "amount_cents", "currency")}
        body = json.dumps(event).encode()
        self.sent.append(body)
        headers = {
            "content-type": "application/json",
            "x-signature": signature(self.secret, int(now.timestamp()), body),
        }
        request = urllib.request.Request(self.hook, body, headers)  # noqa: S310 - the address of the shop, as started
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
            return int(answer.status)

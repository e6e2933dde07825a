"""To the payment provider and back: the way out for a customer, and the address its signed messages come to."""

import asyncio
import logging

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api import cookies
from services import clock, sessions, throttle
from services.errors import NotFound, RapportError, Unavailable
from services.payments import checkout, hook
from services.payments.provider import Event, provider
from services.work import SYSTEM, work

LOG = logging.getLogger(__name__)
LARGEST = 16_384


async def pay(request: Request) -> Response:
    """Send whoever is signed in to the payment page of an order of theirs."""
    sid, order_id = cookies.read(request.scope["headers"]).sid, int(request.path_params["order_id"])

    def begin() -> str:
        actor = sessions.actor_of(sid)
        return checkout.begin(actor, order_id) if actor else "/sign-in"

    try:
        return RedirectResponse(await asyncio.to_thread(begin), 303)
    except NotFound:
        return RedirectResponse("/orders", 303)
    except RapportError as refused:
        LOG.warning("no way to the payment provider: %s", type(refused).__name__)
        return RedirectResponse(f"/orders?order={order_id}&unpaid=1", 303)


async def message(request: Request) -> Response:
    """A message of the provider. 401 where it is not genuine: nothing is written then."""
    name = request.path_params["name"]
    chosen = provider(name)
    if chosen is None:
        return JSONResponse({"detail": "no such provider"}, 404)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return JSONResponse({"detail": "too large"}, 413)
    address = request.headers.get("x-rapport-address", "")
    if not chosen.genuine(request.headers.get("x-signature", ""), body, clock.now().timestamp()):
        slow = await asyncio.to_thread(_forged, address)
        LOG.warning("refused a message that says it comes from %s", chosen.name)
        return JSONResponse({"detail": "not genuine"}, 429 if slow else 401)
    try:
        event = Event.model_validate_json(body)
    except ValidationError:
        return JSONResponse({"detail": "not understood"}, 400)
    try:
        outcome = await asyncio.to_thread(_take, chosen.name, event)
    except Unavailable:
        return JSONResponse({"detail": "try again"}, 503)
    if outcome != hook.APPLIED:
        LOG.warning("message of %s: %s", chosen.name, outcome)
    return JSONResponse({"outcome": outcome})


def _take(name: str, event: Event) -> str:
    with work(SYSTEM) as w:
        return hook.take(w, name, event)


def _forged(address: str) -> bool:
    with work(SYSTEM) as w:
        return throttle.failed(w, "hook", address)


PAYMENT_ROUTES = [
    Route("/session/pay/{order_id:int}", pay, methods=["GET"]),
    Route("/hooks/payment/{name}", message, methods=["POST"]),
]

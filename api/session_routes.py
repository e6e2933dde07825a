"""The two addresses that change who is signed in, and where mailed links and health checks land."""

import asyncio
import logging
import shutil

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api import cookies
from api.callers import same_origin
from db import models, schema
from services import sessions, sign_in
from services.errors import RapportError
from services.settings import settings
from services.work import VISITOR, Actor, engines, reading, work

LOG = logging.getLogger(__name__)


def _visitor(request: Request) -> Actor:
    return Actor(name="visitor", address=request.headers.get("x-rapport-address", ""))


async def ticket(request: Request) -> Response:
    """Swap the one-time ticket of the sign-in page for the cookie, and go where the person wanted to go."""
    jar = cookies.read(request.scope["headers"])

    def redeem() -> sign_in.SignedIn | None:
        with work(_visitor(request)) as w:
            return sign_in.finish(
                w,
                request.query_params.get("t", ""),
                browser=jar.browser,
                user_agent=request.headers.get("user-agent", ""),
                replaces=jar.sid,
            )

    late = RedirectResponse("/sign-in?late=1", 303)
    try:
        done = await asyncio.to_thread(redeem)
    except RapportError:  # the database is away: nothing was used up or begun
        LOG.exception("could not redeem a ticket")
        return late
    if done is None:
        return late
    response = RedirectResponse(done.path, 303)
    strong = settings().https or jar.strong
    cookie = cookies.write(cookies.SESSION, done.secret, strong=strong, max_age=done.seconds)
    response.headers.append("set-cookie", cookie)
    return response


async def sign_out(request: Request) -> Response:
    """End this browser's session. POST from a page of ours only."""
    if not same_origin(request.scope["headers"]):
        return JSONResponse({"detail": "wrong origin"}, 403)
    jar = cookies.read(request.scope["headers"])

    def end() -> None:
        actor = sessions.actor_of(jar.sid)
        if actor is not None:
            with work(actor) as w:
                sessions.end(w, jar.sid)

    await asyncio.to_thread(end)
    response = RedirectResponse("/sign-in", 303)
    for strong in (True, False):
        response.headers.append("set-cookie", cookies.write(cookies.SESSION, "", strong=strong, max_age=0))
    return response


async def healthz(_request: Request) -> Response:
    """The process lives."""
    return JSONResponse({"status": "ok"})


async def readyz(_request: Request) -> Response:
    """The database answers, stands at the newest migration, and the disk has room. Says nothing else to a stranger."""

    def ready() -> bool:
        with reading(VISITOR) as w:
            w.session.get(models.Setting, "name")
        free = shutil.disk_usage(settings().var_dir).free
        return schema.current(engines().read) == schema.head() and free > 64 * 2**20

    try:
        good = await asyncio.to_thread(ready)
    except Exception:
        # Any reason not to know is a reason not to be ready; the log has it, a stranger does not.
        LOG.exception("not ready")
        good = False
    return JSONResponse({"status": "ready" if good else "not ready"}, 200 if good else 503)


ROUTES = [
    Route("/session/ticket", ticket, methods=["GET"]),
    Route("/session/sign-out", sign_out, methods=["POST"]),
    Route("/healthz", healthz),
    Route("/readyz", readyz),
]

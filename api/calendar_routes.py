"""Where calendar programs read what somebody has planned. The secret in the address is all they need, no cookie."""

import asyncio
import hashlib
import logging
from collections import OrderedDict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.gate import Bucket
from services import calendar_feeds
from services.errors import NotFound, RapportError, TooMany
from services.work import Actor, reading, work

LOG = logging.getLogger(__name__)
MOST_REMEMBERED = 5_000


class _Readers:
    """How often each address of a calendar is read; the ones longest unused are forgotten."""

    def __init__(self) -> None:
        self.buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, secret: str) -> bool:
        """Whether it may be read now: once in five seconds on average, twenty times at once."""
        key = hashlib.sha256(secret.encode()).hexdigest()
        bucket = self.buckets.setdefault(key, Bucket(0.2, 20))
        self.buckets.move_to_end(key)
        while len(self.buckets) > MOST_REMEMBERED:
            self.buckets.popitem(last=False)
        return bucket.take()


READERS = _Readers()


async def feed(request: Request) -> Response:
    """The calendar; 304 where the program has it already, 404 for any address that is none."""
    who = Actor(name="visitor", address=request.headers.get("x-rapport-address", ""))
    secret = str(request.path_params["secret"])

    def ask() -> bytes:
        with reading(who) as w:
            return calendar_feeds.read(w, secret)

    def count() -> None:
        with work(who) as w:
            calendar_feeds.wrong(w)

    if not READERS.take(secret):
        return Response(status_code=429, headers={"retry-after": "60"})
    try:
        body = await asyncio.to_thread(ask)
    except TooMany:
        return Response(status_code=429, headers={"retry-after": "60"})
    except NotFound:
        await asyncio.to_thread(count)
        return Response(status_code=404)
    except RapportError:
        LOG.exception("could not read a calendar")
        return Response(status_code=503, headers={"retry-after": "60"})
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    known = {t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


ROUTES = [Route("/calendar/{secret}.ics", feed, methods=["GET"])]

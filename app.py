"""Rapport's server: Streamlit behind the gate, with session routes, health checks and a background worker.

`make run`, `streamlit run app.py` and `uvicorn app:app` all end here. This module runs once per process; the pages
run on every click and begin in pages/navigation.py.
"""

import asyncio
import gc
import importlib
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config as streamlit_config

from api.calendar_routes import ROUTES as CALENDAR_ROUTES
from api.callers import hosts
from api.gate import Gate
from api.no_delay import without_delay
from api.payment_routes import PAYMENT_ROUTES
from api.session_routes import ROUTES
from api.sockets import SOCKETS, watch
from pages._ui.feedback import neutral_line
from pages._ui.left_pages import stay
from services import columnar, first_run, self_check, sessions
from services import work as units
from services.settings import secret, settings
from services.worker import Worker

ROOT = Path(__file__).resolve().parent
LOG = logging.getLogger("rapport")
#: Imported before the first visitor, so that nobody has to wait for them.
HEAVY = (
    "pandas",
    "altair",
    "pyarrow",
    "babel.dates",
    "phonenumbers",
    "rapidfuzz",
    "zxcvbn",
    "streamlit.elements.vega_charts",
)


def prepare() -> None:
    """Logging, self-check, server options that depend on the settings. Ends the process when it is unfit to start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    findings = self_check.start_up()
    for finding in findings:
        LOG.log(logging.INFO if finding.good else logging.ERROR, "%s", finding.line)
    if not all(f.good or not f.fatal for f in findings):
        logging.shutdown()
        # The line just logged says it all; an exception here would be printed as a crash of the server.
        os._exit(1)
    logging.getLogger().setLevel(settings().log_level)
    logging.getLogger("uvicorn.access").disabled = True  # addresses carry the one-time secrets of mailed links
    logging.getLogger("alembic").setLevel(logging.WARNING)  # /readyz asks for the migration level all the time
    streamlit_config.set_option("server.cookieSecret", secret("cookie-secret"))
    streamlit_config.set_option("server.maxUploadSize", settings().upload_mb)
    streamlit_config.set_option("server.allowedHosts", hosts())


def say_where() -> None:
    """The address, and the set-up code while there is no administrator."""
    lines = [f"Rapport is at {settings().public_url}"]
    with units.reading(units.SYSTEM) as w:
        if first_run.needed(w):
            lines.append(f"Set-up code for the first-run page: {first_run.code()}")
    print("\n".join(["", *lines, ""]), file=sys.stderr, flush=True)  # noqa: T201 - the console is where it is looked for


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Around the life of the process: heavy imports first, then freeze what will never be garbage."""
    prepare()
    without_delay(asyncio.get_running_loop())
    stay()
    for name in HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is there now is never garbage; later collections need not look at it
    sys.setswitchinterval(0.001)  # one busy page must not make the others wait (performance.md, point 4)
    sessions.ended_listeners.append(SOCKETS.cut)
    watching = asyncio.create_task(watch(sessions.dead_among))
    worker = Worker()
    if settings().worker:
        worker.start()
    say_where()
    try:
        yield {}
    finally:
        worker.stop()
        columnar.stop()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        units.engines().dispose()


app = st.App(
    ROOT / "pages" / "navigation.py",
    lifespan=lifespan,
    routes=[*ROUTES, *CALENDAR_ROUTES, *PAYMENT_ROUTES],
    middleware=[Middleware(Gate)],
    on_script_error=neutral_line,
)

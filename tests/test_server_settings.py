"""The options of Streamlit that are in force once the server has started, and that they still mean what we think."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.runtime.scriptrunner import script_runner

ROOT = Path(__file__).resolve().parent.parent
IN_FORCE = {
    "client.allowedOrigins": [],
    "client.disableDataExport": True,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "viewer",
    "browser.gatherUsageStats": False,
    "global.developmentMode": False,
    "global.minCachedMessageSize": 2000.0,
    "runner.magicEnabled": False,
    "runner.postScriptGC": False,
    "server.allowedHosts": ["127.0.0.1", "::1", "crm.example", "localhost"],
    "server.disconnectedSessionTTL": 60,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": 7,
    "server.maxWidgetStateSize": 2,
    "server.runOnSave": False,
    "server.trustedUserHeaders": {"X-Rapport-Sid": "sid"},
}
START = """
import asyncio, json, app
from streamlit import config

async def started():
    async with app.lifespan(app.app):
        names = json.loads(%r)
        found = {n: config.get_option(n) for n in [*names, "server.cookieSecret"]}
        found["sockets are cut"] = app.SOCKETS.cut in app.sessions.ended_listeners
        print("IN FORCE", json.dumps(found))

asyncio.run(started())
"""


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process that has started the server says of its options."""
    settings = {
        "RAPPORT_VAR_DIR": str(tmp_path_factory.mktemp("var")),
        "RAPPORT_PUBLIC_URL": "https://crm.example",
        "RAPPORT_UPLOAD_MB": "7",
        "RAPPORT_WORKER": "false",
    }
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("RAPPORT_", "STREAMLIT_"))}
    program = START % json.dumps(list(IN_FORCE))
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env=outside | settings, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    [line] = [line for line in done.stdout.splitlines() if line.startswith("IN FORCE")]
    found: dict[str, Any] = json.loads(line.removeprefix("IN FORCE "))
    return found


@pytest.mark.parametrize("option", sorted(IN_FORCE))
def test_the_option_in_force_is_the_safe_one(in_force: dict[str, Any], option: str) -> None:
    assert in_force[option] == IN_FORCE[option]


def test_the_secret_of_cookies_is_this_installations_own(in_force: dict[str, Any]) -> None:
    assert len(in_force["server.cookieSecret"]) >= 32
    assert in_force["server.cookieSecret"] not in (ROOT / ".streamlit" / "config.toml").read_text("utf-8")


def test_the_sockets_of_a_session_are_closed_the_moment_it_ends(in_force: dict[str, Any]) -> None:
    """Without it the tabs would stay open until the next look for ended sessions."""
    assert in_force["sockets are cut"]


@pytest.mark.parametrize("option", sorted(IN_FORCE))
def test_streamlit_still_knows_the_option(option: str) -> None:
    """An option that was renamed would be ignored in silence."""
    assert option in config.get_config_options()


def test_the_option_against_collecting_after_every_run_still_does_that() -> None:
    source = Path(script_runner.__file__).read_text("utf-8")
    assert 'get_option("runner.postScriptGC")' in source
    assert "gc.collect(" in source


def test_no_page_lies_where_streamlit_would_run_it_by_itself() -> None:
    """Beside the running script there is no pages folder, and in pages/ itself nothing but that script."""
    assert [p.name for p in (ROOT / "pages").glob("*.py")] == ["navigation.py"]
    assert not (ROOT / "pages" / "pages").exists()

"""The files of the copies under var/analytics: taking one over, making one in a process of its own, sweeping."""

import json
import logging
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from db.columnar.build import PART
from db.columnar.copy import Copy, InUse, Limits, Unsound, remove
from services import clock
from services.settings import ROOT, settings

LOG = logging.getLogger(__name__)
NAME, ENDING = "analytics-", ".duckdb"
ABANDONED_S = 3600.0  # a part that nobody has written to for so long
SPARE_FOR_S = 86400.0  # a whole file that nobody uses is kept for so long: several processes may have ended together


def folder() -> Path:
    return settings().var_dir / "analytics"


def limits() -> Limits:
    """What DuckDB may use here."""
    return Limits(settings().analytics_memory, settings().analytics_threads, folder() / "spill")


def new_file() -> Path:
    return folder() / f"{NAME}{clock.now():%Y%m%d%H%M%S}-{secrets.token_hex(4)}{ENDING}"


def take_over(fits: Callable[[Copy], bool], own: Path | None = None) -> Copy | None:
    """The newest file that nobody uses and that could be brought to now. Those that could not be are removed.

    `own` is the file this process has open: DuckDB would open it a second time.
    """
    found: Copy | None = None
    for file in sorted(set(folder().glob(f"{NAME}*{ENDING}")) - {own}, reverse=True):
        if found is not None:
            _sweep_spare(file)
            continue
        try:
            copy = Copy.opened(file, limits())
        except InUse:
            continue
        except Unsound as error:
            LOG.warning("%s is damaged or of another version and is removed: %s", file.name, error)
            remove(file)
            continue
        if fits(copy):
            found = copy
        else:
            copy.close()
            remove(file)
    for part in folder().glob(f"{NAME}*{PART}*"):
        _remove_if_older(part, ABANDONED_S)
    return found


def _sweep_spare(file: Path) -> None:
    """Remove a file that nobody uses for a day. Whether somebody does is seen by its age: a file in use is written."""
    with suppress(OSError):
        if time.time() - max(p.stat().st_mtime for p in file.parent.glob(file.name + "*")) < SPARE_FOR_S:
            return
        try:
            Copy.opened(file, limits()).close()
        except InUse:
            return
        except Unsound:
            LOG.info("%s was left behind damaged", file.name)
        remove(file)


def _remove_if_older(path: Path, seconds: float) -> None:
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > seconds:
            path.unlink()


class BuildFailed(RuntimeError):
    """The process that makes a file ended without one; the message is the end of what it said."""


class Building:
    """A new file on its way, made by another process so that pages keep their speed and memory."""

    def __init__(self) -> None:
        self.file = new_file()
        self.share, self.step = 0.0, ""

    def run(self, stop: threading.Event, watch: Callable[[str, float], None] = lambda _step, _share: None) -> None:
        """Make the file. Raises BuildFailed; ends early, without a file, when `stop` is set."""
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        bounds = limits()
        order = {
            "url": settings().url,
            "file": str(self.file.resolve()),
            "as_of": clock.now().isoformat(),
            "memory": bounds.memory,
            "threads": str(bounds.threads),
            "spill": str(bounds.spill),
        }
        command = [sys.executable, "-m", "db.columnar.build"]
        process = subprocess.Popen(  # noqa: S603 - our own module; the address of the database travels by stdin
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stdin is not None  # noqa: S101 - asked for above
        assert process.stdout is not None  # noqa: S101 - as above
        assert process.stderr is not None  # noqa: S101 - as above
        said: list[str] = []
        listener = threading.Thread(target=lambda errors=process.stderr: said.extend(errors), daemon=True)
        listener.start()
        with suppress(BrokenPipeError), process.stdin as given:
            json.dump(order, given)
        for line in process.stdout:
            share, _blank, self.step = line.strip().partition(" ")
            self.share = float(share)
            watch(self.step, self.share)
            if stop.is_set():
                process.kill()
        code = process.wait()
        listener.join()
        process.stdout.close()
        process.stderr.close()
        if code and not stop.is_set():
            raise BuildFailed("".join(said[-3:]).strip() or f"exit code {code}")

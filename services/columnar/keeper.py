"""Keeping the copy of this process: made or taken over when first asked for, brought forward while it runs."""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime

from db.columnar import source
from db.columnar.copy import Copy, Unsound, remove
from services import clock
from services.columnar import files
from services.errors import Unavailable
from services.text import _
from services.work import engines

LOG = logging.getLogger(__name__)
TICK_S = 2.0
PATIENCE_S = 3.0  # a small company's copy is there before anybody needs to be told to wait
AGAIN_S = 60.0  # after a file could not be made


class Preparing(Unavailable):
    """There is no copy yet. `share` (0 to 1) says how far it is; ask again in a few seconds."""

    def __init__(self, share: float) -> None:
        self.share = share
        told = _("The figures are being prepared ({share} % done). They appear here in a moment.")
        super().__init__(told.format(share=round(100 * share)))


@dataclass(frozen=True)
class State:
    """How the copy of this process stands: `building` is the share that is done of a new file, None when none is."""

    as_of: datetime | None
    building: float | None
    step: str
    failed: bool
    file: str


class Keeper(threading.Thread):
    """One thread per process, from the first question on."""

    def __init__(self) -> None:
        super().__init__(name="rapport-columnar", daemon=True)
        self.copy: Copy | None = None
        self.building: files.Building | None = None
        self.failed = False
        self.distrusted = False
        self._ready = threading.Event()
        self._wake = threading.Event()
        self._stop_asked = threading.Event()

    def run(self) -> None:
        while not self._stop_asked.is_set():
            pause = TICK_S
            try:
                self._step()
                self.failed = False
            except Exception:
                # The copy is a convenience: whatever happens to it, the house goes on and it is tried again.
                LOG.exception("the columnar copy could not be brought forward")
                self.failed = True
                pause = TICK_S if self.copy else AGAIN_S
            self._wake.wait(pause)
            self._wake.clear()
        if self.copy is not None:
            self.copy.close()

    def _step(self) -> None:
        if self.copy is None or self.distrusted or not forward(self.copy):
            self._renew()

    def _renew(self) -> None:
        """Take over a file that fits or make a new one; the old one answers until then."""
        old = self.copy
        own = old.file if old else None
        fresh = files.take_over(forward, own)
        if fresh is None:
            self.building = files.Building()
            try:
                self.building.run(self._stop_asked)
            finally:
                self.building = None
            if self._stop_asked.is_set():
                return
            fresh = files.take_over(forward, own)
        if fresh is None:
            raise Unsound("the file that was just made is gone or cannot be brought forward")
        self.copy, self.distrusted = fresh, False
        self._ready.set()
        if old is not None:
            old.close()
            if old.file is not None:
                remove(old.file)

    def wait(self, seconds: float) -> Copy:
        """The copy, or Preparing after so many seconds."""
        self._ready.wait(seconds)
        copy = self.copy
        if copy is None:
            raise Preparing(self.building.share if self.building else 0.0)
        return copy

    def distrust(self, copy: Copy) -> None:
        """A question ran into damage in the file: make a new one."""
        if copy is self.copy:
            self.distrusted = True
            self._wake.set()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stop_asked.set()
        self._wake.set()


def forward(copy: Copy) -> bool:
    """Bring a copy to what is committed now. False: it has to be made anew."""
    as_of = clock.now()
    with source.snapshot(engines().read) as primary:
        return copy.forward(primary, as_of.isoformat())


class _Here:
    """The keeper of this process."""

    keeper: Keeper | None = None
    bound: Copy | None = None  # a copy that tests have made
    guard = threading.Lock()


def bind(copy: Copy | None) -> None:
    """Answer from this copy, which nobody brings forward, until bind(None). For tests."""
    _Here.bound = copy


def start() -> Keeper:
    """The keeper of this process; its thread is started at the first call."""
    with _Here.guard:
        if _Here.keeper is None or not _Here.keeper.is_alive():
            _Here.keeper = Keeper()
            _Here.keeper.start()
        return _Here.keeper


def stop() -> None:
    """End the thread and close the file, if there is one."""
    with _Here.guard:
        keeper, _Here.keeper = _Here.keeper, None
    if keeper is not None:
        keeper.stop()
        keeper.join(timeout=10)


def current() -> Copy:
    """The copy of this process. Raises Preparing."""
    return _Here.bound or start().wait(PATIENCE_S)


def distrust(copy: Copy) -> None:
    if _Here.keeper is not None:
        _Here.keeper.distrust(copy)


def follow_now() -> None:
    """Take in at once what is committed, for somebody who has just changed something and looks at its effect.

    Raises Preparing where there is no copy yet.
    """
    if _Here.bound is None:
        copy = current()
        if not forward(copy):
            start().wake()


def state() -> State:
    """How the copy of this process stands, without making one."""
    copy = _Here.bound or (_Here.keeper.copy if _Here.keeper else None)
    building = _Here.keeper.building if _Here.keeper else None
    return State(
        datetime.fromisoformat(copy.about.as_of) if copy else None,
        building.share if building else None,
        building.step if building else "",
        bool(_Here.keeper and _Here.keeper.failed),
        copy.file.name if copy and copy.file else "",
    )

"""The open sockets of this process: how many from where, and a way to close those of a session at once."""

import asyncio
import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

LOG = logging.getLogger(__name__)


class Sockets:
    """Registry of open sockets by session and by network address. `cut` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_session: defaultdict[str, set[Callable[[], None]]] = defaultdict(set)
        self._by_address: Counter[str] = Counter()

    def register(self, sid: str, address: str, close: Callable[[], None], *, most: int) -> bool:
        """Take a socket in, unless its network address holds `most` already: then False."""
        with self._lock:
            if self._by_address[address] >= most:
                return False
            self._by_session[sid].add(close)
            self._by_address[address] += 1
            return True

    def unregister(self, sid: str, address: str, close: Callable[[], None]) -> None:
        with self._lock:
            self._by_session[sid].discard(close)
            if not self._by_session[sid]:
                del self._by_session[sid]
            self._by_address[address] -= 1
            if self._by_address[address] <= 0:
                del self._by_address[address]

    def sessions(self) -> list[str]:
        """Sessions with at least one open socket; visitors are left out."""
        with self._lock:
            return [sid for sid in self._by_session if sid and not sid.startswith("visitor:")]

    def cut(self, sids: Sequence[str]) -> None:
        """Close every socket of these sessions."""
        with self._lock:
            closers = [close for sid in sids for close in self._by_session.get(sid, ())]
        for close in closers:
            close()
        if closers:
            LOG.info("closed %d sockets of ended sessions", len(closers))


SOCKETS = Sockets()


async def watch(dead_among: Callable[[Sequence[str]], list[str]], every_s: float = 1.0) -> None:
    """Close, within a second, sockets whose session ended elsewhere: another process, an administrator, time."""
    while True:
        await asyncio.sleep(every_s)
        sids = SOCKETS.sessions()
        if sids:
            try:
                SOCKETS.cut(await asyncio.to_thread(dead_among, sids))
            except Exception:
                # When the check cannot be made the pages refuse by themselves; the watch must outlive the fault.
                LOG.exception("could not check which sessions have ended")

"""Virtual users for the benchmarks, on the socket client of the tests: latency, processor time, memory."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from tests.wire import Wire


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


@dataclass
class Figures:
    """What a round gave: milliseconds per interaction, and the server's processor time for one."""

    latencies_ms: list[float] = field(default_factory=list)
    cpu_ms: float = 0.0
    bytes_each: int = 0
    errors: int = 0

    @property
    def p50(self) -> float:
        return percentile(self.latencies_ms, 0.5)

    @property
    def p95(self) -> float:
        return percentile(self.latencies_ms, 0.95)


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used so far."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def resident_mb(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 2**20


def closed_loop(tab: Wire, act: Callable[[Wire], object], pid: int, times: int = 150, think_s: float = 0.06) -> Figures:
    """One user who acts, waits and acts again."""
    for _warm in range(8):
        act(tab)
        time.sleep(think_s)
    found = Figures()
    before, size = cpu_seconds(pid), 0
    for _round in range(times):
        start = time.perf_counter()
        act(tab)
        found.latencies_ms.append((time.perf_counter() - start) * 1000)
        size += sum(f.ByteSize() for f in tab.last.frames)
        time.sleep(think_s)
    found.cpu_ms = (cpu_seconds(pid) - before) * 1000 / times
    found.bytes_each = size // times
    return found


def crowd(
    users: int, session: Callable[[int], Wire], act: Callable[[Wire, random.Random], object], pid: int, seconds: float
) -> Figures:
    """Many users with five seconds to think on average, at once."""
    found, lock = Figures(), threading.Lock()
    begin = threading.Event()
    until = [0.0]

    def one(number: int) -> None:
        chance = random.Random(number)
        try:
            with session(number) as tab:
                begin.wait()
                while time.monotonic() < until[0]:
                    time.sleep(chance.uniform(2.5, 7.5))
                    start = time.perf_counter()
                    act(tab, chance)
                    took = (time.perf_counter() - start) * 1000
                    with lock:
                        found.latencies_ms.append(took)
        except Exception as error:
            with lock:
                found.errors += 1
            print(f"user {number}: {type(error).__name__} {error}")

    threads = [threading.Thread(target=one, args=(n,)) for n in range(users)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    time.sleep(3)
    until[0] = time.monotonic() + seconds
    before = cpu_seconds(pid)
    begin.set()
    for thread in threads:
        thread.join()
    found.cpu_ms = (cpu_seconds(pid) - before) * 1000 / max(1, len(found.latencies_ms))
    return found

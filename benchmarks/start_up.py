"""How soon the server serves, what the first visitor pays, and what one busy page costs the others.

python -m benchmarks.start_up
"""

import tempfile
import threading
import time
from pathlib import Path

from benchmarks.load import percentile
from benchmarks.pages import PAGES, people_of
from db.models import Role
from tests.live_server import LiveServer, serving
from tests.wire import Wire

HEAVY = ("live", "period=all")


def visit(server: LiveServer) -> float:
    """Milliseconds from connecting to the end of the first run, for somebody new."""
    start = time.perf_counter()
    with Wire(server.url) as tab:
        tab.open("forgot")
    return (time.perf_counter() - start) * 1000


def reruns(server: LiveServer, cookies: dict[str, str], times: int = 120) -> list[float]:
    """Milliseconds per rerun of the basket page, with pauses."""
    found = []
    with Wire(server.url, cookies=cookies) as tab:
        tab.open("basket")
        for _round in range(times):
            start = time.perf_counter()
            tab.run()
            found.append((time.perf_counter() - start) * 1000)
            time.sleep(0.06)
    return found


def busy(server: LiveServer, cookies: dict[str, str], stop: threading.Event) -> None:
    """Somebody who clicks as fast as the gate lets through, on the heaviest page."""
    with Wire(server.url, cookies=cookies) as tab:
        tab.open(*HEAVY)
        while not stop.is_set():
            tab.run()
            time.sleep(0.04)  # the gate ends a socket that sends more than twenty frames a second


def main() -> None:
    with tempfile.TemporaryDirectory() as made, serving(Path(made) / "demo", prepared=False) as server:
        cookies = people_of(server)
        server.stop()
        start = time.perf_counter()
        server.start()
        ready = time.perf_counter() - start
        visits = [visit(server) for _n in range(10)]
        ratio = visits[0] / visits[-1]
        print(f"ready after {ready:.1f} s; first visitor {visits[0]:.0f} ms, tenth {visits[-1]:.0f} ms: {ratio:.1f} x")
        quiet = reruns(server, cookies[Role.CUSTOMER])
        stop = threading.Event()
        neighbour = threading.Thread(target=busy, args=(server, cookies[Role.MANAGER], stop))
        neighbour.start()
        loud = reruns(server, cookies[Role.CUSTOMER])
        stop.set()
        neighbour.join()
        before, after = percentile(quiet, 0.95), percentile(loud, 0.95)
        print(
            f"basket p95 alone {before:.1f} ms, beside somebody who hardly pauses on {HEAVY[0]} {after:.1f} ms: ",
            end="",
        )
        print(f"{after / before:.1f} x ({len(PAGES)} roles signed in)")


if __name__ == "__main__":
    main()

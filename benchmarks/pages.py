"""What a click costs: each page against an empty page, memory per session, fifty users at once, twenty thousand and two
million contacts.

    python -m benchmarks.pages [--quick]

Three servers take turns on this machine: Streamlit with an empty page as it comes, the same with the collection after
each run switched off, and Rapport with the demonstration company. `cpu` is the server's processor time for one rerun,
`x empty` its ratio to the second of the three.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.big import fill
from benchmarks.load import Figures, closed_loop, crowd, resident_mb
from db.models import Role
from services import demo, people
from services.work import SYSTEM, work
from tests.live_server import PASSWORD, LiveServer, attach, free_port, serving
from tests.wire import Wire, ask

Cookies = dict[Role, dict[str, str]]
EMPTY_PAGE = 'import streamlit as st\nimport pandas, altair, pyarrow\nst.title("Empty")\n'
PAGES = {
    Role.CUSTOMER: ("home", "account", "catalogue", "basket", "orders", "security"),
    Role.STAFF: ("customers", "customer?customer=1"),
    Role.MANAGER: ("live",),
    Role.ADMIN: ("people", "imports", "mailbox", "audit"),
}


@contextmanager
def empty_page(folder: Path, tuned: bool) -> Iterator[tuple[str, int]]:
    """A bare Streamlit server with one title; yields its address and process id."""
    folder.mkdir()
    (folder / "empty.py").write_text(EMPTY_PAGE)
    port = free_port()
    options = {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "false" if tuned else "true", "STREAMLIT_SERVER_HEADLESS": "true"}
    options["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] = "false"
    command = [sys.executable, "-m", "streamlit", "run", "empty.py", "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=folder, env=os.environ | options, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _wait in range(200):
            try:
                if ask(url, "/_stcore/health").status == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield url, process.pid
    finally:
        process.kill()
        process.wait()


def rerun(tab: Wire) -> None:
    tab.run()


def measured(url: str, pid: int, page: str, cookies: dict[str, str], times: int) -> Figures:
    """One user on one page."""
    name, _mark, query = page.partition("?")
    with Wire(url, cookies=cookies) as tab:
        tab.open(name, query)
        return closed_loop(tab, rerun, pid, times)


def line(name: str, found: Figures, floor: Figures) -> None:
    ratio = found.cpu_ms / floor.cpu_ms
    print(
        f"| {name} | {found.p50:.1f} | {found.p95:.1f} | {found.p50 / floor.p50:.1f} | {found.cpu_ms:.1f} "
        f"| {ratio:.1f} | {found.bytes_each / 1000:.1f} |",
        flush=True,
    )


def people_of(server: LiveServer) -> Cookies:
    """The demonstration company with its three people and an administrator, all signed in."""
    attach(server.engines)
    customer, agent, manager = demo.load(SYSTEM).sign_ins
    with work(SYSTEM) as w:
        people.add(w, "Grace Hopper", "grace@example.com", Role.ADMIN, PASSWORD)
    signed = {Role.CUSTOMER: customer, Role.STAFF: agent, Role.MANAGER: manager}
    cookies = {role: server.cookie_for(s.email, s.password) for role, s in signed.items()}
    return {**cookies, Role.ADMIN: server.cookie_for("grace@example.com")}


def each_page(server: LiveServer, cookies: Cookies, folder: Path, times: int) -> None:
    """The table of all pages."""
    assert server.process is not None
    with empty_page(folder / "plain", tuned=False) as plain, empty_page(folder / "tuned", tuned=True) as tuned:
        floor = measured(*tuned, "", {}, times)
        print("| page | p50 ms | p95 ms | p50 x empty | cpu ms | cpu x empty | kB a rerun |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        line("Streamlit's empty page as it comes", measured(*plain, "", {}, times), floor)
        line("the same, tuned (= 1)", floor, floor)
        line("forgot (public)", measured(server.url, server.process.pid, "forgot", {}, times), floor)
        for role, pages in PAGES.items():
            for page in pages:
                line(f"{page} ({role})", measured(server.url, server.process.pid, page, cookies[role], times), floor)
        line("the tuned empty page again", measured(*tuned, "", {}, times), floor)


def memory(server: LiveServer, cookies: Cookies, sessions: int = 100) -> None:
    """Resident memory before and after many open tabs."""
    assert server.process is not None
    before = resident_mb(server.process.pid)
    tabs = [Wire(server.url, cookies=cookies[Role.STAFF]) for _n in range(sessions)]
    for tab in tabs:
        tab.__enter__()
        tab.open("customers")
    after = resident_mb(server.process.pid)
    for tab in tabs:
        tab.__exit__()
    each = (after - before) / sessions
    print(f"\nmemory: {before:.0f} MB, with {sessions} more tabs {after:.0f} MB: {each:.2f} MB a tab")


def together(server: LiveServer, cookies: Cookies, users: int, seconds: float) -> None:
    """A mix of many people, five seconds of thinking each."""
    assert server.process is not None
    mix = [Role.CUSTOMER] * 6 + [Role.STAFF] * 3 + [Role.MANAGER]

    def session(number: int) -> Wire:
        return Wire(server.url, cookies=cookies[mix[number % len(mix)]])

    def act(tab: Wire, chance: random.Random) -> None:
        role = next(r for r, c in cookies.items() if c is tab.cookies)
        name, _mark, query = chance.choice(PAGES[role]).partition("?")
        tab.open(name, query)

    found = crowd(users, session, act, server.process.pid, seconds)
    print(
        f"\n{users} users, pages at random: {len(found.latencies_ms)} page loads, p50 {found.p50:.0f} ms, "
        f"p95 {found.p95:.0f} ms, {found.cpu_ms:.1f} ms of processor time each, {found.errors} errors"
    )


def small_and_large(folder: Path, times: int, contacts: int) -> None:
    """The customer page on a hundredth of the data and on all of it."""
    found = {}
    for name, share in (("small", 100), ("large", 1)):
        with serving(folder / name, RAPPORT_SOCKETS_PER_ADDRESS="500") as server:
            attach(server.engines)
            fill(server.engines, 100_000 // share, contacts // share, contacts // 2 // share)
            assert server.process is not None
            cookies = server.cookie_of(Role.STAFF)
            found[name] = measured(server.url, server.process.pid, "customer?customer=500", cookies, times)
    small, large = found["small"], found["large"]
    print()
    for count, shown in ((contacts // 100, small), (contacts, large)):
        print(
            f"customer page at {count:,} contacts: p50 {shown.p50:.1f}, p95 {shown.p95:.1f}, cpu {shown.cpu_ms:.1f} ms"
        )
    print(f"ratio of p50 {large.p50 / small.p50:.2f}, of processor time {large.cpu_ms / small.cpu_ms:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, for trying the script itself")
    quick = parser.parse_args().quick
    times = 15 if quick else 150
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with serving(folder / "demo", prepared=False, RAPPORT_SOCKETS_PER_ADDRESS="500") as server:
            cookies = people_of(server)
            each_page(server, cookies, folder, times)
            memory(server, cookies, 10 if quick else 100)
            for users in (50, 100, 150):
                together(server, cookies, users, 6 if quick else 40)
        small_and_large(folder, times, 20_000 if quick else 2_000_000)


if __name__ == "__main__":
    main()

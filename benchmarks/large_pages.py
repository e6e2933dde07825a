"""Every page on the large company of `benchmarks.large`: against a small one, against an empty page, and a crowd.

    python -m benchmarks.large /tmp/large
    python -m benchmarks.large /tmp/small --customers 3000 --orders 10000 --contacts 20000
    python -m benchmarks.large_pages /tmp/large --small /tmp/small [--only customer] [--users 50 --seconds 60] [--quick]

One user, 60 ms between clicks, full reruns; `open` is the first load in a new session. `x small` compares the server's
processor time with that of the same page on the small company, `x empty` with Streamlit's empty page with the
collection after each run switched off, all in one run. The crowd thinks five seconds on average.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from benchmarks.load import Figures, closed_loop, crowd, percentile
from benchmarks.pages import empty_page, measured, rerun
from tests.live_server import LiveServer, attach, serving
from tests.wire import Wire

CUSTOMER = (
    *("home", "account", "my-data", "catalogue", "catalogue?q=cofee", "catalogue?category=Coffee&sort=cheapest"),
    *("product?product=5", "basket", "orders", "orders?before={order}", "orders?order={order}", "my-cases"),
    *("my-cases?case={case}", "usual-order", "standing-orders", "security"),
)
TIMELINE = (
    *("", "&kinds=contact", "&kinds=change", "&text=kettle", "&text=zzzz", "&by=1", "&by=customer"),
    *("&channels=visit", "&since=2024-01-01&until=2024-03-01", "&grouped=true"),
)
STAFF = (
    *("today", "today?scope=team", "today?scope=all", "today?list=planned", "today?list=quiet"),
    *("customers", "customers?find=mu", "customers?find=Anna%20M%C3%BCller", "customers?find=Schmdit"),
    *("customers?find=2345", "customer?customer={customer}", "customer?customer={short}"),
    *(f"customer?customer={{long}}{narrowed}" for narrowed in TIMELINE),
    *("cases", "cases?scope=team", "cases?scope=all&state=settled", "cases?scope=all&state=all&text=grinder"),
    *("cases?scope=all&overdue=true", "case?case={open_case}", "order-desk", "order-desk?late=true", "money"),
    *("products", "reminders", "segments"),
)
MANAGER = (
    *("live", "live?period=all", "explore", "who-buys-again", "back-test", "patterns", "segment", "reasons"),
    *("contact-rules", "invitations", "saved-views"),
)
TEMPLATE = "Where is my parcel\\?"  # of the demonstration; as its label is sent
_FACTS = """SELECT p.customer_id AS customer, (SELECT max(id) FROM sales_order WHERE customer_id = p.customer_id)
    AS "order", (SELECT max(id) FROM support_case WHERE customer_id = p.customer_id) AS "case",
    (SELECT max(id) FROM support_case WHERE state = 'open') AS open_case FROM person p WHERE p.email = :email"""


@dataclass
class Company:
    """A running server on one of the companies, and who is signed in."""

    server: LiveServer
    people: dict[str, object]
    facts: dict[str, object]

    @property
    def pid(self) -> int:
        assert self.server.process is not None
        return self.server.process.pid

    def cookies(self, email: object) -> dict[str, str]:
        attach(self.server.engines)
        return self.server.browser_of(str(email))

    def at(self, page: str) -> tuple[str, str]:
        name, _mark, query = page.format(**self.facts).partition("?")
        return name, query


def company(server: LiveServer) -> Company:
    told = json.loads((server.var_dir / "people.json").read_text())
    with server.engines.read.connect() as connection:
        row = connection.execute(text(_FACTS), {"email": told["customers"][0]}).mappings().one()
    return Company(server, told, {**told, **row})


def each_page(where: Company, email: object, page: str, times: int) -> tuple[float, Figures]:
    """First load in ms, and the reruns."""
    with Wire(where.server.url, cookies=where.cookies(email), timeout=120) as tab:
        start = time.perf_counter()
        tab.open(*where.at(page))
        opened = (time.perf_counter() - start) * 1000
        return opened, closed_loop(tab, rerun, where.pid, times)


def pages(large: Company, small: Company | None, floor: Figures, only: str, times: int) -> None:
    print("| page | open ms | p50 ms | p95 ms | cpu ms | x small | x empty | kB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for email, those in (("customers", CUSTOMER), ("agent", STAFF), ("manager", MANAGER)):
        for page in (p for p in those if only in p):
            who = [c.people[email] for c in (large, small) if c is not None]
            who = [w[0] if isinstance(w, list) else w for w in who]
            opened, found = each_page(large, who[0], page, times)
            beside = each_page(small, who[1], page, times)[1] if small is not None else None
            ratio = f"{found.cpu_ms / beside.cpu_ms:.2f}" if beside else "–"
            print(
                f"| {page} | {opened:.0f} | {found.p50:.0f} | {found.p95:.0f} | {found.cpu_ms:.1f} | {ratio} "
                f"| {found.cpu_ms / floor.cpu_ms:.1f} | {found.bytes_each / 1000:.0f} |",
                flush=True,
            )


def steps(where: Company, times: int) -> None:
    """What writes: into the basket, another quantity, the order, a contact; p50 and p95 of each click."""
    took: dict[str, list[float]] = {}

    def timed(name: str, act: Callable[[], object]) -> None:
        start = time.perf_counter()
        act()
        took.setdefault(name, []).append((time.perf_counter() - start) * 1000)

    customers = where.people["customers"]
    assert isinstance(customers, list)
    with Wire(where.server.url, cookies=where.cookies(customers[0])) as tab:
        for n in range(times):
            buy(tab, timed, n)
    with Wire(where.server.url, cookies=where.cookies(where.people["agent"])) as tab:
        number = where.facts["customer"]
        for _n in range(times):
            tab.open("customer", f"customer={number}")
            tab.click(TEMPLATE)
            timed("log a contact", lambda: tab.click(f"log_{number}"))
    print("\n| step | p50 ms | p95 ms |\n| --- | ---: | ---: |")
    for name, values in took.items():
        print(f"| {name} | {percentile(values, 0.5):.0f} | {percentile(values, 0.95):.0f} |")


def buy(tab: Wire, timed: Callable[[str, Callable[[], object]], object], number: int) -> None:
    """One order, click by click."""
    timed("open the catalogue", lambda: tab.open("catalogue", "in_stock=true"))
    adds = [w.rpartition("-")[2] for w, (_k, e, _f) in tab.widgets.items() if e.label == "Add to basket"]
    timed("into the basket", lambda: tab.click(adds[number % len(adds)]))
    timed("open the basket", lambda: tab.open("basket"))
    box = next(w for w, (kind, _e, _f) in tab.widgets.items() if kind == "number_input")
    tab.put(box, 2)
    fragment = tab.widgets[box][2]
    timed("another quantity", lambda: tab.run(fragment=fragment))
    timed("confirm the order", lambda: tab.click("confirm"))


def together(where: Company, users: int, seconds: float) -> None:
    """Customers at once: pages at random, every tenth time an order, which is five reruns."""
    customers = where.people["customers"]
    assert isinstance(customers, list)
    cookies = [where.cookies(email) for email in customers]

    reruns: list[float] = []

    def timed(_name: str, step: Callable[[], object]) -> None:
        start = time.perf_counter()
        step()
        reruns.append((time.perf_counter() - start) * 1000)

    def act(tab: Wire, chance: random.Random) -> None:
        if chance.random() < 0.1:
            buy(tab, timed, chance.randrange(20))
        else:
            page = where.at(chance.choice([p for p in CUSTOMER if "{" not in p]))
            timed("open", lambda: tab.open(*page))

    found = crowd(
        users, lambda n: Wire(where.server.url, cookies=cookies[n % len(cookies)]), act, where.pid, seconds
    )  # fmt: skip
    print(
        f"\n{users} customers at once: {len(found.latencies_ms)} visits, p50 {found.p50:.0f} ms, "
        f"p95 {found.p95:.0f} ms, {found.cpu_ms:.1f} ms of processor time each, {found.errors} errors\n"
        f"each rerun by itself: {len(reruns)}, p50 {percentile(reruns, 0.5):.0f} ms, "
        f"p95 {percentile(reruns, 0.95):.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("large", type=Path)
    parser.add_argument("--small", type=Path)
    parser.add_argument("--url", default="", help="where the large company lies, if not in its folder")
    parser.add_argument("--only", default="", help="only pages whose address contains this")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--quick", action="store_true", help="a few reruns each, for trying the script itself")
    asked = parser.parse_args()
    times = 5 if asked.quick else 60
    options = {"RAPPORT_SOCKETS_PER_ADDRESS": "500", "RAPPORT_WORKER": "false"}
    with ExitStack() as stack, tempfile.TemporaryDirectory() as made:
        large = company(stack.enter_context(serving(asked.large, asked.url, prepared=False, **options)))
        small = asked.small and company(stack.enter_context(serving(asked.small, prepared=False, **options)))
        tuned = stack.enter_context(empty_page(Path(made) / "tuned", tuned=True))
        pages(large, small, measured(*tuned, "", {}, times), asked.only, times)
        if not asked.only:
            steps(large, times)
            together(large, asked.users, 10 if asked.quick else asked.seconds)


if __name__ == "__main__":
    main()

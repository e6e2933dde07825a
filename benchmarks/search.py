"""How long a search takes while somebody types: median of seven, per kind of question and number of customers.

    python -m benchmarks.search [--customers 50000,1000000] [--url postgresql://...]

Without `--url` SQLite files are made in a temporary folder. A database behind `--url` must be empty.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.people import fill
from db import schema
from db.engine import Engines, make_engines
from services import search
from services.work import SYSTEM, bind, reading

QUESTIONS = {
    "beginning of a common name": "mu",
    "common name": "Anna Müller",
    "spelt otherwise": "Mueller",
    "letters swapped": "Schmdit",
    "two words, one slip": "Zofia Kowalsky",
    "part of a word": "inberg",
    "e-mail, beginning": "anna.muller12",
    "phone, any notation": "0049 (30) 2000/12-34",
    "phone, last digits": "2345",
    "customer number": "C000123",
    "nobody": "Xylander Quentin",
}


def measure(engines: Engines) -> dict[str, tuple[float, int]]:
    """Question -> (median in milliseconds, hits)."""
    bind(engines)
    answers: dict[str, tuple[float, int]] = {}
    for question, typed in QUESTIONS.items():
        took = []
        for _turn in range(7):
            start = time.perf_counter()
            with reading(SYSTEM) as w:
                hits = search.customers(w, typed)
            took.append((time.perf_counter() - start) * 1000)
        answers[question] = (statistics.median(took), len(hits))
    return answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", default="50000")
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    for count in (int(n) for n in asked.customers.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            engines = make_engines(asked.url or f"sqlite:///{Path(folder) / 'search.db'}")
            schema.migrate(engines.write)
            with engines.write.begin() as connection:
                fill(connection, count)
            print(f"{engines.dialect}, {count} customers")
            for question, (ms, hits) in measure(engines).items():
                print(f"  {question:28} {ms:8.1f} ms  {hits:3} hits  ({QUESTIONS[question]})")
            engines.dispose()


if __name__ == "__main__":
    main()

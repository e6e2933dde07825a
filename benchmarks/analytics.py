"""A million customers fitted, learned and scored; each step as a ratio to the same work in plain scipy or scikit-learn.

python -m benchmarks.analytics [--customers 1000000]
"""

import argparse
import os
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd

from services.analytics import WORKER_ENVIRONMENT

os.environ.update(WORKER_ENVIRONMENT)  # before scikit-learn is imported, as the worker does

from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1
from sklearn.ensemble import HistGradientBoostingClassifier

from services.analytics import design, learned, teaching
from services.analytics.btyd import predict
from services.analytics.btyd.fit import fit, triples
from services.analytics.btyd.terms import Family, Triples
from services.analytics.recency import Floats, Purchases, bought_in, history, purchases
from services.analytics.score import MAIN, score, train


def orders(customers: int) -> pd.DataFrame:
    """Two and a half orders a customer over two years, by MBG/NBD's rules."""
    chance, days = np.random.default_rng(1), 730.0
    rate, stop = chance.gamma(0.6, 1 / 60.0, customers), chance.beta(0.8, 2.0, customers)
    day = chance.uniform(0, days, customers)
    who = np.arange(customers)
    rows: list[tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Floats]] = []
    while who.size:
        rows.append((who, day))
        after = day + chance.exponential(1 / np.maximum(rate[who], 1e-9))
        goes_on = (chance.random(who.size) > stop[who]) & (after < days)
        who, day = who[goes_on], after[goes_on]
    codes, at = (np.concatenate([row[part] for row in rows]) for part in (0, 1))
    times = np.datetime64("2024-01-01", "s") + (at * 86_400).astype("timedelta64[s]")
    return pd.DataFrame({"customer_id": codes, "ordered_at": times, "revenue": chance.gamma(3, 10, codes.size)})


Answer = TypeVar("Answer")


def timed(name: str, work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Seconds of the processor and answer; prints those of the wall clock and memory as well.

    With one thread both are the same on a machine that has nothing else to do; on a busy one only the first tells.
    """
    start, wall = time.process_time(), time.perf_counter()
    answer = work()
    took, passed = time.process_time() - start, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:48s} {took:7.2f} s ({passed:.1f} s passed)   peak so far {peak:6.0f} MB", flush=True)
    return took, answer


def plain_bg(of: Triples) -> Floats:
    """BG/NBD as in the paper: every customer for himself, slopes by differences."""
    x, t_x, length = of

    def loss(logs: Floats) -> float:
        r, alpha, a, b = np.exp(logs)
        alive = -(r + x) * np.log(alpha + length)
        dead = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x), -np.inf)
        rest = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
        return -float(np.mean(rest + np.logaddexp(alive, dead)))

    found: Floats = np.exp(minimize(loss, np.log([0.5, 60.0, 0.6, 2.0]), method="L-BFGS-B").x)
    return found


def plain_expected(parameters: Floats, of: Triples, days: float) -> Floats:
    """Equation 10 of Fader, Hardie & Lee for every customer."""
    r, alpha, a, b = parameters
    x, t_x, length = of
    series = hyp2f1(r + x, b + x, a + b + x - 1, days / (alpha + length + days))
    grown = (a + b + x - 1) / (a - 1) * (1 - ((alpha + length) / (alpha + length + days)) ** (r + x) * series)
    stopped = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + length) / (alpha + t_x)) ** (r + x), 0.0)
    answer: Floats = grown / (1 + stopped)
    return answer


def compare(bought: Purchases, as_of: int) -> list[tuple[str, float, float]]:
    """Step, our seconds, plain seconds."""
    _took, known = timed("(x, t_x, T) of everybody", lambda: triples(history(bought, as_of)))
    ours, found = timed("BG/NBD fitted, ours", lambda: fit(Family.BG_NBD, known))
    whole, _found = timed("BG/NBD fitted to all, ours", lambda: fit(Family.BG_NBD, known, known.x.size))
    plain, _parameters = timed("BG/NBD fitted to all, plain scipy", lambda: plain_bg(known))
    our_n, _n = timed("expected purchases, ours", lambda: predict.expected(found, known, MAIN))
    their_n, _m = timed("expected purchases, plain scipy", lambda: plain_expected(found.parameters, known, MAIN))
    rows = [("fit, sample", ours, plain), ("fit, everybody", whole, plain), ("expected purchases", our_n, their_n)]
    drawn = teaching.sample(bought, as_of)
    fits = design.fit_all(drawn, as_of - MAIN)
    table = design.table_at(drawn, as_of - MAIN, MAIN, fits)
    labels = (bought_in(drawn, table.index, as_of - MAIN, as_of)["n"].to_numpy() > 0).astype(int)
    columns = design.bent(table)
    trees = HistGradientBoostingClassifier(max_iter=120, max_leaf_nodes=15, early_stopping=False)
    bare, _trees = timed("boosted trees alone, one cut-off, scikit-learn", lambda: trees.fit(columns, labels))
    mine, _blend = timed("the blend, three cut-offs, ours", lambda: learned.learn(drawn, as_of, MAIN, fits))
    return [*rows, ("blend learned", mine, bare)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    asked = parser.parse_args()
    _took, made = timed("orders made", lambda: [orders(asked.customers)])
    read, bought = timed(f"{len(made[0]):,} orders to purchases", lambda: purchases(made.pop()))
    as_of = bought.last_day
    learning, model = timed("fitted and learned, three horizons", lambda: train(bought, as_of))
    assert model is not None
    scoring, found = timed(f"{asked.customers:,} customers scored", lambda: score(model, bought))
    assert len(found) == len(np.unique(bought.code))
    print(f"fitted and scored in {read + learning + scoring:.0f} s of the processor")
    for name, ours, plain in compare(bought, as_of):
        print(f"| {name} | {ours:.2f} s | {plain:.2f} s | {ours / plain:.2f} |")


if __name__ == "__main__":
    main()

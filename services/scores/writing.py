"""Writing what was found under the number of the run, in small transactions, and the one that puts it in force."""

import time
from collections.abc import Iterator, Mapping
from datetime import date
from math import isfinite
from typing import Any

import pandas as pd
from sqlalchemy import delete, insert, update
from sqlalchemy import select as columns_of
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from db.models import BacktestResult, Customer, CustomerScore, Purpose, ScoringRun, ScoringState
from services import audit, consents
from services.analytics.choose import Choice
from services.analytics.recency import day_of
from services.analytics.score import HORIZONS, MAIN, Model
from services.errors import Unavailable
from services.scores import queueing
from services.scores.fitting import Findings, counts_of
from services.scores.queueing import Claim
from services.work import SYSTEM, work

#: Rows of one transaction: short enough that nobody waits for it.
BATCH = 2_000
TRIES, PAUSE_S = 4, 0.5
_OF_MAIN = {"expected_90": f"n_{MAIN}", "expected_lo": "n_low", "expected_hi": "n_high", "decile": "decile"}
_DATES = ("next_from", "next_median", "next_to")


def clear(claim: Claim) -> None:
    """Take away what an earlier try of this run has left."""
    with work(SYSTEM) as w:
        queueing.held(w, claim)
        w.session.connection().execute(delete(BacktestResult).where(col(BacktestResult.run_id) == claim.run_id))
    _remove_scores(claim.run_id)


def rows_of(table: pd.DataFrame, why: pd.DataFrame, result: Findings, as_of: int) -> list[dict[str, Any]]:
    """The rows of `CustomerScore` (without the run) of the customers of `table` (`features`)."""
    figures, counts, reasons = result.figures.reindex(table.index), counts_of(table), _codes(why)
    unknown = pd.Series(float("nan"), index=table.index)
    columns: dict[str, list[Any]] = {
        "customer_id": [int(c) for c in table.index],
        "p_alive": [float(p) for p in figures["p_alive"]],
        "usual_gap": [_number(g) for g in counts["usual_gap"]],
        "purchases": [int(n) for n in counts["purchases"]],
        "first_on": [day_of(as_of - int(days)) for days in counts["since_first"]],
        "last_on": [day_of(as_of - int(days)) for days in counts["since_last"]],
        "reasons": [reasons.get(c, []) for c in table.index],
    }
    for days in HORIZONS:
        name = f"p_buy_{days}"
        columns[name] = [_number(p) for p in (figures[name] if days in result.usable else unknown)]
    for name, of in _OF_MAIN.items():
        columns[name] = [_number(v) for v in (figures[of] if MAIN in result.usable else unknown)]
    columns["decile"] = [None if d is None else int(d) for d in columns["decile"]]
    for name in _DATES:
        columns[name] = [_day(as_of, v) for v in (figures[name] if MAIN in result.usable else unknown)]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _codes(why: pd.DataFrame) -> dict[int, list[list[Any]]]:
    """Customer -> [fact, column, points of probability, value, other], the strongest first."""
    found: dict[int, list[list[Any]]] = {}
    for customer, _place, fact, column, points, value, other in why.itertuples():
        row = [str(fact), str(column), round(points, 4), round(value, 2), round(other, 2)]
        found.setdefault(int(customer), []).append(row)
    return found


def _number(value: Any) -> float | None:
    return float(value) if isfinite(value) else None


def _day(as_of: int, ahead: float) -> date | None:
    return day_of(as_of + round(ahead)) if isfinite(ahead) else None


def scores(claim: Claim, rows: list[dict[str, Any]]) -> int:
    """Write rows, batch by batch; who is gone or objects by now is left out. Returns how many. Raises Lost, Stopped."""
    return sum(_batch(claim, rows[begin : begin + BATCH]) for begin in range(0, len(rows), BATCH))


def _batch(claim: Claim, rows: list[dict[str, Any]]) -> int:
    """One transaction; tried again when the database was busy, or when a customer went in between."""
    for attempt in range(1, TRIES + 1):
        try:
            with work(SYSTEM) as w:
                queueing.held(w, claim)
                # The rows come sorted by number, so the database is asked for a stretch, not for 2,000 numbers.
                stretch = col(Customer.id).between(rows[0]["customer_id"], rows[-1]["customer_id"])
                there = columns_of(col(Customer.id)).where(stretch)
                there = there.where(~consents.objects(col(Customer.id), Purpose.PROFILING))
                known = set(w.session.connection().scalars(there))
                given = [{**row, "run_id": claim.run_id} for row in rows if row["customer_id"] in known]
                if given:
                    w.session.connection().execute(insert(CustomerScore), given)
                return len(given)
        except (Unavailable, IntegrityError):
            if attempt == TRIES:
                raise
            time.sleep(PAUSE_S * attempt)
    raise AssertionError("unreachable")


def tests(claim: Claim, result: Findings) -> None:
    """The back-test, every candidate at every cut-off."""
    rows = list(_tested(claim.run_id, result))
    with work(SYSTEM) as w:
        queueing.held(w, claim)
        if rows:
            w.session.connection().execute(insert(BacktestResult), rows)


def _tested(run_id: int, result: Findings) -> Iterator[dict[str, Any]]:
    for days, cuts in result.tested.items():
        for cut in cuts:
            held = _plain(vars(cut.ranges)) if cut.ranges else {}
            for who, figures in cut.scores.items():
                table = cut.calibration[who]
                yield {
                    "run_id": run_id,
                    "days": days,
                    "cut_off": day_of(cut.as_of),
                    "candidate": str(who),
                    "customers": cut.customers,
                    "buyers": cut.buyers,
                    "figures": _plain(vars(figures)),
                    "calibration": [[round(float(v), 5) for v in row] for row in table.itertuples(index=False)],
                    "ranges": held,
                }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers that JSON knows; NaN becomes null."""
    return {k: (_number(v) if isinstance(v, float) else str(v) if isinstance(v, str) else v) for k, v in values.items()}


def told(choice: Choice) -> dict[str, Any]:
    """A choice as it is written down with the run."""
    better = choice.better_by
    return {
        "usable": choice.usable,
        "candidate": str(choice.candidate) if choice.candidate else None,
        "naive": str(choice.naive) if choice.naive else None,
        "notes": [str(note) for note in choice.notes],
        "better_by": _number(better),
        "cut_offs": [day_of(c).isoformat() for c in choice.cut_offs],
        "customers": choice.customers,
        "repeaters": choice.repeaters,
    }


def parameters(model: Model | None) -> dict[str, Any]:
    """What was fitted: family -> state, values in the order of the papers, customers; who speaks for which horizon."""
    if model is None:
        return {}
    fits = {
        str(family): {"state": str(f.state), "values": [_number(float(v)) for v in f.parameters], "n": f.customers}
        for family, f in model.fits.items()
    }
    extras = sorted({name for blend in model.blends.values() for name in blend.extras})
    speaking = {str(days): str(who) for days, who in model.chosen.items()}
    return {"fits": fits, "speaking": speaking, "extras": extras, "count_level": round(model.count_level, 4)}


def put_in_force(claim: Claim, **values: Any) -> None:
    """The one small transaction after which everybody reads the new figures. Raises Lost, Stopped."""
    with work(SYSTEM) as w:
        run = queueing.held(w, claim)
        older = update(ScoringRun).where(col(ScoringRun.state) == ScoringState.DONE)
        w.session.connection().execute(older.values(state=ScoringState.REPLACED))
        run.state, run.finished_at, run.heartbeat_at = ScoringState.DONE, w.now, w.now
        run.progress, run.step, run.error = 1.0, "", ""
        for name, value in values.items():
            setattr(run, name, value)
        w.session.add(run)
        audit.record(w, "scores.finish", "scoring_run", run.id, after={"customers": run.customers})


def prune() -> None:
    """Remove scores that nobody reads: of runs that were replaced, failed or were stopped."""
    with work(SYSTEM) as w:
        alive = (ScoringState.DONE, ScoringState.RUNNING)
        left = columns_of(col(CustomerScore.run_id)).where(col(CustomerScore.run_id) == col(ScoringRun.id)).exists()
        dead = columns_of(col(ScoringRun.id)).where(col(ScoringRun.state).not_in(alive), left)
        ids = list(w.session.connection().scalars(dead))
    for run_id in ids:
        _remove_scores(run_id)


def _remove_scores(run_id: int) -> None:
    """In small transactions, in the order of an index."""
    score = CustomerScore
    while True:
        with work(SYSTEM) as w:
            some = columns_of(col(score.customer_id)).where(col(score.run_id) == run_id).limit(BATCH)
            gone = delete(score).where(col(score.run_id) == run_id, col(score.customer_id).in_(some))
            if w.session.connection().execute(gone).rowcount < BATCH:
                return

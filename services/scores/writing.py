"""Writing what was found under the number of the run, in small transactions, and the one that puts it in force."""

import time
from collections.abc import Iterator, Mapping
from datetime import date
from math import isfinite
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, delete, insert, update
from sqlalchemy import select as columns_of
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from db.models import BacktestMember, BacktestResult, Customer, CustomerScore, Purpose, ScoringRun, ScoringState
from services import audit, consents
from services.analytics import metrics
from services.analytics.choose import Choice
from services.analytics.naive import Candidate
from services.analytics.recency import day_of
from services.analytics.score import HORIZONS, MAIN, Model
from services.errors import Unavailable
from services.scores import queueing, runs
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
    _remove(CustomerScore, claim.run_id)
    _remove(BacktestMember, claim.run_id)


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
    return sum(_batch(claim, CustomerScore, rows[begin : begin + BATCH]) for begin in range(0, len(rows), BATCH))


def _batch(claim: Claim, table: type[CustomerScore | BacktestMember], rows: list[dict[str, Any]]) -> int:
    """One transaction; tried again when the database was busy, or when a customer went in between."""
    for attempt in range(1, TRIES + 1):
        try:
            with work(SYSTEM) as w:
                queueing.held(w, claim)
                there = columns_of(col(Customer.id)).where(_among(rows))
                there = there.where(~consents.objects(col(Customer.id), Purpose.PROFILING))
                known = set(w.session.connection().scalars(there))
                given = [{**row, "run_id": claim.run_id} for row in rows if row["customer_id"] in known]
                if given:
                    w.session.connection().execute(insert(table), given)
                return len(given)
        except (Unavailable, IntegrityError):
            if attempt == TRIES:
                raise
            time.sleep(PAUSE_S * attempt)
    raise AssertionError("unreachable")


def _among(rows: list[dict[str, Any]]) -> ColumnElement[bool]:
    """The customers of rows that come sorted by number: a stretch, where most of its customers are meant, is found
    faster than 2,000 numbers."""
    first, last = rows[0]["customer_id"], rows[-1]["customer_id"]
    if last - first < 3 * len(rows):
        return col(Customer.id).between(first, last)
    return col(Customer.id).in_([row["customer_id"] for row in rows])


def tests(claim: Claim, result: Findings) -> None:
    """The back-test, every candidate at every cut-off."""
    rows = list(_tested(claim.run_id, result))
    with work(SYSTEM) as w:
        queueing.held(w, claim)
        if rows:
            w.session.connection().execute(insert(BacktestResult), rows)


def members(claim: Claim, result: Findings) -> None:
    """Who is behind the groups of the chart "said and came". Raises Lost, Stopped."""
    for days, cuts in result.tested.items():
        drawn = runs.drawn(result.choices[days].candidate)
        latest = next((cut for cut in cuts if drawn in cut.said), None)
        if latest is None:
            continue
        said = latest.said[Candidate(drawn)]
        columns = zip(
            said.index, metrics.places(said.to_numpy(float)), said, latest.came.reindex(said.index), strict=True
        )
        rows = [{"days": days, "customer_id": int(who), "place": int(place), "said": round(float(p), 5), "came": int(n)}
                for who, place, p, n in columns]  # fmt: skip
        rows.sort(key=lambda row: int(row["customer_id"]))
        for begin in range(0, len(rows), BATCH):
            _batch(claim, BacktestMember, rows[begin : begin + BATCH])


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
    """Remove what nobody reads: scores of runs that were replaced, failed or were stopped, and the lists behind the
    groups of back-tests that are not among the newest any more."""
    alive = (ScoringState.DONE, ScoringState.RUNNING)
    with work(SYSTEM) as w:
        run = col(ScoringRun.id)
        newest = columns_of(run).where(col(ScoringRun.state).in_(runs.FINISHED)).order_by(run.desc())
        kept = list(w.session.connection().scalars(newest.limit(runs.MOST_RUNS)))
        dead = columns_of(run).where(col(ScoringRun.state).not_in(alive), _left(CustomerScore))
        scored = list(w.session.connection().scalars(dead))
        going = columns_of(run).where(col(ScoringRun.state) != ScoringState.RUNNING, run.not_in(kept))
        listed = list(w.session.connection().scalars(going.where(_left(BacktestMember))))
    for run_id in scored:
        _remove(CustomerScore, run_id)
    for run_id in listed:
        _remove(BacktestMember, run_id)


def _left(table: type[CustomerScore | BacktestMember]) -> Any:
    return columns_of(col(table.run_id)).where(col(table.run_id) == col(ScoringRun.id)).exists()


def _remove(table: type[CustomerScore | BacktestMember], run_id: int) -> None:
    """In small transactions, in the order of an index."""
    while True:
        with work(SYSTEM) as w:
            some = columns_of(col(table.customer_id)).where(col(table.run_id) == run_id).limit(BATCH)
            gone = delete(table).where(col(table.run_id) == run_id, col(table.customer_id).in_(some))
            if not w.session.connection().execute(gone).rowcount:
                return

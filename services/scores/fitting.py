"""The reckoning of a run, without a database: back-test, choice, training, scoring, reasons. For a worker process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from services.analytics import backtest, choose, features, score, teaching
from services.analytics import reasons as explaining
from services.analytics.backtest import CutOff
from services.analytics.choose import Choice
from services.analytics.design import Fits
from services.analytics.score import HORIZONS, MAIN, Model
from services.scores.known import Known, part

#: Reasons are reckoned for so many customers at most: those whose probability is highest. See docs/analytics.md.
MOST_EXPLAINED = 200_000
_CHUNK = 20_000

Watch = Callable[[str, float], None]


@dataclass
class Findings:
    """What was found. `model` is None where nothing can be said about anybody."""

    tested: dict[int, list[CutOff]] = field(default_factory=dict)
    choices: dict[int, Choice] = field(default_factory=dict)
    model: Model | None = None
    figures: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def usable(self) -> list[int]:
        return [days for days, choice in self.choices.items() if choice.usable]


def found(known: Known, watch: Watch) -> Findings:
    """Test, choose, train and score. `watch` is told the step and the share that is done; what it raises ends it."""
    result, memo = Findings(), dict[int, Fits]()
    bought, until = known.bought, known.as_of
    drawn = teaching.sample(bought.until(until), until)
    for place, days in enumerate(HORIZONS):
        tested = []
        cut_offs = backtest.cut_offs(drawn, until, days)
        for n, as_of in enumerate(cut_offs):
            watch(f"backtest_{days}", (place + n / len(cut_offs)) / len(HORIZONS) * 0.7)
            tested.append(backtest.one(drawn, as_of, days, known.beside, memo))
        result.tested[days] = tested
        result.choices[days] = choose.choose(bought, until, days, tested)
    if not result.usable:
        return result
    watch("train", 0.72)
    wanted = {days: c.candidate for days, c in result.choices.items() if c.candidate is not None}
    speaking = {days: wanted.get(days, wanted[result.usable[0]]) for days in HORIZONS}
    result.model = score.train(bought, until, speaking, known.beside)
    if result.model is None:
        return result
    watch("score", 0.8)
    extras = known.beside[until] if known.beside else None
    result.figures = score.score(result.model, bought, extras)
    return result


def explained(known: Known, result: Findings, horizon: int) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """In pieces: features of some customers, and the reasons of those among them who are explained (`reasons`)."""
    model = result.model
    if model is None:
        return
    chance = result.figures[f"p_buy_{horizon}"]
    least = -1.0 if len(chance) <= MOST_EXPLAINED else float(chance.nlargest(MOST_EXPLAINED).iloc[-1])
    extras = known.beside[model.as_of] if known.beside else None
    names = sorted({name for blend in model.blends.values() for name in blend.extras})
    middle: pd.Series | None = None
    for begin in range(0, len(known.bought.customers), _CHUNK):
        table = features.features(part(known.bought, begin, begin + _CHUNK), model.as_of)
        if names:
            given = pd.DataFrame(index=table.index) if extras is None else extras
            table = table.join(given.reindex(index=table.index, columns=names).fillna(0.0).astype(float))
        if middle is None:
            middle = _typical(known, model, names, extras)
        chosen = table[(chance.reindex(table.index) >= least).to_numpy()]
        yield table, explaining.reasons(lambda t: score.probability(model, horizon, t), chosen, middle)


def _typical(known: Known, model: Model, names: list[str], extras: pd.DataFrame | None) -> pd.Series:
    """The median customer, from the customers that were learned from; who has no case is typical."""
    drawn = features.features(teaching.sample(known.bought.until(model.as_of), model.as_of), model.as_of)
    if names:
        given = pd.DataFrame(index=drawn.index) if extras is None else extras
        drawn = drawn.join(given.reindex(index=drawn.index, columns=names).fillna(0.0).astype(float))
    return explaining.typical(drawn)


def explaining_horizon(result: Findings) -> int:
    """The horizon that reasons are given for: the main one, or the first that can be used."""
    return MAIN if MAIN in result.usable else result.usable[0]


def counts_of(table: pd.DataFrame) -> pd.DataFrame:
    """What a forecast rests on, per customer of `features`: purchases, days since first and last, usual gap or NaN."""
    gap = np.where(table["x"] > 0, table["gap_mean"], np.nan)
    return pd.DataFrame(
        {"purchases": table["x"] + 1, "since_first": table["T"], "since_last": table["since_last"], "usual_gap": gap},
        index=table.index,
    )

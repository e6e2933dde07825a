"""Which candidate speaks for an installation: the one with the least error on its own held-out data."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from services.analytics import metrics, teaching
from services.analytics.backtest import CutOff
from services.analytics.btyd import fit
from services.analytics.btyd.fit import FitState
from services.analytics.metrics import Scores
from services.analytics.naive import NAIVE, Candidate
from services.analytics.recency import Purchases, history


class Note(StrEnum):
    """What has to be said beside a forecast; the first three say that there is none."""

    TOO_FEW_REPEATERS = "too_few_repeaters"  # below `fit.FEWEST_REPEATERS`: patterns only
    TOO_SHORT = "too_short"  # no past long enough for a back-test of this horizon
    NOBODY_CAME = "nobody_came"  # hardly anybody bought in the test windows, or hardly anybody did not: nothing to rank
    NOT_BETTER_THAN_NAIVE = "not_better_than_naive"  # or by so little that it may be chance; to be greyed
    RANKS_NO_BETTER = "ranks_no_better"  # the level is better than the rule's, the order of customers is not
    COUNTS_NOT_BETTER = "counts_not_better"  # numbers of purchases are no better than the rule's
    TOO_FEW_FOR_BLEND = "too_few_for_blend"  # below `teaching.FEWEST_REPEATERS`
    FIT_AT_BORDER = "fit_at_border"
    FIT_NOT_CONVERGED = "fit_not_converged"
    SEASON_UNSEEN = "season_unseen"  # less than two years of data: no season can be told from a trend
    SEASON_AHEAD = "season_ahead"  # in earlier years these days brought far more or less than usual; no model knows it


#: Buyers, and customers who did not buy, below which the test windows together tell nothing.
FEWEST_OF_EACH = 20
#: From such a ratio of the coming days to the rest of the year on a season is told, and its inverse.
SEASON = 1.5


@dataclass(frozen=True)
class Choice:
    """The outcome for one horizon. `standings` are means over `cut_offs`, on which all candidates were heard."""

    days: int
    candidate: Candidate | None
    naive: Candidate | None  # the best of the rules
    notes: tuple[Note, ...]
    standings: dict[Candidate, Scores]
    cut_offs: tuple[int, ...]
    customers: int
    repeaters: int

    @property
    def usable(self) -> bool:
        """Whether to show forecasts as such: there is a model, and it beats the rules of thumb."""
        return self.candidate is not None and Note.NOT_BETTER_THAN_NAIVE not in self.notes

    @property
    def better_by(self) -> float:
        """Share by which the model's error (log loss) is below that of the best rule; NaN without both."""
        if self.candidate is None or self.naive is None:
            return float("nan")
        return 1 - self.standings[self.candidate].log_loss / self.standings[self.naive].log_loss


def choose(bought: Purchases, until: int, days: int, tested: Sequence[CutOff]) -> Choice:
    """From the back-test of `days`, latest cut-off first.

    The judge is the mean log loss of P(buy): it falls with better ranking and with better level, and a sure "no" that
    was wrong costs dearly. Only candidates heard at the latest cut-off stand, on the days on which all of them were
    heard.
    """
    past = history(bought, until)
    repeaters = int((past["x"] > 0).sum())
    notes = _notes(bought, until, days, repeaters)
    standing = [c for c in Candidate if tested and c in tested[0].scores]
    common = [cut for cut in tested if all(c in cut.scores for c in standing) and 0 < cut.buyers < cut.customers]
    buyers = sum(cut.buyers for cut in common)
    few = min(buyers, sum(cut.customers for cut in common) - buyers) < FEWEST_OF_EACH
    if repeaters < fit.FEWEST_REPEATERS or few:
        if repeaters >= fit.FEWEST_REPEATERS:
            notes.append(Note.NOBODY_CAME if tested else Note.TOO_SHORT)
        return Choice(days, None, None, tuple(notes), {}, (), len(past), repeaters)
    standings = {c: metrics.averaged([cut.scores[c] for cut in common]) for c in standing}
    naive = min((c for c in standing if c in NAIVE), key=lambda c: standings[c].log_loss)
    models = [c for c in standing if c not in NAIVE]
    model = min(models, key=lambda c: standings[c].log_loss) if models else None
    notes += _compared(common, standings, model) if model else []
    notes += _of_fits(common[0], model)
    return Choice(days, model, naive, tuple(notes), standings, tuple(c.as_of for c in common), len(past), repeaters)


def _notes(bought: Purchases, until: int, days: int, repeaters: int) -> list[Note]:
    notes = []
    if repeaters < fit.FEWEST_REPEATERS:
        notes.append(Note.TOO_FEW_REPEATERS)
    elif repeaters < teaching.FEWEST_REPEATERS:
        notes.append(Note.TOO_FEW_FOR_BLEND)
    if until - bought.first_day < 730:
        notes.append(Note.SEASON_UNSEEN)
    elif not 1 / SEASON <= _season(bought, until, days) <= SEASON:
        notes.append(Note.SEASON_AHEAD)
    return notes


def _season(bought: Purchases, until: int, days: int) -> float:
    """Purchases a day in the coming days over those of the year around them, median of the earlier years; else 1."""
    per_day = np.bincount(np.maximum(bought.until(until).day - bought.first_day, 0)) if bought.day.size else np.zeros(0)
    ratios = []
    for year in range(1, (until - bought.first_day) // 365 + 1):
        begin = until - bought.first_day - 365 * year + 1
        around = per_day[max(begin + days // 2 - 182, 0) : begin + days // 2 + 183]
        if begin >= 0 and around.size >= 365 and around.sum() >= FEWEST_OF_EACH:
            ratios.append(per_day[begin : begin + days].mean() / around.mean())
    return float(np.median(ratios)) if len(ratios) > 1 else 1.0


def _compared(cuts: Sequence[CutOff], standings: dict[Candidate, Scores], model: Candidate) -> list[Note]:
    """Where the model is no better than the best of the rules in that respect."""
    own, rules = standings[model], {c: scores for c, scores in standings.items() if c in NAIVE}
    notes = []
    if own.log_loss >= np.log(2) or any(_may_be_chance(cuts, model, rule) for rule in rules):
        notes.append(Note.NOT_BETTER_THAN_NAIVE)  # a forecast that tosses a coin has the logarithm of two
    if own.auc <= max(r.auc for r in rules.values()):
        notes.append(Note.RANKS_NO_BETTER)
    if own.deviance >= min(r.deviance for r in rules.values()):
        notes.append(Note.COUNTS_NOT_BETTER)
    return notes


def _may_be_chance(cuts: Sequence[CutOff], model: Candidate, rule: Candidate) -> bool:
    """Whether the model's loss is below the rule's by no more than the standard error of the difference.

    The cut-offs are of the same customers, so what a customer adds to the mean is summed over them first: the error is
    the one that is robust to clusters (Liang & Zeger 1986), with the customers as clusters. With a single cut-off it is
    the deviation over the root of the number of customers.
    """
    gains = [cut.losses[rule] - cut.losses[model] for cut in cuts]
    parts = pd.concat([(gain - gain.mean()) / gain.size for gain in gains])
    error = np.sqrt((parts.groupby(level=0).sum() ** 2).sum()) / len(gains)
    return bool(np.mean([gain.mean() for gain in gains]) <= error)


def _of_fits(latest: CutOff, model: Candidate | None) -> list[Note]:
    """The state of the fits that the chosen model rests on: its own, or all for the blend."""
    states = {state for family, state in latest.fits.items() if model is Candidate.BLEND or family.value == model}
    told = {FitState.AT_BORDER: Note.FIT_AT_BORDER, FitState.NOT_CONVERGED: Note.FIT_NOT_CONVERGED}
    return [note for state, note in told.items() if state in states]

"""How good a forecast was: ranking, sharpness, level, calibration and the coverage of ranges."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaincinv, xlogy
from scipy.stats import rankdata

from services.analytics.recency import Floats, Ints

CALIBRATION_TYPES = {
    "customers": "int64",
    "predicted": "float64",  # mean of the bin
    "observed": "float64",  # share who bought
    "low": "float64",  # of the 80 % interval of the observed share
    "high": "float64",
}


@dataclass(frozen=True)
class Scores:
    """NaN where the data do not allow a figure: one class only, nobody who spent, no count forecast."""

    customers: int
    bought_share: float
    auc: float  # chance that a buyer was ranked above a non-buyer
    lift_10: float  # share of buyers in the best tenth over that of all
    brier: float  # mean squared error of the probability
    log_loss: float
    spearman: float  # rank correlation of expected and actual count
    total_error: float  # expected over actual count - 1
    deviance: float  # mean Poisson deviance of the count: ranking and level in one figure
    mae: float  # mean absolute error of the count over the mean count
    spend_share_10: float  # share of all spend that came from the best tenth by expected count


def auc(score: Floats, bought: Floats) -> float:
    """Area under the curve by ranks; ties count a half."""
    buyers = float(bought.sum())
    others = bought.size - buyers
    if not buyers or not others:
        return float("nan")
    return float((rankdata(score)[bought > 0].sum() - buyers * (buyers + 1) / 2) / buyers / others)


def best_tenth(score: Floats) -> Floats:
    """Weights that take the best tenth; customers who tie at its edge share its last places.

    So the order of the rows decides nothing.
    """
    places = max(score.size / 10, 1.0)
    weights = np.zeros(score.size)
    if not score.size:
        return weights
    edge = np.sort(score)[-int(np.ceil(places))]
    above, tied = score > edge, score == edge
    weights[above] = 1.0
    weights[tied] = (places - above.sum()) / tied.sum()
    return weights


def _spearman(one: Floats, other: Floats) -> float:
    a, b = rankdata(one), rankdata(other)
    if a.size < 2 or a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _deviance(expected: Floats, n: Floats) -> float:
    sure = np.maximum(expected, 1e-3)  # a forecast of nothing at all would be infinitely wrong at one purchase
    return float(2 * np.mean(xlogy(n, n / sure) - (n - sure)))


def log_losses(p_buy: Floats, bought: Floats) -> Floats:
    """Of each customer: minus the logarithm of the probability that was given to what came."""
    sure = np.clip(p_buy, 1e-6, 1 - 1e-6)
    found: Floats = -(bought * np.log(sure) + (1 - bought) * np.log(1 - sure))
    return found


def scores(p_buy: Floats, expected: Floats, n: Floats, spend: Floats) -> Scores:
    """Of one model at one cut-off: probability and expected count against what came (`n` purchases, `spend`)."""
    bought = (n > 0).astype(float)
    if not n.size:
        return Scores(0, *[float("nan")] * 10)
    share = float(bought.mean())
    best = best_tenth(p_buy)
    total, spent = float(n.sum()), float(spend.sum())
    nan = float("nan")
    return Scores(
        customers=n.size,
        bought_share=share,
        auc=auc(p_buy, bought),
        lift_10=float(best @ bought / best.sum() / share) if share else nan,
        brier=float(np.mean((p_buy - bought) ** 2)),
        log_loss=float(log_losses(p_buy, bought).mean()),
        spearman=_spearman(expected, n),
        total_error=float(expected.sum() / total - 1) if total else nan,
        deviance=_deviance(expected, n),
        mae=float(np.abs(expected - n).mean() / n.mean()) if total else nan,
        spend_share_10=float(best_tenth(expected) @ spend / spent) if spent else nan,
    )


def averaged(found: list[Scores]) -> Scores:
    """Means over cut-offs; the total error by its size, so that too high and too low do not cancel."""
    if not found:
        return Scores(0, *[float("nan")] * 10)
    table = pd.DataFrame([vars(one) for one in found])
    table["total_error"] = table["total_error"].abs()
    means = {str(name): float(value) for name, value in table.mean().items() if name != "customers"}
    return Scores(customers=int(table["customers"].sum()), **means)


def places(p_buy: Floats, bins: int = 10) -> Ints:
    """The bin of each customer in `calibration`, as the number of its row there, from 0."""
    wanted = np.minimum(((rankdata(p_buy) - 0.5) / max(p_buy.size, 1) * bins).astype(int), bins - 1)
    found: Ints = np.unique(wanted, return_inverse=True)[1]
    return found


def calibration(p_buy: Floats, bought: Floats, bins: int = 10) -> pd.DataFrame:
    """Customers in equal bins by probability: what was said, what came, and the 80 % interval of what came (Jeffreys).

    Out: `CALIBRATION_TYPES`, best bin last. Equal probabilities are never parted, so there may be fewer bins.
    """
    if not p_buy.size:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in CALIBRATION_TYPES.items()})
    table = pd.DataFrame({"bin": places(p_buy, bins), "p": p_buy, "bought": bought.astype(float)})
    found = table.groupby("bin").agg(customers=("p", "size"), predicted=("p", "mean"), came=("bought", "sum"))
    yes, no = found["came"].to_numpy() + 0.5, (found["customers"] - found["came"]).to_numpy() + 0.5
    found["observed"] = found["came"] / found["customers"]
    # Where nobody or everybody bought the interval reaches to the end, as Jeffreys intervals do.
    found["low"] = np.where(yes < 1, 0.0, betaincinv(yes, no, 0.1))
    found["high"] = np.where(no < 1, 1.0, betaincinv(yes, no, 0.9))
    return found[list(CALIBRATION_TYPES)].astype(CALIBRATION_TYPES).reset_index(drop=True)


def coverage(low: Floats, high: Floats, came: Floats) -> float:
    """Share of what came that lies within the ranges, ends included; NaN without any."""
    return float(np.mean((came >= low) & (came <= high))) if came.size else float("nan")

"""The codes of scoring runs in words: who speaks, what has to be said beside it, and why a customer is likely or not.

The codes are those of services/analytics, written as texts: its modules import scipy, which no page shall pay for.
"""

from collections.abc import Sequence
from typing import Any

from services.text import _, ngettext, number

FACTS = (
    "silence",
    "bought_lately",
    "bought_in_all",
    "known_since",
    "interval",
    "interval_changed",
    "spend",
    "extra",
)


def candidate(code: str | None) -> str:
    """A model or a rule of thumb."""
    return {
        "recency": _("rule: who bought lately buys again"),
        "last_period": _("rule: the last period once more"),
        "own_rate": _("rule: everybody at the own rate"),
        "bg_nbd": _("BG/NBD model"),
        "mbg_nbd": _("MBG/NBD model"),
        "pareto_nbd": _("Pareto/NBD model"),
        "mbg_cnbd_2": _("MBG/CNBD-2 model (dates)"),
        "blend": _("learned blend"),
        None: _("none"),
    }[code]


def note(code: str) -> str:
    """What has to be said beside a forecast, as a sentence."""
    return {
        "too_few_repeaters": _(
            "Too little data: fewer than 30 customers bought on a second day. Nothing can be learned from that."
        ),
        "too_short": _("Too little data: the past is too short to test a forecast of this length on it."),
        "nobody_came": _("In the periods of the test hardly anybody bought, or nearly everybody; nothing to test."),
        "not_better_than_naive": _(
            "On earlier periods no model foretold better than a rule of thumb, or by so little that it may be chance, "
            "so none is shown."
        ),
        "ranks_no_better": _("The level is better than that of the rules of thumb, the order of customers is not."),
        "counts_not_better": _("Numbers of purchases are foretold no better than by the rules of thumb."),
        "too_few_for_blend": _(
            "Fewer than 200 customers bought on a second day, so no model learns from their habits."
        ),
        "fit_at_border": _(
            "One fit ended at its border: the data hold no such differences between customers. Forecasts are usable; "
            "the parameter has no meaning of its own."
        ),
        "fit_not_converged": _("One fit did not converge; the model that rests on it is not used where it fails."),
        "season_unseen": _("Less than two years of data: a season cannot be told from a trend."),
        "season_ahead": _(
            "In earlier years these days brought far more or far fewer purchases than the rest of the year. The models "
            "know no seasons."
        ),
    }[code]


#: Notes that say why there is no forecast, and those that matter beside it; what is wrong with a fit does not.
_DECIDING = ("too_few_repeaters", "too_short", "nobody_came", "not_better_than_naive")
_BESIDE = ("too_few_for_blend", "season_unseen", "season_ahead")


def why_hidden(notes: Sequence[str], model: str | None, rule: str | None, better_by: float | None) -> list[str]:
    """Why there is no forecast, what decided first. `better_by`: the share by which the model erred less."""
    told = [note(code) for code in _DECIDING if code in notes]
    if "not_better_than_naive" in notes and model and rule and better_by is not None:
        words = {"model": candidate(model), "rule": candidate(rule), "n": number(abs(100 * better_by))}
        if better_by > 0:
            decided = _(
                "On earlier periods the error of the best model ({model}) was {n} % below that of the best rule of "
                "thumb ({rule}). With so few customers that may be chance, so it is not shown."
            )
        else:
            decided = _(
                "On earlier periods the error of the best model ({model}) was {n} % above that of the best rule of "
                "thumb ({rule}), so it is not shown."
            )
        told[told.index(note("not_better_than_naive"))] = decided.format(**words)
    return told + [note(code) for code in _BESIDE if code in notes]


def step(code: str) -> str:
    """Where a run is."""
    return {
        "": "",
        "copy": _("reading purchases"),
        "backtest_30": _("testing on earlier periods: 30 days"),
        "backtest_90": _("testing on earlier periods: 90 days"),
        "backtest_365": _("testing on earlier periods: a year"),
        "train": _("fitting"),
        "score": _("scoring all customers"),
        "write": _("explaining and writing"),
    }.get(code, code)


def state(code: str) -> str:
    """How a run stands."""
    return {
        "queued": _("waiting to start"),
        "running": _("running"),
        "done": _("in force"),
        "replaced": _("replaced by a newer one"),
        "failed": _("failed"),
        "stopped": _("stopped"),
    }[code]


def fit_state(code: str) -> str:
    """How much a fit can be believed."""
    return {
        "converged": _("converged"),
        "at_border": _("ended at its border"),
        "not_converged": _("did not converge"),
        "too_little_data": _("too little data"),
    }[code]


def horizon(days: int) -> str:
    """A length of time."""
    return _("a year") if days == 365 else ngettext("{n} day", "{n} days", days)


def share(value: float | None) -> str:
    """A probability as a percentage; a dash where there is none. Never "0 %" or "100 %": nobody is certain."""
    if value is None:
        return "–"
    if value < 0.005:
        return _("under 1 %")
    if value > 0.995:
        return _("over 99 %")
    return _("{n} %").format(n=number(round(100 * value)))


def bar(value: float) -> int:
    """The same for a bar, in whole percent from 1 to 99."""
    return min(max(round(100 * value), 1), 99)


def expected(low: float | None, middle: float | None, high: float | None) -> str:
    """Expected purchases with their range."""
    if middle is None or low is None or high is None:
        return "–"
    told = _("{n} (8 of 10 times {low} to {high})")
    return told.format(n=number(middle, 1), low=number(low), high=number(high))


def reason(row: Sequence[Any], money: Any = None) -> str:
    """One reason with its numbers, and by how much it moves the probability. `money` writes minor units."""
    fact, column, points, value, other = row
    told = _fact(str(fact), str(column), value, other, money)
    if abs(points) < 0.0005:
        little = _("{fact} (a little likelier)") if points > 0 else _("{fact} (a little less likely)")
        return little.format(fact=told)
    sign = "+" if points > 0 else "−"
    size = number(abs(100 * points), 0 if abs(points) >= 0.01 else 1)
    return _("{fact} ({sign}{n} points)").format(fact=told, sign=sign, n=size)


def _fact(fact: str, column: str, value: float, other: float, money: Any) -> str:
    """What is so, and what is typical."""
    if fact == "extra":
        fact = column
    if fact == "spend":
        write = money or number
        shown = {"a": write(round(value)), "b": write(round(other))}
    else:
        shown = {"a": number(round(value)), "b": number(round(other))}
    if fact == "interval_changed" and shown["a"] == shown["b"]:
        fact = "interval_same"
    return {
        "silence": _("days since the last purchase: {a}, typical {b}"),
        "bought_lately": _("purchases in half a year: {a}, typical {b}"),
        "bought_in_all": _("purchases in all: {a}, typical {b}"),
        "known_since": _("days since the first purchase: {a}, typical {b}"),
        "interval": _("days between purchases: {a}, typical {b}"),
        "interval_changed": _("interval {a} to {b} days"),
        "interval_same": _("interval in days: {a}"),
        "spend": _("{a} per purchase, typical {b}"),
        "open_cases": _("open cases: {a}, typical {b}"),
        "contacts_90": _("contacts in 90 days: {a}, typical {b}"),
    }.get(fact, column).format(**shown)

"""Purchase patterns: what is in the same order, and what is bought afterwards."""

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui import addressed
from pages._ui.cached import kept
from pages._ui.show import empty
from pages.manager._ui import drawn
from pages.manager._ui.namesakes import apart
from pages.manager._ui.pattern_people import people
from services import columnar
from services.patterns import Answer, View
from services.patterns import together as asked
from services.text import _, ngettext, number
from services.work import Actor, reading

DAYS = ("30", "60", "90", "180", "365")
#: Pixels of the columns: all of them are seen beside the menu at 1280.
_WIDTHS = {
    "n": 56, "k": 64, "base": 74, "share": 60, "shrunk": 76, "low": 58, "high": 58, "lift": 62, "median_days": 92,
}  # fmt: skip
_TABLE_PX = 807
_BOTH = (("a", "name_a"), ("b", "name_b"))


def _percents(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{c: 100 * frame[c] for c in ("base", "share", "shrunk", "low", "high")})


def _config(labels: dict[str, str]) -> drawn.FIELD:
    """How the columns are written, and how wide: the figures as they need, the names get the rest."""
    forms = {"n": "%,.0f", "k": "%,.0f", "lift": "%.1f", "median_days": "%,.0f"}
    config: drawn.FIELD = {
        c: st.column_config.NumberColumn(
            label, format=forms.get(c, "%.1f %%"), width=_WIDTHS[c], help=_lift() if c == "lift" else None
        )
        for c, label in labels.items()
        if c in _WIDTHS
    }
    names = [c for c in ("name_a", "name_b") if c in labels]
    rest = _TABLE_PX - sum(_WIDTHS[c] for c in labels if c in _WIDTHS)
    return config | {c: st.column_config.TextColumn(labels[c], width=rest // len(names)) for c in names}


def _lift() -> str:
    return _("How many times the base rate the share is")


def _labels() -> dict[str, str]:
    return {
        "name_a": _("Who bought"),
        "name_b": _("also bought"),
        "n": _("n"),
        "k": _("of these"),
        "share": _("Share"),
        "base": _("Base rate"),
        "shrunk": _("To expect"),
        "low": _("From"),
        "high": _("To"),
        "lift": _("× base"),
    }


def pairs(actor: Actor, view: View) -> None:
    """Products in the same order."""
    with reading(actor) as w:
        found = asked.pairs(w, view)
    if found.frame.empty:
        empty(_("Too little data."), _("A pair needs products that are in at least {n} orders.").format(n=asked.FEWEST))
        return
    frame = apart(found.frame, *_BOTH)
    first = frame.iloc[0]
    told = _("Of {n} orders with {a}, {k} have {b} too.").format(
        n=number(int(first["n"])), a=first["name_a"], k=number(int(first["k"])), b=first["name_b"]
    )
    of = drawn.as_of(
        found.as_of, actor, _("orders; “to expect” is the share drawn towards the base rate, with 80 % range")
    )
    labels = _labels()
    picked = drawn.listed(
        "pairs", _percents(apart(found.frame, *_BOTH, in_front=True)), labels, _config(labels), told, of
    )
    if picked is not None:
        row = frame.iloc[picked]
        with reading(actor) as w:
            behind = asked.who_together(w, view, int(row["a"]), int(row["b"])).frame
        people(actor, behind, _("{a} and {b}: {n} orders").format(a=row["name_a"], b=row["name_b"], n=int(row["k"])))


def _after(actor: Actor, view: View, days: int) -> Answer:
    """The sequences; the base rates of all products are kept for as long as the data stay the same."""
    with reading(actor) as w:
        with columnar.reading(w) as copy:
            version = copy.version
        rates = kept("sequence_base", (version, days, view.last), lambda: asked.base_rates(w, view, days))
        return asked.sequences(w, view, days, rates.frame)


def _said(first: "pd.Series[Any]", days: int) -> str:
    """The likeliest sequence in words."""
    return _(
        "Of {n} first buyers of {a}, {k} bought {b} within {days} days (after {median} days in the middle); "
        "after any first purchase it is {base} %."
    ).format(
        n=number(int(first["n"])),
        a=first["name_a"],
        k=number(int(first["k"])),
        b=first["name_b"],
        days=days,
        median=number(first["median_days"]),
        base=number(100 * first["base"], 1),
    )


def sequences(actor: Actor, view: View) -> None:
    """Of those who first bought the chosen product, who bought what for the first time in the days after."""
    named = {d: d for d in DAYS}
    days = int(addressed.pick(_("Within days"), named, "within", "90", width=150) or "90")
    if view.product_id is None:
        st.info(
            _("Choose a product above: the table tells what its buyers bought next."), icon=":material/arrow_upward:"
        )
        return
    found = _after(actor, view, days)
    if found.frame.empty:
        told = _("At least {n} buyers are needed whose {days} days are over, and somebody who came back.")
        empty(_("Too little data."), told.format(n=asked.FEWEST, days=days))
        return
    frame = apart(found.frame, *_BOTH)
    told = _said(frame.iloc[0], days)
    labels = _labels() | {"name_b": _("then bought"), "median_days": _("Median days")}
    del labels["name_a"]  # the chosen product in every row; the sentence above names it
    of = drawn.as_of(
        found.as_of, actor, _("first purchases of all time whose days are over; who had B before is not counted")
    )
    picked = drawn.listed(
        "sequences", _percents(apart(found.frame, *_BOTH, in_front=True)), labels, _config(labels), told, of
    )
    if picked is not None:
        row = frame.iloc[picked]
        with reading(actor) as w:
            behind = asked.who_followed(w, view, int(row["b"]), days).frame
        many = ngettext("{n} customer", "{n} customers", int(row["k"]))
        people(actor, behind, _("{a}, then {b}: {customers}").format(a=row["name_a"], b=row["name_b"], customers=many))

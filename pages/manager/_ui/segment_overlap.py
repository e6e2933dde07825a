"""Two segments beside each other: only in one, in both, only in the other; each part opens its customers."""

from functools import partial

import pandas as pd
import streamlit as st

from pages._ui.show import empty
from pages.manager._ui import drawn
from pages.manager._ui.segment_ready import chosen
from services import segments
from services.charts import shapes
from services.text import _, number
from services.work import Actor, reading


def overlap(actor: Actor) -> None:
    """The picture, the table, and who is behind a part."""
    with reading(actor) as w:
        names = {s.id: s.name for s in segments.keeping.listing(w)}
    if len(names) < 2:
        empty(_("Two segments are needed."), _("Keep at least two; then they can be set beside each other."))
        return
    with st.container(horizontal=True):
        first = st.selectbox(_("First"), list(names), 0, format_func=lambda i: names[i], key="overlap_first")
        second = st.selectbox(_("Second"), list(names), 1, format_func=lambda i: names[i], key="overlap_second")
    with reading(actor) as w:
        found = segments.comparing.overlap(w, first, second)
    titles = [_("Only in the first"), _("In both"), _("Only in the second")]
    sides = [found.only_first, found.both, found.only_second]
    rows = pd.DataFrame({"name": titles, "customers": [len(ids) for ids in sides]})
    told = _("“{first}” has {a} customers, “{second}” has {b}; {both} are in both.").format(
        first=names[first],
        a=number(len(found.only_first) + len(found.both)),
        second=names[second],
        b=number(len(found.only_second) + len(found.both)),
        both=number(len(found.both)),
    )
    drawn.sentence(told)
    parts = _parts(rows)
    tips = {"name": _("Where"), "customers": _("Customers")}
    spec = drawn.chart("overlap", told, parts, partial(shapes.parts, parts, titles, tips), opens=True)
    picked = drawn.row_or_mark("overlap", rows, "name", drawn.table("overlap", rows, tips, pick=True))
    of = drawn.as_of(found.as_of, actor, _("members of both segments"))
    st.caption(of)
    drawn.files("overlap", rows, tips, [told, of], (spec, parts))
    if picked is not None:
        chosen(actor, sides[picked], titles[picked], "overlap_members")


def _parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Where each part begins and ends; a part that is too narrow for its number has none."""
    end = rows["customers"].cumsum()
    begin = end - rows["customers"]
    wide = rows["customers"] > 0.04 * max(1, int(end.iloc[-1]))
    shown = [number(n) if w else "" for n, w in zip(rows["customers"], wide, strict=True)]
    return rows.assign(begin=begin, end=end, middle=(begin + end) / 2, shown=shown)

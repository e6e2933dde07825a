"""The answer on the page "Explore": the whole, the figure, the cross table, and the rows behind a group."""

from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.figure import figure
from pages._ui.guard import acting
from pages._ui.show import md
from services import explore
from services.board.periods import Period
from services.charts import bars, words
from services.charts import explore as charts
from services.cube_view import View
from services.dimensions import OTHERS, dimension_name
from services.explore import Explored
from services.exports import About, Column, Kind, Table
from services.facts import Fact
from services.measures import MEASURES, Unit, told
from services.text import _, minor_digits, number
from services.work import Actor, reading

KINDS = {Unit.MONEY: Kind.MONEY, Unit.COUNT: Kind.COUNT, Unit.SHARE: Kind.SHARE}
Pick = TypeVar("Pick")
_PAGE = "explore_page"


def wholes(view: View, found: Explored) -> None:
    """Each figure without division, with its change against the days before where that was asked for."""
    with st.container(horizontal=True, key="explore_wholes"):
        for m in view.measures:
            now = found.whole[m] or (None if MEASURES[m].ratio else 0)
            change = None
            if found.before is not None and now is not None:
                then = found.before[m]
                change = f"{100 * (now / then - 1):+.1f} %" if then else _("nothing before")
            arrow: Any = "auto" if change and change[-1] == "%" else "off"
            name, meaning = told(m)
            shown = md(charts.in_words(m, now, found.currency))
            st.metric(md(name), shown, change, delta_arrow=arrow, help=md(meaning), border=True, width=220)


def drawn(actor: Actor, view: View, found: Explored) -> int | None:
    """The figure with its table and files; the place of the row that was chosen in the table."""
    table = _table(actor, view, found)
    frame = charts.marks(view, found)
    empty = not len(found.frame) or not any(found.whole.values())
    told_so = _("There is nothing in these days with these filters. Choose other days, or fewer filters.")
    nothing = told_so if empty else ""
    if frame is None:
        return figure(actor, "explore", table, too_little=nothing, choose=True)
    first, names = view.measures[0], charts.names(frame)
    place, value = dimension_name(view.by[0]), told(first)[0]
    if MEASURES[first].unit is Unit.MONEY:
        value = f"{value} ({found.currency})"
    elif MEASURES[first].unit is Unit.SHARE:
        value = f"{value} (%)"
    lean = charts.lean(view, frame)
    if charts.as_lines(view, frame):
        form, build = "lines", lambda: charts.lines(names, place, value)
    elif len(names) > 1:
        form, build = "stacked", lambda: bars.stacked(frame, names, place, value, whole=False, lean=lean)
    else:
        form, build = "plain", lambda: bars.plain(frame, place, value, whole=False, lean=lean)
    return figure(
        actor, "explore", table, summary=_summary(view, found, frame), build=build, marks=frame, choose=True,
        on_select="rerun", form=f"explore {form} {names} {place} {value} {lean}", too_little=nothing,
    )  # fmt: skip


def _summary(view: View, found: Explored, frame: pd.DataFrame) -> str:
    first = view.measures[0]
    total = f"{told(first)[0]}: {charts.in_words(first, found.whole[first], found.currency)}"
    if MEASURES[first].additive([*view.by, *view.only]):
        single = frame if view.by[1:] else frame[frame["bucket"] != OTHERS]  # many in one are no place
        return words.summary(single, total)
    top = frame.iloc[int(frame["value"].to_numpy().argmax())]
    return _("{total}. Highest: {place}.").format(total=total, place=f"{top['label']}, {top['shown']}")


def _table(actor: Actor, view: View, found: Explored) -> Table:
    days = _("All time") if view.period == "all" else words.days(Period(*found.days))
    source = ", ".join(dict.fromkeys(_source(view, m) for m in view.measures))
    let_in = "; ".join(f"{d}: {values}" for d, values in found.filters)
    about = About(
        explore.title(view), f"{source} · {let_in}" if let_in else source, days, found.as_of, actor.zone, found.filters
    )
    columns = [Column(d, dimension_name(d)) for d in view.by]
    for m in view.measures:
        unit = MEASURES[m].unit
        columns.append(Column(m, told(m)[0], KINDS[unit], found.currency if unit is Unit.MONEY else ""))
    return Table(found.shown, tuple(columns), about)


def _source(view: View, measure: str) -> str:
    form = MEASURES[measure].form([*view.by, *view.only]) or MEASURES[measure].forms[0]
    return {
        Fact.ORDER: _("Orders"), Fact.SALE: _("Lines of sales"), Fact.CONTACT: _("Contacts"), Fact.CASE: _("Cases"),
        Fact.RETURN: _("Returns"), Fact.RETURNED: _("Lines of returns"), Fact.BUYER: _("First purchases"),
    }[form.fact]  # fmt: skip


def latest(name: str, *picks: Pick | None) -> Pick | None:
    """Of several ways to choose a group, the one that was used last."""
    told = [repr(pick) for pick in picks]
    before, last = st.session_state.get(f"latest_{name}", ([], 0))
    for n, pick in enumerate(picks):
        if pick is not None and told[n] not in before[n : n + 1]:
            last = n
    st.session_state[f"latest_{name}"] = (told, last)
    return picks[last] if picks[last] is not None else next((pick for pick in picks if pick is not None), None)


def clicked(view: View, found: Explored) -> dict[str, str] | None:
    """The bar that was clicked, in codes; None where none was, or it is of another answer."""
    state: Any = st.session_state.get("chart_explore") or {}
    picks = (state.get("selection") or {}).get(bars.PICKED) or []
    if not picks or not view.by:
        return None
    bucket, series = (str(picks[0].get(name)) for name in ("bucket", "series"))
    if "label" in picks[0]:  # of a line
        bucket = next((str(b) for b, name in _places(view, found) if name == picks[0]["label"]), bucket)
    cell = dict(zip(view.by[:2], (bucket, series), strict=False))
    known = all((found.frame[d].map(str) == v).any() for d, v in cell.items())
    return cell if known else None


def _places(view: View, found: Explored) -> list[tuple[Any, str]]:
    """The places of the first dimension: code and name."""
    return list(zip(found.frame[view.by[0]], found.shown[view.by[0]], strict=True))


def crossed(view: View, found: Explored) -> dict[str, str] | None:
    """Two dimensions as a cross table of the first figure; the cell that was chosen, in codes."""
    if len(view.by) != 2 or found.frame.empty:
        return None
    measure, (down, across) = view.measures[0], view.by
    shown = found.frame.pivot_table(index=down, columns=across, values=measure, aggfunc="sum", sort=False)
    rows, columns = (list(dict.fromkeys(found.frame[d].map(str))) for d in view.by)
    shown.index, shown.columns = shown.index.map(str), shown.columns.map(str)
    shown = shown.reindex(index=rows, columns=columns)
    if MEASURES[measure].unit is Unit.MONEY:
        shown = shown / 10 ** minor_digits(found.currency)
    names = [dict(zip(found.frame[d].map(str), found.shown[d], strict=True)) for d in view.by]
    digits = minor_digits(found.currency) if MEASURES[measure].unit is Unit.MONEY else 0
    form = "percent" if MEASURES[measure].unit is Unit.SHARE else f"%,.{digits}f"
    config: dict[str, Any] = {c: st.column_config.NumberColumn(names[1].get(c, c), format=form) for c in columns}
    shown.insert(0, "\0", [names[0].get(r, r) for r in rows])
    config["\0"] = st.column_config.TextColumn(dimension_name(down), pinned=True)
    with st.expander(_("Cross table"), icon=":material/table:", key="explore_crossed"):
        state = st.dataframe(
            shown, hide_index=True, column_config=config, key="explore_cross", on_select="rerun",
            selection_mode="single-cell", alt=explore.title(view),
        )  # fmt: skip
    for row, column in state.selection.cells:
        if row < len(rows) and column in columns:
            return {down: rows[row], across: str(column)}
    return None


def way_in() -> None:
    """While nothing is open: how to open something. What does not add up is a table without bars."""
    st.caption(_("Choose a row of the table, or a bar where there are bars, to see what is behind it."))


def behind(actor: Actor, view: View, found: Explored, cell: dict[str, str]) -> None:
    """The rows behind a group, fifty at a time, with what they add up to."""
    known = {d: dict(zip(found.frame[d].map(str), found.shown[d], strict=True)) for d in view.by}
    with st.container(border=True, key="explore_behind"):
        place = " · ".join(known[d].get(v, v) for d, v in cell.items()) or explore.title(view)
        st.subheader(md(_("Behind: {group}").format(group=place)), anchor=False)
        measure, summed = view.measures[0], [*view.by, *view.only]
        told_here = [m for m in view.measures if len(cell) == len(view.by) or MEASURES[m].additive(summed)]
        if len(told_here) > 1:
            measure = st.segmented_control(
                _("Figure"), told_here, default=measure, required=True, key=f"explore_of_{told_here}",
                format_func=lambda m: told(m)[0],
            )  # fmt: skip
        seen = f"{view!r} {measure} {cell}"
        page = st.session_state[_PAGE][1] if st.session_state.get(_PAGE, ("", 0))[0] == seen else 0
        with reported() as outcome, reading(actor) as w:
            rows = explore.behind(w, view, measure, cell, page)
        if not outcome.ok:
            return
        value = _of(found, cell, measure)
        line = _("{figure} altogether.").format(figure=charts.in_words(measure, value, found.currency))
        ratio = MEASURES[measure].ratio
        told_so = _("It is the sum of the first column of figures divided by the sum of the second.")
        st.caption(md(line + " " + (told_so if ratio else _("The rows add up to it."))))
        _rows(rows, measure, found.currency)
        with st.container(horizontal=True, vertical_alignment="center"):
            first = page * 50 + 1
            st.caption(f"{number(first)}–{number(first + len(rows.rows) - 1)}")
            st.button(
                _("Back"), key="explore_back", disabled=not page, on_click=_turn_to, args=(seen, page - 1)
            )  # fmt: skip
            st.button(
                _("More"), key="explore_on", disabled=not rows.more, on_click=_turn_to, args=(seen, page + 1)
            )  # fmt: skip


@acting(Role.MANAGER)
def _turn_to(seen: str, page: int) -> None:
    st.session_state[_PAGE] = (seen, page)


def _of(found: Explored, cell: dict[str, str], measure: str) -> float | None:
    frame = found.frame
    for d, v in cell.items():
        frame = frame[frame[d].map(str) == v]
    return None if frame.empty else float(frame[measure].sum(min_count=1))


def _rows(rows: explore.Behind, measure: str, currency: str) -> None:
    frame, unit = rows.rows, MEASURES[measure].unit
    links = [f"/customer?customer={int(i)}" if pd.notna(i) else None for i in frame["customer_id"]]
    shown = pd.DataFrame({"open": links, "customer": frame["customer"], "day": pd.to_datetime(frame["day"])})
    linked = {"case": "/case?case=", "order": "/order-desk?order="}.get(rows.thing, "")
    if rows.thing != "customer":
        shown["number"] = [f"{linked}{int(n)}" for n in frame["number"]]
    config: dict[str, Any] = {
        "open": st.column_config.LinkColumn(_("Open"), display_text=":material/open_in_new:", width=60),
        "customer": _("Customer"),
        "day": st.column_config.DateColumn(_("Day")),
        "number": st.column_config.LinkColumn(_("Number"), display_text=r"=(\d+)") if linked else _("Number"),
    }
    for name, label, money_is in _columns(measure, unit):
        scale = 10 ** minor_digits(currency) if money_is else 1
        digits = minor_digits(currency) if money_is else 0
        shown[name] = pd.to_numeric(frame[name]) / scale
        head = f"{label} ({currency})" if money_is else label
        config[name] = st.column_config.NumberColumn(head, format=f"%,.{digits}f")
    st.dataframe(shown, hide_index=True, column_config=config, key="explore_rows", alt=_("Rows behind the group"))


def _columns(measure: str, unit: Unit) -> list[tuple[str, str, bool]]:
    """The columns of figures: name, label, whether it is money. A ratio shows what is divided, and by what."""
    ratios = {
        "average_order": (("part", _("Revenue"), True), ("whole", _("Orders"), False)),
        "cost_share": (("part", _("Cost of goods"), True), ("whole", _("Revenue with a cost"), True)),
        "cost_known": (("part", _("Lines with a cost"), False), ("whole", _("Lines"), False)),
        "return_rate": (("part", _("Units returned"), False), ("whole", _("Units"), False)),
    }
    return list(ratios.get(measure, (("part", told(measure)[0], unit is Unit.MONEY),)))

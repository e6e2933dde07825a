"""One condition of a rule: the field, what it is compared with, and what it is limited to."""

from typing import Any

import streamlit as st

from pages._ui.show import home
from services import segments
from services.segments.definition import MOST_DAYS, OPS, Op
from services.segments.fields import FIELDS, Field, Kind
from services.segments.words import about_names, about_value, choice, operator
from services.text import _, minor_digits
from services.work import Actor, reading


def condition(actor: Actor, old: dict[str, Any], key: str, itself: int | None) -> dict[str, Any]:
    """The widgets of a condition; returns it as plain values, finished or not."""
    codes = list(FIELDS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        at = codes.index(old["field"]) if old.get("field") in codes else None
        code = st.selectbox(
            _("Condition"),
            codes,
            at,
            format_func=_found_by,
            key=f"{key}_field",
            placeholder=_("Choose what to ask"),
            width=300,
        )
        if code is None:
            return {}
        field, same = FIELDS[code], old if old.get("field") == code else {}
        key = f"{key}_{code}"
        ops = list(OPS[field.kind])
        at = ops.index(Op(same["op"])) if same.get("op") else 0
        op = Op(
            st.selectbox(_("Is"), ops, at, format_func=lambda o: operator(o, field.kind), key=f"{key}_op", width=150)
        )
        made: dict[str, Any] = {"field": code, "op": op.value} | _figures(field, op, same, key)
        if op in (Op.ONE_OF, Op.NONE_OF):
            made["values"] = _values(actor, field, same, key, itself)
        made |= _limits(actor, field, same, key)
    return made


def _found_by(code: str) -> str:
    """What is offered and searched: the name of the field, with the word by which it is usually asked for."""
    name = FIELDS[code].name
    return _("{field} (overdue)").format(field=name) if code == "overdue" else name


def _figures(field: Field, op: Op, old: dict[str, Any], key: str) -> dict[str, Any]:
    """One or two figures; amounts are typed in major units."""
    money = field.kind is Kind.MONEY
    scale = 10 ** minor_digits(home().currency) if money else 1
    ends = {Op.AT_LEAST: ("low",), Op.AT_MOST: ("high",), Op.BETWEEN: ("low", "high")}.get(op, ())
    made: dict[str, Any] = {}
    for end in ends:
        before = old.get(end)
        start = float(before) / scale if before is not None else (1.0 if end == "low" else 10.0)
        label = (_("Amount") if money else _("Figure")) if len(ends) == 1 else (_("From") if end == "low" else _("To"))
        typed = st.number_input(label, value=start, step=1.0, format="%.10g", key=f"{key}_{end}", width=130)
        made[end] = round(typed * scale) if money and typed is not None else typed
    return made


def _values(actor: Actor, field: Field, old: dict[str, Any], key: str, itself: int | None) -> list[str]:
    if field.kind is Kind.SEGMENT:
        with reading(actor) as w:
            names = {str(s.id): s.name for s in segments.keeping.listing(w) if s.id != itself}
        options = list(names)
    else:
        with reading(actor) as w:
            options = segments.asking.choices(w, field.code)
        names = {v: choice(field.code, v) for v in options}
    kept = [v for v in old.get("values", []) if v in options] + [v for v in old.get("values", []) if v not in options]
    options = [*options, *(v for v in kept if v not in options)]
    return st.multiselect(
        _("Values"), options, kept, format_func=lambda v: names.get(v, v), key=f"{key}_values", width=300
    )


def _limits(actor: Actor, field: Field, old: dict[str, Any], key: str) -> dict[str, Any]:
    """Only the last so many days; only what is about something."""
    made: dict[str, Any] = {}
    if field.within:
        days = st.number_input(
            _("In the last … days"),
            1,
            MOST_DAYS,
            old.get("within_days"),
            key=f"{key}_within",
            placeholder=_("all time"),
            width=150,
        )
        made |= {"within_days": int(days)} if days else {}
    if not field.about:
        return made
    kinds, names = list(field.about), about_names()
    before = old.get("about") or [None, None]
    kind = st.selectbox(
        _("Only"),
        kinds,
        kinds.index(before[0]) if before[0] in kinds else None,
        key=f"{key}_about",
        format_func=lambda k: names[k],
        placeholder=_("everything"),
        width=150,
    )
    if kind is None:
        return made
    with reading(actor) as w:
        if kind == "product":
            told = segments.asking.products(w)
        else:
            told = {v: about_value(kind, v) for v in segments.asking.choices(w, field.code, kind)}
    options = list(told)
    at = options.index(before[1]) if before[1] in options and before[0] == kind else None
    value = st.selectbox(names[kind], options, at, format_func=lambda v: told[v], key=f"{key}_about_{kind}", width=220)
    return made | ({"about": [kind, value]} if value else {})

"""The form of a voucher, for a new one and for a change."""

from decimal import Decimal

import streamlit as st

from pages._ui.feedback import reported
from pages._ui.show import home
from services import clock, money, taxes, vouchers
from services.text import _, minor_digits
from services.vouchers import NewVoucher, Row
from services.work import Actor, reading, work

PERCENT, AMOUNT = "percent", "amount"


def _typed(cents: int | None) -> str:
    """An amount as it is typed."""
    digits = minor_digits(home().currency)
    return "" if cents is None else f"{Decimal(cents).scaleb(-digits):.{digits}f}"


def voucher_form(row: Row | None, offered: list[str], who: Actor) -> None:
    """One voucher, new or changed. Nothing typed is lost when it is refused."""
    old, key, currency = row.new if row else None, row.id if row else "new", home().currency
    with reading(who) as w:
        today = clock.day_of(w.now, who.zone)
    with st.form(f"voucher_{key}", border=False):
        code = st.text_input(_("Code"), old.code if old else "", key=f"code_{key}", max_chars=40)
        name = st.text_input(_("Name for the house"), old.name if old else "", key=f"name_{key}", max_chars=120)
        kinds = {PERCENT: _("per cent"), AMOUNT: currency}
        kind = st.radio(_("Takes off"), list(kinds), format_func=kinds.__getitem__, horizontal=True, key=f"kind_{key}",
                        index=int(old is not None and old.amount_cents is not None))  # fmt: skip
        was = "" if old is None else _typed(old.amount_cents) or f"{Decimal(old.percent_bp or 0) / 100:f}"
        much = st.text_input(_("How much"), was, key=f"much_{key}", max_chars=20)
        least = st.text_input(
            _("Goods worth at least"), _typed(old.minimum_cents) if old else "0", key=f"least_{key}", max_chars=20
        )
        only = st.multiselect(
            _("Only for (nothing: all goods)"), offered, old.categories if old else [], key=f"only_{key}"
        )
        left, right = st.columns(2)
        first = left.date_input(_("First day"), old.first_on if old else today, key=f"first_{key}")
        last = right.date_input(_("Last day (optional)"), old.last_on if old else None, key=f"last_{key}")
        total = left.number_input(_("Uses in total"), 1, value=old.uses_total if old else None, key=f"total_{key}")
        each = right.number_input(
            _("Uses per customer"), 1, value=old.uses_per_customer if old else 1, key=f"each_{key}"
        )
        sent = st.form_submit_button(_("Save"), type="primary")
    if sent:
        with reported(_("Saved.")) as outcome, work(who) as w:
            given = {"percent_bp": taxes.basis_points(much or "", _("How much"))} if kind == PERCENT else {}
            given = given or {"amount_cents": money.parse(much or "", currency, _("How much"))}
            minimum = money.parse(least or "0", currency, _("Goods worth at least"))
            new = NewVoucher(code=code, name=name, minimum_cents=minimum, categories=only, first_on=first,
                             last_on=last, uses_total=total, uses_per_customer=each, **given)  # fmt: skip
            vouchers.change(w, new, voucher_id=row.id if row else None)
        if outcome.ok:
            st.rerun()

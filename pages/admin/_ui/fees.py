"""The table of delivery fees, edited like a spreadsheet and checked on the server."""

from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import home, price
from services import delivery, delivery_fees, money
from services.delivery_fees import Step
from services.text import _, minor_digits
from services.work import reading, work

COUNTRY, FROM, FEE = "country", "from", "fee"


@st.fragment
def fees() -> None:
    """The table and a button that saves all of it or nothing."""
    actor, currency = require(Role.ADMIN), home().currency
    with reading(actor) as w:
        steps = delivery_fees.table(w)
    usual = delivery.tariff(currency)
    st.caption(
        _(
            "By the value of the goods after discount, in {currency}. An empty country stands for all others. "
            "Without a table delivery costs {flat}, and nothing from {free} on."
        ).format(currency=currency, flat=price(usual.flat_cents), free=price(usual.free_from_cents))
    )
    rows = [
        {COUNTRY: s.country, FROM: _typed(s.from_cents, currency), FEE: _typed(s.fee_cents, currency)} for s in steps
    ]
    with st.form("fees", border=False):
        edited: pd.DataFrame = st.data_editor(
            pd.DataFrame(rows, columns=[COUNTRY, FROM, FEE], dtype="object"),
            num_rows="dynamic",
            hide_index=True,
            key=field("fee_table"),
            column_config={
                COUNTRY: st.column_config.TextColumn(_("Country"), help=_("Two letters, like CH; empty: all others")),
                FROM: st.column_config.TextColumn(_("Goods from"), required=True),
                FEE: st.column_config.TextColumn(_("Delivery costs"), required=True),
            },
        )
        sent = st.form_submit_button(_("Save"), type="primary")
    if sent:
        with reported(_("Saved.")) as outcome, work(actor) as w:
            delivery_fees.save(w, [_step(row, currency) for row in edited.to_dict("records")])
        if outcome.ok:
            anew("fee_table")
            st.rerun()


def _typed(cents: int, currency: str) -> str:
    digits = minor_digits(currency)
    return f"{Decimal(cents).scaleb(-digits):.{digits}f}"


def _step(row: dict[Any, Any], currency: str) -> Step:
    """A row as it was typed; an empty cell comes as None or NaN."""
    text = {k: "" if v is None or pd.isna(v) else str(v) for k, v in row.items()}
    return Step(
        country=text[COUNTRY],
        from_cents=money.parse(text[FROM], currency, _("Goods from")),
        fee_cents=money.parse(text[FEE], currency, _("Delivery costs")),
    )

"""The totals of everything that is stored, as an owner expects them after an import."""

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui import cached
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md
from pages.manager._ui import behind, cards, filters, prepared
from services import figures
from services.board import marks
from services.board.live import Asked
from services.board.periods import Choice, Grain
from services.board.version import newest
from services.text import _, clock_time, local_date, money, number
from services.work import Actor, Work, reading


def _read(w: Work) -> tuple[figures.Totals, dict[str, list[figures.Best]]]:
    best = {
        "customers": figures.best_customers(w),
        "orders": figures.best_customers(w, by_orders=True),
        "products": figures.best_products(w),
    }
    return figures.totals(w), best


@st.fragment
def shown() -> None:
    """Totals, months and the best five. Read anew only when something was written since."""
    actor = require(Role.MANAGER)
    filters.read_address()
    filters.write_address()
    with reported() as outcome, st.spinner(_("Adding up …")):
        with reading(actor) as w:
            seen = prepared.state(w)
            sums, best = cached.kept("totals", newest(w), lambda: _read(w))
        # The days with sales: what was said or joined in other years would stretch the chart of sales over empty ones.
        ends = None if sums.first is None or sums.last is None else (sums.first.date(), sums.last.date())
        ready = prepared.shown(actor, Asked(Choice.RANGE, ends, Grain.MONTH), seen)
    if not outcome.ok:
        return
    if ends is None:
        st.caption(_("Nothing was sold yet. As soon as there are orders, their totals are here."))
        return
    line = _("All sales from {first} to {last}, by the company's calendar. Without cancelled orders.")
    line = line.format(first=local_date(ends[0], actor.zone), last=local_date(ends[1], actor.zone))
    at = clock_time(seen.at, actor.zone)
    st.caption(md(_("As of {time} · {line}").format(time=at, line=line)))
    board = ready.board
    _metrics(sums, board.currency)
    _months(actor, ready)
    with st.grid(3, min_column_width=280, gap="small"):
        _five(_("Best customers by revenue"), best["customers"], board.currency, link=True)
        _five(_("Best customers by orders"), best["orders"], None, link=True)
        _five(_("Best products by revenue"), best["products"], board.currency, link=False)


def _metrics(sums: figures.Totals, currency: str) -> None:
    values = {
        _("Customers with orders"): number(sums.customers),
        _("Bought again"): number(sums.customers_again),
        _("Orders"): number(sums.orders_sold),
        _("Revenue"): money(sums.revenue_cents, currency),
        _("Average order value"): money(round(sums.average_order_cents), currency),
        _("Orders without a customer"): number(sums.orders_anonymous),
        _("Orders not counted"): number(sums.orders_not_sold),
    }
    with st.grid(4, min_column_width=180, gap="small"):
        for label, value in values.items():
            st.metric(label, md(value), border=True, height="stretch")


def _months(actor: Actor, ready: prepared.Shown) -> None:
    picked = filters.opened()
    [card] = [c for c in ready.cards if c.chart == marks.ORDERS]
    with st.container(border=True):
        if cards.draw(actor, ready.board, card) and picked is not None:
            behind.panel(actor, ready.board, card, picked)


def _five(title: str, best: list[figures.Best], currency: str | None, *, link: bool) -> None:
    with st.container(border=True):
        st.subheader(title, anchor=False)
        frame = pd.DataFrame(
            {
                "key": [b.key for b in best],
                "name": [b.name for b in best],
                "value": [money(b.value, currency) if currency else number(b.value) for b in best],
            }
        )
        config = {
            "key": st.column_config.Column(_("Number")),
            "name": st.column_config.Column(_("Name")),
            "value": st.column_config.Column(_("Revenue") if currency else _("Orders"), alignment="right"),
        }
        if link:
            frame.insert(0, "link", [f"/customer?customer={b.id}" for b in best])
            config["link"] = st.column_config.LinkColumn(_("Open"), display_text=":material/open_in_new:", width=60)
        st.dataframe(frame, hide_index=True, column_config=config, alt=title)

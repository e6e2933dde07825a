"""The rows behind a mark: what it adds up to, who it was about, and the way to the customer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from db.models import CaseState, Direction, Role
from pages._ui.guard import acting
from pages.manager._ui import cards
from pages.manager._ui.cards import Card
from services import contact_words
from services.board import marks, rows
from services.board.live import Board
from services.board.marks import Mark
from services.charts import words
from services.search import customer_number
from services.text import _, money, number
from services.work import Actor, reading

_PAGES = "live_pages"
HEIGHT = 280


def panel(actor: Actor, board: Board, card: Card, mark: Mark) -> None:
    """The rows of `mark`, newest first, at most 200 at a time, with the total of all."""
    pages = _pages(mark)
    with reading(actor) as w:
        then = replace(w, now=board.at)  # the ages of cases are those of the instant at which they were counted
        found = rows.behind(then, board.view, mark, board.revenue.named, after=pages[-1] if pages else None)
    with st.container(border=True, key=f"live_rows_{card.chart}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            headline = f"{cards.words_of(card, mark)}: {_total(found, board.currency)}"
            st.text(headline, width="stretch")
            st.button(
                _("Close"),
                icon=":material/close:",
                key=f"live_close_{card.chart}",
                type="tertiary",
                on_click=cards.close,
                args=(card.chart,),
            )
        if found is None or not found.total:
            st.caption(_("Nothing is behind this mark now. Pick another one, or other days."))
            return
        frame, config = _shown(found, board)
        st.dataframe(
            frame,
            hide_index=True,
            height=HEIGHT,
            placeholder="",
            column_config=config,
            key=f"live_list_{card.chart}",
            alt=_("Rows behind the mark"),
        )
        _pager(found, pages)


def _total(found: rows.Behind | None, currency: str) -> str:
    if found is None:
        return _("nothing")
    count = {
        marks.CONTACTS: words.contacts,
        marks.ORDERS: words.orders,
        marks.CUSTOMERS: words.customers,
        marks.REVENUE: words.lines,
        marks.AGAIN: words.contacts,
        marks.PROMISES: words.promises,
        marks.CASES: words.cases,
    }.get(found.mark.chart, words.cases_of_all)(found.total)
    return count if found.cents is None else f"{count}, {money(found.cents, currency)}"


def _pages(mark: Mark) -> list[Any]:
    """The keys behind which the pages looked at so far begin; another mark begins anew."""
    kept = st.session_state.get(_PAGES)
    if not kept or kept[0] != str(mark):
        kept = (str(mark), [])
        st.session_state[_PAGES] = kept
    return list(kept[1])


@acting(Role.MANAGER)
def _turn_to(mark: str, pages: list[Any]) -> None:
    st.session_state[_PAGES] = (mark, pages)


def _pager(found: rows.Behind, pages: list[Any]) -> None:
    if found.following is None and not pages:
        return
    start = len(pages) * rows.LIMIT
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _("{first}–{last} of {total}").format(
                first=number(start + 1), last=number(start + len(found.rows)), total=number(found.total)
            )
        )
        st.button(
            _("Back"),
            key=f"live_back_{found.mark.chart}",
            disabled=not pages,
            on_click=_turn_to,
            args=(str(found.mark), pages[:-1]),
        )
        st.button(
            _("More"),
            key=f"live_more_{found.mark.chart}",
            disabled=found.following is None,
            on_click=_turn_to,
            args=(str(found.mark), [*pages, found.following]),
        )


def _shown(found: rows.Behind, board: Board) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The rows as the table shows them, times in the company's zone, in which the marks are counted."""
    frame = found.rows
    out = pd.DataFrame({"at": pd.to_datetime(frame["at"], utc=True)})
    out["link"] = [f"/customer?customer={int(i)}" if pd.notna(i) else None for i in frame["customer_id"]]
    pairs = zip(frame["customer_id"], frame["customer"], strict=True)
    out["customer"] = [_who(i, name) for i, name in pairs]
    if found.mark.chart in (marks.ORDERS, marks.CASES, marks.OPENED, marks.SOLVED, marks.ANSWERS):
        out["number"] = frame["id"]
    labels = _labels()
    for column in frame.columns:
        if column in labels and column not in out:
            out[column] = _cells(column, frame[column], board.currency)
    config: dict[str, Any] = {name: st.column_config.Column(label) for name, label in labels.items()}
    config["at"] = st.column_config.DatetimeColumn(
        _("When"), timezone=board.zone, format="D MMM YYYY, HH:mm", width=150
    )
    config["link"] = st.column_config.LinkColumn(_("Open"), display_text=":material/open_in_new:", width=60)
    config["answer_by"] = st.column_config.DatetimeColumn(
        _("Answer by"), timezone=board.zone, format="D MMM YYYY, HH:mm"
    )
    return out, config


def _who(customer_id: Any, name: Any) -> str:
    """The name, or the number where none is known."""
    if pd.isna(customer_id):
        return _("Anonymous")
    return str(name) if isinstance(name, str) and name else customer_number(int(customer_id))


def _labels() -> dict[str, str]:
    """The columns that are shown, in words."""
    return {
        "customer": _("Customer"),
        "number": _("Number"),
        "channel": _("Channel"),
        "direction": _("Direction"),
        "reason": _("Reason"),
        "summary": _("What was said"),
        "staff": _("By"),
        "order_id": _("Order"),
        "category": _("Category"),
        "product": _("Product"),
        "quantity": _("Quantity"),
        "line_total_cents": _("Amount"),
        "lines_cents": _("Amount"),
        "status": _("Status"),
        "kind": _("Kind"),
        "acquisition_channel": _("Came by"),
        "subject": _("Subject"),
        "state": _("State"),
        "priority": _("Priority"),
        "owner": _("Owner"),
        "answer_by": _("Answer by"),
        "first_answer_minutes": _("First answer after"),
        "what": _("What was promised"),
        "due_on": _("Due"),
        "ending": _("How it ended"),
    }


def _cells(column: str, values: "pd.Series[Any]", currency: str) -> "pd.Series[Any]":
    if column.endswith("_cents"):
        return values.map(lambda v: money(int(v), currency))
    if column == "answer_by":
        return pd.to_datetime(values, utc=True)
    if column == "due_on":
        return values.map(str)
    in_words: dict[str, Callable[[Any], str]] = {
        "channel": lambda v: words.channel(str(v)),
        "direction": lambda v: contact_words.direction(Direction(v)),
        "reason": lambda v: contact_words.reason(str(v)),
        "state": lambda v: contact_words.case_state(CaseState(v)),
        "ending": lambda v: words.promise_end(str(v)),
        "first_answer_minutes": lambda v: words.duration(v) if pd.notna(v) else "",
        "status": str,
        "kind": str,
    }
    return values.map(in_words[column]) if column in in_words else values

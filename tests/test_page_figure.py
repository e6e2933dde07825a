"""The figure that all pages of the analytics share: chart, sentence, numbers, files, and where it is from."""

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

#: A figure with a title that would be Markdown.
PAGE = """
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from pages._ui.figure import figure
from services.charts import bars
from services.exports import About, Column, Kind, Table
from services.work import Actor

marks = pd.DataFrame({name: ["x"] for name in bars.COLUMNS}).assign(value=1, rank=0, strength=1.0)
frame = pd.DataFrame({"month": ["May"], "cents": [1250]})
about = About("*Sales*", "lines", "2026", datetime(2026, 7, 1, 10, tzinfo=UTC), ZoneInfo("UTC"))
table = Table(frame, (Column("month", "Month"), Column("cents", "Revenue", Kind.MONEY, "EUR")), about)
missing = "[40 orders](x)" if st.query_params.get("few") else ""
figure(Actor(), "sales", table, summary="Highest: May.", build=lambda: bars.plain(marks, "Month", "Revenue"),
       marks=marks, too_little=missing)
"""


def test_a_figure_has_its_chart_sentence_files_and_origin_and_shows_its_numbers_on_request() -> None:
    at = AppTest.from_string(PAGE).run()
    assert not at.exception
    assert at.subheader[0].value == r"\*Sales\*"
    captions = [c.value.replace("\\", "") for c in at.caption]
    assert captions[0] == "Highest: May."
    assert captions[-1].startswith("From: lines · 2026 · as of")
    assert [b.label for b in at.get("download_button") if isinstance(b, Element)] == ["CSV", "XLSX", "PNG"]
    assert len(at.get("vega_lite_chart")) == 1
    assert not at.dataframe
    at.toggle(key="figure_table_sales").set_value(True).run()
    assert at.dataframe[0].value["cents"].tolist() == [12.5], "in the currency, not in its cents"


def test_too_little_data_says_what_is_missing_and_shows_nothing_else() -> None:
    at = AppTest.from_string(PAGE)
    at.query_params["few"] = "1"
    at.run()
    assert not at.exception
    assert any("\\[40 orders" in c.value for c in at.caption)
    assert not at.get("vega_lite_chart")
    assert not at.get("download_button")

"""Every chart of the managers' pages: a sentence, tooltips, axes that say what they measure, files, and the numbers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import streamlit as st
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from db.columnar.copy import Copy
from db.models import Role
from services import rollup_check
from services.cube_view import View
from services.saved_views import keeping as saved_views
from services.scores import fitting
from services.segments import keeping
from services.segments.definition import Condition, Group, Mode, Op, plain
from services.segments.keeping import SegmentInput
from services.work import SYSTEM, Actor, Work
from tests import make
from tests.test_page_products import NAVIGATION, signed_in
from tests.test_scores import an_earlier_run, run_now, shop
from tests.test_segments import COMPLAINED, ago, contact, rule, sale

pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
#: Each page with what its address says, and how many charts it must have with the data of this test.
PAGES: list[tuple[str, dict[str, Any], int]] = [
    ("manager/live.py", {"period": "30d"}, 5),
    ("manager/live.py", {"view": "service"}, 6),
    ("manager/live.py", {"view": "ever"}, 1),
    ("manager/patterns.py", {}, 2),
    ("manager/patterns.py", {"look": "season"}, 3),
    ("manager/patterns.py", {"look": "staying"}, 1),
    ("manager/explore.py", {}, 1),
    ("manager/explore.py", {"by": "day", "measure": "orders"}, 1),
    ("manager/explore.py", {"by": ["weekday", "product"]}, 1),
    ("manager/segments.py", {"view": "grid"}, 1),
    ("manager/segments.py", {"view": "likely"}, 1),
    ("manager/segments.py", {"view": "overlap"}, 1),
    ("manager/segment.py", {"segment": "1", "view": "moves"}, 1),
    ("manager/who_buys.py", {}, 1),
    ("manager/back_test.py", {}, 2),
    ("manager/saved_view.py", {"view": "1"}, 1),
]


@pytest.fixture(autouse=True)
def _no_memory_of_other_tests() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def parts(spec: Any) -> Iterator[dict[str, Any]]:
    """A chart and its layers that draw something, each with the channels that it inherits."""
    for layer in spec.get("layer", ()):
        for part in parts(layer):
            yield {**part, "encoding": {**spec.get("encoding", {}), **part.get("encoding", {})}}
    if "mark" in spec:
        yield spec


def wrong(spec: dict[str, Any], alt: str) -> list[str]:
    """What a reader would miss in a chart."""
    missing = [] if len(alt) > 20 and ("." in alt or ":" in alt) else [f"a sentence: {alt!r}"]
    for part in parts(spec):
        mark, channels = part["mark"], part["encoding"]
        kind = mark["type"] if isinstance(mark, dict) else mark
        looks = mark if isinstance(mark, dict) else {}
        if kind in ("bar", "rect", "point", "line", "tick") and not channels.get("tooltip"):
            missing.append(f"a tooltip of {kind}")
        bare = [t for t in channels.get("tooltip", ()) if t["type"] == "quantitative" and "format" not in t]
        missing += [f"a tooltip with a written figure: {tip['field']}" for tip in bare]
        if kind in ("rule", "text") and not ({"color", "stroke"} & {*looks, *channels}):
            missing.append(f"a colour of {kind}, which is black in the dark")
        for name in ("x", "y"):
            axis = channels.get(name, {})
            if axis.get("type") == "quantitative" and axis.get("axis", {}) is not None and kind in ("bar", "line"):
                told = [p["encoding"][name].get("title") for p in parts(spec) if name in p["encoding"]]
                missing += [] if any(told) else [f"a title of {name}"]
    return missing


def opened(path: str, address: dict[str, Any]) -> AppTest:
    """The page alone, without the menu around it."""
    at = AppTest.from_file(str(NAVIGATION.parent / path), default_timeout=30)
    for name, value in address.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception
    return at


def company_with_everything(session: Session, copied: Callable[[], Copy]) -> Actor:
    """A manager; and sales of two years with products, complaints, two segments, a saved view, two scoring runs."""
    ids = shop(session, 36)
    kettle, filters = make.product(session, "Kettle"), make.product(session, "Filters")
    for n, customer_id in enumerate(ids[:6]):
        for days in range(3 + n, 760, 30 + n):
            sale(session, customer_id, ago(days), product_id=(kettle if days % 2 else filters).id)
        contact(session, customer_id, 5 + 7 * n)
    an_earlier_run(session, run_now(session, copied))
    boss = Work(session, make.actor(session, Role.MANAGER), make.NOON)
    often = Group(Mode.ALL, (Condition("orders", Op.AT_LEAST, 3.0),))
    for name, definition in (("Angry", rule(COMPLAINED)), ("Regular", often)):
        keeping.save(Work(session, SYSTEM, make.NOON), None, SegmentInput(name=name, definition=plain(definition)))
    saved_views.save(boss, "Mine", View(by=["month"]))
    rollup_check.rebuild(boss)  # these sales went past the services that count them
    session.commit()
    return boss.actor


def test_every_chart_says_what_it_shows_and_can_be_taken_along(
    session: Session, copied: Callable[[], Copy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "HORIZONS", (90,))
    monkeypatch.setattr(st, "page_link", lambda *_a, **_k: None)  # links need the navigation around the page
    signed_in(monkeypatch, company_with_everything(session, copied))
    drawn: list[tuple[dict[str, Any], str]] = []
    monkeypatch.setattr(st, "vega_lite_chart", lambda _data, spec, *, alt="", **_more: drawn.append((spec, alt)))
    for path, address, charts in PAGES:
        drawn.clear()
        at = opened(path, address)
        place = f"{path} {address}"
        assert len(drawn) == charts, f"{place}: {[alt for _spec, alt in drawn]}"
        for spec, alt in drawn:
            assert not wrong(spec, alt), f"{place}: {alt}"
        labels = [getattr(button, "label", "") for button in at.get("download_button")]
        shut = [getattr(box, "label", "") for box in at.expander].count("Table and files")  # read when it is opened
        assert all(labels.count(form) + shut >= charts for form in ("CSV", "XLSX", "PNG")), f"{place}: {labels}"
        folded = shut + sum(toggle.label == "Table" for toggle in at.toggle)
        assert len(at.dataframe) + folded >= charts, f"{place}: a chart without its numbers"

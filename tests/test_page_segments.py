"""The pages of purchase patterns and segments open with and without data, and only for those they are for."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from db.columnar.copy import Copy
from db.models import LoginSession, Role
from pages._ui import guard
from services.segments import keeping
from services.segments.definition import Mode, plain
from services.segments.keeping import SegmentInput
from services.work import SYSTEM, Work
from tests import make
from tests.test_segments import COMPLAINED, ago, contact, rule, sale

PAGES = Path(__file__).parent.parent / "pages" / "manager"
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
Make = Callable[[], Copy]


def opened(
    session: Session, monkeypatch: pytest.MonkeyPatch, page: str, role: Role = Role.MANAGER, **address: str
) -> AppTest:
    who, sid = make.person(session, role), "a" * 64
    until = make.NOON + timedelta(hours=1)
    session.add(LoginSession(id=sid, person_id=who.id, created_at=make.NOON, last_seen_at=make.NOON, expires_at=until))
    session.commit()
    monkeypatch.setattr(guard, "session_id", lambda: sid)
    monkeypatch.setattr(st, "page_link", lambda *_a, **_k: None)  # links need the navigation around the page
    at = AppTest.from_file(str(PAGES / page), default_timeout=30)
    for name, value in address.items():
        at.query_params[name] = value
    return at.run()


def texts(at: AppTest) -> str:
    assert not at.exception
    return "\n".join(t.value for t in (*at.markdown, *at.text, *at.caption, *at.info, *at.error)).replace("\\", "")


@pytest.mark.parametrize("look", ["intervals", "due", "season", "together", "after", "staying"])
@pytest.mark.parametrize("data", [True, False], ids=["data", "none"])
def test_patterns_open(session: Session, monkeypatch: pytest.MonkeyPatch, copied: Make, look: str, data: bool) -> None:
    ada, kettle = make.customer(session), make.product(session)
    for days in (90, 80, 70, 60) if data else ():
        sale(session, ada.id, ago(days), product_id=kettle.id)
    if data:
        sale(session, make.customer(session, "Yesterday").id, ago(1))
    copied()
    told = texts(opened(session, monkeypatch, "patterns.py", look=look))
    if data and look == "intervals":
        assert "Kettle is bought again after 10 days" in told
    if data and look == "due":
        assert "1 overdue, 0 due" in told
    if look == "season":
        assert "Too little data" in told


@pytest.mark.parametrize("view", ["members", "moves", "rule", "calls"])
def test_a_segment_opens_with_its_count(
    session: Session, monkeypatch: pytest.MonkeyPatch, copied: Make, view: str
) -> None:
    ada = make.customer(session)
    contact(session, ada.id, 5)
    copied()
    new = SegmentInput(name="Angry", definition=plain(rule(COMPLAINED)))
    row = keeping.save(Work(session, SYSTEM, make.NOON), None, new)
    told = texts(opened(session, monkeypatch, "segment.py", segment=str(row.id), view=view))
    assert "**1 customer** of 1" in told
    assert "Complaints in the last 60 days: at least 1" in told


def test_what_members_spent_is_a_number_to_sort_and_to_calculate_with(
    session: Session, monkeypatch: pytest.MonkeyPatch, copied: Make
) -> None:
    ada, cheap = make.customer(session), make.customer(session, "Cheap")
    sale(session, ada.id, ago(3), 1_000_050)
    sale(session, cheap.id, ago(3), 900)
    copied()
    buyers = SegmentInput(name="Buyers", definition=plain(rule({"field": "orders", "op": "at_least", "low": 1})))
    row = keeping.save(Work(session, SYSTEM, make.NOON), None, buyers)
    at = opened(session, monkeypatch, "segment.py", segment=str(row.id), view="members")
    [table] = [d.value for d in at.dataframe if "revenue_cents" in d.value]
    assert table["revenue_cents"].tolist() == [10_000.5, 9.0]


def chosen(at: AppTest, ending: str) -> Any:
    """The widget whose key ends so."""
    return next(
        w for kind in ("selectbox", "number_input", "button") for w in at.get(kind) if str(w.key).endswith(ending)
    )


def test_a_group_inside_a_group_is_built_and_counted_while_it_is_edited(
    session: Session, monkeypatch: pytest.MonkeyPatch, copied: Make
) -> None:
    bought, upset = make.customer(session), make.customer(session, "Upset")
    make.customer(session, "Neither")
    sale(session, bought.id, ago(3))
    contact(session, upset.id, 5)
    copied()
    at = opened(session, monkeypatch, "segment.py")
    assert "**3 customers** of 3" in texts(at)
    chosen(at, "_add_group_0").click().run()
    chosen(at, "_0_2_field").select("orders").run()
    assert "**1 customer** of 3" in texts(at)
    chosen(at, "_add_condition_3").click().run()
    chosen(at, "_0_4_field").select("complaints").run()
    assert "**2 customers** of 3" in texts(at)
    chosen(at, "_mode_3").select(Mode.NONE).run()
    assert "**1 customer** of 3" in texts(at)
    chosen(at, "_remove_3").click().run()
    assert "**3 customers** of 3" in texts(at)


def test_what_was_built_is_still_there_after_a_look_at_another_tab(
    session: Session, monkeypatch: pytest.MonkeyPatch, copied: Make
) -> None:
    contact(session, make.customer(session).id, 5)
    copied()
    row = keeping.save(
        Work(session, SYSTEM, make.NOON), None, SegmentInput(name="Angry", definition=plain(rule(COMPLAINED)))
    )
    at = opened(session, monkeypatch, "segment.py", segment=str(row.id), view="rule")
    chosen(at, "_complaints_low").set_value(2).run()
    assert "**0 customers** of 1" in texts(at)
    for look in ("members", "rule"):
        tabs: Any = at.get("button_group")[0]
        tabs.set_value(look).run()
    assert chosen(at, "_complaints_low").value == 2


@pytest.mark.parametrize("view", ["kept", "grid", "likely", "alike", "overlap"])
def test_the_list_of_segments_opens(session: Session, monkeypatch: pytest.MonkeyPatch, copied: Make, view: str) -> None:
    sale(session, make.customer(session).id, ago(3))
    copied()
    assert texts(opened(session, monkeypatch, "segments.py", view=view))


def test_patterns_are_not_for_staff(session: Session, monkeypatch: pytest.MonkeyPatch, copied: Make) -> None:
    copied()
    assert "not yours" in texts(opened(session, monkeypatch, "patterns.py", Role.STAFF))


def test_two_products_of_one_name_are_two_on_the_list_of_what_is_due(
    session: Session, monkeypatch: pytest.MonkeyPatch, copied: Make
) -> None:
    ada, made = make.customer(session), [make.product(session, name="Milk") for _ in range(2)]
    for product in made:
        for days in (90, 80, 70, 60):
            sale(session, ada.id, ago(days), product_id=product.id)
    sale(session, make.customer(session, "Yesterday").id, ago(1))
    copied()
    at = opened(session, monkeypatch, "patterns.py", look="due")
    assert sorted(at.dataframe[0].value["name"]) == sorted(f"Milk ({p.id})" for p in made)


def test_who_looks_for_overdue_finds_the_field(session: Session, monkeypatch: pytest.MonkeyPatch, copied: Make) -> None:
    copied()
    at = opened(session, monkeypatch, "segment.py")
    [asked] = [box for box in at.selectbox if box.label == "Condition"]
    assert [o for o in asked.options if "overdue" in o] == ["Times the own interval since the last purchase (overdue)"]


def test_only_groups_that_are_alike_are_told_by_their_medians(
    session: Session, monkeypatch: pytest.MonkeyPatch, copied: Make
) -> None:
    for n in range(96):
        who = make.customer(session, f"Buyer {n}")
        for days in (1 + n, 101 + n)[: 1 + n % 2]:
            sale(session, who.id, ago(days), cents=500 + 100 * (n % 7))
    copied()
    at = opened(session, monkeypatch, "segments.py", view="alike")
    assert "the median of each group" in texts(at)
    at.query_params["view"] = "grid"
    tabs: Any = at.get("button_group")[0]
    tabs.set_value("grid").run()
    told = texts(at)
    assert "Most customers are" in told
    assert "median" not in told

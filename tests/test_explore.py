"""Views of the cube in words, and the page "Explore"."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from db.columnar.copy import Copy
from db.models import Role, SavedView
from services import company, explore, reports, saved_views
from services.charts import explore as charts
from services.columnar import Preparing
from services.cube_view import View
from services.dimensions import OTHERS
from services.errors import NotAllowed
from services.measures import MEASURES
from services.work import SYSTEM, Actor, Work
from tests import make, make_sales
from tests.test_cube import sold_something
from tests.test_page_staff import shown, signed_in

PAGES = Path(__file__).parent.parent / "pages"
Make = Callable[[], Copy]
YEAR = "2026-01-01..2026-12-31"


@pytest.fixture
def w(session: Session, work_as: Callable[..., Work], copied: Callable[[], Copy]) -> Work:
    manager = work_as(make.actor(session, Role.MANAGER))
    sold_something(manager)
    copied()
    return manager


def test_groups_are_named_and_the_days_before_stand_beside_the_whole(w: Work) -> None:
    view = View(measures=["revenue", "orders"], by=["month"], period="2026-04-01..2026-04-30", compare="before")
    found = explore.explored(w, view)
    assert found.shown["month"].tolist() == ["Apr 2026"]
    assert (found.whole["revenue"], found.before and found.before["revenue"]) == (3000, 600)


def test_what_is_behind_a_group_adds_up_and_names_the_customers(w: Work) -> None:
    view = View(measures=["revenue"], by=["category"], period=YEAR)
    found = explore.explored(w, view)
    for code, cents in zip(found.frame["category"], found.frame["revenue"], strict=True):
        rows = explore.behind(w, view, "revenue", {"category": code}).rows
        assert rows["part"].sum() == cents
        assert set(rows["customer"]) <= {"Ada", "Bob"} or rows["customer"].str.len().gt(0).all()


def test_products_are_called_by_their_names_and_many_in_one_are_no_place_of_their_own(w: Work, copied: Make) -> None:
    for n in range(3):
        product = make.product(w.session, f"Cup {n}")
        product.sku = f"C-{n}"
        w.session.add(product)
        make_sales.order(w, make.NOON, (product, 100 + n))
    copied()
    view = View(measures=["revenue"], by=["product"], period=YEAR, most=1, only={"product": ["C-0", "C-1", "C-2"]})
    found = explore.explored(w, view)
    assert found.shown["product"].tolist() == ["Cup 2 (C-2)", "All others"]
    assert found.filters == (("Product", "Cup 0 (C-0), Cup 1 (C-1), Cup 2 (C-2)"),)
    frame = charts.marks(view, found)
    assert frame is not None
    assert frame["label"].tolist() == ["Cup 2 (C-2)", "All others"], "the single ones first, although others have more"
    report = reports.made(w, "Mine", view)
    assert report.summary == "Revenue. Highest: Cup 2 (C-2), €1.02."


def test_an_address_that_makes_no_sense_is_narrowed_to_what_does(w: Work) -> None:
    view = View.from_query(
        {"measure": ["contacts"], "by": ["category", "month"], "only_weekday": ["Monday", "8"], "only_hour": ["9"],
         "only_cohort": ["then"], "compare": ["year"], "period": ["all"]}
    )  # fmt: skip
    asked = explore.narrowed(view)
    assert (asked.by, asked.only, asked.compare) == (["month"], {"hour": ["9"]}, "")
    assert not explore.explored(w, asked).shown.empty or asked.only


def test_parts_that_do_not_add_up_are_never_stacked(w: Work) -> None:
    view = View(measures=["customers"], by=["category", "month"], period=YEAR)
    assert charts.marks(view, explore.explored(w, view)) is None
    over_time = View(measures=["customers"], by=["month", "category"], period=YEAR)
    frame = charts.marks(over_time, explore.explored(w, over_time))
    assert frame is not None
    assert charts.as_lines(over_time, frame)


def test_of_many_parts_the_smaller_ones_are_one_part_that_opens_nothing(w: Work) -> None:
    view = View(measures=["revenue"], by=["month", "category"], period=YEAR)
    found = explore.explored(w, view)
    many = pd.DataFrame(
        [(m, f"part {n:02d}", 100.0 * n + 100 * i) for i, m in enumerate(("2026-01", "2026-02")) for n in range(1, 13)],
        columns=["month", "category", "revenue"],
    )
    frame = charts.marks(view, replace(found, frame=many, shown=many))
    assert frame is not None
    names = charts.names(frame)
    assert names == [*(f"part {n:02d}" for n in range(6, 13)), "All others"]
    assert frame.groupby("bucket")["value"].sum().tolist() == [78.0, 90.0]
    assert frame.loc[frame["name"] == "All others", "value"].tolist() == [15.0, 20.0]
    assert not frame["series"].isin([OTHERS]).any()
    buyers = View(measures=["customers"], by=["month", "category"], period=YEAR)
    assert charts.marks(buyers, replace(found, frame=many.rename(columns={"revenue": "customers"}), shown=many)) is None


def test_a_view_is_kept_with_the_days_it_means(w: Work) -> None:
    kept = saved_views.opened(w, explore.save(w, "Sales", View(period=YEAR, by=["category"])))
    assert kept.definition is not None
    assert kept.definition.days(date(2030, 1, 1)) == (date(2026, 1, 1), date(2026, 12, 31))
    moving = saved_views.opened(w, explore.save(w, "Month", View(period="month", by=[], compare="before")))
    assert moving.definition is not None
    assert moving.definition.compare


def test_only_managers_explore(session: Session, work_as: Callable[..., Work]) -> None:
    staff = work_as(make.actor(session, Role.STAFF))
    for ask in (
        lambda: explore.explored(staff, View()),
        lambda: explore.behind(staff, View(), "revenue", {}),
        lambda: explore.choices(staff, "category", "revenue"),
        lambda: explore.save(staff, "Mine", View()),
    ):
        with pytest.raises(NotAllowed):
            ask()


def page(**address: str | list[str]) -> AppTest:
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=60).run()
    at.switch_page("manager/explore.py")
    for key, value in address.items():
        at.query_params[key] = value
    return at.run()


@pytest.fixture
def signed(session: Session, monkeypatch: pytest.MonkeyPatch, copied: Callable[[], Copy]) -> Work:
    """The manager who has signed in, with sales."""
    who = signed_in(session, monkeypatch, Role.MANAGER)
    manager = Work(session, Actor(person_id=who.id, role=who.role, name=who.name, email=who.email), make.NOON)
    sold_something(manager)
    session.commit()
    copied()
    return manager


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
class TestPage:
    @pytest.mark.usefixtures("signed")
    def test_an_address_is_answered_and_says_what_the_widgets_say(self) -> None:
        at = page(measure=["revenue", "orders"], by="category", period=YEAR)
        assert not at.exception
        assert [m.value for m in at.metric] == ["€36\\.00", "3"]
        assert at.dataframe[0].value["revenue"].sum() == 36
        at.multiselect(key="explore_by").set_value(["month", "category"]).run()
        assert not at.exception
        assert at.query_params["by"] == ["month", "category"]
        assert len(at.dataframe) == 2, "the list and the cross table"

    def test_a_figure_that_is_hidden_while_the_page_is_drawn_is_left_out(
        self, signed: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        company.save(Work(signed.session, SYSTEM, make.NOON), costs_for_admins=True)
        signed.session.commit()
        now, before = explore.measures_for, [MEASURES.values()]  # as the page knew it when it was begun
        monkeypatch.setattr(explore, "measures_for", lambda *who: before.pop() if before else now(*who))
        at = page(measure=["profit", "revenue"], by="category", period=YEAR)
        assert not before
        assert not at.exception
        assert not at.error
        assert [m.label for m in at.metric] == ["Revenue"]
        assert "profit" not in at.dataframe[0].value
        figures = at.multiselect(key="explore_measures")
        assert (figures.value, "Gross profit" in figures.options) == (["revenue"], False)
        assert at.query_params["measure"] in ("revenue", ["revenue"])

    @pytest.mark.usefixtures("signed")
    def test_a_hostile_address_is_left_out(self) -> None:
        at = page(measure=["x; DROP", "revenue"], by="<script>", period="2026-99-99..", only_weekday="1; --", most="-1")
        assert not at.exception
        assert not at.error
        assert at.query_params["measure"] in ("revenue", ["revenue"])
        assert "only_weekday" not in at.query_params

    def test_a_view_is_saved_from_here(self, signed: Work) -> None:
        at = page(measure="revenue", by="category", period=YEAR)
        at.button(key="explore_save").click().run()
        assert not at.exception
        signed.session.expire_all()
        assert signed.session.exec(select(SavedView.name)).one() == "Revenue by Category"

    @pytest.mark.usefixtures("signed")
    def test_days_without_anything_say_so(self) -> None:
        at = page(measure="revenue", period="2001-01-01..2001-02-01")
        assert not at.exception
        assert "There is nothing in these days" in shown(at)

    @pytest.mark.usefixtures("signed")
    def test_figures_in_preparation_are_said_with_how_far_they_are(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def preparing(*_: object) -> None:
            raise Preparing(0.4)

        monkeypatch.setattr(explore, "explored", preparing)
        at = page(measure="revenue")
        assert not at.exception
        assert not at.error
        assert len(at.get("progress")) == 1

    def test_strangers_and_staff_are_stopped(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        at = AppTest.from_file(str(PAGES / "manager" / "explore.py")).run()
        assert [line.value for line in at.warning] == ["Please sign in."]
        signed_in(session, monkeypatch, Role.STAFF)
        at = AppTest.from_file(str(PAGES / "manager" / "explore.py"), default_timeout=60).run()
        assert [e.value for e in at.error] == ["This page is not yours."]

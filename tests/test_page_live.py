"""The manager's page: what it shows, that a picked mark stays open, and that nobody else gets in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from sqlmodel import Session, delete
from streamlit.testing.v1 import AppTest

from db.models import LoginSession, Role
from pages._ui import guard
from services import contact_words
from services.work import SYSTEM, Work
from tests import make
from tests.make_sales import case, contact, order

PAGE = Path(__file__).parent.parent / "pages" / "manager" / "live.py"
NOON = make.NOON
#: The services below are tested on both databases; here it is the page that is looked at.
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _no_memory_of_other_tests() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


@pytest.fixture
def w(session: Session) -> Work:
    return Work(session, SYSTEM, NOON)


def _page(
    w: Work, monkeypatch: pytest.MonkeyPatch, address: dict[str, str] | None = None, *, role: Role = Role.MANAGER
) -> AppTest:
    who = make.person(w.session, role, of=make.customer(w.session) if role is Role.CUSTOMER else None)
    sid = "a" * 64
    w.session.add(
        LoginSession(id=sid, person_id=who.id, created_at=NOON, last_seen_at=NOON, expires_at=NOON + timedelta(hours=1))
    )
    w.session.commit()
    monkeypatch.setattr(guard, "session_id", lambda: sid)
    at = AppTest.from_file(str(PAGE), default_timeout=30)
    for name, value in (address or {}).items():
        at.query_params[name] = value
    return at.run()


def _metrics(at: AppTest) -> dict[str, str]:
    return {m.label: m.value for m in at.metric}


def _texts(at: AppTest) -> str:
    return "\n".join(t.value for t in (*at.text, *at.caption, *at.markdown))


def test_today_is_there_at_a_glance(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    order(w, NOON - timedelta(weeks=1), cents=500)
    order(w, NOON - timedelta(hours=1), cents=1250)
    contact(w, NOON - timedelta(hours=2))
    case(w, NOON - timedelta(days=9), answer_by=NOON - timedelta(days=1))
    at = _page(w, monkeypatch)
    assert not at.exception
    assert _metrics(at) == {
        "Contacts": "1",
        "Orders": "1",
        "Revenue": "€12\\.50",
        "Customers joined": "0",
        "Open cases": "1",
    }
    assert "As of 12:00:00" in _texts(at).replace("\\", "")
    assert "1 contact. Highest: 10:00." in _texts(at).replace("\\", "")


def test_a_mark_in_the_address_opens_the_rows_behind_it_and_they_stay_open(
    w: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = make.customer(w.session)
    contact(w, NOON - timedelta(hours=2), customer_id=ada.id)
    at = _page(w, monkeypatch, {"open": "contacts.h10.phone"})
    for _again in range(2):
        assert "10:00–11:00 · Phone: 1 contact" in _texts(at)
        [rows] = [d.value for d in at.dataframe if "link" in d.value]
        assert list(rows["customer"]) == ["Ada Lovelace"]
        assert list(rows["link"]) == [f"/customer?customer={ada.id}"]
        at.run()
    at.button(key="live_close_contacts").click().run()
    assert "live_list_contacts" not in {d.key for d in at.dataframe}
    assert "open" not in at.query_params


def test_service_has_its_own_figures_and_charts_with_the_rows_behind_them(
    w: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    case(w, NOON - timedelta(days=2))
    case(w, NOON - timedelta(hours=2))
    address = {"view": "service", "period": "7d", "team": "7", "open": "opened.2026-02-28.0"}
    at = _page(w, monkeypatch, address)
    assert (_metrics(at)["Cases opened"], at.query_params["team"]) == ("0", "7")
    at.multiselect(key="live_team").set_value([]).run()
    assert (_metrics(at)["Cases opened"], _metrics(at)["Open cases"]) == ("2", "2")
    assert "Feb 28 · No team: 1 case" in _texts(at)
    [rows] = [d.value for d in at.dataframe if "link" in d.value]
    assert list(rows["subject"]) == ["Kettle leaks"]
    assert "too little data" in {m.delta for m in at.metric}
    assert at.query_params["view"] == "service"


def test_the_rows_behind_a_contact_name_its_reason_in_words(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    row = contact(w, NOON - timedelta(hours=2))
    row.reason = "delivery"
    at = _page(w, monkeypatch, {"open": "contacts.h10.phone"})
    [rows] = [d.value for d in at.dataframe if "link" in d.value]
    assert list(rows["reason"]) == [contact_words.reason("delivery")] != ["delivery"]
    assert list(rows["direction"]) == ["from the customer"]


def test_the_rows_can_be_opened_without_a_mouse(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    order(w, NOON, cents=700)
    at = _page(w, monkeypatch)
    at.selectbox(key="live_pick_orders").select("orders.h12.").run()
    assert "12:00–13:00: 1 order, €7.00" in _texts(at)
    assert at.query_params["open"] == "orders.h12."


def test_filters_are_in_the_address_in_both_directions(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    contact(w, NOON - timedelta(days=3))
    at = _page(w, monkeypatch, {"period": "7d", "channel": "letter"})
    assert _metrics(at)["Contacts"] == "0"
    at.multiselect(key="live_channel").set_value([]).run()
    assert _metrics(at)["Contacts"] == "1"
    assert at.query_params["period"] == "7d"
    at.selectbox(key="live_period").set_value("yesterday").run()
    assert at.query_params["period"] == "yesterday"


@pytest.mark.parametrize(
    "address",
    [
        {"period": "<b>", "by": "second", "channel": "fax", "open": "x"},
        {"days": "2026-02-31", "open": "orders.h99."},
        {"days": "0001-01-01", "category": "'; --", "open": "cases.d2"},
    ],
)
def test_nonsense_in_the_address_shows_the_usual_board(
    w: Work, monkeypatch: pytest.MonkeyPatch, address: dict[str, str]
) -> None:
    contact(w, NOON)
    at = _page(w, monkeypatch, address)
    assert not at.exception
    assert not at.error
    assert _metrics(at)["Contacts"] == "1"


def test_old_data_are_one_click_away(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    order(w, datetime(2011, 9, 30, 12, 50, tzinfo=UTC), cents=4200)
    at = _page(w, monkeypatch)
    [button] = [b for b in at.button if b.key == "live_latest"]
    assert button.label == "Show the latest data: Sep 2011"
    for drawn in (at.get("vega_lite_chart"), at.metric, at.expander):  # the message and the button stand alone
        assert not drawn
    button.click().run()
    assert at.get("vega_lite_chart")
    assert _metrics(at)["Revenue"] == "€42\\.00"
    assert at.query_params["days"] == ["2011-09-01", "2011-09-30"]
    assert at.date_input(key="live_days").value == (date(2011, 9, 1), date(2011, 9, 30))


def test_of_days_that_are_over_a_chart_without_a_mark_is_its_sentence_alone(
    w: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(w, NOON - timedelta(days=1), cents=4200)
    order(w, NOON, cents=4200)
    for period, contacts_drawn in (("yesterday", False), ("today", True)):  # today the first mark may come any moment
        at = _page(w, monkeypatch, {"period": period})
        keys = [s.key for s in at.selectbox]
        assert "live_pick_orders" in keys
        assert ("live_pick_contacts" in keys) is contacts_drawn
        assert "Contacts by channel" in [s.value for s in at.subheader]
        w.session.execute(delete(LoginSession))


def test_of_a_month_that_has_hardly_begun_the_latest_thirty_days_are_shown(
    w: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(w, datetime(2017, 12, 20, 12, 50, tzinfo=UTC), cents=4200)
    order(w, datetime(2018, 1, 1, 12, 50, tzinfo=UTC), cents=100)
    at = _page(w, monkeypatch)
    [button] = [b for b in at.button if b.key == "live_latest"]
    assert button.label == "Show the latest data: Sun, Dec 3, 2017 – Mon, Jan 1, 2018"
    button.click().run()
    assert _metrics(at)["Revenue"] == "€43\\.00"


def test_an_empty_house_says_what_to_do(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    at = _page(w, monkeypatch)
    assert not at.metric
    assert "There is nothing to show yet." in _texts(at)


def test_the_totals_of_everything_are_there(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = make.customer(w.session)
    for days, cents in ((400, 1000), (40, 3000)):
        made = order(w, NOON - timedelta(days=days), (make.product(w.session), cents))
        made.customer_id = ada.id
    order(w, NOON, cents=500)
    at = _page(w, monkeypatch, {"view": "ever"})
    assert not at.exception
    shown = _metrics(at)
    assert (shown["Customers with orders"], shown["Orders"]) == ("1", "3")
    assert (shown["Revenue"], shown["Average order value"]) == ("€45\\.00", "€15\\.00")
    assert [d.value["value"].iloc[0] for d in at.dataframe] == ["€40.00", "2", "€30.00"]


def test_the_chart_of_all_sales_spans_the_days_with_sales(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    for days in (5500, 5530, 5531):
        order(w, NOON - timedelta(days=days), cents=100)
    contact(w, NOON)
    told = _texts(_page(w, monkeypatch, {"view": "ever"})).replace("\\", "")
    busiest = NOON - timedelta(days=5530)
    assert f"3 orders. Highest: {busiest:%b} {busiest.year}." in told, "months of the past, not years until today"
    assert "As of 12:00:00 · All sales from" in told


@pytest.mark.parametrize("role", [Role.STAFF, Role.CUSTOMER])
def test_the_page_is_for_managers(w: Work, monkeypatch: pytest.MonkeyPatch, role: Role) -> None:
    contact(w, NOON)
    at = _page(w, monkeypatch, role=role)
    assert [e.value for e in at.error] == ["This page is not yours."]
    assert not at.metric


def test_run_on_its_own_the_page_stops_a_stranger(session: Session) -> None:
    at = AppTest.from_file(str(PAGE)).run()
    assert [line.value for line in at.warning] == ["Please sign in."]
    assert not at.metric

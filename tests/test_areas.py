"""What a company calls its areas: spans become beginnings, nonsense is refused, the page of the company shows them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from db.models import Role
from services import areas, company
from services.errors import Invalid, NotAllowed
from services.work import Work
from tests import make
from tests.test_page_staff import signed_in


def test_spans_and_blanks_become_beginnings() -> None:
    [north] = areas.read(
        [{"name": " North ", "country": "DE", "postal": "17, 20-22, ec1 a, 08-10", "regions": "Bremen, "}]
    )
    assert north["postal"] == ["17", "20", "21", "22", "EC1A", "08", "09", "10"]
    assert north["regions"] == ["Bremen"]
    assert areas.read([{"name": "", "country": None}]) == []


def test_beginnings_are_shown_as_somebody_would_type_them() -> None:
    typed = "08-12, 17, 18, EC1A, 9-9, 20-22"
    [area] = areas.read([{"name": "North", "postal": typed}])
    assert areas.spans(area["postal"]) == "08-12, 17, 18, EC1A, 9, 20-22"
    assert areas.read([{"name": "North", "postal": areas.spans(area["postal"])}]) == [area]
    assert areas.spans([]) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "North"},
        {"name": "", "country": "DE"},
        {"name": "a|b", "country": "DE"},
        {"name": "North", "postal": "29-20"},
        {"name": "North", "postal": "1-20"},
        {"name": "North", "postal": "0-99999999"},
        {"name": "North", "postal": "2%"},
        {"name": "North", "country": ["x"]},
        {"name": {"a": 1}, "country": "DE"},
    ],
)
def test_what_says_nothing_or_too_much_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        areas.read([wrong])


def test_only_administrators_draw_them(session: Session, work_as: Callable[..., Work]) -> None:
    manager = work_as(make.actor(session, Role.MANAGER))
    with pytest.raises(NotAllowed):
        company.save(manager, areas=[{"name": "North", "country": "DE"}])


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_the_page_of_the_company_shows_and_keeps_them(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch, Role.ADMIN)
    page = Path(__file__).parent.parent / "pages" / "admin" / "company.py"
    at = AppTest.from_file(str(page), default_timeout=60).run()
    at.checkbox(key="company_costs").check()
    at.button(key="save_areas").click().run()
    assert not at.exception
    assert company.read(session).costs_for_admins

"""A view of the cube in an address: the same view comes back, and nothing that somebody typed gets through."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.cube_view import View

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(measures=["orders", "revenue"], by=[], period="2026-01-01..2026-01-31", most=3, compare="before"),
        View(by=["category", "month"], only={"country": ["DE", ""], "channel": ["phone"]}, period="all"),
    ],
)
def test_an_address_and_a_stored_view_come_back_as_they_were(view: View) -> None:
    assert View.from_query(view.to_query()) == view
    assert View.model_validate_json(view.model_dump_json()) == view


def test_what_an_address_makes_up_is_left_out() -> None:
    hostile = ["x') OR 1=1 --"]
    given = dict.fromkeys(("measure", "by", "period", "most", "compare", "only_x", "open"), hostile)
    assert View.from_query(given) == View()
    double = View.from_query(
        {"measure": ["orders", "orders"], "by": ["day"] * 9, "most": ["999"], "only_city": ["x" * 999]}
    )
    assert double == View(measures=["orders"], by=["day"])
    assert View.from_query({"period": ["2026-02-01..2026-01-01"]}) == View()


@pytest.mark.parametrize("wrong", [{"measures": ["x"]}, {"by": ["x"]}, {"only": {"x": []}}, {"period": "x"}])
def test_a_stored_view_with_an_unknown_code_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        View.model_validate(wrong)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("7d", date(2026, 3, 25), TODAY),
        ("month", date(2026, 3, 1), TODAY),
        ("year", date(2026, 1, 1), TODAY),
        ("last_year", date(2025, 1, 1), date(2025, 12, 31)),
        ("2026-01-01..2026-01-31", date(2026, 1, 1), date(2026, 1, 31)),
    ],
)
def test_a_moving_period_follows_the_day(period: str, first: date, last: date) -> None:
    view = View(period=period)
    assert view.days(TODAY) == (first, last)
    assert (view.question(TODAY).to_day - last).days == 1

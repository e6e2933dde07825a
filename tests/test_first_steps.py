"""A new company is told what is still to be set up, from what is there; later nobody is led there any more."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from db.models import Role, TaxClass, TaxRate
from services import company, first_steps
from services.errors import NotAllowed
from services.settings import settings
from services.work import Work
from tests import make
from tests.make_sales import order
from tests.test_page_staff import page, signed_in

PAGES = Path(__file__).parent.parent / "pages"


def open_steps(w: Work) -> list[str]:
    return [s.code for s in first_steps.read(w) if not s.done]


def test_each_step_is_ticked_by_what_is_there(
    session: Session, work_as: Callable[..., Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    w = work_as(make.actor(session, Role.ADMIN))
    everything = [s.code for s in first_steps.read(w)]
    assert open_steps(w) == everything
    company.save(w, street="Am Brunnen 1", city="Bonn", tax_number="DE123")
    company.forget()
    assert open_steps(w) == everything[1:]
    session.add(TaxClass(code="standard", name="Standard", is_default=True))
    session.flush()
    session.add(TaxRate(tax_class="standard", valid_from=w.now.date(), basis_points=1900))
    session.flush()
    assert open_steps(w) == everything[2:]
    make.product(session)
    assert open_steps(w) == everything[3:]
    make.person(session, Role.STAFF)
    assert open_steps(w) == everything[4:]
    make.customer(session)
    assert open_steps(w) == [first_steps.MAIL]
    monkeypatch.setattr(settings(), "smtp_url", "smtp://localhost:25")
    assert not open_steps(w)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER])
def test_only_administrators_set_the_company_up(session: Session, work_as: Callable[..., Work], role: Role) -> None:
    with pytest.raises(NotAllowed):
        first_steps.read(work_as(make.actor(session, role)))


def links_of_today() -> list[str]:
    at: Any = page("today.py")
    return [link.label for link in at.get("page_link")]


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_today_leads_the_administrator_there_until_somebody_has_ordered(
    session: Session, work_as: Callable[..., Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(session, monkeypatch, Role.ADMIN)
    assert "First steps" in links_of_today()
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
    at.switch_page("admin/first_steps.py").run()
    assert not at.exception
    assert [t.value for t in at.title] == ["First steps"]
    w = work_as(make.actor(session, Role.ADMIN))
    order(w, make.NOON, (make.product(session), 100))
    session.commit()
    assert "First steps" not in links_of_today()

"""Service reports: what was done is seen by the customer, printed, told by mail, and never changed."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import Session, select

from db.models import CustomerAddress, OutboxEntry, Role, ServiceReport
from services import cases, service_reports
from services.cases import NewCase
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.service_reports import NewReport
from services.work import Actor, Work
from tests import make
from tests.ordering import shopper

WorkAs = Callable[[Actor], Work]
TODAY = make.NOON.date()
DAY = timedelta(days=1)


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


def report(**told: Any) -> NewReport:
    said = {
        "idempotency_key": "one",
        "subject": "New valve",
        "what": "Replaced the valve.\nTested it.",
        "done_on": TODAY,
    }
    return NewReport.model_validate(said | {"done_on": TODAY} | told)


def printed(w: Work, report_id: int) -> str:
    pages = PdfReader(io.BytesIO(service_reports.rendered(w, report_id))).pages
    return "\n".join(page.extract_text() for page in pages)


def test_the_customer_reads_the_same_report_as_staff_and_is_told_by_mail(w: Work, work_as: WorkAs) -> None:
    customer = work_as(shopper(w.session, "Ada Łukasiewicz"))
    own = customer.actor.customer_id or 0
    parts = [{"name": "Valve 12 mm", "quantity": 2}]
    made = service_reports.write(w, own, report(minutes=45, parts=parts, next_step="Call in a year"))
    assert service_reports.of_customer(customer) == service_reports.of_customer(w, own)
    [seen] = service_reports.of_customer(customer)
    assert (seen.who, seen.parts, seen.minutes) == (w.actor.name, [("Valve 12 mm", 2)], 45)
    mail = w.session.exec(select(OutboxEntry).where(OutboxEntry.kind == "service-report")).one()
    assert mail.recipient == customer.actor.email
    assert f"report={made.id}" in mail.body
    text = printed(customer, made.id)
    for words in (
        "Ada Łukasiewicz",
        "St. James's Square 12",
        "2 × Valve 12 mm",
        "Tested it.",
        "Call in a year",
        seen.number,
    ):
        assert words in text
    assert service_reports.rendered(w, made.id) == service_reports.rendered(w, made.id)


def test_the_same_form_sent_twice_makes_one_report_and_other_words_are_refused(w: Work) -> None:
    ada = make.customer(w.session)
    assert service_reports.write(w, ada.id, report()).id == service_reports.write(w, ada.id, report()).id
    with pytest.raises(Conflict):
        service_reports.write(w, ada.id, report(what="Something else"))
    assert len(w.session.exec(select(ServiceReport)).all()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": " "},
        {"what": ""},
        {"what": "x" * 8001},
        {"done_on": TODAY + DAY},
        {"done_on": TODAY - 400 * DAY},
        {"minutes": -1},
        {"minutes": 1441},
        {"parts": [{"name": " ", "quantity": 1}]},
        {"parts": [{"name": "Valve", "quantity": 0}]},
        {"parts": [{"name": "Valve", "quantity": 1}] * 51},
        {"next_step": "a\x00b"},
    ],
)
def test_what_no_form_offers_is_refused(w: Work, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        service_reports.write(w, make.customer(w.session).id, report(**wrong))
    assert w.session.exec(select(ServiceReport)).all() == []


def test_a_report_belongs_to_its_customer_and_to_the_case_of_that_customer(w: Work, work_as: WorkAs) -> None:
    ada, eve = work_as(shopper(w.session)), work_as(shopper(w.session, "Eve"))
    own = ada.actor.customer_id or 0
    case = cases.raise_for(w, own, NewCase(idempotency_key="c", subject="It drips", text="Since Monday"))
    made = service_reports.write(w, own, report(case_id=case.id))
    assert service_reports.one(ada, made.id).case_id == case.id
    with pytest.raises(Invalid, match="another customer"):
        service_reports.write(w, eve.actor.customer_id or 0, report(case_id=case.id, idempotency_key="two"))
    for act in (
        lambda: service_reports.one(eve, made.id),
        lambda: service_reports.rendered(eve, made.id),
        lambda: service_reports.of_customer(eve, own),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotAllowed):
        service_reports.write(ada, own, report(idempotency_key="three"))
    with pytest.raises(NotFound):
        service_reports.write(w, 10**6, report(idempotency_key="four"))


def test_letters_that_cannot_be_printed_break_no_report(w: Work) -> None:
    ada = make.customer(w.session, "Ada 🦊")
    w.session.add(CustomerAddress(customer_id=ada.id, street="東京 1", city="Łódź"))
    made = service_reports.write(w, ada.id, report(what="قديم\n" + "word " * 1500))
    assert "Łódź" in printed(w, made.id)


def test_a_name_wider_than_the_paper_takes_another_line(w: Work) -> None:
    name = "Featherstonehaugh-Cholmondeley International Trading Company (Holdings) Limited " * 2
    made = service_reports.write(w, make.customer(w.session, name.strip()).id, report())
    assert name.strip() not in printed(w, made.id).replace("\n", " | "), "it ran off the paper"

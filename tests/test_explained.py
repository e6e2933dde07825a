"""Nothing explained twice: the answer of the last time, templates of contacts, and how often it failed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from db.models import ContactTemplate, Interaction, Role
from services import contact_templates, explained, interactions
from services.contact_templates import TemplateInput
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.interactions import NewInteraction
from services.work import Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]
DAY = timedelta(days=1)


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


@pytest.fixture
def manager(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def call(w: Work, customer_id: int, ago: int = 0, **said: Any) -> Interaction:
    told = {"idempotency_key": f"{ago}-{said}", "summary": "Where is it?", "happened_at": w.now - ago * DAY} | said
    return interactions.log(w, customer_id, NewInteraction.model_validate(told))


def test_the_form_tells_what_was_answered_for_the_same_reason_within_thirty_days(w: Work) -> None:
    ada, bob = make.customer(w.session), make.customer(w.session)
    call(w, ada.id, 31, reason="delivery", summary="too long ago")
    call(w, ada.id, 3, reason="invoice", summary="another matter")
    call(w, bob.id, 2, reason="delivery", summary="somebody else")
    until = w.now.date() + 2 * DAY
    call(w, ada.id, 9, reason="delivery", outcome="sent anew", promise="a call on Friday", promise_until=until)
    call(w, ada.id, 1, reason="delivery", summary="Still not here")
    found = explained.earlier(w, ada.id, "delivery")
    assert [(e.summary, e.outcome, e.promise) for e in found] == [
        ("Still not here", "", ""),
        ("Where is it?", "sent anew", "a call on Friday"),
    ]
    assert explained.earlier(w, ada.id, "") == []
    with pytest.raises(NotFound):
        explained.earlier(w, 10**6, "delivery")


def test_how_often_it_had_to_be_explained_again_is_a_figure_of_the_manager(w: Work, manager: Work) -> None:
    ada = make.customer(w.session)
    call(w, ada.id, 1, reason="delivery", explained_again=True)
    call(w, ada.id, 2, reason="delivery", explained_again=True)
    call(w, ada.id, 3, reason="fault", explained_again=True)
    call(w, ada.id, 4, reason="fault")
    call(w, ada.id, 5, direction="out", explained_again=True)  # nobody explains anything in a call of ours
    call(w, ada.id, 40, explained_again=True)
    found = explained.figure(manager, manager.now - 30 * DAY, manager.now)
    assert (found.contacts, found.again, found.share) == (4, 3, 0.75)
    assert found.by_reason == [("Delivery", 2), ("Something does not work", 1)]
    assert explained.figure(manager, manager.now, manager.now + DAY).share is None
    with pytest.raises(NotAllowed):
        explained.figure(w, w.now - DAY, w.now)


def test_a_template_fills_the_form_with_days_counted_from_today(w: Work, manager: Work) -> None:
    new = TemplateInput(
        name="Delivery is late",
        reason="delivery",
        way="phone in",
        summary="The parcel has not come.",
        promise="call back",
        promise_days=2,
        touch_days=0,
    )
    made = contact_templates.add(manager, new)
    general = contact_templates.add(manager, TemplateInput(name="Anything", outcome="answered"))
    assert contact_templates.offered(w, "delivery") == [(made, "Delivery is late"), (general, "Anything")]
    assert contact_templates.offered(w, "") == [(general, "Anything")]
    ada = make.customer(w.session)
    assert contact_templates.filled(w, made, ada.id) == {
        "way": "phone in",
        "reason": "delivery",
        "summary": "The parcel has not come.",
        "promise": "call back",
        "promise_until": "2026-03-04",
        "next_touch_on": "2026-03-02",
    }
    contact_templates.switch(manager, made, 1, active=False)
    assert contact_templates.offered(w, "delivery") == [(general, "Anything")]
    with pytest.raises(NotFound):
        contact_templates.filled(w, made, ada.id)


def test_a_template_fills_the_places_for_names(w: Work, manager: Work) -> None:
    made = contact_templates.add(manager, TemplateInput(name="Thanks", summary="{first_name} thanks; {case_number}"))
    ada = make.customer(w.session, name="Ada Lovelace")
    filled = contact_templates.filled(w, made, ada.id)
    assert filled == {"summary": "Ada thanks; {case_number}"}  # of a case there is nothing here: the place stays


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 81},
        {"reason": "damaged"},
        {"way": "smoke in"},
        {"promise": "a call"},
        {"promise_days": 3},
        {"promise": "a call", "promise_days": 366},
        {"touch_reason": "ask"},
        {"touch_days": -1},
        {"summary": "a\x00b"},
    ],
)
def test_what_no_page_offers_makes_no_template(manager: Work, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        contact_templates.add(manager, TemplateInput.model_validate({"name": "Late"} | wrong))
    assert manager.session.exec(select(ContactTemplate)).all() == []


def test_two_managers_at_one_template_do_not_overwrite_each_other(w: Work, manager: Work) -> None:
    made = contact_templates.add(manager, TemplateInput(name="Late"))
    contact_templates.change(manager, made, 1, TemplateInput(name="Late", outcome="sent anew"))
    with pytest.raises(Conflict, match="colleague"):
        contact_templates.change(manager, made, 1, TemplateInput(name="Late", outcome="refunded"))
    with pytest.raises(Conflict, match="name"):
        contact_templates.add(manager, TemplateInput(name="Late"))
    assert contact_templates.everything(manager)[0].fields.outcome == "sent anew"
    for act in (
        lambda: contact_templates.add(w, TemplateInput(name="Mine")),
        lambda: contact_templates.change(w, made, 2, TemplateInput(name="Mine")),
        lambda: contact_templates.switch(w, made, 2, active=False),
        lambda: contact_templates.everything(w),
    ):
        with pytest.raises(NotAllowed):
            act()

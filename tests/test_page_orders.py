"""The pages of an order after it was placed: the desk of staff, the customer's order, the link of the mails."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from db.models import LoginSession, Order, OrderStatus, Return, Role, Shipment
from pages._ui import guard
from services import orders
from services.orders import tracking
from services.work import Actor, Work
from tests import make
from tests.ordering import asked, shopper

PAGES = Path(__file__).parent.parent / "pages"
NOON = make.NOON
HOSTILE = "<b>x</b> **y** [z](javascript:alert(1)) https://evil.example"
#: The services below are tested on both databases; here it is the pages that are looked at.
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


def sign_in(session: Session, monkeypatch: pytest.MonkeyPatch, actor: Actor) -> None:
    sid, end = f"{actor.person_id:064}", NOON + timedelta(hours=1)
    assert actor.person_id is not None
    session.merge(LoginSession(id=sid, person_id=actor.person_id, created_at=NOON, last_seen_at=NOON, expires_at=end))
    session.commit()
    monkeypatch.setattr(guard, "session_id", lambda: sid)


def page(path: str, **address: str) -> AppTest:
    """The page inside the navigation."""
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
    at.switch_page(path)
    for key, value in address.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception
    return at


def shown(at: AppTest) -> str:
    elements = (*at.title, *at.subheader, *at.text, *at.caption, *at.markdown, *at.warning, *at.error)
    return "\n".join(str(e.value) for e in elements).replace("\\", "")


@pytest.fixture
def customer(session: Session) -> Actor:
    return shopper(session)


@pytest.fixture
def order(session: Session, customer: Actor) -> Order:
    w = Work(session, customer, NOON)
    made = orders.place(w, asked(w, (make.product(session, HOSTILE), 2)))
    session.commit()
    return session.get_one(Order, made.id)


def test_staff_send_an_order_from_the_desk_in_two_parcels(
    session: Session, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    sign_in(session, monkeypatch, make.actor(session, Role.STAFF))
    assert "Ada Lovelace" in shown(page("staff/orders.py"))
    at = page("staff/orders.py", order=str(order.id))
    at.button(key="pick").click().run()
    at.text_input(key="code").set_value("RR123")
    at.number_input(key=f"packed_{order.id}_1_0").set_value(1)
    at.button(key="FormSubmitter:parcel-Send the parcel").click().run()
    assert not at.exception
    assert at.number_input(key=f"packed_{order.id}_1_1").value == 1  # one piece is left to send
    assert at.text_input(key="code_1").value == ""  # in a parcel with a number of its own
    at.button(key="FormSubmitter:parcel-Send the parcel").click().run()
    at.button(key="deliver").click().run()
    session.expire_all()
    assert session.get_one(Order, order.id).status is OrderStatus.DELIVERED
    assert len(session.exec(select(Shipment)).all()) == 2
    assert "Nothing is waiting here." in shown(page("staff/orders.py"))


def test_what_a_first_parcel_left_out_is_offered_for_the_next_one(
    session: Session, monkeypatch: pytest.MonkeyPatch, customer: Actor
) -> None:
    w = Work(session, customer, NOON)
    placed = orders.place(w, asked(w, (make.product(session, "Kettle"), 2), (make.product(session, "Lid"), 1)))
    staff = make.actor(session, Role.STAFF)
    orders.pick(Work(session, staff, NOON), placed.id)
    sign_in(session, monkeypatch, staff)
    at = page("staff/orders.py", order=str(placed.id))
    at.number_input(key=f"packed_{placed.id}_1_0").set_value(1)
    at.number_input(key=f"packed_{placed.id}_2_0").set_value(0)
    at.button(key="FormSubmitter:parcel-Send the parcel").click().run()
    assert [at.number_input(key=f"packed_{placed.id}_{line}_1").value for line in (1, 2)] == [1, 1]
    at.button(key="FormSubmitter:parcel-Send the parcel").click().run()
    at.button(key="deliver")  # nothing is left


def test_a_return_goes_from_the_customers_page_over_the_desk_to_the_refund(
    session: Session, monkeypatch: pytest.MonkeyPatch, order: Order, customer: Actor
) -> None:
    staff = make.actor(session, Role.STAFF)
    w = Work(session, staff, NOON)
    orders.pick(w, order.id)
    orders.ship(w, order.id, orders.NewParcel())
    orders.deliver(w, order.id)
    sign_in(session, monkeypatch, customer)
    at = page("customer/orders.py", order=str(order.id))
    at.text_area(key="back_note_0").set_value(HOSTILE)
    at.button(key="FormSubmitter:ask_back_0-Ask for the return").click().run()
    assert "Reason: choose one of the list" in shown(at)
    at.selectbox(key="back_reason_0").set_value("damaged")
    at.button(key="FormSubmitter:ask_back_0-Ask for the return").click().run()
    assert "Return asked for" in shown(at)
    one = session.exec(select(Return)).one()
    sign_in(session, monkeypatch, staff)
    assert "Damaged or not working" in shown(page("staff/orders.py", state="returns"))
    at = page("staff/orders.py", order=str(order.id))
    assert HOSTILE in [t.value for t in at.text]
    at.button(key=f"receive_{one.id}").click().run()
    assert at.text_input(key=f"refund_cents_{one.id}").value == "50.00"
    at.button(key=f"FormSubmitter:refund_{one.id}-Refund").click().run()
    sign_in(session, monkeypatch, customer)
    at = page("customer/orders.py", order=str(order.id))
    assert "Refunded" in shown(at)
    assert "€50.00" in [t.value for t in at.text]
    session.expire_all()
    assert session.get_one(Order, order.id).status is OrderStatus.RETURNED


def test_a_step_that_a_colleague_has_taken_is_said_in_one_sentence(
    session: Session, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    sign_in(session, monkeypatch, make.actor(session, Role.STAFF))
    at = page("staff/orders.py", order=str(order.id))
    real, colleague = orders.pick, Work(session, make.actor(session, Role.STAFF), NOON)

    def late(w: Work, order_id: int) -> Order:
        """A colleague is a moment faster."""
        return real(colleague, order_id) and real(w, order_id)

    monkeypatch.setattr(orders, "pick", late)
    at.button(key="pick").click().run()
    assert "perhaps a colleague was faster" in shown(at)


def test_the_link_of_the_mail_works_without_a_sign_in_and_tells_nothing_personal(
    session: Session, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    monkeypatch.setattr(guard, "session_id", lambda: "")
    at = page("public/track.py", order=str(order.id), t=tracking.token(order.id))
    assert f"2 × {HOSTILE}" in [t.value for t in at.text]
    assert "We have your order" in shown(at)
    assert not [word for word in ("Ada", "Lovelace", "London", "€") if word in shown(at)]
    for number, token in ((str(order.id), "x"), ("999", tracking.token(999))):
        assert "There is no such order under this link." in shown(page("public/track.py", order=number, t=token))


def test_opening_an_address_of_the_desk_changes_nothing_and_strangers_see_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch, order: Order, customer: Actor
) -> None:
    every = {"order": str(order.id), "pick": "true", "deliver": "true", "desk_cancel": "true", "after": "x"}
    sign_in(session, monkeypatch, make.actor(session, Role.STAFF))
    page("staff/orders.py", **every)
    page("staff/orders.py", state="delivered", late="true", text="%")
    assert "no such order" in shown(page("staff/orders.py", order="99999999"))
    sign_in(session, monkeypatch, customer)
    alone = AppTest.from_file(str(PAGES / "staff" / "orders.py")).run()
    assert [e.value for e in alone.error] == ["This page is not yours."]
    session.expire_all()
    assert session.get_one(Order, order.id).status is OrderStatus.PLACED

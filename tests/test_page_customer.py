"""The customer's pages: find, order once, see what changed, and nobody else gets in."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select
from streamlit.testing.v1 import AppTest

from db.models import CustomerAddress, LoginSession, Order, OrderStatus, Product, Promise, Role
from pages._ui import guard
from services import accounts, baskets, orders
from services.catalogue import words
from services.work import Actor, Work
from tests import make
from tests.ordering import asked, shopper

PAGES = Path(__file__).parent.parent / "pages"
NOON = make.NOON
HOSTILE = "<b>x</b> **y** [z](javascript:alert(1)) https://evil.example"
#: The services below are tested on both databases; here it is the pages that are looked at.
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "FRESH_S", 0.0)


def sign_in(session: Session, monkeypatch: pytest.MonkeyPatch, actor: Actor) -> Work:
    sid, end = "a" * 64, NOON + timedelta(hours=1)
    assert actor.person_id is not None
    session.add(LoginSession(id=sid, person_id=actor.person_id, created_at=NOON, last_seen_at=NOON, expires_at=end))
    session.commit()
    monkeypatch.setattr(guard, "session_id", lambda: sid)
    return Work(session, actor, NOON)


@pytest.fixture
def w(session: Session, monkeypatch: pytest.MonkeyPatch) -> Work:
    return sign_in(session, monkeypatch, shopper(session))


def page(url: str, **address: str) -> AppTest:
    """The whole app at this address."""
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).switch_page(f"customer/{url}.py")
    for key, value in address.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception, at.exception
    return at


def shown(at: AppTest) -> str:
    elements = (*at.title, *at.text, *at.caption, *at.markdown, *at.error, *at.warning, *at.success)
    words = [*(str(e.value) for e in elements), *(str(e.proto.label) for e in at.get("page_link"))]
    return "\n".join(words).replace("\\", "").replace("\u2060", "")


def test_a_misspelt_product_goes_into_the_basket_and_the_page_stays(w: Work) -> None:
    kettle = make.product(w.session)
    make.product(w.session, "Grinder")
    w.session.commit()
    at = page("catalogue", q="ketle")
    assert "Kettle" in shown(at)
    assert "Grinder" not in shown(at)
    at.button(key=f"add_{kettle.id}").click().run()
    assert at.text_input(key="q").value == "ketle"
    assert [(n.name, n.quantity) for n in baskets.view(w).lines] == [("Kettle", 1)]


def test_everything_is_known_before_the_one_confirmation(w: Work) -> None:
    baskets.add(w, make.product(w.session).id)
    w.session.commit()
    at = page("basket")
    for known in ("€25.00", "€4.90", "€29.90", "With you by Mar 5, 2026", "St. James's Square 12, London", "In stock"):
        assert known in shown(at)
    at.button(key="confirm").click().run()
    order = w.session.exec(select(Order)).one()
    assert f"Thank you! We have your order O{order.id:07d}." in shown(at)
    assert at.query_params["order"] == str(order.id)
    assert "Thank you!" in shown(page("orders", order=str(order.id)))  # reloaded


def test_a_second_click_on_the_same_basket_gets_the_same_order(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    baskets.add(w, make.product(w.session).id)
    w.session.commit()
    at = page("basket")
    real = orders.place

    def twice(w: Work, new: orders.NewOrder) -> Order:
        """Both clicks arrive before the page was drawn anew."""
        return real(w, new) and real(w, new)

    monkeypatch.setattr(orders, "place", twice)
    at.button(key="confirm").click().run()
    assert "Thank you!" in shown(at)
    assert len(w.session.exec(select(Order)).all()) == 1


def test_a_price_that_changed_under_the_page_is_named_and_not_charged(w: Work) -> None:
    kettle = make.product(w.session)
    baskets.add(w, kettle.id)
    w.session.commit()
    at = page("basket")
    kettle.list_price_cents = 2700
    w.session.commit()
    at.button(key="confirm").click().run()
    assert "Kettle costs €27.00 now, not €25.00." in shown(at)
    assert w.session.exec(select(Order)).all() == []
    at.button(key="confirm").click().run()
    assert w.session.exec(select(Order.lines_cents)).all() == [2700]


def test_without_an_address_the_page_says_where_to_add_one(w: Work) -> None:
    w.session.delete(w.session.exec(select(CustomerAddress)).one())
    baskets.add(w, make.product(w.session).id)
    w.session.commit()
    at = page("basket")
    assert "Please add an address" in shown(at)
    assert at.button(key="confirm").disabled


def test_a_quantity_is_changed_in_the_basket(w: Work) -> None:
    kettle = make.product(w.session)
    baskets.add(w, kettle.id)
    w.session.commit()
    at = page("basket")
    at.number_input(key=f"quantity_{kettle.id}_1").set_value(3).run()
    assert baskets.count(w) == 3
    assert "€75.00" in shown(at)


def test_what_people_wrote_is_shown_as_they_wrote_it(w: Work) -> None:
    kettle = make.product(w.session, HOSTILE)
    owner = w.actor.customer_id
    assert owner is not None
    w.session.add(Promise(customer_id=owner, what=HOSTILE, due_on=NOON.date(), made_at=NOON))
    order = orders.place(w, asked(w, (kettle, 1)))
    baskets.add(w, kettle.id)
    w.session.commit()
    for name, address in (("home", {}), ("catalogue", {}), ("basket", {}), ("orders", {"order": order.id})):
        at = page(name, **{k: str(v) for k, v in address.items()})
        assert HOSTILE in shown(at), name
        assert not [m.value for m in (*at.markdown, *at.caption) if HOSTILE in m.value], name


def test_ordering_again_names_the_differences_before_anything_is_in_the_basket(w: Work) -> None:
    kettle, pot = make.product(w.session), make.product(w.session, "Pot")
    order = orders.place(w, asked(w, (kettle, 2), (pot, 1)))
    kettle.list_price_cents, pot.stock = 2700, 0
    w.session.commit()
    at = page("orders", order=str(order.id))
    at.button(key="again").click().run()
    assert "€27.00 each, it was €25.00" in shown(at)
    assert "Pot: sold out at the moment" in shown(at)
    assert baskets.count(w) == 0
    at.button(key="put_again").click().run()
    assert [(n.name, n.quantity) for n in baskets.view(w).lines] == [("Kettle", 2)]
    assert "Basket" in shown(at)


def test_an_order_is_cancelled_from_its_page(w: Work) -> None:
    order = orders.place(w, asked(w, (make.product(w.session), 1)))
    w.session.commit()
    at = page("orders", order=str(order.id))
    at.button(key="cancel_order").click().run()
    w.session.expire_all()
    assert w.session.get_one(Order, order.id).status is OrderStatus.CANCELLED
    assert "Cancelled on" in shown(at)


def test_what_was_typed_stays_when_it_is_refused(w: Work) -> None:
    at = page("account")
    at.text_input(key="account_name").set_value("Ada King")
    at.text_input(key="account_company").set_value("x\u202ey")
    at.button(key="FormSubmitter:account_details-Save").click().run()
    assert "invisible control character" in shown(at)
    assert at.text_input(key="account_name").value == "Ada King"
    at.text_input(key="account_company").set_value("")
    at.button(key="FormSubmitter:account_details-Save").click().run()
    assert accounts.view(w).name == "Ada King"
    assert "Ada Lovelace → Ada King" in shown(at)


def test_a_save_over_somebody_elses_save_is_named_and_possible_the_second_time(w: Work) -> None:
    at = page("account")
    now = accounts.view(w)
    other = {"version": now.version, "name": "Ada B.", "language": "en", "time_zone": "UTC"}
    accounts.change(w, accounts.AccountChange.model_validate(other))
    w.session.commit()
    at.text_input(key="account_name").set_value("Ada King")
    at.button(key="FormSubmitter:account_details-Save").click().run()
    assert "It says now: Name: Ada B." in shown(at)
    assert accounts.view(w).name == "Ada B."
    at.button(key="FormSubmitter:account_details-Save").click().run()
    assert accounts.view(w).name == "Ada King"


@pytest.mark.parametrize("number", ["999999", "x", "-1", "1e3", "٣", "9" * 30])
def test_an_order_that_is_not_there_is_said_calmly(w: Work, number: str) -> None:
    at = page("orders", order=number)
    assert "no such order" in shown(at) or "not ordered yet" in shown(at)


@pytest.mark.parametrize("name", ["home", "catalogue", "basket", "orders", "account"])
def test_an_empty_page_says_what_to_do_next(w: Work, name: str) -> None:
    page(name)


@pytest.mark.parametrize("name", ["home", "catalogue", "basket", "orders", "account"])
@pytest.mark.parametrize("who", ["stranger", "staff"])
def test_nobody_else_sees_a_customers_pages(
    session: Session, monkeypatch: pytest.MonkeyPatch, name: str, who: str
) -> None:
    if who == "staff":
        sign_in(session, monkeypatch, make.actor(session, Role.STAFF))
    else:
        monkeypatch.setattr(guard, "session_id", lambda: "")
    at = AppTest.from_file(str(PAGES / "customer" / f"{name}.py")).run()
    expected = ["This page is not yours."] if who == "staff" else ["Please sign in."]
    assert [e.value for e in (*at.warning, *at.error)] == expected
    assert not at.title


def test_opening_an_address_changes_nothing(w: Work) -> None:
    order = orders.place(w, asked(w, (make.product(w.session), 1)))
    w.session.commit()
    every = {"order": str(order.id), "again": "true", "cancel_order": "true", "confirm": "true", "put_again": "true"}
    for name in ("home", "catalogue", "basket", "orders", "account"):
        page(name, **every)
    assert w.session.get_one(Order, order.id).status is OrderStatus.PLACED
    assert baskets.count(w) == 0
    assert w.session.exec(select(Product.stock).where(col(Product.name) == "Kettle")).one() == 9

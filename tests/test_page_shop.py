"""The shop's pages as people of a customer and the team see them: rights, vouchers, taxes, payments, what is owed."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from db.models import Order, OrderLine, Person, Role
from pages._ui import guard
from services import baskets, delivery_fees, orders, payments, products, sessions, taxes, vouchers
from services.delivery_fees import Step
from services.orders import NewParcel
from services.work import SYSTEM, Actor, Work
from tests import make
from tests.ordering import asked, shopper
from tests.test_page_accounts import alone, at_page, shown

pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


@pytest.fixture
def ada(session: Session) -> Actor:
    return shopper(session)


def as_(session: Session, who: Actor) -> Work:
    return Work(session, who, make.NOON)


def ordered(session: Session, ada: Actor, way: str = "") -> Order:
    """Two pieces of something new."""
    w = as_(session, ada)
    new = asked(w, (make.product(session, "Kettle"), 2), key=f"order {way}")
    return orders.place(w, new.model_copy(update={"payment": way}))


def test_nothing_is_drawn_that_would_be_refused(session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor) -> None:
    placed = ordered(session, ada)
    forms = {
        "account": {"Add number"},
        "catalogue": {"Add to basket"},
        "orders": {"Order again", "Yes, cancel the order"},
    }

    def drawn(page: str) -> set[str]:
        address = {"order": str(placed.id)} if page == "orders" else {}
        at = at_page(session, monkeypatch, ada, f"customer/{page}.py", **address)
        return {b.label for b in at.button} & forms[page]

    assert {page: drawn(page) for page in forms} == forms
    person = session.get_one(Person, ada.person_id)
    person.sqlmodel_update({"may_order": False, "manages_people": False})
    session.add(person)
    assert {page: drawn(page) for page in forms} == {page: set() for page in forms}
    for page in ("basket", "usual"):
        assert "You may not order here." in shown(at_page(session, monkeypatch, ada, f"customer/{page}.py"))
    assert "can ask us to erase it" in shown(at_page(session, monkeypatch, ada, "customer/my_data.py"))


def test_who_is_there_is_asked_once_in_a_run_of_the_page_and_in_every_run(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    ordered(session, ada)
    asked_for: list[str] = []
    actor_of = sessions.actor_of

    def counted(sid: str, *, address: str = "", touch: bool = True) -> Actor | None:
        asked_for.append(sid)
        return actor_of(sid, address=address, touch=touch)

    at = at_page(session, monkeypatch, ada, "customer/home.py")
    monkeypatch.setattr(sessions, "actor_of", counted)
    monkeypatch.setattr(
        guard, "KNOWN_S", 600.0
    )  # a slow machine may take longer to draw it than it is taken for granted
    for runs in (1, 2):
        at.run()
        assert len(asked_for) == runs, "the page has parts of its own, and each of them needs to know"
    monkeypatch.setattr(guard, "KNOWN_S", 0.0)
    at.run()
    assert len(asked_for) > 3, "a run that takes long asks again"


def test_home_names_each_order_once_and_what_is_to_be_paid(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    placed, agent = ordered(session, ada), as_(session, make.actor(session))
    orders.pick(agent, placed.id)
    orders.ship(agent, placed.id, NewParcel())
    at = at_page(session, monkeypatch, ada, "customer/home.py")
    number = orders.detail(as_(session, ada), placed.id).summary.number
    links = [link.proto.label for link in at.get("page_link")]
    assert [number in label for label in links].count(True) == 1
    [owed] = payments.open_money(as_(session, ada)).invoices
    assert any(owed.number in label.replace("\\", "") for label in links)
    assert "To be paid by Mar 16, 2026" in shown(at)


def test_my_data_says_a_tax_rate_as_the_invoice_does(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    placed = ordered(session, ada)
    session.get_one(Order, placed.id).shipping_tax_bp = 1900
    session.commit()
    at = at_page(session, monkeypatch, ada, "customer/my_data.py")
    [told] = [d.value for d in at.dataframe if "Stored" in d.value and "Tax rate of delivery" in set(d.value["What"])]
    assert told.set_index("What")["Stored"]["Tax rate of delivery"] == "19%"


def test_a_voucher_is_typed_into_the_basket_and_taken_out_again(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    ten_per_cent = vouchers.NewVoucher(code="WELCOME", percent_bp=1000, first_on=make.NOON.date())
    vouchers.change(as_(session, make.actor(session, Role.MANAGER)), ten_per_cent)
    baskets.add(as_(session, ada), make.product(session, "Kettle").id, 1)
    at = at_page(session, monkeypatch, ada, "customer/basket.py")
    at.text_input(key="voucher_code").input("welcome")
    next(b for b in at.button if b.label == "Use it").click().run()
    assert "Voucher WELCOME" in shown(at)
    assert "-€2.50" in shown(at)
    at.button(key="voucher_out").click().run()
    assert not at.exception
    assert "-€2.50" not in shown(at)


def test_taxes_and_fees_are_set_by_the_administrator_only_and_stand_in_the_basket(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    system = as_(session, SYSTEM)
    code = taxes.save_class(system, "Standard")
    taxes.save_rate(system, taxes.NewRate(tax_class=code, percent="20", valid_from=make.NOON.date() - timedelta(1)))
    delivery_fees.save(system, [Step(from_cents=0, fee_cents=500)])
    baskets.add(as_(session, ada), make.product(session, "Kettle").id, 1)
    told = shown(at_page(session, monkeypatch, ada, "customer/basket.py"))
    assert "€30.00" in told
    assert "20% tax contained" in told
    assert "This page is not yours." in shown(
        alone(session, monkeypatch, make.actor(session, Role.MANAGER), "admin/taxes.py")
    )
    assert "Standard" in shown(at_page(session, monkeypatch, make.actor(session, Role.ADMIN), "admin/taxes.py"))


def test_a_transfer_that_came_in_is_written_down_at_the_desk(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    placed, staff = ordered(session, ada, "transfer"), make.actor(session)
    assert "transfer not received yet" in shown(at_page(session, monkeypatch, staff, "staff/money.py"))
    told = shown(at_page(session, monkeypatch, ada, "customer/orders.py", order=str(placed.id)))
    assert "We have your order and pack it as soon as it is paid." in told
    payments.receive(as_(session, staff), placed.id, placed.total_cents)
    assert "transfer not received yet" not in shown(at_page(session, monkeypatch, staff, "staff/money.py"))
    assert "Paid" in shown(at_page(session, monkeypatch, ada, "customer/orders.py", order=str(placed.id)))


def test_a_manager_says_how_a_product_is_taxed_and_a_pick_that_is_not_sold_stays(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, manager = as_(session, SYSTEM), make.actor(session, Role.MANAGER)
    code = taxes.save_class(system, "Reduced")
    tea, gone, fresh = (make.product(session, n) for n in ("Tea", "Gone", "Fresh"))
    at = at_page(session, monkeypatch, manager, "staff/product.py", product=str(tea.id))
    next(s for s in at.selectbox if s.label == "Taxed as").select(code)
    next(b for b in at.button if b.label == "Save").click().run()
    assert not at.exception
    session.refresh(tea)
    assert tea.tax_class == code
    products.pick(as_(session, manager), tea.id, [gone.id])
    gone.active = False
    session.add(gone)
    at = at_page(session, monkeypatch, manager, "staff/product.py", product=str(tea.id), part="What goes with it")
    at.text_input(key="with_search").input("Fresh").run()
    picker = at.multiselect(key="picked")
    picker.set_value([*picker.value, fresh.id])
    next(b for b in at.button if b.label == "Save").click().run()
    assert not at.exception
    assert list(products.picked(as_(session, manager), tea.id)) == [gone.id, fresh.id]


def test_a_click_that_leaves_the_note_orders_nothing_that_was_not_on_the_screen(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    kettle = make.product(session, "Kettle").id
    baskets.add(as_(session, ada), kettle, 1)
    at = at_page(session, monkeypatch, ada, "customer/basket.py")
    baskets.set_quantity(as_(session, ada), kettle, 3)  # on another device
    session.commit()
    at.text_area(key="note").set_value("ring twice").run()  # the field is left as the button goes down ...
    at.button(key="confirm").click().run()  # ... and the click comes before anybody has seen what was drawn
    assert "Your basket was changed in another window." in shown(at)
    assert not session.exec(select(Order)).all()
    assert at.text_area(key="note").value == "ring twice"
    at.text_area(key="note").set_value("ring once").run()
    at.button(key="confirm").click().run()
    [order] = session.exec(select(Order)).all()
    assert order.note == "ring once"
    assert session.exec(select(OrderLine.quantity).where(OrderLine.order_id == order.id)).all() == [3]

"""From the first page of a customer everything is at most two clicks away, also on a phone where the menu is folded."""

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from db.models import CustomerAddress, Order, OrderLine, OrderStatus, Role
from pages._ui import guard, registry
from tests import make
from tests.test_page_accounts import at_page

pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


def links(at: AppTest) -> set[str]:
    """Where the links of a page lead."""
    return {str(link.proto.page) for link in at.get("page_link")}


def test_every_page_of_a_customer_is_within_two_clicks_from_home(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = make.customer(session, email="ada@example.com")
    session.add(CustomerAddress(customer_id=ada.id, street="Kettle Lane 4", city="Berlin"))
    kettle = make.product(session)
    bought = Order(customer_id=ada.id, ordered_at=make.NOON, status=OrderStatus.DELIVERED)
    session.add(bought)
    session.flush()
    session.add(OrderLine(order_id=bought.id, line_no=1, product_id=kettle.id, quantity=1, unit_price_cents=2500,
                          line_total_cents=2500))  # fmt: skip
    session.flush()
    who = make.actor(session, Role.CUSTOMER, of=ada)
    pages = {e.url: e.path for e in registry.entries("en") if e.roles in ((Role.CUSTOMER,), guard.EVERYBODY)}
    at_once = links(at_page(session, monkeypatch, who, registry.HOME[Role.CUSTOMER]))
    by_menu = {e.url for e in registry.entries("en") if e.url in pages and e.section}  # unfold the menu, choose
    by_two_links = set[str]()
    for url in at_once & pages.keys():
        by_two_links |= links(at_page(session, monkeypatch, who, pages[url]))
    assert pages.keys() - at_once - by_menu - by_two_links == set()
    assert {"product", "usual-order", "standing-orders", "service-reports", "my-people"} <= at_once

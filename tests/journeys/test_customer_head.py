"""The head of a customer's page at 1280 × 720: all that is to be known before the call, without scrolling anywhere."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from db.models import (
    Case,
    Channel,
    Customer,
    CustomerAddress,
    CustomerEmail,
    CustomerPhone,
    Direction,
    FollowUp,
    Interaction,
    Order,
    OrderLine,
    OrderStatus,
    Product,
    Promise,
)
from services import search, service_lines, teams
from services.demo import DemoSummary
from services.work import SYSTEM, Work, work
from tests.journeys.conftest import DESKTOP, finds, settled
from tests.journeys.test_three_people import sign_in
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
AGENT = "agent@example.com"
PARTS = ("Reach", "Last contacts", "Next purchase", "Promised", "Next touch", "Open cases", "Last orders",
         "Changed lately")  # fmt: skip
NAME = "Dr. Maximiliane-Alexandra Freifrau von Wolkenstein-Trostburg zu Hohenlohe-Schillingsfuerst-Langenburg"
LONG = "the two-group espresso machine in the third branch, which is loud every morning"


def somebody_with_much() -> int:
    """Long names, several of everything, and a special line of service."""
    with work(SYSTEM) as w:
        found = Customer(name=NAME, company="Dampfschifffahrt und Elektrizitaetshauptbetriebswerk mbH & Co. KG",
                         language="de", time_zone="America/Argentina/Buenos_Aires", created_at=w.now, updated_at=w.now,
                         joined_at=w.now)  # fmt: skip
        w.session.add(found)
        w.session.flush()
        of: dict[str, Any] = {"customer_id": found.id}
        w.session.add(CustomerAddress(**of, street="Platz der Freundschaft 123, rear house, 4th floor on the left",
                                      postal_code="99999", city="Hellschen-Heringsand-Unterschaar", country="DE",
                                      is_billing=True))  # fmt: skip
        for n in range(5):
            _one_of_everything(w, of, n, ordered=1 + 30 * n)
        search.index(w, found.id)
        service_lines.put(w, found.id, next(iter(teams.names(w))), "Service contract for forty machines; call first")
        return found.id


def _one_of_everything(w: Work, of: dict[str, Any], n: int, *, ordered: int) -> None:
    at, phone = w.now - timedelta(days=1 + 30 * n), f"+49301234567{n}"
    contact: dict[str, Any] = {
        "channel": Channel.PHONE,
        "direction": Direction.IN,
        "reason": "Fault",
        "summary": f"{LONG} {LONG}",
    }
    w.session.add_all((
        CustomerEmail(**of, email=f"maximiliane-alexandra.wolkenstein.{n}@dampfschifffahrt.example.com"),
        CustomerPhone(**of, e164=phone, as_written=phone),
        Promise(**of, what=f"Send a part for {LONG}", due_on=w.now.date(), made_at=w.now),
        FollowUp(**of, reason=f"Ask about {LONG}", due_at=w.now, created_at=w.now),
        Case(**of, subject=f"About {LONG}", opened_at=at, next_step="The workshop looks for the cause and calls you."),
        Interaction(**of, **contact, happened_at=at, logged_at=at),
        Order(**of, ordered_at=w.now - timedelta(days=ordered), status=OrderStatus.COMPLETED, total_cents=123_456_789),
    ))  # fmt: skip


def somebody_slipping_away(name: str) -> tuple[int, str]:
    """Bought the same every 40 days and nothing for 97; three things went wrong lately. Returns who and what."""
    with work(SYSTEM) as w:
        found = Customer(name=name, created_at=w.now, updated_at=w.now, joined_at=w.now)
        w.session.add(found)
        w.session.flush()
        of: dict[str, Any] = {"customer_id": found.id}
        for n in range(5):
            _one_of_everything(w, of, n, ordered=97 + 40 * n)
        sold = select(Product).where(col(Product.active), col(Product.list_price_cents).is_not(None))
        product = w.session.exec(sold.where(col(Product.stock) > 20).order_by(col(Product.id))).first()
        assert product is not None
        for order in w.session.exec(select(Order).where(Order.customer_id == found.id)).all():
            w.session.add(
                OrderLine(order_id=order.id, line_no=1, product_id=product.id, quantity=1, line_total_cents=100)
            )
        _went_wrong(w, of)
        search.index(w, found.id)
        return found.id, product.name


def _went_wrong(w: Work, of: dict[str, Any]) -> None:
    at = w.now - timedelta(days=9)
    w.session.add_all((
        Case(**of, subject="No answer", opened_at=at, due_at=at + timedelta(days=7), answer_by=at + timedelta(days=7)),
        Promise(**of, what="Call back", due_on=at.date(), made_at=at, broken_at=w.now),
        Interaction(**of, channel=Channel.PHONE, direction=Direction.IN, reason="Complaint", summary="Nobody called",
                    happened_at=at, logged_at=at),
    ))  # fmt: skip


def warned_and_offered(page: Page, product: str) -> None:
    """The warning with three reasons and the offer with its evidence, in words and numbers, above the fold."""
    told = (r"silent for 9\d days, usual interval ", r"case Q\d+: open for 9 days, 2 past its goal",
            "promised for .+ and not kept", re.escape(product), "bought 5 times, ")  # fmt: skip
    for text in map(re.compile, told):
        line = page.locator(".card").get_by_text(text).first
        expect(line).to_be_visible()
        box = line.bounding_box()
        assert box is not None, text
        assert box["y"] + box["height"] < DESKTOP["height"], text


def nobody_knows() -> int:
    """A customer of whom nothing but a number is known."""
    with work(SYSTEM) as w:
        found = Customer(name="", created_at=w.now, updated_at=w.now)
        w.session.add(found)
        w.session.flush()
        search.index(w, found.id)
        return found.id


def sees_who_slips_away(agent: Page, name: str) -> None:
    """By the search, of somebody new who is silent for long: three reasons, and a product with what it rests on."""
    _customer_id, product = somebody_slipping_away(name)
    finds(agent, name.lower(), re.compile(name))
    expect(agent.get_by_role("heading", name=name)).to_be_visible()
    settled(agent)
    warned_and_offered(agent, product)


def test_all_of_it_is_seen_of_a_customer_with_much_with_little_and_of_the_demonstrations(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    page = visit(DESKTOP)
    sign_in(page, server, summary, AGENT, "today")
    slipping, product = somebody_slipping_away("Augusta Slipway")
    for customer_id in (somebody_with_much(), nobody_knows(), 1, 2, slipping):
        page.goto(f"{server.url}/customer?customer={customer_id}")
        cards = page.locator(".card")
        expect(cards).to_have_count(4)
        settled(page)
        for part in PARTS:
            box = page.locator(".card h3", has_text=part).bounding_box()
            assert box is not None, part
            assert box["y"] + box["height"] < DESKTOP["height"], part
        for card in cards.all():
            hidden = card.evaluate("card => card.scrollHeight - card.clientHeight")
            assert hidden <= 0, f"of customer {customer_id} {hidden} px are not seen: {card.inner_text()}"
            assert card.evaluate("card => card.getBoundingClientRect().bottom") <= DESKTOP["height"]
    warned_and_offered(page, product)

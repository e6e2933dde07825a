"""The head of a customer's page at 1280 × 720: all that is to be known before the call, without scrolling anywhere."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

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
    OrderStatus,
    Promise,
)
from services import search, service_lines, teams
from services.demo import DemoSummary
from services.work import SYSTEM, Work, work
from tests.journeys.conftest import DESKTOP, settled
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
            _one_of_everything(w, of, n)
        search.index(w, found.id)
        service_lines.put(w, found.id, next(iter(teams.names(w))), "Service contract for forty machines; call first")
        return found.id


def _one_of_everything(w: Work, of: dict[str, Any], n: int) -> None:
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
        Order(**of, ordered_at=at, status=OrderStatus.COMPLETED, total_cents=123_456_789),
    ))  # fmt: skip


def nobody_knows() -> int:
    """A customer of whom nothing but a number is known."""
    with work(SYSTEM) as w:
        found = Customer(name="", created_at=w.now, updated_at=w.now)
        w.session.add(found)
        w.session.flush()
        search.index(w, found.id)
        return found.id


def test_all_of_it_is_seen_of_a_customer_with_much_with_little_and_of_the_demonstrations(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    page = visit(DESKTOP)
    sign_in(page, server, summary, AGENT, "today")
    for customer_id in (somebody_with_much(), nobody_knows(), 1, 2):
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

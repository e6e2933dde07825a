"""The payment provider over HTTP: it is believed only what it has signed, once."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from sqlmodel import col, select

from api.test_provider import TestProvider
from db.models import (
    CustomerAddress,
    Order,
    OrderStatus,
    Payment,
    PaymentEvent,
    PaymentState,
    Product,
    Refund,
    RefundState,
    Role,
)
from services import clock, company, orders, payments, people
from services.payments import checkout
from services.payments.signing import genuine, signature
from services.settings import settings
from services.work import SYSTEM, Actor, reading, work
from tests import make
from tests.live_server import LiveServer, address_of, free_port, serving
from tests.ordering import asked

SECRET = "only the provider and we know it"


def test_a_signature_fits_one_secret_one_body_and_five_minutes() -> None:
    good = signature(SECRET, 1000, b"{}")
    assert genuine(SECRET, good, b"{}", 1300)
    for secret, header, body, now in (
        ("", good, b"{}", 1000), ("x", good, b"{}", 1000), (SECRET, good, b"{ }", 1000), (SECRET, good, b"{}", 1301),
        (SECRET, good, b"{}", 699), (SECRET, good.replace("1000", "1001"), b"{}", 1000), (SECRET, "", b"{}", 1000),
    ):  # fmt: skip
        assert not genuine(secret, header, body, now)


class Shop:
    """A real server with a real provider beside it, each in a process or thread of its own, speaking HTTP."""

    def __init__(self, server: LiveServer, provider: TestProvider) -> None:
        self.server, self.provider = server, provider

    def order(self) -> int:
        with work(SYSTEM) as w:
            person = people.by_email(w, address_of(Role.CUSTOMER))
            actor = Actor(person_id=person.id, role=Role.CUSTOMER, name="Ada", email=person.email,
                          customer_id=person.customer_id)  # fmt: skip
            kettle = make.product(w.session).id
        with work(actor) as w:
            known = w.session.get_one(Product, kettle)
            new = asked(w, (known, 1)).model_copy(update={"idempotency_key": str(kettle), "payment": "provider"})
            self.actor = actor
            return orders.place(w, new).id

    def pay(self, order_id: int, do: str) -> None:
        """What the browser does: to the payment page, a click, and back."""
        page = checkout.begin(self.actor, order_id)
        assert checkout.begin(self.actor, order_id) == page, "a second click opens the same payment"
        request = urllib.request.Request(page, f"do={do}".encode())  # noqa: S310 - a server of the test
        with pytest.raises(urllib.error.HTTPError) as way_back:
            urllib.request.build_opener(NoRedirect).open(request, timeout=10)
        with way_back.value as answer:
            assert answer.headers["location"].endswith(f"/orders?order={order_id}")

    def post(self, body: bytes, header: str) -> int:
        request = urllib.request.Request(f"{self.server.url}/hooks/payment/test", body, {"x-signature": header})  # noqa: S310 - a server of the test
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code

    def payment(self, order_id: int) -> Payment:
        with reading(SYSTEM) as w:
            rows = select(Payment).where(Payment.order_id == order_id).order_by(col(Payment.seq).desc())
            return w.session.exec(rows).first() or pytest.fail("no payment")

    def outcomes(self) -> list[str]:
        with reading(SYSTEM) as w:
            return list(w.session.exec(select(PaymentEvent.outcome).order_by(col(PaymentEvent.id))))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_named: object) -> None:
        return None


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    port = free_port()
    chosen = {
        "RAPPORT_PAYMENT_PROVIDER": "test",
        "RAPPORT_PAYMENT_PROVIDER_URL": f"http://127.0.0.1:{port}",
        "RAPPORT_PAYMENT_PROVIDER_SECRET": SECRET,
    }
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    with serving(tmp_path / "shop", "", **chosen) as server:  # type: ignore[arg-type]  # settings, no flags
        made = TestProvider(f"http://127.0.0.1:{port}", f"{server.url}/hooks/payment/test", SECRET)
        running = uvicorn.Server(uvicorn.Config(made.app(), host="127.0.0.1", port=port, log_level="error"))
        thread = threading.Thread(target=running.run, daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.02)
        with work(SYSTEM) as w:
            company.save(w, pay_by=["on_account", "provider"])
            owner = people.by_email(w, address_of(Role.CUSTOMER)).customer_id or 0
            w.session.add(CustomerAddress(customer_id=owner, street="Kettle Lane 4", city="Berlin"))
        yield Shop(server, made)
        running.should_exit = True
        thread.join(5)
    settings.cache_clear()


def test_a_payment_over_http_from_the_redirect_to_the_refund(shop: Shop) -> None:
    order_id = shop.order()
    shop.pay(order_id, "failed")
    assert shop.payment(order_id).state is PaymentState.FAILED
    shop.pay(order_id, "paid")
    assert (shop.payment(order_id).state, shop.payment(order_id).seq) == (PaymentState.PAID, 2)
    with work(SYSTEM) as w:
        orders.cancel(w, order_id)
        [refund] = payments.of_order(w, order_id).refunds
    payments.send(SYSTEM, refund.id)
    with reading(SYSTEM) as w:
        assert w.session.get_one(Refund, refund.id).state is RefundState.DONE
        assert w.session.get_one(Order, order_id).status is OrderStatus.CANCELLED


def test_late_double_disordered_and_forged_messages_change_nothing_they_must_not(shop: Shop) -> None:
    order_id = shop.order()
    shop.pay(order_id, "paid")
    paid, now = shop.provider.sent[-1], int(clock.now().timestamp())
    before, known = shop.payment(order_id), shop.outcomes()
    event = json.loads(paid)
    for body, header in (
        (paid, ""), (paid, "t=1,v1=" + "0" * 64), (paid, signature("another secret", now, paid)),
        (paid, signature(SECRET, now - 600, paid)), (paid + b" ", signature(SECRET, now, paid)),
    ):  # fmt: skip
        assert shop.post(body, header) == 401
    assert shop.post(b"{}", signature(SECRET, now, b"{}")) == 400
    assert shop.post(b"x" * 20_000, "") == 413
    assert shop.outcomes() == known, "nothing was written"

    def tell(**change: object) -> int:
        body = json.dumps(event | change).encode()
        return shop.post(body, signature(SECRET, now, body))

    assert tell() == 200  # the very same message again
    assert tell(id="late", kind="payment.failed") == 200
    assert tell(id="unknown", reference="pay-nobody") == 200
    assert shop.payment(order_id) == before
    assert shop.outcomes()[len(known) :] == ["too late", "unknown reference"]


def test_another_amount_is_no_payment_and_money_for_a_cancelled_order_goes_back(shop: Shop) -> None:
    order_id = shop.order()
    page, now = checkout.begin(shop.actor, order_id), int(clock.now().timestamp())
    total = shop.payment(order_id).amount_cents
    event = {"kind": "payment.paid", "reference": page.rpartition("/")[2], "happened_at": "2026-01-01T00:00:00Z"}
    for name, cents, currency in (("less", total - 1, "EUR"), ("other", total, "USD")):
        body = json.dumps(event | {"id": name, "amount_cents": cents, "currency": currency}).encode()
        assert shop.post(body, signature(SECRET, now, body)) == 200
        assert shop.payment(order_id).state is PaymentState.OPEN
    with work(SYSTEM) as w:
        assert "EUR" in payments.stuck(w)[0].why or "USD" in payments.stuck(w)[0].why
        orders.cancel(w, order_id)
    body = json.dumps(event | {"id": "late", "amount_cents": total, "currency": "EUR"}).encode()
    assert shop.post(body, signature(SECRET, now, body)) == 200
    with reading(SYSTEM) as w:
        assert [r.amount_cents for r in payments.of_order(w, order_id).refunds] == [total]


def test_one_press_leads_to_the_payment_page_and_who_finds_it_closed_is_told(shop: Shop) -> None:
    order_id = shop.order()
    browser = shop.server.browser_of(address_of(Role.CUSTOMER))
    with shop.server.wire(browser) as tab:
        tab.open("orders", f"order={order_id}")
        way = tab.click("pay_now").redirect
    assert way == f"/session/pay/{order_id}"
    assert "/pay/" in shop.server.ask(way, cookies=browser).header("location")
    shop.provider.url = "http://127.0.0.1:1"  # it names a page that is not its own: the shop sends nobody there
    back = shop.server.ask(way, cookies=browser).header("location")
    with shop.server.wire(browser) as tab:
        seen = tab.open(*back.lstrip("/").split("?"))
    assert "Nothing was paid" in seen.words
    assert shop.payment(order_id).state is PaymentState.OPEN

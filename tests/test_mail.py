"""Mail leaves once, after the act that caused it, and what cannot be delivered is seen. With a real SMTP server."""

import email
import email.policy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlmodel import col, select

from db.engine import Engines
from db.models import OrderStatus, OutboxEntry, OutboxState, Role
from services import clock, mail_delivery, orders, outbox
from services.errors import NotAllowed
from services.settings import settings
from services.work import SYSTEM, VISITOR, Actor, reading, work
from tests import make
from tests.live_server import free_port
from tests.ordering import asked_by, products, shoppers


class Mailbox:
    """What the mail server does with what it is handed."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refuses: dict[str, str] = {}

    async def handle_RCPT(self, _s: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd asks for this name
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _s: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the same
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        parsed["X-Envelope"] = ",".join(envelope.rcpt_tos)
        self.taken.append(parsed)
        return "250 OK"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    monkeypatch.setattr(settings(), "smtp_url", f"smtp://127.0.0.1:{port}")
    yield box
    server.stop()


@pytest.fixture
def at(fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves the clock to so long after noon."""

    def move(after: timedelta) -> datetime:
        now = make.NOON + after
        monkeypatch.setattr(clock, "now", lambda: now)
        return now

    move(timedelta())
    return move


def post(recipient: str = "ada@example.com", subject: str = "Hello", *lines: str) -> None:
    with work(SYSTEM) as w:
        outbox.post(w, "test", recipient, subject, list(lines) or ["Text"])


def entries() -> list[OutboxEntry]:
    with reading(SYSTEM) as w:
        return list(w.session.exec(select(OutboxEntry).order_by(col(OutboxEntry.id))))


def test_a_mail_arrives_as_it_was_written(at: Any, mailbox: Mailbox) -> None:
    post("ada@example.com", "Grüße aus Köln", "Erste Zeile", "<b>no html</b>")
    assert mail_delivery.deliver_due() == 1
    [mail] = mailbox.taken
    assert (mail["To"], mail["Subject"], mail["X-Envelope"]) == ("ada@example.com", "Grüße aus Köln", "ada@example.com")
    assert mail.get_content_type() == "text/plain"
    assert "<b>no html</b>" in mail.get_content()
    assert mail["Date"].datetime == make.NOON
    [entry] = entries()
    assert (entry.state, entry.sent_at) == (OutboxState.SENT, make.NOON)
    assert mail_delivery.deliver_due() == 0
    assert len(mailbox.taken) == 1


def test_nothing_is_sent_of_an_act_that_was_rolled_back(at: Any, mailbox: Mailbox) -> None:
    def fail() -> None:
        with work(SYSTEM) as w:
            outbox.post(w, "test", "ada@example.com", "Hello", ["Text"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert mail_delivery.deliver_due() == 0
    assert mailbox.taken == []


@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\u2028", "\x0b"])
def test_no_name_or_subject_adds_a_header(at: Any, mailbox: Mailbox, breaks: str) -> None:
    post("ada@example.com", f"Hello{breaks}Bcc: eve@evil.example{breaks}{breaks}Body")
    mail_delivery.deliver_due()
    for mail in mailbox.taken:
        assert mail["Bcc"] is None
        assert mail["X-Envelope"] == "ada@example.com"
        assert "Bcc: eve@evil.example" in mail["Subject"]
    assert len(mailbox.taken) == 1


def test_a_recipient_with_a_line_break_is_never_handed_to_the_server(at: Any, mailbox: Mailbox) -> None:
    post("ada@example.com\r\nBcc: eve@evil.example")
    assert mail_delivery.deliver_due() == 0
    assert mailbox.taken == []
    assert "ValueError" in entries()[0].error


def test_a_refused_recipient_is_given_up_and_seen_and_holds_nobody_up(at: Any, mailbox: Mailbox) -> None:
    mailbox.refuses["gone@example.com"] = "550 no such mailbox"
    post("gone@example.com")
    post("ada@example.com")
    assert mail_delivery.deliver_due() == 1
    dead, sent = entries()
    assert (dead.state, sent.state) == (OutboxState.DEAD, OutboxState.SENT)
    assert "550" in dead.error
    mailbox.refuses.clear()
    with work(Actor(role=Role.ADMIN)) as w:
        outbox.retry(w, dead.id)
    assert mail_delivery.deliver_due() == 1


def test_a_busy_server_is_asked_again_later_each_time_after_a_longer_pause(at: Any, mailbox: Mailbox) -> None:
    mailbox.refuses["ada@example.com"] = "451 try later"
    post("ada@example.com")
    pauses, now = [], timedelta()
    for _round in range(outbox.MOST_TRIES - 1):
        assert mail_delivery.deliver_due() == 0
        [entry] = entries()
        assert entry.state is OutboxState.WAITING
        pauses.append(entry.next_try_at - clock.now())
        assert mail_delivery.deliver_due() == 0
        assert entries()[0].tries == entry.tries, "nothing is tried before its time"
        now += pauses[-1]
        at(now)
    assert pauses == sorted(pauses)
    assert pauses[0] >= timedelta(minutes=1)
    assert max(pauses) == timedelta(hours=4)
    mail_delivery.deliver_due()
    assert entries()[0].state is OutboxState.DEAD


def test_a_server_that_is_down_loses_nothing(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "smtp_url", f"smtp://127.0.0.1:{free_port()}")
    post("ada@example.com")
    post("bob@example.com")
    assert mail_delivery.deliver_due() == 0
    first, second = entries()
    assert "ConnectionRefusedError" in first.error
    assert second.tries == 0, "the round ends at the first mail that finds nobody"
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        monkeypatch.setattr(settings(), "smtp_url", f"smtp://127.0.0.1:{server.port}")
        at(timedelta(minutes=5))
        assert mail_delivery.deliver_due() == 2
    finally:
        server.stop()
    assert {m["To"] for m in box.taken} == {"ada@example.com", "bob@example.com"}


def test_an_order_is_taken_while_the_mail_server_is_away_and_confirmed_once_it_is_back(
    at: Any, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = settings().smtp_url
    monkeypatch.setattr(settings(), "smtp_url", f"smtp://127.0.0.1:{free_port()}")
    [ada], [kettle] = shoppers(1), products(5)
    with work(ada) as w:
        placed = orders.place(w, asked_by(ada, "one", (kettle, 2))).id
    assert mail_delivery.deliver_due() == 0
    with reading(ada) as w:
        assert orders.detail(w, placed).summary.status is OrderStatus.PLACED
    [waiting] = entries()
    assert (waiting.state, waiting.recipient) == (OutboxState.WAITING, ada.email)
    monkeypatch.setattr(settings(), "smtp_url", there)
    at(timedelta(minutes=5))
    assert (mail_delivery.deliver_due(), mail_delivery.deliver_due()) == (1, 0)
    [mail] = mailbox.taken
    assert f"O{placed:07d}" in mail.get_content()


def test_several_workers_never_send_the_same_mail(at: Any, mailbox: Mailbox) -> None:
    for i in range(30):
        post(f"p{i}@example.com")
    with ThreadPoolExecutor(4) as pool:
        sent = sum(pool.map(lambda _i: mail_delivery.deliver_due(), range(4)))
    assert sent == 30
    assert len({m["X-Envelope"] for m in mailbox.taken}) == len(mailbox.taken) == 30


def test_a_mail_whose_worker_died_is_taken_up_when_its_lease_is_over(at: Any, mailbox: Mailbox) -> None:
    post()
    with work(SYSTEM) as w:
        [leased] = outbox.due(w)
    assert mail_delivery.deliver_due() == 0
    at(outbox.LEASE)
    assert mail_delivery.deliver_due() == 1
    assert mailbox.taken[0]["Message-ID"] == leased.message_id, "the receiver can see that it is the same mail"


def test_one_slow_mail_cannot_outlast_its_lease() -> None:
    steps = 8  # connect, greeting, STARTTLS, sign-in, sender, recipient, text, goodbye
    assert steps * timedelta(seconds=mail_delivery.TIMEOUT_S) < outbox.LEASE


def test_a_rude_goodbye_does_not_send_the_mail_twice(
    at: Any, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rude(_self: object) -> None:
        raise OSError("the server hung up")

    monkeypatch.setattr("smtplib.SMTP.quit", rude)
    post()
    assert mail_delivery.deliver_due() == 1
    assert entries()[0].state is OutboxState.SENT


def test_the_secret_of_a_link_is_forgotten_when_the_mail_is_gone(at: Any, mailbox: Mailbox) -> None:
    secret = "a-secret_of-a-link"
    post("ada@example.com", "Reset", outbox.link("reset", t=secret))
    assert secret not in str([e.body for e in shown()]), "an administrator must not take a login over"
    mail_delivery.deliver_due()
    assert secret in mailbox.taken[0].get_content()
    assert secret not in entries()[0].body


def shown() -> list[OutboxEntry]:
    with reading(Actor(role=Role.ADMIN)) as w:
        return outbox.mailbox(w)


def test_without_a_mail_server_an_administrator_opens_the_links(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "smtp_url", "")
    post("ada@example.com", "Reset", outbox.link("reset", t="a-secret"), "https://evil.example/reset?t=x")
    assert mail_delivery.deliver_due() == 0
    [mail] = shown()
    assert mail.state is OutboxState.WAITING
    assert outbox.links(mail.body) == [settings().public_url + "/reset?t=a-secret"]


@pytest.mark.parametrize("actor", [VISITOR, *(Actor(role=r) for r in (Role.CUSTOMER, Role.STAFF, Role.MANAGER))])
def test_only_administrators_read_the_mailbox(at: Any, actor: Actor) -> None:
    post()
    with pytest.raises(NotAllowed), reading(actor) as w:
        outbox.mailbox(w)
    with pytest.raises(NotAllowed), work(actor) as w:
        outbox.retry(w, entries()[0].id)

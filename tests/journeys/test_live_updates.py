"""While somebody writes others change what is shown: cursor, words and the place on the screen stay as they are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import col, select

from db.models import Case, Channel, Direction, FollowUp, Person
from services import cases, interactions, presence
from services.cases import NewAnswer, NewCase, NewQuestion
from services.demo import DemoSummary
from services.interactions import NewInteraction
from services.work import SYSTEM, Actor, reading, work
from tests.journeys.conftest import DESKTOP, settled, shortcut, to_field
from tests.journeys.test_three_people import sign_in
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
AGENT, CUSTOMER, COLLEAGUE = "agent@example.com", "customer@example.com", "manager@example.com"
WORDS = "Half a sentence"
WHERE = """field => { const box = field.getBoundingClientRect();
    return [Math.round(box.top), field.selectionStart ?? -1, field.getRootNode().activeElement === field]; }"""


def as_(email: str) -> Actor:
    """What somebody does in another browser."""
    with reading(SYSTEM) as w:
        who = w.session.exec(select(Person).where(col(Person.email) == email)).one()
        return Actor(person_id=who.id, role=who.role, name=who.name, email=who.email, staff_id=who.staff_id,
                     customer_id=who.customer_id)  # fmt: skip


def stays(page: Page, field: Locator, change: Callable[[], Any], shown: Callable[[], Any]) -> None:
    """Write half a sentence, let others do something, and find all as it was; what they did is there."""
    expect(field).to_be_focused()
    page.keyboard.type(WORDS)
    for _step in range(4):
        page.keyboard.press("ArrowLeft")
    settled(page)
    page.wait_for_timeout(1_000)  # what was typed has been sent and drawn
    before = field.evaluate(WHERE)
    assert before[2]
    change()
    shown()
    settled(page)
    expect(field).to_have_value(WORDS)
    top, cursor, focused = field.evaluate(WHERE)
    assert (cursor, focused) == tuple(before[1:])
    assert abs(top - before[0]) <= 2, "a line has forty; what is drawn above may end between two pixels"
    page.keyboard.type("!")
    expect(field).to_have_value(WORDS[:-4] + "!" + WORDS[-4:])


def a_question(subject: str) -> Case:
    with work(as_(CUSTOMER)) as w:
        new = NewQuestion(idempotency_key=subject, subject=subject, text="It leaks.\n" * 12)
        return cases.ask(w, new)


def says(case_id: int, words: str) -> None:
    """The customer writes in the thread."""
    with work(as_(CUSTOMER)) as w:
        last = cases.view(w, case_id).last_message
        cases.write(w, case_id, NewAnswer(idempotency_key=words, text=words, last_seen=last))


def begins_in(page: Page, field: Locator) -> None:
    """The cursor stands in the empty field, in the middle of the window."""
    expect(field).to_be_visible()
    settled(page)
    field.focus()
    field.fill("")
    field.evaluate("field => field.scrollIntoView({block: 'center'})")


@pytest.mark.parametrize("wanted", ["Answer", "Note", "Next step, as the customer reads it"])
def test_who_writes_in_a_case_is_not_disturbed_when_the_customer_writes(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit, wanted: str
) -> None:
    server, summary = demo_server
    case = a_question(f"Live update while {wanted} is written")
    with work(as_(AGENT)) as w:  # now it waits for the customer, whose answer hands it back to us
        cases.write(
            w,
            case.id,
            NewAnswer(idempotency_key=wanted, text="How much?", last_seen=cases.view(w, case.id).last_message),
        )
    page = visit(DESKTOP)
    sign_in(page, server, summary, AGENT, f"case?case={case.id}")
    field = page.get_by_role("textbox", name=wanted, exact=True)
    begins_in(page, field)
    said = f"And another thing about {wanted}."
    stays(page, field, lambda: says(case.id, said), lambda: expect(page.get_by_text(said)).to_be_visible())


@pytest.mark.parametrize("wanted", ["What was said", "Promised", "Segment"])
def test_who_writes_at_a_customer_is_not_disturbed_when_colleagues_work_there_too(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit, wanted: str
) -> None:
    server, summary = demo_server
    page = visit(DESKTOP)
    sign_in(page, server, summary, AGENT, "customer?customer=9")
    field = page.get_by_role("textbox", name=wanted, exact=True)
    expect(page.get_by_role("textbox", name="What was said")).to_be_visible()
    if wanted == "Segment":
        shortcut(page, "e")
    begins_in(page, field)
    said = f"A colleague was faster than {wanted}."

    def colleague() -> None:
        with work(as_(COLLEAGUE)) as w:
            told: dict[str, Any] = {"summary": said, "promise": f"{said} Promised", "promise_until": w.now.date()}
            new = NewInteraction(idempotency_key=said, channel=Channel.PHONE, direction=Direction.IN, **told)
            interactions.log(w, 9, new)
            cases.raise_for(w, 9, NewCase(idempotency_key=said, subject=said, text=said, next_step="We look into it."))
            presence.beat(w, "customer:9", editing=True)

    stays(page, field, colleague, lambda: expect(page.get_by_text(said, exact=True).first).to_be_visible())


def test_who_walks_through_the_day_is_not_disturbed_when_something_falls_due(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit
) -> None:
    server, summary = demo_server
    page = visit(DESKTOP)
    sign_in(page, server, summary, AGENT, "today")
    line = page.locator("li[data-line]").nth(2)
    expect(line).to_be_visible()
    settled(page)
    name = line.get_attribute("data-line")
    for _step in range(2):
        page.keyboard.press("j")
    marked = page.locator(f"li[data-line={name}]")
    expect(marked).to_have_attribute("aria-current", "true")
    box = page.get_by_role("combobox", name="Find customer, order or case")
    to_field(page, "/", box)
    page.keyboard.type("nothing like this")
    with work(as_(AGENT)) as w:
        yesterday = w.now - timedelta(days=900)
        new = FollowUp(customer_id=11, owner_id=as_(AGENT).staff_id, reason="Fell due first of all", due_at=yesterday,
                       created_at=w.now)  # fmt: skip
        w.session.add(new)
    expect(page.get_by_text("Fell due first of all")).to_be_visible(timeout=45_000)
    expect(box).to_be_focused()
    expect(box).to_have_value("nothing like this")
    expect(marked).to_have_attribute("aria-current", "true")  # the same line, one place further down

"""An agent's call with the keyboard only, the customer's phone beside it, and a colleague on the same customer."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from db.models import Customer, Interaction, Person, Promise, Role
from services import people, sessions
from services.demo import DemoSummary
from services.tickets import digest
from services.work import SYSTEM, reading, work
from tests import second_factors
from tests.journeys.conftest import DESKTOP, PHONE, settled, shortcut, to_field
from tests.journeys.test_three_people import sign_in
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
OLIVIA, CUSTOMER, COLLEAGUE = "olivia@rapport.example", "customer@example.com", "manager@example.com"
SUBJECT = "The steam valve whistles"


def with_a_second_factor() -> str:
    """Somebody new in the team with an app; returns a recovery code."""
    with work(SYSTEM) as w:
        person = people.add(w, "Olivia Marsh", OLIVIA, Role.STAFF, second_factors.PASSWORD)
        secret = sessions.begin(w, person, user_agent="a test", address="127.0.0.1")
    actor = sessions.actor_of(digest(secret))
    assert actor is not None
    return second_factors.switched_on(actor)[1][0]


def customer_and_name() -> tuple[int, str]:
    with reading(SYSTEM) as w:
        joined = select(Customer.id, Customer.name).join(Person, col(Person.customer_id) == col(Customer.id))
        return w.session.exec(joined.where(Person.email == CUSTOMER)).one()


def asks(customer: Page, server: LiveServer, summary: DemoSummary) -> str:
    """A new case from the phone; returns its number in the address."""
    sign_in(customer, server, summary, CUSTOMER, "my-cases")
    customer.get_by_role("textbox", name="What is it about?").fill(SUBJECT)
    customer.get_by_role("textbox", name="What is it about?").press("Tab")
    customer.get_by_role("textbox", name="Your question").press_sequentially("It began on Sunday.")
    customer.get_by_role("textbox", name="Your question").press("Control+Enter")
    customer.wait_for_url(re.compile(r"case=\d+"))
    return customer.url.rpartition("=")[2]


def signs_in_twice(agent: Page, server: LiveServer, recovery_code: str) -> None:
    """Password, then the code; the day is there, with what came in."""
    agent.goto(f"{server.url}/today?scope=all")
    agent.get_by_role("textbox", name="E-mail").press_sequentially(OLIVIA)
    agent.keyboard.press("Tab")
    agent.keyboard.type(second_factors.PASSWORD)
    agent.keyboard.press("Enter")
    code = agent.get_by_role("textbox", name="Code")
    code.press_sequentially(recovery_code)
    code.press("Enter")
    expect(agent.get_by_role("heading", name="Today")).to_be_visible()
    expect(agent.get_by_role("link", name=SUBJECT).first).to_be_visible()


def opens_the_brief(agent: Page, name: str) -> None:
    """One key, the name, and all that matters stands above the fold."""
    settled(agent)
    box = agent.get_by_role("combobox", name="Find customer, order or case")
    expect(box).to_be_visible()  # a key counts once its script is there
    agent.keyboard.press("/")
    expect(box).to_be_focused()
    box.press_sequentially(name.lower(), delay=20)
    expect(agent.get_by_role("option", name=re.compile(name), selected=True)).to_be_visible()
    agent.keyboard.press("Enter")
    expect(agent.get_by_role("heading", name=name)).to_be_visible()
    settled(agent)
    for part in ("Reach", "Last contacts", "Promised", "Open cases", "Last orders"):
        there = agent.get_by_text(re.compile(f"{part}$")).first.bounding_box()
        assert there is not None, part
        assert there["y"] + there["height"] < DESKTOP["height"], part
    case = agent.get_by_text(SUBJECT).first.bounding_box()
    assert case is not None
    assert case["y"] + case["height"] < DESKTOP["height"]


def looks_as_the_customer(agent: Page, customer: Page, server: LiveServer, name: str) -> None:
    """With a reason that the customer can read; nothing can be pressed but links."""
    shortcut(agent, "v")
    reason = agent.get_by_role("textbox", name=re.compile("Why do you look"))
    expect(reason).to_be_focused()
    agent.keyboard.type("She asks where her question stands")
    agent.keyboard.press("Enter")
    expect(agent.get_by_text(f"As {name} sees it")).to_be_visible()
    settled(agent)
    buttons = agent.get_by_test_id("stMain").get_by_role("button")
    working = [b.inner_text() for b in buttons.all() if b.is_enabled() and b.is_visible() and b.inner_text()]
    # "Why?" only unfolds the reason of a suggestion; what stands in it is switched off too.
    assert [t for t in working if "Why?" not in t and "Leave" not in t] == [], working
    assert sum("Leave" in t for t in working) == 1, working
    agent.get_by_role("button", name="Leave").press("Enter")
    expect(agent.get_by_role("heading", name=name)).to_be_visible()
    customer.goto(f"{server.url}/my-data")
    customer.get_by_text(re.compile("^Who looked at your account · ")).click()
    expect(customer.get_by_role("heading", name="My data")).to_be_visible()


def logs_the_call(agent: Page, customer_id: int) -> None:
    """L, the words, and the promise behind "More", for the day that is proposed."""
    settled(agent)
    said = agent.get_by_role("textbox", name="What was said")
    to_field(agent, "l", said)
    agent.keyboard.type("The valve whistles since Sunday; a part is on its way.")
    agent.locator("summary", has_text="More: promise").press("Enter")
    promised = agent.get_by_role("textbox", name="Promised", exact=True)
    promised.fill("Send the part by Friday")
    promised.press("Tab")
    settled(agent)
    agent.get_by_role("button", name="Log contact").press("Enter")
    expect(agent.get_by_text("The valve whistles since Sunday; a part is on its way.").first).to_be_visible()
    expect(said).to_have_value("")
    with reading(SYSTEM) as w:
        logged = select(Interaction).where(Interaction.customer_id == customer_id).order_by(col(Interaction.id).desc())
        newest = w.session.exec(logged).first()
        promise = select(Promise).where(Promise.customer_id == customer_id, Promise.what == "Send the part by Friday")
        assert newest is not None
        assert "whistles" in newest.summary
        assert w.session.exec(promise).one().owner_id is not None


def edit_together(agent: Page, hers: Page, server: LiveServer, customer_id: int) -> None:
    """Both change one value: she was first, I am asked, mine and hers and what it was before me."""
    hers.goto(f"{server.url}/customer?customer={customer_id}")
    for page in (agent, hers):
        expect(page.get_by_role("button", name="Edit")).to_be_visible()
        settled(page)
        shortcut(page, "e")
        expect(page.get_by_role("textbox", name="Segment")).to_be_visible()
    expect(agent.get_by_text("is changing this right now")).to_be_visible()
    hers.get_by_role("textbox", name="Segment").fill("gold")
    hers.get_by_role("button", name="Save").press("Enter")
    expect(hers.get_by_text("The customer was saved.")).to_be_visible()
    segment = agent.get_by_role("textbox", name="Segment")
    segment.fill("silver")
    segment.press("Tab")
    agent.get_by_role("button", name="Save").press("Enter")
    expect(agent.get_by_text("Mine: silver")).to_be_visible()
    expect(agent.get_by_text("Theirs: gold")).to_be_visible()
    agent.get_by_role("radio", name="Mine: silver").press("Space")
    settled(agent)
    agent.get_by_role("button", name="Save").press("Enter")
    expect(agent.get_by_text("The customer was saved.")).to_be_visible()
    expect(hers.get_by_text("Segment: silver").first).to_be_visible()


def answers(agent: Page, customer: Page, server: LiveServer, number: str) -> None:
    """The customer reads it in the portal at once; the note stays in the house."""
    customer.goto(f"{server.url}/my-cases?case={number}")
    agent.goto(f"{server.url}/case?case={number}")
    answer = agent.get_by_role("textbox", name="Answer")
    answer.press_sequentially("The part leaves us today.")
    answer.press("Control+Enter")
    expect(customer.get_by_text("The part leaves us today.")).to_be_visible()


def test_a_call_from_the_first_look_to_the_answer(demo_server: tuple[LiveServer, DemoSummary], visit: Visit) -> None:
    server, summary = demo_server
    customer_id, name = customer_and_name()
    customer, agent, colleague = visit(PHONE), visit(DESKTOP), visit(DESKTOP)
    number = asks(customer, server, summary)
    signs_in_twice(agent, server, with_a_second_factor())
    opens_the_brief(agent, name)
    looks_as_the_customer(agent, customer, server, name)
    logs_the_call(agent, customer_id)
    sign_in(colleague, server, summary, COLLEAGUE, f"customer?customer={customer_id}")
    edit_together(agent, colleague, server, customer_id)
    answers(agent, customer, server, number)

"""An agent's call with the keyboard only, the customer's phone beside it, and a colleague on the same customer."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import col, select

from db.models import Case, CaseState, Channel, Customer, FollowUp, Interaction, Person, Promise, Role
from services import clock, company, people, sessions
from services.demo import DemoSummary
from services.tickets import digest
from services.work import SYSTEM, reading, work
from tests import second_factors
from tests.journeys.conftest import (
    DESKTOP,
    PHONE,
    Hands,
    finds,
    presses,
    reach,
    settled,
    shortcut,
    to_field,
    without_a_mouse,
    writes,
)
from tests.journeys.test_customer_head import sees_who_slips_away
from tests.journeys.test_three_people import sign_in
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser
Visit = Callable[[dict[str, int]], Page]
OLIVIA, CUSTOMER, COLLEAGUE = "olivia@rapport.example", "customer@example.com", "manager@example.com"
SUBJECT, REPORT = "The steam valve whistles", "New steam valve"


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
    writes(agent, agent.get_by_role("textbox", name="E-mail"), OLIVIA)
    writes(agent, agent.get_by_role("textbox", name="Password"), second_factors.PASSWORD)
    agent.keyboard.press("Enter")
    writes(agent, agent.get_by_role("textbox", name="Code"), recovery_code)
    agent.keyboard.press("Enter")
    expect(agent.get_by_role("heading", name="Today")).to_be_visible()
    expect(agent.get_by_role("link", name=SUBJECT).first).to_be_visible()


def opens_the_brief(agent: Page, name: str) -> None:
    """One key, the name, and all that matters stands above the fold."""
    finds(agent, name.lower(), re.compile(name))
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
    presses(agent, agent.get_by_role("button", name="Leave"))
    expect(agent.get_by_role("heading", name=name)).to_be_visible()
    customer.goto(f"{server.url}/my-data")
    customer.get_by_text(re.compile("^Who looked at your account · ")).click()
    expect(customer.get_by_role("heading", name="My data")).to_be_visible()


def logs_the_call(agent: Page, customer_id: int) -> None:
    """The reason, the words, a promise for the day that is proposed: three fields, six keys beside the words."""
    settled(agent)
    hands, reason = Hands(agent), agent.get_by_role("combobox", name="Reason")
    said, promised = (agent.get_by_role("textbox", name=name, exact=True) for name in ("What was said", "Promised"))
    hands.to("a", reason)
    hands.choose("Fault", reason)
    hands.on_to(said)
    hands.type("The valve whistles since Sunday; a part is on its way.", said)
    hands.press("Tab")
    hands.type("Send the part by Friday", promised)
    hands.press("Control+Enter")
    expect(agent.get_by_text("The valve whistles since Sunday; a part is on its way.").first).to_be_visible()
    expect(said).to_have_value("")
    expect(promised).to_have_value("")
    assert hands.presses <= 6
    with reading(SYSTEM) as w:
        logged = select(Interaction).where(Interaction.customer_id == customer_id).order_by(col(Interaction.id).desc())
        newest = w.session.exec(logged).first()
        promise = select(Promise).where(Promise.customer_id == customer_id, Promise.what == "Send the part by Friday")
        assert newest is not None
        assert "whistles" in newest.summary
        assert newest.reason
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
    writes(agent, agent.get_by_role("textbox", name="Segment"), "silver")
    agent.keyboard.press("Control+Enter")
    expect(agent.get_by_text("Mine: silver")).to_be_visible()
    expect(agent.get_by_text("Theirs: gold")).to_be_visible()
    expect(agent.get_by_text(re.compile("^Before: (?!gold|silver).+"))).to_be_visible()
    reach(agent, agent.get_by_role("radio", name="Mine: silver"))
    agent.keyboard.press("Space")
    settled(agent)
    presses(agent, agent.get_by_role("button", name="Save"))
    expect(agent.get_by_text("The customer was saved.")).to_be_visible()
    expect(hers.get_by_text("Segment: silver").first).to_be_visible()


def answers(agent: Page, customer: Page, server: LiveServer, number: str) -> None:
    """The customer reads it in the portal at once; the note stays in the house."""
    customer.goto(f"{server.url}/my-cases?case={number}")
    finds(agent, f"Q{number}", re.compile(SUBJECT))
    to_field(agent, "a", agent.get_by_role("textbox", name="Answer"))
    agent.keyboard.type("The part leaves us today.")
    agent.keyboard.press("Control+Enter")
    expect(customer.get_by_text("The part leaves us today.")).to_be_visible()


def chooses(page: Page, box: Locator, words: str) -> None:
    """One of a list, by typing what it is called."""
    reach(page, box)
    page.keyboard.type(words)
    expect(page.get_by_role("option", name=words, exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    settled(page)


def logs_a_visit(agent: Page, customer_id: int) -> None:
    """At the customer's; the next touch is in 14 days."""
    with reading(SYSTEM) as w:
        zone = company.of(w).zone
        then = clock.day_of(w.now, zone) + timedelta(days=14)
    settled(agent)
    chooses(agent, agent.get_by_role("combobox", name="How"), "Visit, outgoing")
    writes(agent, agent.get_by_role("textbox", name="What was said"), "Was there; the new valve is in.")
    if not agent.get_by_role("textbox", name="Outcome").is_visible():
        presses(agent, agent.locator("summary", has_text="More: next touch"))
    writes(agent, agent.get_by_role("textbox", name="Reason of the next touch"), "Ask whether it is tight")
    reach(agent, agent.get_by_role("spinbutton", name="year, Next touch"))
    agent.keyboard.type(f"{then:%Y%m%d}")  # each part leads on
    agent.keyboard.press("Tab")
    settled(agent)
    presses(agent, agent.get_by_role("button", name="Log contact"))
    expect(agent.get_by_text("Was there; the new valve is in.").first).to_be_visible()
    with reading(SYSTEM) as w:
        visits = select(Interaction).where(Interaction.summary == "Was there; the new valve is in.")
        assert w.session.exec(visits).one().channel is Channel.VISIT
        planned = select(FollowUp).where(FollowUp.reason == "Ask whether it is tight")
        follow_up = w.session.exec(planned.where(FollowUp.customer_id == customer_id)).one()
        assert clock.day_of(follow_up.due_at, zone) == then


def closes_the_case(agent: Page, number: str) -> None:
    """Its topic brings a checklist; once all is ticked it is closed without a question."""
    finds(agent, f"Q{number}", re.compile(SUBJECT))
    chooses(agent, agent.get_by_role("combobox", name="Topic"), "Damaged goods")
    presses(agent, agent.get_by_role("button", name="Save"))
    steps = agent.get_by_test_id("stCheckbox").get_by_role("checkbox")
    expect(steps).to_have_count(3)
    expect(agent.get_by_role("textbox", name=re.compile("although 3 steps are not done"))).to_be_visible()
    for n in range(3):
        settled(agent)
        reach(agent, steps.nth(n))
        agent.keyboard.press("Space")
        expect(steps.nth(n)).to_be_checked()
    expect(agent.get_by_role("textbox", name=re.compile("not done"))).to_have_count(0)
    settled(agent)
    chooses(agent, agent.get_by_role("combobox", name="State"), "closed")
    presses(agent, agent.get_by_role("button", name="Save"))
    expect(agent.get_by_text("This case is closed.")).to_be_visible()
    with reading(SYSTEM) as w:
        case = w.session.get(Case, int(number))
        assert case is not None
        assert case.state is CaseState.CLOSED


def is_a_pdf(page: Page, press: Callable[[], None], folder: Path) -> None:
    """What comes when the button is pressed."""
    with page.expect_download() as caught:
        press()
    kept = folder / "report.pdf"
    caught.value.save_as(kept)
    assert kept.read_bytes().startswith(b"%PDF-")


def reports(agent: Page, customer: Page, server: LiveServer, customer_id: int, folder: Path) -> None:
    """From the case; the report stands in the timeline and in the customer's account, with its PDF in both."""
    presses(agent, agent.get_by_role("link", name="Service report"))
    writes(agent, agent.get_by_role("textbox", name="About, as the customer reads it"), REPORT)
    writes(agent, agent.get_by_role("textbox", name="What was done"), "Changed the valve and tested it for an hour.")
    writes(agent, agent.get_by_role("textbox", name="Part 1"), "Steam valve 12 mm")
    presses(agent, agent.get_by_role("button", name="Give it to the customer"))
    expect(agent.get_by_role("heading", name=REPORT)).to_be_visible()
    presses(agent, agent.get_by_role("link", name="To the customer"))
    expect(agent).to_have_url(re.compile(rf"customer={customer_id}\b"))
    entry = agent.get_by_role("listitem").filter(has_text=f"Service report · {REPORT}")
    presses(agent, entry.get_by_role("link"))
    pdf = agent.get_by_role("button", name="Download as PDF")
    is_a_pdf(agent, lambda: presses(agent, pdf), folder)
    customer.goto(f"{server.url}/service-reports")
    customer.get_by_role("link", name=re.compile(REPORT)).click()
    is_a_pdf(customer, customer.get_by_role("button", name="Download as PDF").click, folder)


def ends_the_day(agent: Page) -> None:
    """Of what she did nothing is left for today: the case is closed, promise and next touch are for another day."""
    presses(agent, agent.get_by_test_id("stSidebarNav").get_by_role("link", name="Today"))
    expect(agent.get_by_role("heading", name="Today")).to_be_visible()
    settled(agent)
    main = agent.get_by_test_id("stMain")
    expect(main.get_by_text("Open cases")).to_be_visible()
    for gone in (SUBJECT, "Send the part by Friday", "Ask whether it is tight"):
        expect(main.get_by_text(gone)).to_have_count(0)


def test_a_call_from_the_first_look_to_the_closed_case(
    demo_server: tuple[LiveServer, DemoSummary], visit: Visit, tmp_path: Path
) -> None:
    server, summary = demo_server
    customer_id, name = customer_and_name()
    customer, agent, colleague = visit(PHONE), visit(DESKTOP), visit(DESKTOP)
    clicks = without_a_mouse(agent)
    number = asks(customer, server, summary)
    signs_in_twice(agent, server, with_a_second_factor())
    sees_who_slips_away(agent, "Theodora Longsilence")
    opens_the_brief(agent, name)
    looks_as_the_customer(agent, customer, server, name)
    logs_the_call(agent, customer_id)
    sign_in(colleague, server, summary, COLLEAGUE, f"customer?customer={customer_id}")
    edit_together(agent, colleague, server, customer_id)
    answers(agent, customer, server, number)
    finds(agent, name.lower(), re.compile(name))
    logs_a_visit(agent, customer_id)
    closes_the_case(agent, number)
    reports(agent, customer, server, customer_id, tmp_path)
    ends_the_day(agent)
    assert clicks() == 0

"""What makes work on cases quick: checklists, macros, texts, watchers, linked orders, the list; and the rating."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from db.models import Case, CaseState, Customer, FollowUp, Order, OrderStatus, OutboxEntry, Role, SurveyResponse
from services import cases, search, text_modules, timeline
from services.cases import CaseChange, NewAnswer, NewQuestion, checklists, desk, linked_orders, macros, notices, rating
from services.cases import topics as topic_list
from services.cases.desk import Filters, Which
from services.cases.macros import Actions
from services.due import Scope
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.work import VISITOR, Actor, Work
from tests import make
from tests.conftest import counted

NOON = make.NOON
Works = Callable[[Actor], Work]


@pytest.fixture
def agent(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session))


@pytest.fixture
def boss(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


@pytest.fixture
def ada(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session, email="ada@example.com")))


def asked(w: Work, text: str = "It leaks.", topic: str = "") -> Case:
    return cases.ask(w, NewQuestion(idempotency_key=text, subject=text, text=text, topic=topic))


def changed(w: Work, case: Case, **fields: Any) -> Case:
    seen = cases.view(w, case.id)
    form = {"seen": seen.seen, "state": seen.row.state, "owner_id": seen.owner_id, "team_id": seen.team_id,
            "priority": seen.priority, "next_step": seen.row.next_step}  # fmt: skip
    return cases.change(w, case.id, CaseChange.model_validate(form | fields))


def test_a_checklist_comes_with_the_topic_and_closing_with_open_steps_needs_a_reason(
    ada: Work, agent: Work, boss: Work
) -> None:
    topic = topic_list.add(boss, "Leak")
    template = checklists.save(boss, "Leaks", "Ask for a photo\n\nCheck the warranty", topic_id=topic.id)
    case = asked(ada, topic="Leak")
    first, _second = checklists.items(agent, case.id)
    assert checklists.add(agent, case.id, template.id) == 0, "it is there already"
    checklists.tick(agent, first.id)
    with pytest.raises(Invalid, match="1 step is not done"):
        changed(agent, case, state=CaseState.SOLVED)
    last = cases.view(agent, case.id).last_message
    new = NewAnswer(idempotency_key="a", text="Bye", last_seen=last, then=CaseState.CLOSED)
    with pytest.raises(Invalid, match="1 step"):
        cases.write(agent, case.id, new)
    changed(agent, case, state=CaseState.SOLVED, despite="bought elsewhere")
    assert case.closed_at == NOON
    checklists.save(boss, "Leaks", "Something else", topic_id=topic.id, template_id=template.id)
    assert [i.text for i in checklists.items(agent, case.id)] == ["Ask for a photo", "Check the warranty"]
    assert checklists.items(agent, case.id)[0].done_by
    with pytest.raises(NotAllowed):
        checklists.save(agent, "x", "y")
    with pytest.raises(NotAllowed):
        checklists.items(ada, case.id)


def test_a_macro_changes_many_cases_and_says_which_refused(ada: Work, agent: Work, boss: Work) -> None:
    good, closed = asked(ada, "Where is it?"), asked(ada, "Old one")
    changed(agent, closed, state=CaseState.CLOSED)
    template = checklists.save(boss, "Parcels", "Ask the carrier")
    macro = macros.save(boss, "Parcel is late", Actions(
        priority="high", to_me=True, checklist_id=template.id, answer="Dear {first_name}, {case_number} is with us."
    ))  # fmt: skip
    assert [told.partition(":")[0] for told in macros.described(agent, macro)] == [
        "writes to the customer", "priority", "owner", "checklist"
    ]  # fmt: skip
    before = macros.preview(agent, [good.id, closed.id, good.id])
    assert [c.id for c in before] == [good.id, closed.id]
    seen = {c.id: c.last_message for c in before}
    done = macros.run(agent, macro.id, seen, "form")
    assert [(d.id, bool(d.refused)) for d in done] == [(good.id, False), (closed.id, True)]
    agent.session.expire_all()
    assert (good.priority, good.owner_id, good.state) == ("high", agent.actor.staff_id, CaseState.WAITING)
    assert (closed.priority, checklists.items(agent, closed.id)) == ("normal", []), "all of it or nothing"
    assert cases.view(ada, good.id).thread[-1].text == f"Dear Ada, {cases.case_number(good.id)} is with us."
    macros.run(agent, macro.id, {good.id: seen[good.id]}, "form")
    assert len(cases.view(ada, good.id).thread) == 2, "the same form sends no second answer"
    cases.write(ada, good.id, NewAnswer(idempotency_key="n", text="Wait!"))
    [refused] = macros.run(agent, macro.id, {good.id: seen[good.id]}, "another form")
    assert "customer has written" in refused.refused
    with pytest.raises(NotAllowed):
        macros.save(agent, "x", Actions(priority="low"))
    for wrong in (Actions(), Actions(answer="Dear {nobody}"), Actions(priority="now!")):
        with pytest.raises(Invalid):
            macros.save(boss, "x", wrong)


def test_text_modules_are_filled_with_names_and_offered_where_they_fit(ada: Work, agent: Work, boss: Work) -> None:
    kind = text_modules.Kind.ANSWER
    text_modules.save(boss, kind, "Hello", "Hello {first_name}, about {case_number}: {company}")
    special = text_modules.save(boss, kind, "Leaks", "Close the tap.", about="Leak")
    assert [m.name for m in text_modules.offered(agent, kind, about="Leak")] == ["Leaks", "Hello"]
    assert [m.name for m in text_modules.offered(agent, kind)] == ["Hello"]
    assert text_modules.offered(agent, text_modules.Kind.NOTE) == []
    case = asked(ada)
    [hello] = text_modules.offered(agent, kind)
    filled = text_modules.filled(agent, hello.id, customer_id=case.customer_id, case_id=case.id)
    assert filled == f"Hello Ada, about {cases.case_number(case.id)}: {{company}}"
    text_modules.save(boss, kind, "Leaks", "Close it.", module_id=special.id, retired=True)
    with pytest.raises(NotFound):
        text_modules.filled(agent, special.id, customer_id=case.customer_id)
    with pytest.raises(Invalid):
        text_modules.save(boss, kind, "x", "{wrong}")
    with pytest.raises(Conflict):
        text_modules.save(boss, kind, "Hello", "x")
    with pytest.raises(NotAllowed):
        text_modules.save(agent, kind, "y", "x")


def test_who_watches_hears_of_both_sides_once_until_the_case_is_opened(
    ada: Work, agent: Work, boss: Work, work_as: Works
) -> None:
    case = asked(ada)
    notices.watch(boss, case.id)
    for n in range(2):
        cases.write(ada, case.id, NewAnswer(idempotency_key=f"{n}", text=f"{n}"))
    assert [(n.case_id, n.kind) for n in notices.mine(boss)] == [(case.id, "message")]
    notices.seen(boss, case.id)
    assert notices.mine(boss) == []
    last = cases.view(agent, case.id).last_message
    cases.write(agent, case.id, NewAnswer(idempotency_key="a", text="Yes", last_seen=last))
    assert len(notices.mine(boss)) == 1
    assert notices.mine(agent) == [], "one's own words are no news"
    mails = select(OutboxEntry).where(OutboxEntry.recipient == boss.actor.email)
    assert len(boss.session.exec(mails).all()) == 2
    notices.watch(boss, case.id, on=False)
    assert notices.watchers(boss, case.id) == {}
    with pytest.raises(NotAllowed):
        notices.watch(ada, case.id)


def test_orders_are_linked_and_seen_from_both_sides(ada: Work, agent: Work) -> None:
    case = asked(ada)
    own = Order(customer_id=case.customer_id, ordered_at=NOON, status=OrderStatus.DELIVERED)
    strange = Order(customer_id=make.customer(ada.session, "Grace").id, ordered_at=NOON, status=OrderStatus.PLACED)
    ada.session.add_all([own, strange])
    ada.session.flush()
    linked_orders.link(agent, case.id, own.id)
    assert [o.id for o in linked_orders.of_case(ada, case.id)] == [own.id]
    assert [c.id for c in linked_orders.of_order(ada, own.id)] == [case.id]
    with pytest.raises(Invalid):
        linked_orders.link(agent, case.id, strange.id)
    linked_orders.link(agent, case.id, own.id, on=False)
    assert linked_orders.of_order(agent, own.id) == []


def secret_of(w: Work) -> str:
    mail = w.session.exec(select(OutboxEntry).where(OutboxEntry.kind == "case-rating")).one()
    assert len(set(re.findall(r"t=([\w-]+)", mail.body))) == 1
    assert re.findall(r"score=(\d)", mail.body) == ["5", "4", "3", "2", "1"]
    return str(re.findall(r"t=([\w-]+)", mail.body)[0])


def test_one_click_rates_without_signing_in_and_a_second_changes_it(ada: Work, agent: Work, boss: Work) -> None:
    case = asked(ada)
    changed(agent, case, owner_id=boss.actor.staff_id, state=CaseState.SOLVED)
    secret, stranger = secret_of(agent), Work(agent.session, VISITOR, NOON)
    assert rating.by_link(stranger, secret).score is None
    assert rating.by_link(stranger, secret, 1).score == 1
    assert rating.by_link(stranger, secret, text="Nobody called me.").text == "Nobody called me."
    [answer] = agent.session.exec(select(SurveyResponse)).all()
    [touch] = agent.session.exec(select(FollowUp)).all()
    assert (answer.score, answer.customer_id, answer.scale_max) == (1, case.customer_id, 5)
    assert touch.owner_id == boss.actor.staff_id
    assert "(1/5): Nobody called me." in touch.reason
    assert [n.kind for n in notices.mine(boss)] == ["rating", "given"]
    assert rating.by_link(stranger, secret, 5).score == 5
    assert len(agent.session.exec(select(SurveyResponse)).all()) == 1
    seen = rating.of(agent, case.id)
    assert seen is not None
    assert (seen.score, seen.who) == (5, tuple(sorted(seen.who)))
    assert any(e.kind == "survey" for e in timeline.page(agent, case.customer_id).entries)
    for wrong in (0, 6):
        with pytest.raises(Invalid):
            rating.by_link(stranger, secret, wrong)
    with pytest.raises(NotFound):
        rating.by_link(stranger, secret + "x", 5)


def test_the_portal_rates_too_and_only_what_is_settled_and_ones_own(ada: Work, agent: Work, work_as: Works) -> None:
    case = asked(ada)
    with pytest.raises(Invalid):
        rating.give(ada, case.id, 5)
    changed(agent, case, state=CaseState.CLOSED)
    assert rating.give(ada, case.id, 4, "Thank you").score == 4
    theirs = rating.of(ada, case.id)
    assert theirs is not None
    assert theirs.who == (), "who worked on it is for the house"
    other = work_as(make.actor(ada.session, Role.CUSTOMER, of=make.customer(ada.session, "Grace")))
    with pytest.raises(NotFound):
        rating.give(other, case.id, 1)
    changed(agent, case, state=CaseState.OPEN)
    changed(agent, case, state=CaseState.CLOSED)
    assert len(agent.session.exec(select(OutboxEntry).where(OutboxEntry.kind == "case-rating")).all()) == 1


def test_words_for_a_contact_are_about_a_reason_that_contacts_can_have(agent: Work, boss: Work) -> None:
    kind = text_modules.Kind.CONTACT
    text_modules.save(boss, kind, "Parcel", "Asked where the parcel is.", about="delivery")
    assert [m.name for m in text_modules.offered(agent, kind, about="delivery")] == ["Parcel"]
    assert text_modules.offered(agent, kind, about="fault") == []
    with pytest.raises(Invalid, match="reason of contacts"):
        text_modules.save(boss, kind, "Leak", "It leaks.", about="Some topic of cases")


def test_the_list_pages_by_time_left_through_every_case_once(ada: Work, agent: Work, boss: Work) -> None:
    topic_list.add(boss, "Leak")
    made = [asked(ada, f"Question {n:02}", "Leak" if n % 2 else "") for n in range(60)]
    for case in made[:10]:
        changed(agent, case, state=CaseState.WAITING)
    found: list[int] = []
    after = ""
    while True:
        page = desk.page(agent, Filters(), after)
        found += [row.id for row in page.rows]
        after = page.after
        if not after:
            break
    assert sorted(found) == [case.id for case in made]
    assert set(found[-10:]) == {case.id for case in made[:10]}, "those without a clock come last"

    def ids(**wanted: Any) -> set[int]:
        return {row.id for row in desk.page(agent, Filters(**wanted)).rows}

    assert ids(which=Which.WAITING) == {case.id for case in made[:10]}
    assert ids(text=cases.case_number(made[3].id)) == {made[3].id}
    assert ids(text="question 07") == {made[7].id}
    search.index(agent, made[0].customer_id)
    assert len(ids(text=agent.session.get_one(Customer, made[0].customer_id).name)) == desk.PAGE
    assert ids(topic="Leak", which=Which.WAITING) == {case.id for case in made[1:10:2]}
    assert ids(overdue=True) == set()
    assert ids(scope=Scope.ALL, which=Which.SETTLED) == set()
    with pytest.raises(Invalid):
        desk.page(agent, Filters(), "nonsense")
    with pytest.raises(NotAllowed):
        desk.page(ada, Filters())


def test_the_list_and_a_case_ask_as_much_with_few_as_with_many(ada: Work, agent: Work, connection: Connection) -> None:
    def asks() -> tuple[int, int]:
        agent.session.commit()
        newest = agent.session.exec(select(Case.id).order_by(col(Case.id).desc())).first() or 0
        told = []
        for act in (lambda w: desk.page(w, Filters(scope=Scope.TEAM)), lambda w: cases.view(w, newest)):
            with counted(connection) as sent, Session(connection, join_transaction_mode="create_savepoint") as session:
                act(Work(session, agent.actor, NOON))
            told.append(len(sent))
        return told[0], told[1]

    asked(ada, "first")
    few = asks()
    for n in range(20):
        asked(ada, f"more {n}")
    assert asks() == few

"""Two people may change one customer: nobody overwrites the other, and what was said before can come back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from db.engine import Engines
from db.models import AuditEntry, Customer, CustomerAddress, CustomerEmail, CustomerPhone, Person, Role
from services import accounts, customer_edit, search, timeline
from services.accounts import NewAddress
from services.customer_edit import NEW_ADDRESS, Differs, Edit, Merged, Open, merge
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.timeline_kinds import Kind
from services.work import SYSTEM, Actor, Work, reading, work
from tests import make
from tests.conftest import counted

WorkAs = Callable[[Actor], Work]
HOME = "Main Street 1\n10115\nBerlin\n\nGermany"
TEXTS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "1", "2", "3"]))


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


def changed(w: Work, customer_id: int, **after: str) -> bool:
    """Fill the form, change some of it, save."""
    before = customer_edit.values(w, customer_id)
    return customer_edit.save(w, customer_id, Edit(before=before, after=before | after))


def test_only_what_two_changed_differently_has_to_be_chosen() -> None:
    before = {"name": "Ada", "company": "", "language": "en", "segment": "A"}
    mine = before | {"name": "Ada L.", "company": "Engines", "language": "de"}
    theirs = before | {"name": "Ada Lovelace", "language": "de", "segment": "B"}
    assert merge(before, mine, theirs) == Merged(
        {"company": "Engines"}, (Open("name", mine="Ada L.", theirs="Ada Lovelace", before="Ada"),)
    )


@given(TEXTS, TEXTS, TEXTS)
def test_no_field_is_lost_or_overwritten_by_a_merge(
    before: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    merged = merge(before, mine, theirs)
    asked = {f.name for f in merged.undecided}
    for name in mine:
        typed, old, stored = mine[name], before.get(name, ""), theirs.get(name, "")
        if name in asked:
            assert len({typed, old, stored}) == 3
        elif typed == old:
            assert name not in merged.changes, "what I left alone stays as it is stored"
        else:
            assert merged.changes.get(name, stored) == typed
            assert stored in (old, typed), "what somebody else changed is never overwritten without a question"


def test_every_field_is_saved_found_and_told_on_the_timeline(w: Work) -> None:
    ada = make.customer(w.session, email="old@example.com").id
    assert changed(
        w,
        ada,
        name="Augusta King",
        company="Engines Ltd",
        emails="New@Example.com\nold@example.com",
        phones="030 1234567",
        time_zone="Europe/London",
        segment="A",
        **{NEW_ADDRESS: HOME},
    )
    known = customer_edit.values(w, ada)
    assert known["emails"] == "new@example.com\nold@example.com"
    assert [text for name, text in known.items() if name.startswith("address:")] == [HOME]
    assert (known["name"], known["segment"], known["time_zone"]) == ("Augusta King", "A", "Europe/London")
    first = w.session.exec(select(CustomerEmail.email).where(CustomerEmail.is_primary)).all()
    assert first == ["new@example.com"]
    assert [hit.customer_id for hit in search.customers(w, "augusta")] == [ada]
    told = "\n".join(e.text for e in timeline.page(w, ada, kinds=frozenset({Kind.CHANGE})).entries)
    assert "Ada Lovelace → Augusta King" in told
    assert "Main Street 1, 10115 Berlin, Germany" in told
    assert not changed(w, ada), "nothing was changed the second time"


def test_what_nobody_else_touched_is_saved_without_a_question(w: Work) -> None:
    ada = make.customer(w.session, email="a@example.com").id
    seen = customer_edit.values(w, ada)
    changed(w, ada, company="Engines Ltd")
    customer_edit.save(w, ada, Edit(before=seen, after=seen | {"phones": "+44 20 7946 0000"}))
    known = customer_edit.values(w, ada)
    assert (known["company"], known["phones"]) == ("Engines Ltd", "+44 20 7946 0000")


def test_a_field_that_two_changed_is_shown_three_times_and_then_chosen(w: Work) -> None:
    ada = make.customer(w.session).id
    seen = customer_edit.values(w, ada)
    changed(w, ada, name="Augusta")
    mine = seen | {"name": "Ada King", "segment": "B"}
    with pytest.raises(Differs) as stale:
        customer_edit.save(w, ada, Edit(before=seen, after=mine))
    assert stale.value.fields == (Open("name", mine="Ada King", theirs="Augusta", before="Ada Lovelace"),)
    assert customer_edit.values(w, ada)["segment"] == "", "nothing is half saved"
    customer_edit.save(w, ada, Edit(before=seen | {"name": "Augusta"}, after=mine))
    assert customer_edit.values(w, ada) == customer_edit.values(w, ada) | {"name": "Ada King", "segment": "B"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "", "company": ""},
        {"emails": "ada"},
        {"phones": "call me"},
        {"time_zone": "Mars/Olympus"},
        {"address:999": HOME},
        {"version": "7"},
        {"name": "x" * 201},
        {"emails": "\n".join(f"a{n}@example.com" for n in range(11))},
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_written(w: Work, wrong: dict[str, str]) -> None:
    ada = make.customer(w.session).id
    seen = customer_edit.values(w, ada)
    with pytest.raises(Invalid):
        changed(w, ada, **wrong)
    assert customer_edit.values(w, ada) == seen


def test_an_imported_number_nobody_can_call_does_not_hinder_another_change(w: Work) -> None:
    ada = make.customer(w.session).id
    w.session.add(CustomerPhone(customer_id=ada, as_written="ask the neighbour"))
    w.session.flush()
    changed(w, ada, phones="ask the neighbour\n030 1234567", company="Engines")
    assert customer_edit.values(w, ada)["phones"] == "ask the neighbour\n030 1234567"


def test_an_individuals_sign_in_bears_the_new_name(w: Work) -> None:
    ada = make.customer(w.session)
    person = make.person(w.session, Role.CUSTOMER, of=ada)
    changed(w, ada.id, name="Augusta King")
    assert w.session.get_one(Person, person.id).name == "Augusta King"


def test_only_staff_may_change_and_look_back(w: Work, work_as: WorkAs) -> None:
    ada = make.customer(w.session)
    own = work_as(make.actor(w.session, Role.CUSTOMER, of=ada))
    for refused in (
        lambda: customer_edit.values(own, ada.id),
        lambda: customer_edit.save(own, ada.id, Edit(before={}, after={"name": "x"})),
        lambda: customer_edit.past(own, ada.id),
        lambda: customer_edit.restore(own, ada.id, 1, "name"),
    ):
        with pytest.raises(NotAllowed):
            refused()
    with pytest.raises(NotFound):
        customer_edit.past(w, 10**6)


def entry_of(w: Work, customer_id: int, field: str) -> int:
    return customer_edit.past(w, customer_id, field=field).changes[0].entry_id


def test_what_a_field_said_before_comes_back_as_a_new_change(w: Work) -> None:
    ada = make.customer(w.session, email="a@example.com").id
    changed(w, ada, name="Augusta", emails="b@example.com\nc@example.com", **{NEW_ADDRESS: HOME})
    before = customer_edit.values(w, ada)
    home = next(name for name in before if name.startswith("address:"))
    changed(w, ada, name="Countess", emails="", **{home: ""})
    for field in ("name", "email", "address"):
        assert customer_edit.restore(w, ada, entry_of(w, ada, field), field)
    after = customer_edit.values(w, ada)
    assert (after["name"], after["emails"]) == (before["name"], before["emails"])
    assert HOME in after.values()
    newest = customer_edit.past(w, ada, field="name").changes[0]
    assert (newest.old, newest.new) == ("Countess", "Augusta")
    assert w.session.exec(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == "customers.restore"  # type: ignore[attr-defined]  # a column at run time


def test_a_change_of_somebody_else_cannot_be_restored_here(w: Work) -> None:
    ada, eve = make.customer(w.session).id, make.customer(w.session, "Eve").id
    changed(w, eve, name="Eva")
    with pytest.raises(NotFound):
        customer_edit.restore(w, ada, entry_of(w, eve, "name"), "name")


def test_an_address_without_its_parts_has_to_be_typed_again(w: Work) -> None:
    ada = make.customer(w.session)
    w.session.add(
        AuditEntry(at=w.now, actor_name="Ada", actor_role="customer", action="accounts.address", entity="customer",
                   entity_id=str(ada.id), customer_id=ada.id, before={"address": "Old Road 1"}, after={})
    )  # fmt: skip
    w.session.flush()
    [only] = customer_edit.past(w, ada.id).changes
    assert not only.restorable
    with pytest.raises(Conflict, match="type it"):
        customer_edit.restore(w, ada.id, only.entry_id, "address")


def test_an_address_that_the_customer_changed_is_put_back_with_its_parts(w: Work) -> None:
    own = make.customer(w.session, email="ada@example.com")
    ada = Work(w.session, make.actor(w.session, Role.CUSTOMER, of=own), w.now)
    accounts.add_address(ada, NewAddress(street="Old Road 1", postal_code="10115", city="Berlin"))
    [row] = accounts.view(ada).addresses
    new = NewAddress(street="New Road 2", city="Bonn")
    accounts.change_address(ada, row.id, new, version=accounts.view(ada).version)
    change = next(c for c in customer_edit.past(w, own.id).changes if c.old.startswith("Old Road 1"))
    assert change.restorable
    assert customer_edit.restore(w, own.id, change.entry_id, "address")
    [back] = w.session.exec(select(CustomerAddress).where(CustomerAddress.customer_id == own.id)).all()
    assert (back.street, back.postal_code, back.city) == ("Old Road 1", "10115", "Berlin")


def test_a_long_history_is_read_page_by_page_with_the_same_number_of_questions(w: Work) -> None:
    ada = make.customer(w.session).id
    for number in range(45):
        changed(w, ada, segment=f"S{number}")
    seen: list[str] = []
    after, questions = 0, set[int]()
    while True:
        with counted(w.session.connection()) as sent:
            page = customer_edit.past(w, ada, field="segment", after=after)
        questions.add(len(sent))
        seen += [change.new for change in page.changes]
        after = page.older
        if not after:
            break
    assert seen == [f"S{n}" for n in reversed(range(45))]
    assert max(questions) <= 3, "entries of the customer, the customer itself, where the page begins"


def test_of_two_who_save_the_same_field_at_once_one_is_asked(fresh_engines: Engines) -> None:
    with work(SYSTEM) as w:
        ada = make.customer(w.session).id
        w.session.add(CustomerAddress(customer_id=ada, street="Main Street 1"))
        staff = [make.actor(w.session, Role.STAFF) for _n in range(4)]
    with reading(staff[0]) as w:
        seen = customer_edit.values(w, ada)
    together = Barrier(len(staff))

    def save(number: int) -> str:
        mine = seen | {
            "name": f"Name {number}",
            ("segment", "company", "language", "phones")[number]: f"+4930123{number}",
        }
        together.wait()
        try:
            with work(staff[number]) as w:
                customer_edit.save(w, ada, Edit(before=seen, after=mine))
        except Differs as stale:
            return stale.fields[0].theirs
        return "saved"

    with ThreadPoolExecutor(len(staff)) as pool:
        outcomes = list(pool.map(save, range(len(staff))))
    with reading(staff[0]) as w:
        winner = w.session.get_one(Customer, ada)
    assert outcomes.count("saved") == 1
    assert set(outcomes) == {"saved", winner.name}
    assert winner.name == f"Name {outcomes.index('saved')}"
    assert winner.version == 2

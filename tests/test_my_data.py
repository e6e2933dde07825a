"""What a customer is given of what is stored: everything that is theirs, and nothing of anybody else."""

import json
from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel, select
from streamlit.testing.v1 import AppTest

from db.models import AuditEntry, Channel, Direction, FollowUp, Interaction, Person, Role
from pages._ui import guard
from services import my_data, sessions
from services.errors import NotAllowed
from services.my_data.sections import LEFT_OUT, SECTIONS, Section
from services.work import VISITOR, Actor, reading, work
from tests import make
from tests.marked import fill

A, B = "Aurelia" * 2, "Balthasar" * 2
PAGES = Path(__file__).parent.parent / "pages"


def actor_of(session: Session, person_id: int) -> Actor:
    who = session.get_one(Person, person_id)
    return Actor(person_id=who.id, role=who.role, name=who.name, email=who.email, customer_id=who.customer_id)


@pytest.fixture
def both(session: Session) -> Actor:
    """Two customers with a row in every table; the first one acts."""
    mine = fill(session, A)
    fill(session, B)
    session.commit()
    return actor_of(session, mine["person"])


def taken(actor: Actor) -> str:
    with reading(actor) as w:
        return my_data.as_json(w).decode()


def test_the_file_holds_every_field_of_mine_and_nothing_of_anybody_else(both: Actor) -> None:
    text = taken(both)
    assert B not in text
    rows = json.loads(text)["data"]
    for section in SECTIONS:
        assert rows[section.name], f"no {section.name}"
        for column in section.columns.split():
            assert rows[section.name][0][column] not in (None, "", [], {}), f"{section.name}: {column}"
        for label in (m.name for m in section.more):
            assert rows[section.name][0][label], f"{section.name}: {label}"


@pytest.mark.parametrize("section", SECTIONS, ids=lambda s: s.name)
def test_every_column_is_given_or_left_out_on_purpose(section: Section) -> None:
    given, without = section.columns.split(), section.without.split()
    known = set(section.model.model_fields)
    assert not set(given) & set(without)
    assert known <= {*given, *without}, "a new column: is it the customer's?"
    shown = [my_data.column_name(c) for c in (*given, *(m.name for m in section.more))]
    assert len(shown) == len(set(shown)), "two columns of one name cannot be told apart"
    assert my_data.section_name(section.name)


def test_every_table_is_given_or_left_out_on_purpose() -> None:
    named = {s.model.__tablename__ for s in SECTIONS} | {model.__tablename__ for model in LEFT_OUT}
    assert set(SQLModel.metadata.tables) == named


def test_no_secret_of_the_house_goes_along(both: Actor) -> None:
    text = taken(both)
    for secret in ("password_hash", "unit_cost_cents", "second_factor-secret", "outbox_entry-body", "stored_as"):
        assert secret not in text


def test_notes_of_the_staff_are_counted_and_not_shown(session: Session, both: Actor) -> None:
    own = both.customer_id
    for channel, direction in ((Channel.PHONE, Direction.IN), (Channel.PORTAL, Direction.OUT)):
        note = Interaction(customer_id=own, channel=channel, direction=direction, summary="difficult person",
                           outcome="calmed down", happened_at=make.NOON, logged_at=make.NOON)  # fmt: skip
        session.add(note)
    session.commit()
    with reading(both) as w:
        data = my_data.everything(w)
    contacts = next(p.rows for p in data.parts if p.name == "contacts")
    assert sorted(c["summary"] for c in contacts) == ["", "", f"{A}-interaction-summary"]
    assert sorted(c["outcome"] for c in contacts)[1:] == ["calmed down", "calmed down"]
    assert (data.notes, data.follow_ups) == (2, 1)
    assert "difficult person" not in taken(both)


def test_a_contact_without_a_known_day_has_none(session: Session, both: Actor) -> None:
    row = session.exec(select(Interaction).where(Interaction.customer_id == both.customer_id)).one()
    row.date_known = False
    session.add(row)
    session.commit()
    assert json.loads(taken(both))["data"]["contacts"][0]["happened_at"] is None


def test_a_colleague_at_the_same_company_has_a_sign_in_of_their_own(session: Session, both: Actor) -> None:
    other = make.person(session, Role.CUSTOMER, email="colleague@example.com")
    other.customer_id = both.customer_id
    session.add(other)
    session.commit()
    with work(VISITOR) as w:
        sessions.begin(
            w, w.session.get_one(Person, other.id), user_agent="the browser of the colleague", address="10.6.6.6"
        )
    text = taken(both)
    for private in ("colleague@example.com", "the browser of the colleague", "10.6.6.6"):
        assert private not in text


def test_the_page_is_given_the_newest_and_the_full_count(session: Session, both: Actor) -> None:
    for _i in range(4):
        session.add(FollowUp(customer_id=both.customer_id or 0, reason="x", due_at=make.NOON, created_at=make.NOON))
        session.add(Interaction(customer_id=both.customer_id, channel=Channel.PHONE, happened_at=make.NOON,
                                logged_at=make.NOON))  # fmt: skip
    session.commit()
    with reading(both) as w:
        data = my_data.everything(w, most=2)
    contacts = next(p for p in data.parts if p.name == "contacts")
    assert (len(contacts.rows), contacts.total) == (2, 5)


@pytest.mark.parametrize("role", [None, Role.STAFF, Role.ADMIN])
def test_only_the_customer_is_given_it(session: Session, role: Role | None) -> None:
    with pytest.raises(NotAllowed), reading(make.actor(session, role) if role else VISITOR) as w:
        my_data.as_json(w)


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
class TestPage:
    def page(self) -> AppTest:
        at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
        at.switch_page("customer/my_data.py").run()
        assert not at.exception, at.exception
        return at

    def test_it_shows_mine_and_nothing_of_anybody_else(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guard, "session_id", lambda: A * 3)
        at = self.page()
        tables = "\n".join(str(d.value.to_dict()) for d in at.dataframe)
        told = "\n".join(str(x.value) for x in (*at.text, *at.caption, *at.markdown, *at.title))
        assert f"{A}-customer_address-street" in tables
        assert f"{A}-order_line-name" in tables
        assert B not in tables + told
        assert len(at.expander) == len(SECTIONS) + 1, "one for each kind, and the changes"

    def test_a_stranger_is_asked_to_sign_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guard, "session_id", lambda: "")
        at = AppTest.from_file(str(PAGES / "customer" / "my_data.py"), default_timeout=30).run()
        assert [line.value for line in at.warning] == ["Please sign in."]
        assert not at.dataframe


def test_taking_the_file_is_written_down(session: Session, both: Actor) -> None:
    with work(both) as w:
        my_data.note_download(w)
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "my_data.download")).one()
    assert (entry.actor_id, entry.customer_id) == (both.person_id, both.customer_id)

"""What somebody was typing is still there after a reload, a sign-out or a crash, and only for that person."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from db.models import Draft, Role
from services import drafts
from services.errors import Invalid, NotSignedIn
from services.work import SYSTEM, VISITOR, Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


def test_the_last_words_typed_are_kept_until_they_are_sent(w: Work) -> None:
    drafts.save(w, "contact:17", {"summary": "Wants"})
    drafts.save(w, "contact:17", {"summary": "Wants the blue one\n", "reason": "Colour"})
    drafts.save(w, "contact:18", {"summary": "Other"})
    assert drafts.load(w, "contact:17") == {"summary": "Wants the blue one\n", "reason": "Colour"}
    drafts.clear(w, "contact:17")
    assert drafts.load(w, "contact:17") == {}
    assert drafts.load(w, "contact:18") == {"summary": "Other"}


def test_nobody_else_sees_a_draft(w: Work, work_as: WorkAs) -> None:
    drafts.save(w, "contact:17", {"summary": "Mine"})
    colleague = work_as(make.actor(w.session, Role.ADMIN))
    assert drafts.load(colleague, "contact:17") == {}
    drafts.clear(colleague, "contact:17")
    drafts.save(colleague, "contact:17", {"summary": "Theirs"})
    assert drafts.load(w, "contact:17") == {"summary": "Mine"}


def test_a_field_that_was_emptied_leaves_no_draft(w: Work) -> None:
    drafts.save(w, "contact:17", {"summary": "Wants"})
    drafts.save(w, "contact:17", {"summary": " ", "reason": ""})
    assert w.session.exec(select(Draft)).all() == []


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("contact:17", {"summary": "x" * 24_001}),
        ("contact:17", {str(n): "x" for n in range(21)}),
        ("../etc", {"summary": "x"}),
        ("c" * 200, {"summary": "x"}),
        ("contact:17", {"summary": 3}),
    ],
)
def test_what_is_no_draft_is_refused(w: Work, key: str, fields: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        drafts.save(w, key, fields)
    assert w.session.exec(select(Draft)).all() == []


def test_characters_no_database_takes_do_not_cost_the_text(w: Work) -> None:
    drafts.save(w, "contact:17", {"summary": "a\x00b\ud800c 😀"})
    assert drafts.load(w, "contact:17") == {"summary": "abc 😀"}


def test_the_oldest_drafts_make_room(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 3)
    for n in range(5):
        later = Work(w.session, w.actor, w.now.replace(minute=n))
        drafts.save(later, f"contact:{n}", {"summary": str(n)})
    assert [n for n in range(5) if drafts.load(w, f"contact:{n}")] == [2, 3, 4]


def test_only_somebody_signed_in_has_drafts(work_as: WorkAs) -> None:
    for actor in (VISITOR, SYSTEM):
        with pytest.raises(NotSignedIn):
            drafts.save(work_as(actor), "contact:1", {"summary": "x"})
        with pytest.raises(NotSignedIn):
            drafts.load(work_as(actor), "contact:1")

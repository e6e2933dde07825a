"""The search field in the header costs a page nothing until somebody types."""

import pytest
from sqlalchemy import Connection
from sqlmodel import Session

from pages._ui import quick_find
from tests.conftest import counted
from tests.test_page_staff import handed, page, signed_in

#: The services below are tested on both databases; here it is the pages that are looked at.
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


def test_a_page_with_the_field_asks_as_much_as_without_it_until_somebody_types(
    session: Session, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(session, monkeypatch)
    asked: dict[bool, list[str]] = {}
    for offered in (False, True):
        monkeypatch.setattr(quick_find, "offered", lambda _actor, offered=offered: offered)
        at = page("today.py")
        with counted(connection) as sent:
            at.run()
        asked[offered] = [statement for statement in sent if not statement.startswith(("SAVEPOINT", "RELEASE"))]
    assert "answer" not in handed(at, "quick")
    assert len(asked[True]) == len(asked[False]), [s for s in asked[True] if s not in asked[False]]

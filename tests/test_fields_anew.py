"""What was typed and taken does not stay in its field: a browser forgets it only when the field is another one."""

import ast
from pathlib import Path

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from db.models import Role
from services import company, recovery
from services.work import SYSTEM, Work
from tests import make
from tests.test_page_accounts import PAGES, at_page

FILES = sorted(PAGES.rglob("*.py"))


def widgets(tree: ast.AST) -> set[str]:
    """The plain keys that this file gives to widgets."""
    return {
        word.value.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for word in call.keywords
        if word.arg == "key" and isinstance(word.value, ast.Constant) and isinstance(word.value.value, str)
    }


def forgotten(tree: ast.AST) -> set[str]:
    """What it takes out of the state of the session by a plain name."""
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "pop"
        and ast.unparse(call.func.value) == "st.session_state"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PAGES).as_posix())
def test_no_page_believes_that_a_field_is_empty_once_the_server_has_forgotten_it(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not widgets(tree) & forgotten(tree), "the browser keeps it; use pages/_ui/anew.py"


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_a_number_that_was_added_leaves_an_empty_field_of_another_name(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = make.actor(session, Role.CUSTOMER, of=make.customer(session))
    at = at_page(session, monkeypatch, ada, "customer/account.py")
    at.text_input(key="new_phone").input("nobody's number")
    press(at, "Add number")
    assert at.text_input(key="new_phone").value == "nobody's number"  # refused: nothing typed is lost
    at.text_input(key="new_phone").input("+49 30 901820")
    press(at, "Add number")
    assert at.text_input(key="new_phone_1").value == ""


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_a_name_that_waits_for_approval_is_not_shown_as_if_it_counted(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = make.actor(session, Role.CUSTOMER, of=make.customer(session))
    company.save(Work(session, SYSTEM, make.NOON), needs_approval=["name"])
    at = at_page(session, monkeypatch, ada, "customer/account.py")
    was = at.text_input(key="account_name").value
    at.text_input(key="account_name").input("Ada King")
    press(at, "Save")
    assert at.text_input(key="account_name_1").value == was


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_a_password_does_not_stay_on_the_screen(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    who = make.actor(session)
    monkeypatch.setattr(recovery, "change_password", lambda _w, _old, _new: None)
    at = at_page(session, monkeypatch, who, "everyone/security.py")
    for key in ("pw_old", "pw_new"):
        at.text_input(key=key).input("seven green kettles sing")
    press(at, "Change password")
    assert [at.text_input(key=f"{key}_1").value for key in ("pw_old", "pw_new")] == ["", ""]


def press(at: AppTest, label: str) -> None:
    """The first button of this name."""
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception, at.exception

"""The first minutes of an installation: once, and only for who can read the console."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import select

from db.models import Person, Role
from services import company, first_run, people
from services.errors import Conflict, Invalid, NotAllowed, RapportError
from services.settings import settings
from services.work import SYSTEM, VISITOR, reading, work

PASSWORD, BROWSER = "seven green kettles sing", "b" * 64
ANSWERS = {"currency": "CHF", "time_zone": "Europe/Zurich", "language": "en", "country": "CH"}

pytestmark = pytest.mark.usefixtures("quick_passwords", "fresh_engines")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The set-up code lies under the var folder."""
    monkeypatch.setattr(settings(), "var_dir", tmp_path)


def create(code: object, email: str = "ada@example.com", password: object = PASSWORD, **answers: str) -> str:
    with work(VISITOR) as w:
        return first_run.create(
            w,
            code,
            company_name="Kettle & Sons",
            answers=ANSWERS | answers,
            name="Ada",
            email=email,
            password=password,
            browser=BROWSER,
            page="people",
        )


def admins() -> int:
    with reading(SYSTEM) as w:
        return len(w.session.exec(select(Person).where(Person.role == Role.ADMIN)).all())


def test_with_the_code_the_company_and_its_first_administrator_are_made() -> None:
    assert create(f" {first_run.code()} ")
    with reading(SYSTEM) as w:
        answers = {**ANSWERS, "name": "Kettle & Sons", "set_up": True}
        assert company.of(w) == company.Company.model_validate(answers), "all else is as it is without an answer"
        assert not first_run.needed(w)
    assert admins() == 1


@pytest.mark.parametrize("code", ["", "000000000000", None, 7, ["x"], "\ud800", "x" * 10**6])
def test_without_the_code_nothing_happens(code: object) -> None:
    with pytest.raises(Invalid, match="not the code"):
        create(code)
    assert admins() == 0


def test_the_code_is_made_for_each_installation_and_is_readable_by_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = first_run.code()
    assert len(mine) == 12
    assert (tmp_path / "secrets" / "set-up-code").stat().st_mode & 0o077 == 0
    monkeypatch.setattr(settings(), "var_dir", tmp_path / "other")
    assert first_run.code() != mine


def test_it_works_once() -> None:
    create(first_run.code())
    with pytest.raises(NotAllowed, match="set up already"):
        create(first_run.code(), "eve@example.com")
    assert admins() == 1


def test_a_disabled_administrator_still_counts() -> None:
    create(first_run.code())
    with work(SYSTEM) as w:
        people.disable(w, people.by_email(w, "ada@example.com").id)
    with pytest.raises(NotAllowed):
        create(first_run.code(), "eve@example.com")


def test_a_refused_answer_leaves_nothing_behind() -> None:
    for wrong in ({"password": "short"}, {"currency": "XX"}, {"time_zone": "Mars/Base"}, {"password": None}):
        with pytest.raises(Invalid):
            create(first_run.code(), **wrong)
    with reading(SYSTEM) as w:
        assert first_run.needed(w)
        assert company.read(w.session) == company.Company()


def test_of_several_who_press_the_button_at_once_one_becomes_administrator() -> None:
    code = first_run.code()
    with work(SYSTEM) as w:  # the company's answers are there already, so no row of theirs is in the way
        company.save(w, name="Kettle & Sons", **ANSWERS)

    def press(i: int) -> str:
        try:
            return create(code, f"admin{i}@example.com")
        except RapportError as refusal:
            return "" if isinstance(refusal, NotAllowed | Conflict) else str(refusal)

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(press, range(6)))
    assert len([d for d in done if d]) == 1
    assert admins() == 1

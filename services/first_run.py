"""The first minutes of an installation: a set-up code on the console, the company, the first administrator."""

import hmac
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from db.models import Person, Role, Setting
from services import company_settings, people, sign_in
from services.errors import Invalid, NotAllowed
from services.settings import secret
from services.text import _
from services.work import SYSTEM, Work

CODE = "set-up-code"


def needed(w: Work) -> bool:
    """Whether there is no administrator yet."""
    return w.session.exec(select(Person.id).where(col(Person.role) == Role.ADMIN).limit(1)).first() is None


def _one_at_a_time(w: Work) -> None:
    """Of two who press the button together the second waits here until the first is stored, and is then refused."""
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[w.dialect]
    claim = insert(Setting).values(key="first-run", value={}, updated_at=w.now)
    w.session.connection().execute(claim.on_conflict_do_nothing())
    w.session.exec(select(Setting).where(Setting.key == "first-run").with_for_update()).one()


def anybody(w: Work) -> bool:
    """Whether somebody may sign in already: the demonstration company brings people, but no administrator."""
    return w.session.exec(select(Person.id).limit(1)).first() is not None


def code() -> str:
    """The set-up code of this installation, printed on the console at the start."""
    return secret(CODE)[:12].replace("_", "x").replace("-", "x")


def create(
    w: Work,
    typed_code: object,
    *,
    company_name: object,
    answers: dict[str, str],
    name: object,
    email: object,
    password: object,
    browser: str,
    page: str = "",
) -> str:
    """Set the company up and make its first administrator; returns a sign-in ticket that leads to `page`.

    Works only while there is no administrator and only with the code from the console. Raises Invalid, NotAllowed.
    """
    _one_at_a_time(w)
    if not needed(w):
        raise NotAllowed(_("This installation is set up already. Please sign in."))
    if not hmac.compare_digest(str(typed_code).strip().encode("utf-8", "replace"), code().encode()):
        raise Invalid(_("Set-up code"), _("this is not the code that the console shows"))
    as_admin = Work(w.session, SYSTEM, w.now)
    company_settings.change(as_admin, name=company_name, set_up=True, **answers)
    if not isinstance(password, str) or not password:
        raise Invalid(_("Password"), _("please fill this in"))
    admin = people.add(as_admin, name, email, Role.ADMIN, password)
    return sign_in.hand_over(w, admin, browser=browser, page=page)

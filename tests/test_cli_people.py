"""People on the command line: for when nobody can get in through the pages any more."""

from sqlmodel import Session, select

from db.engine import make_engines
from db.models import Role, SecondFactor
from services.settings import settings
from tests import make
from tests.test_cli import installation as installation
from tests.test_cli import rapport


def test_the_only_administrator_who_lost_phone_and_codes_gets_in_again() -> None:
    assert rapport("migrate").exit_code == 0
    engines = make_engines(settings().url)
    with Session(engines.write) as session:
        admin = make.person(session, Role.ADMIN, email="admin@example.com")
        session.add(SecondFactor(person_id=admin.id, secret="A" * 32, created_at=make.NOON, confirmed_at=make.NOON))
        session.commit()
    removed = rapport("user", "remove-second-factor", "admin@example.com")
    assert removed.exit_code == 0
    assert "signs in with the password alone" in removed.output
    with Session(engines.read) as session:
        assert session.exec(select(SecondFactor)).all() == []
    engines.dispose()
    again = rapport("user", "remove-second-factor", "admin@example.com")
    assert again.exit_code == 1
    assert "nobody with this address has set up a second factor" in again.output

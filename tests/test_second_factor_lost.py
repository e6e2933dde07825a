"""The second factor switched off by its owner, or taken away by an administrator when everything is lost."""

import pytest
from sqlmodel import Session, col, select

from db.models import AuditEntry, OutboxEntry, Role, SecondFactor
from services import second_factor
from services.errors import Invalid, NotAllowed, TooMany
from services.work import work
from tests.second_factors import PASSWORD, challenge, signed_in, somebody, switched_on, with_code

pytestmark = pytest.mark.usefixtures("quick_passwords")


def test_switching_it_off_needs_password_and_code(session: Session) -> None:
    actor = somebody(session)
    _secret, codes = switched_on(actor)
    for password, typed in ((PASSWORD, "000000"), ("seven green kettles hum", codes[0]), (PASSWORD, "")):
        with pytest.raises(Invalid), work(actor) as w:
            second_factor.switch_off(w, password, typed)
    with work(actor) as w:
        second_factor.switch_off(w, PASSWORD, codes[0])
    assert signed_in(challenge(actor))
    assert [m.subject for m in session.exec(select(OutboxEntry).order_by(col(OutboxEntry.id)))] == [
        "A second factor was switched on for your sign-in",
        "A recovery code of your sign-in was used",
        "The second factor of your sign-in was switched off",
    ]


def test_guessing_the_code_while_signed_in_makes_wait(session: Session) -> None:
    actor = somebody(session)
    switched_on(actor)
    for _guess in range(5):
        with pytest.raises(Invalid), work(actor) as w:
            second_factor.switch_off(w, PASSWORD, "000000")
    with pytest.raises(TooMany), work(actor) as w:
        second_factor.switch_off(w, PASSWORD, "000000")


def test_new_recovery_codes_end_the_old_ones(session: Session) -> None:
    actor = somebody(session)
    _secret, codes = switched_on(actor)
    with work(actor) as w:
        new = second_factor.renew_codes(w, PASSWORD, codes[0])
    assert not with_code(challenge(actor), codes[1])
    assert with_code(challenge(actor), new[0])


@pytest.mark.parametrize("role", [Role.STAFF, Role.CUSTOMER])
def test_an_administrator_takes_it_from_somebody_who_lost_everything(session: Session, role: Role) -> None:
    actor, admin = somebody(session, role), somebody(session, Role.ADMIN)
    switched_on(actor)
    with pytest.raises(Invalid), work(admin) as w:
        second_factor.reset(w, actor.email, "")
    with work(admin) as w:
        second_factor.reset(w, actor.email.upper(), "called back on the number we know")
    assert signed_in(challenge(actor))
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "second_factor.reset")).one()
    assert (entry.actor_id, entry.entity_id, entry.reason) == (
        admin.person_id,
        str(actor.person_id),
        "called back on the number we know",
    )
    newest = session.exec(select(OutboxEntry).order_by(col(OutboxEntry.id).desc())).first()
    assert newest is not None
    assert (newest.recipient, newest.subject) == (actor.email, "The second factor of your sign-in was switched off")


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.STAFF, Role.MANAGER])
def test_nobody_else_may_take_it_from_others(session: Session, role: Role) -> None:
    actor, stranger = somebody(session), somebody(session, role)
    switched_on(actor)
    with pytest.raises(NotAllowed), work(stranger) as w:
        second_factor.reset(w, actor.email, "because")
    assert session.exec(select(SecondFactor)).all()


def test_an_administrator_does_not_get_round_the_own_second_factor(session: Session) -> None:
    admin = somebody(session, Role.ADMIN)
    switched_on(admin)
    with pytest.raises(NotAllowed), work(admin) as w:
        second_factor.reset(w, admin.email, "because")

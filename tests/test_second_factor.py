"""The second factor: what it takes to switch it on, and what it asks when signing in. On both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from db.models import AuditEntry, LoginSession, OutboxEntry, Person, Role, SecondFactor
from services import clock, passwords, people, second_factor, sessions, sign_in
from services.errors import Conflict, Invalid, RapportError
from services.settings import settings
from services.tickets import digest
from services.work import SYSTEM, VISITOR, reading, work
from tests import make
from tests.second_factors import (
    BROWSER,
    HERE,
    PASSWORD,
    challenge,
    code,
    later,
    signed_in,
    somebody,
    switched_on,
    with_code,
)

#: The second example of RFC 6238, appendix B (SHA-1), in the six digits that apps show.
RFC_SECRET, RFC_TIME, RFC_CODE = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1111111109, "081804"

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.mark.parametrize("role", list(Role))
def test_everybody_may_switch_it_on_and_is_asked_for_the_code_from_then_on(
    session: Session, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    actor = somebody(session, role)
    secret, codes = switched_on(actor)
    assert len(set(codes)) == second_factor.CODES
    later(monkeypatch, timedelta(minutes=2))
    ticket = challenge(actor)
    with reading(HERE) as w:
        assert sign_in.wants_code(w, ticket)
    assert not signed_in(ticket), "the password alone opens nothing"
    assert with_code(ticket, code(secret))
    with reading(actor) as w:
        assert second_factor.state(w) == second_factor.State(make.NOON, second_factor.CODES)


def test_until_it_was_confirmed_with_a_code_nothing_is_asked(session: Session) -> None:
    actor = somebody(session)
    with work(actor) as w:
        secret = second_factor.begin(w, PASSWORD).secret
    wrong = f"{(int(code(secret)) + 1) % 10**6:06}"
    for typed in (wrong, "", None, "１２３４５６", code(secret, steps=9)):
        with pytest.raises(Invalid), work(actor) as w:
            second_factor.confirm(w, typed)
    assert signed_in(challenge(actor))


def test_setting_it_up_needs_the_password_and_happens_once(session: Session) -> None:
    actor = somebody(session)
    with pytest.raises(Invalid, match="Current password"), work(actor) as w:
        second_factor.begin(w, "seven green kettles hum")
    assert session.exec(select(SecondFactor)).all() == []
    switched_on(actor)
    with pytest.raises(Conflict), work(actor) as w:
        second_factor.begin(w, PASSWORD)
    with pytest.raises(Conflict), work(actor) as w:
        second_factor.confirm(w, "000000")


def test_switching_it_on_signs_the_other_browsers_out(session: Session) -> None:
    actor = somebody(session)
    with work(VISITOR) as w:
        sid = digest(sessions.begin(w, w.session.get_one(Person, actor.person_id), user_agent="", address=""))
    switched_on(actor)
    assert session.get(LoginSession, sid) is None


def test_the_codes_are_those_of_the_standard(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = somebody(session)
    switched_on(actor)
    row = session.exec(select(SecondFactor)).one()
    row.secret, row.last_step = RFC_SECRET, 0
    session.add(row)
    session.commit()
    monkeypatch.setattr(clock, "now", lambda: datetime.fromtimestamp(RFC_TIME, UTC))
    assert with_code(challenge(actor), RFC_CODE)


def test_a_code_works_once_and_none_before_it_afterwards(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = somebody(session)
    secret, _codes = switched_on(actor)
    assert not with_code(challenge(actor), code(secret)), "the one of the set-up"
    later(monkeypatch, timedelta(minutes=2))
    used, before = code(secret), code(secret, steps=-1)
    assert with_code(challenge(actor), used)
    assert not with_code(challenge(actor), used)
    assert not with_code(challenge(actor), before)


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(
    session: Session, monkeypatch: pytest.MonkeyPatch, steps: int, good: bool
) -> None:
    actor = somebody(session)
    secret, _codes = switched_on(actor)
    later(monkeypatch, timedelta(minutes=5))
    assert with_code(challenge(actor), code(secret, steps=steps)) is good


def test_a_recovery_code_works_once_however_it_is_typed_and_is_told_by_mail(session: Session) -> None:
    actor = somebody(session)
    _secret, codes = switched_on(actor)
    assert with_code(challenge(actor), f"  {codes[3].upper().replace('-', ' ')}")
    assert not with_code(challenge(actor), codes[3])
    assert with_code(challenge(actor), codes[4])
    used = select(OutboxEntry).where(OutboxEntry.kind == "recovery-code-used").order_by(col(OutboxEntry.id))
    told = session.exec(used).all()
    assert [m.recipient for m in told] == [actor.email] * 2
    assert "8 codes are left." in told[1].body


def test_the_recovery_codes_of_somebody_else_are_worth_nothing(session: Session) -> None:
    ada, bob = somebody(session), somebody(session)
    switched_on(ada)
    assert not with_code(challenge(ada), switched_on(bob)[1][0])


def test_wrong_codes_make_wait_and_the_password_gives_no_free_tries(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = somebody(session)
    secret, codes = switched_on(actor)
    later(monkeypatch, timedelta(minutes=2))
    ticket = challenge(actor)
    for _guess in range(3):
        assert not with_code(ticket, "abc")
    assert with_code(challenge(actor), codes[0]), "a few slips cost nothing"
    ticket = challenge(actor)
    for guess in range(5):
        assert not with_code(challenge(actor, address=f"10.1.0.{guess}"), "abc")
    assert not with_code(ticket, code(secret)), "the right one inside the wait"
    assert sign_in.attempt(HERE, actor.email, PASSWORD, browser=BROWSER) is None
    assert "auth.locked_for_a_while" in session.exec(select(AuditEntry.action)).all()
    later(monkeypatch, timedelta(minutes=15))
    assert with_code(challenge(actor), code(secret))


@pytest.mark.parametrize("after", [timedelta(minutes=5), timedelta(days=1)])
def test_the_second_step_waits_five_minutes(
    session: Session, monkeypatch: pytest.MonkeyPatch, after: timedelta
) -> None:
    actor = somebody(session)
    _secret, codes = switched_on(actor)
    ticket = challenge(actor)
    later(monkeypatch, after)
    assert not with_code(ticket, codes[0])
    assert with_code(challenge(actor), codes[0]), "and nothing was used up"


def test_the_second_step_belongs_to_the_browser_of_the_first(session: Session) -> None:
    actor = somebody(session)
    _secret, codes = switched_on(actor)
    for browser in ("", "c" * 64):
        assert not with_code(challenge(actor), codes[0], browser=browser)
        codes.pop(0)


def test_somebody_disabled_in_between_does_not_get_in(session: Session) -> None:
    actor = somebody(session)
    _secret, codes = switched_on(actor)
    ticket = challenge(actor)
    with work(SYSTEM) as w:
        people.disable(w, actor.person_id or 0)
    assert not with_code(ticket, codes[0])


def test_neither_secret_nor_recovery_code_is_readable_elsewhere(session: Session) -> None:
    actor = somebody(session)
    secret, codes = switched_on(actor)
    assert with_code(challenge(actor), codes[0])
    trail = str([e.model_dump() for e in session.exec(select(AuditEntry))])
    mails = str([m.model_dump() for m in session.exec(select(OutboxEntry))])
    kept = str([f.model_dump() for f in session.exec(select(SecondFactor))])
    for typed in (*codes, *(c.replace("-", "").upper() for c in codes)):
        assert typed not in trail + mails + kept
    assert secret not in trail + mails + kept


def test_with_another_key_the_app_fails_calmly_and_a_recovery_code_still_lets_in(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    actor = somebody(session)
    secret, codes = switched_on(actor)
    later(monkeypatch, timedelta(minutes=2))
    monkeypatch.setattr(settings(), "var_dir", tmp_path)  # restored elsewhere: a backup holds no key
    with reading(SYSTEM) as w:
        assert second_factor.unreadable(w) == 1
    assert not with_code(challenge(actor), code(secret))
    assert with_code(challenge(actor), codes[0])
    with work(actor) as w:  # and sets the app up anew
        second_factor.switch_off(w, PASSWORD, codes[1])
    secret, _codes = switched_on(actor)
    later(monkeypatch, timedelta(minutes=2))
    assert with_code(challenge(actor), code(secret))


def test_what_was_stored_before_secrets_were_sealed_goes_on_working_and_is_sealed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = somebody(session)
    switched_on(actor)
    row = session.exec(select(SecondFactor)).one()
    row.secret = RFC_SECRET
    session.add(row)
    session.commit()
    with work(SYSTEM) as w:
        assert (second_factor.seal_old(w), second_factor.seal_old(w)) == (1, 0)
    session.expire_all()
    assert RFC_SECRET not in session.exec(select(SecondFactor.secret)).one()
    later(monkeypatch, timedelta(minutes=2))
    assert with_code(challenge(actor), code(RFC_SECRET))


def test_a_visitor_has_none(session: Session) -> None:
    for act in (second_factor.state, lambda w: second_factor.begin(w, PASSWORD)):
        with pytest.raises(RapportError), work(VISITOR) as w:
            act(w)


@pytest.mark.usefixtures("fresh_engines")
def test_of_many_that_come_with_one_code_at_once_one_gets_in() -> None:
    with work(SYSTEM) as w:
        actor = make.actor(w.session)
        who = w.session.get_one(Person, actor.person_id)
        who.password_hash = passwords.hashed(PASSWORD)
        w.session.add(who)
    _secret, codes = switched_on(actor)
    tickets = [challenge(actor) for _i in range(8)]
    with ThreadPoolExecutor(8) as pool:
        got_in = list(pool.map(lambda t: with_code(t, codes[0]), tickets))
    assert got_in.count(True) == 1

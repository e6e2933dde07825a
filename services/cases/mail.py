"""The mails about a case: the customer gets our words, staff get a link."""

from collections.abc import Callable

from sqlmodel import col, select

from db.models import Case, CustomerEmail, Person
from services import company, outbox
from services.cases.rules import case_number
from services.text import _, local_time, speaking
from services.work import Work


def opened(w: Work, case: Case) -> None:
    """We have opened a case for the customer."""
    to, language = _customer(w, case)
    if not to:
        return
    with speaking(language):
        told = [_("We have noted your concern under the number {number}.").format(number=case_number(case.id))]
        if case.next_step:
            told.append(_("What happens next: {step}").format(step=case.next_step))
        if case.answer_by:
            by = local_time(case.answer_by, company.of(w).zone)
            told.append(_("You hear from us by {time}.").format(time=by))
        _post(w, case, "case-opened", to, told)


def answered(w: Work, case: Case, text: str) -> None:
    """What we wrote, and where to answer."""
    to, language = _customer(w, case)
    if to:
        with speaking(language):
            _post(w, case, "case-answer", to, [text])


def _post(w: Work, case: Case, kind: str, to: str, told: list[str]) -> None:
    lines = [*told, _("You can read and answer it here:"), outbox.link("my-cases", case=str(case.id))]
    subject = f"[{case_number(case.id)}] {case.subject}"
    outbox.post(w, kind, to, subject, lines, customer_id=case.customer_id)


def rate(w: Work, case: Case, secret: str, in_words: Callable[[int], str]) -> None:
    """Five links, one for each score, from best to worst."""
    to, language = _customer(w, case)
    if not to:
        return
    with speaking(language):
        told = [
            _("Your concern {number} is settled. How did we do? One click is enough:").format(
                number=case_number(case.id)
            )
        ]
        told += [f"{in_words(n)}:\n{outbox.link('rate', t=secret, score=str(n))}" for n in (5, 4, 3, 2, 1)]
        subject = f"[{case_number(case.id)}] " + _("How did we do?")
        outbox.post(w, "case-rating", to, subject, told, customer_id=case.customer_id)


def to_staff(w: Work, case: Case, person: Person, kind: str, subject: str, told: str) -> None:
    """What happened and a link, without the customer's words. Both sentences take the number of the case."""
    number = case_number(case.id)
    lines = [told.format(number=number), outbox.link("case", case=str(case.id))]
    outbox.post(w, f"case-{kind}", person.email, subject.format(number=number), lines)


def _customer(w: Work, case: Case) -> tuple[str, str]:
    """Address and language: of the login, else of the account; empty where none is known."""
    logins = (
        select(Person)
        .where(
            Person.customer_id == case.customer_id,
            col(Person.disabled_at).is_(None),
            col(Person.confirmed_at).is_not(None),
        )
        .order_by(col(Person.id))
    )
    login = w.session.exec(logins.limit(1)).first()
    if login is not None:
        return login.email, login.language
    stored = (
        select(CustomerEmail.email)
        .where(CustomerEmail.customer_id == case.customer_id)
        .order_by(col(CustomerEmail.is_primary).desc(), col(CustomerEmail.id))
    )
    return w.session.exec(stored.limit(1)).first() or "", company.of(w).language

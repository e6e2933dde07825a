"""Telling the customer that there is a report."""

from sqlmodel import col, select

from db.models import CustomerEmail, Person, ServiceReport
from services import outbox
from services.text import _, speaking
from services.work import Work


def written(w: Work, report: ServiceReport) -> None:
    """To everybody of the customer who can sign in, or else to the first address; the link needs a sign-in."""
    people = select(Person.email, Person.language).where(
        Person.customer_id == report.customer_id, col(Person.disabled_at).is_(None)
    )
    known = list(w.session.exec(people))
    if not known:
        first = select(CustomerEmail.email).where(CustomerEmail.customer_id == report.customer_id)
        known = [(email, w.actor.language) for email in w.session.exec(first.limit(1))]
    for to, language in known:
        with speaking(language):
            body = [
                _("We have written down what was done for you: {subject}.").format(subject=report.subject),
                _("You find the report in your account:"),
                outbox.link("service-reports", report=str(report.id)),
            ]
            subject = _("Service report: {subject}").format(subject=report.subject)
            outbox.post(w, "service-report", to, subject, body, customer_id=report.customer_id)

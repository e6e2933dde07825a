"""What the demonstration company has agreed on with its customers: reasons, a rule of contact, a template, a series, a
special line, a standing order, a company with two persons, and what customers had to explain again.
"""

from datetime import time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import select, update
from sqlmodel import col

from db.models import (
    ContactRule,
    Customer,
    Direction,
    Every,
    FollowUp,
    HourlyContacts,
    Interaction,
    IntervalUnit,
    Person,
    Product,
    ReasonKind,
    Role,
    Series,
    StaffMember,
    StandingLine,
    StandingOrder,
    StandingStep,
)
from services import audit, clock, company, contact_rules, contact_templates, reasons, rollups, service_lines, teams
from services.contact_rules import RuleInput
from services.contact_templates import TemplateInput
from services.due_times import instant
from services.inputs import fold
from services.standing import steps

#: One in so many contacts of a case is one too many.
AGAIN_ONE_IN = 7
STANDING = (("CO-101", 2), ("CO-107", 1))
CUSTOMER, SPECIAL, SERIES = 0, 3, 1  # rows of the table of customers


def contact_reasons(a: Any) -> int:
    """The headings of the contacts, offered by the form."""
    known = {fold(r.label) for r in reasons.everything(a.w, ReasonKind.CONTACT)}
    wanted = sorted({str(topic) for topic in a.tables["interactions"]["topic"]})
    new = [topic for topic in wanted if fold(topic) not in known]
    for topic in new:
        reasons.add(a.w, ReasonKind.CONTACT, topic)
    return len(new)


#: name, country, beginnings of the postal code
AREAS = (
    ("North", "Germany", "17-29"), ("North", "Sweden", ""), ("East", "Germany", "01-16, 39, 98, 99"),
    ("East", "Poland", ""), ("South", "Germany", "70-97"), ("South", "Austria", ""), ("South", "Switzerland", ""),
    ("South", "Italy", ""), ("South", "Spain", ""), ("West", "Germany", "30-38, 40-69"), ("West", "Netherlands", ""),
    ("West", "France", ""), ("West", "United Kingdom", ""), ("West", "Ireland", ""), ("Overseas", "United States", ""),
)  # fmt: skip


def areas(a: Any) -> int:
    """What the company calls its parts of the world, unless it has names for them already."""
    if company.of(a.w).areas:
        return 0
    company.save(a.w, areas=[{"name": n, "country": c, "postal": p} for n, c, p in AREAS])
    return len(AREAS)


def planning(a: Any) -> int:
    """A rule of contact, a template, a series and a customer with a special line."""
    return sum(part(a) for part in (_rule, _template, _series, _line))


def _rule(a: Any) -> int:
    if a.w.session.execute(select(col(ContactRule.id)).limit(1)).first():
        return 0
    new = RuleInput(
        category="Coffee machines",
        days=14,
        reason="Does the new machine work well?",
        talking_points="Ask about the first descaling. Explain the water filter, and that parts are kept ten years.",
        hold_out_percent=10,
    )
    contact_rules.save(a.w, None, new)
    return 1


def _template(a: Any) -> int:
    if contact_templates.everything(a.w):
        return 0
    new = TemplateInput(
        name="Where is my parcel?",
        way="phone in",
        summary="Asked where the parcel is. Told what the carrier says.",
        outcome="answered",
        touch_reason="Has the parcel arrived?",
        touch_days=2,
    )
    contact_templates.add(a.w, new)
    return 1


def _series(a: Any) -> int:
    """A look after the machine every four weeks, the next one tomorrow."""
    day, at = clock.day_of(a.w.now, a.zone) + timedelta(days=1), time(10)
    customer_id, owner_id = int(a.customers([SERIES])[0]), int(a.staff([0])[0])
    row = Series(customer_id=customer_id, owner_id=owner_id, reason="Care visit", unit=Every.WEEK, every=4, made=1,
                 first_on=day, at=at, time_zone=a.zone.key, created_at=a.w.now)  # fmt: skip
    a.w.session.add(row)
    a.w.session.flush()
    a.w.session.add(
        FollowUp(customer_id=customer_id, owner_id=owner_id, reason=row.reason, due_at=instant(day, at, a.zone),
                 created_at=a.w.now, series_id=row.id, series_step=1, series_on=day)
    )  # fmt: skip
    a.w.session.flush()
    audit.record(a.w, "demo.add", "series", row.id, after={"rows": 1})
    return 1


def _line(a: Any) -> int:
    known = {name: number for number, name in teams.names(a.w).items()}
    team_id = known.get("technical") or next(iter(known.values()))
    service_lines.put(a.w, int(a.customers([SPECIAL])[0]), team_id, "Service contract for four machines")
    return 1


def explained_again(a: Any) -> int:
    """Some customers told the same thing twice; the sums of the board know it."""
    of_run = col(Interaction.import_run_id) == a.run_id
    begun = (of_run, col(Interaction.direction) == Direction.IN, col(Interaction.case_id).is_not(None))
    statement = select(col(Interaction.id), col(Interaction.happened_at), col(Interaction.channel))
    rows = a.w.session.execute(statement.where(*begun, col(Interaction.id) % AGAIN_ONE_IN == 0)).all()
    ids = [row[0] for row in rows]
    change = update(Interaction).where(col(Interaction.id).in_(ids)).values(explained_again=True)
    a.w.session.execute(change.execution_options(synchronize_session=False))
    frame = pd.DataFrame({"at": [r[1] for r in rows], "channel": [str(r[2]) for r in rows]})
    counted = {"contacts": 0, "begun": 0, "again": 1}
    rollups.bulk(a.w, HourlyContacts, frame.assign(at=pd.to_datetime(frame["at"], utc=True), **counted))
    audit.record(a.w, "demo.add", "interaction", after={"explained_again": len(ids)})
    return len(ids)


def of_people(a: Any) -> dict[str, int]:
    """What belongs to persons, once they are there: a standing order, and a company with two of them."""
    return {"standing orders": _standing(a), "people of a company": _colleagues(a)}


def _standing(a: Any) -> int:
    customer_id = int(a.customers([CUSTOMER])[0])
    person = a.w.session.execute(select(col(Person.id)).where(col(Person.customer_id) == customer_id)).scalar_one()
    day = clock.day_of(a.w.now, a.zone) + timedelta(days=9)
    row = StandingOrder(customer_id=customer_id, person_id=person, every=4, unit=IntervalUnit.WEEK, first_on=day,
                        next_on=day, created_at=a.w.now)  # fmt: skip
    a.w.session.add(row)
    a.w.session.flush()
    for sku, quantity in STANDING:
        product = a.w.session.execute(select(Product).where(col(Product.sku) == sku)).scalar_one()
        line = StandingLine(standing_order_id=row.id, product_id=product.id, quantity=quantity, agreed_cents=0)
        line.agreed_cents = product.list_price_cents or 0
        a.w.session.add(line)
    a.w.session.flush()
    steps.happened(a.w, row, StandingStep.STARTED)
    return 1


def _colleagues(a: Any) -> int:
    """Both came by an invitation they have not answered with a password yet: nobody can sign in as them."""
    firms = select(Customer).where(col(Customer.import_run_id) == a.run_id, col(Customer.company).is_not(None))
    managed = firms.join(StaffMember, col(StaffMember.id) == col(Customer.account_manager_id))
    firm = a.w.session.execute(managed.order_by(col(Customer.id)).limit(1)).scalar_one()
    for first, (name, email) in enumerate(PEOPLE):
        a.w.session.add(
            Person(email=email, name=name, role=Role.CUSTOMER, customer_id=firm.id, confirmed_at=a.w.now,
                   created_at=a.w.now, may_order=not first, manages_people=not first)
        )  # fmt: skip
    a.w.session.flush()
    audit.record(a.w, "demo.add", "person", after={"rows": len(PEOPLE)})
    return len(PEOPLE)


PEOPLE = (("Ines Duarte", "purchasing@example.com"), ("Tom Okafor", "office@example.com"))

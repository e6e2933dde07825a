"""The delivery fee table: what delivery costs by the value of the goods and, where it differs, by country.

Without a table the built-in tariff of the currency holds (services/delivery.py).
"""

from functools import cache

from babel import Locale
from sqlalchemy import delete
from sqlmodel import SQLModel, col, select

from db.models import DeliveryFee, Role
from services import audit, company, delivery
from services.errors import Invalid
from services.inputs import fold
from services.money import MOST
from services.text import LANGUAGES, _
from services.work import Work

MOST_ROWS = 200


class Step(SQLModel):
    """From this value of goods on delivery costs so much; `country`: a code of two letters, or empty for all others."""

    country: str = ""
    from_cents: int
    fee_cents: int


def table(w: Work) -> list[Step]:
    """The table, by country and value; empty where none was set. Everybody may ask."""
    rows = w.session.exec(select(DeliveryFee).order_by(col(DeliveryFee.country), col(DeliveryFee.from_cents)))
    return [Step(country=r.country, from_cents=r.from_cents, fee_cents=r.fee_cents) for r in rows]


def fee_cents(w: Work, goods_cents: int, country: str, *, goods: bool) -> int:
    """What delivery of goods worth so much, after discount, costs to a country as an address names it.

    Nothing where no goods are among them.
    """
    if not goods:
        return 0
    steps = table(w)
    code = country_code(country)
    own = [s for s in steps if s.country == code] or [s for s in steps if not s.country]
    if not own:
        return delivery.fee_cents(goods_cents, company.of(w).currency, goods=True)
    return next(s.fee_cents for s in reversed(own) if s.from_cents <= max(goods_cents, 0))


def save(w: Work, steps: list[Step]) -> None:
    """Put a table in the place of the one that is there; an empty one brings the built-in tariff back.

    Administrators only. Every country begins at a value of 0, and there is a row for all others. Raises Invalid.
    """
    w.require(Role.ADMIN)
    before = [s.model_dump() for s in table(w)]
    checked = [_checked(step) for step in steps]
    keys = [(s.country, s.from_cents) for s in checked]
    if len(set(keys)) != len(keys):
        raise Invalid(_("Delivery fees"), _("name each country and value once"))
    if len(checked) > MOST_ROWS:
        raise Invalid(_("Delivery fees"), _("at most {most} rows").format(most=MOST_ROWS))
    for country in sorted({s.country for s in checked} | ({""} if checked else set())):
        if (country, 0) not in keys:
            told = _("a row from 0 on is missing for {country}")
            raise Invalid(_("Delivery fees"), told.format(country=country or _("all other countries")))
    w.session.connection().execute(delete(DeliveryFee))
    w.session.expire_all()
    w.session.add_all(DeliveryFee(**s.model_dump()) for s in checked)
    w.session.flush()
    after = [s.model_dump() for s in table(w)]
    audit.record(w, "delivery_fees.save", "company", before={"fees": before}, after={"fees": after})


def _checked(step: Step) -> Step:
    code = step.country.strip()
    country = country_code(code) if code else ""
    if code and not country:
        raise Invalid(_("Country"), _("write its code of two letters, like DE"))
    for cents in (step.from_cents, step.fee_cents):
        if not 0 <= cents <= MOST:
            raise Invalid(_("Delivery fees"), _("amounts cannot be negative"))
    return Step(country=country, from_cents=step.from_cents, fee_cents=step.fee_cents)


def country_code(country: str) -> str:
    """The code of two letters for a country as people write it; empty where it is not known."""
    return _codes().get(fold(country), "")


@cache
def _codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in ("en", "de", *LANGUAGES):
        for code, name in Locale.parse(language.replace("-", "_")).territories.items():
            if len(code) == 2 and code.isalpha():
                found[fold(name)] = code
                found[code.casefold()] = code
    return found

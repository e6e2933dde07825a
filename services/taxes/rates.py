"""Tax classes and their rates, each from a day on; administrators set them."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import update
from sqlmodel import SQLModel, col, select

from db.models import Role, TaxClass, TaxRate
from services import audit
from services.errors import Invalid, NotFound
from services.inputs import fold, line
from services.text import _
from services.work import Work

MOST_BP = 10_000
_PER_CENT = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?")


@dataclass(frozen=True)
class Rates:
    """The rates of one day. A product of an unknown class, or of none, is taxed as the default class."""

    by_class: dict[str, int]
    default: str

    def of(self, tax_class: str | None) -> int | None:
        """In hundredths of a per cent; None where the company has set no rates."""
        known = self.by_class.get(tax_class or "")
        return self.by_class.get(self.default) if known is None else known


@dataclass(frozen=True)
class Class:
    """A tax class with its rates, (valid from, basis points), the newest first."""

    code: str
    name: str
    is_default: bool
    rates: list[tuple[date, int]] = field(default_factory=list)


class NewRate(SQLModel):
    """A rate as it is typed: per cent with up to two decimals."""

    tax_class: str
    percent: str
    valid_from: date


def on(w: Work, day: date) -> Rates:
    """The rates that hold on a day. Everybody may ask."""
    rows = w.session.exec(
        select(TaxClass.code, TaxClass.is_default, TaxRate.basis_points)
        .join(TaxRate, col(TaxRate.tax_class) == col(TaxClass.code))
        .where(TaxRate.valid_from <= day)
        .order_by(col(TaxRate.valid_from))
    ).all()
    default = next((code for code, is_default, _bp in rows if is_default), "")
    return Rates({code: bp for code, _default, bp in rows}, default)


def classes(w: Work) -> list[Class]:
    """All classes, the default first. Staff only."""
    w.require(Role.STAFF)
    found: dict[str, list[tuple[date, int]]] = {}
    for rate in w.session.exec(select(TaxRate).order_by(col(TaxRate.valid_from).desc())):
        found.setdefault(rate.tax_class, []).append((rate.valid_from, rate.basis_points))
    rows = w.session.exec(select(TaxClass).order_by(col(TaxClass.is_default).desc(), col(TaxClass.name)))
    return [Class(r.code, r.name, r.is_default, found.get(r.code, [])) for r in rows]


def save_class(w: Work, name: str, *, default: bool = False, code: str = "") -> str:
    """Add a class, or change the one with this code. The first one is the default. Administrators only.

    Returns the code. Raises Invalid, NotFound.
    """
    w.require(Role.ADMIN)
    name = line(name, _("Name"), 80)
    row = w.session.get(TaxClass, code) if code else None
    if code and row is None:
        raise NotFound(_("tax class"))
    code = code or "-".join("".join(c if c.isalnum() else " " for c in fold(name)).split())[:40]
    if row is None and (not code or w.session.get(TaxClass, code) is not None):
        raise Invalid(_("Name"), _("there is a tax class of this name already"))
    row = row or TaxClass(code=code, name=name)
    before = audit.snapshot(row)
    row.name = name
    row.is_default = default or row.is_default or w.session.exec(select(TaxClass.code)).first() is None
    if row.is_default:
        w.session.connection().execute(update(TaxClass).where(col(TaxClass.code) != code).values(is_default=False))
    w.session.add(row)
    w.session.flush()
    audit.record(w, "taxes.save_class", "tax_class", code, before=before, after=audit.snapshot(row))
    return code


def save_rate(w: Work, new: NewRate) -> None:
    """Set the rate of a class from a day on; one that begins on the same day is replaced. Administrators only.

    Orders that were placed keep what they were taxed with. Raises Invalid, NotFound.
    """
    w.require(Role.ADMIN)
    if w.session.get(TaxClass, new.tax_class) is None:
        raise NotFound(_("tax class"))
    bp = basis_points(new.percent)
    row = w.session.get(TaxRate, (new.tax_class, new.valid_from))
    before = {"basis_points": row.basis_points} if row else None
    row = row or TaxRate(tax_class=new.tax_class, valid_from=new.valid_from, basis_points=bp)
    row.basis_points = bp
    w.session.add(row)
    w.session.flush()
    after = {"basis_points": bp, "valid_from": new.valid_from}
    audit.record(w, "taxes.save_rate", "tax_class", new.tax_class, before=before, after=after)


def remove_rate(w: Work, tax_class: str, valid_from: date) -> None:
    """Take a rate back; the one before it holds again. Administrators only. Raises NotFound."""
    w.require(Role.ADMIN)
    row = w.session.get(TaxRate, (tax_class, valid_from))
    if row is None:
        raise NotFound(_("tax rate"))
    before = {"basis_points": row.basis_points, "valid_from": valid_from}
    w.session.delete(row)
    w.session.flush()
    audit.record(w, "taxes.remove_rate", "tax_class", tax_class, before=before)


def basis_points(percent: str, field: str = "") -> int:
    """1900 from "19" or "19,00". Raises Invalid for what is no share from 0 to 100 with two decimals."""
    plain = percent.strip().removesuffix("%").strip()
    value = int(Decimal(plain.replace(",", ".")) * 100) if _PER_CENT.fullmatch(plain) else -1
    if not 0 <= value <= MOST_BP:
        raise Invalid(field or _("Rate"), _("write a per cent figure from 0 to 100, like 19 or 5.5"))
    return value

"""Giving out vouchers: managers make, change and switch them off."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import SQLModel, col, func, select

from db.models import Product, Role, Voucher, VoucherUse
from services import audit, clock, company
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line
from services.money import MOST
from services.text import _
from services.vouchers.applying import normal
from services.work import Work

MOST_USES = 1_000_000


class NewVoucher(SQLModel):
    """What a manager fills in. Either a share or an amount; days are the company's, `until` is the last one."""

    code: str
    name: str = ""
    percent_bp: int | None = None
    amount_cents: int | None = None
    minimum_cents: int = 0
    categories: list[str] = []
    first_on: date
    last_on: date | None = None
    uses_total: int | None = None
    uses_per_customer: int | None = None


@dataclass(frozen=True)
class Row:
    """A voucher as it stands; `given_cents` is what it has taken off orders that stand."""

    id: int
    new: NewVoucher
    used: int
    given_cents: int
    active: bool


def listing(w: Work) -> list[Row]:
    """All vouchers, the newest first. Managers only."""
    w.require(Role.MANAGER)
    given = select(VoucherUse.voucher_id, func.sum(VoucherUse.discount_cents))
    given = given.where(col(VoucherUse.given_back_at).is_(None)).group_by(col(VoucherUse.voucher_id))
    cents = dict(w.session.exec(given).all())
    rows = w.session.exec(select(Voucher).order_by(col(Voucher.id).desc()))
    return [Row(v.id, _as_typed(w, v), v.used, int(cents.get(v.id, 0)), v.active) for v in rows]


def change(w: Work, new: NewVoucher, *, voucher_id: int | None = None) -> Voucher:
    """Make a voucher, or change one. Managers only. Raises Invalid, Conflict, NotFound."""
    w.require(Role.MANAGER)
    values = _checked(w, new)
    row = None
    if voucher_id is not None:
        row = w.session.exec(select(Voucher).where(Voucher.id == voucher_id).with_for_update()).one_or_none()
        if row is None:
            raise NotFound(_("voucher"))
    same = w.session.exec(select(Voucher.id).where(Voucher.code == values["code"])).one_or_none()
    if same is not None and same != voucher_id:
        raise Conflict(_("There is a voucher “{code}” already.").format(code=values["code"]))
    if row and values["uses_total"] is not None and values["uses_total"] < row.used:
        raise Invalid(_("Uses in total"), _("it was used {n} times already").format(n=row.used))
    before = audit.snapshot(row) if row else None
    row = row or Voucher(created_at=w.now, updated_at=w.now, **values)
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = w.now
    w.session.add(row)
    w.session.flush()
    audit.record(w, "vouchers.change", "voucher", row.id, before=before, after=audit.snapshot(row))
    return row


def switch(w: Work, voucher_id: int, *, active: bool) -> None:
    """Let a voucher be used from now on, or not. Managers only. Raises NotFound."""
    w.require(Role.MANAGER)
    row = w.session.exec(select(Voucher).where(Voucher.id == voucher_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(_("voucher"))
    audit.record(w, "vouchers.switch", "voucher", row.id, before={"active": row.active}, after={"active": active})
    row.active, row.updated_at = active, w.now
    w.session.add(row)
    w.session.flush()


def categories(w: Work) -> list[str]:
    """The categories that a voucher may be limited to. Staff only."""
    w.require(Role.STAFF)
    rows = select(Product.category).where(col(Product.active), col(Product.category).is_not(None)).distinct()
    return sorted(c for c in w.session.exec(rows) if c)


def _as_typed(w: Work, row: Voucher) -> NewVoucher:
    zone = company.of(w).zone
    last = clock.day_of(row.valid_until, zone).toordinal() - 1 if row.valid_until else None
    return NewVoucher(
        first_on=clock.day_of(row.valid_from, zone),
        last_on=date.fromordinal(last) if last else None,
        **row.model_dump(include=set(NewVoucher.model_fields) - {"first_on", "last_on"}),
    )


def _checked(w: Work, new: NewVoucher) -> dict[str, Any]:
    code = normal(line(new.code, _("Code"), 40))
    if len(code) < 3 or not all(ch.isalnum() or ch in "-_" for ch in code):
        raise Invalid(_("Code"), _("at least three letters, digits, - or _"))
    _check_worth(new)
    for uses, told in ((new.uses_total, _("Uses in total")), (new.uses_per_customer, _("Uses per customer"))):
        if uses is not None and not 1 <= uses <= MOST_USES:
            raise Invalid(told, _("a whole number from 1 on, or nothing for any number"))
    known = set(categories(w))
    if wrong := [c for c in new.categories if c not in known]:
        raise Invalid(_("Categories"), _("there is no category {name}").format(name=wrong[0]))
    begin, end = _span(w, new)
    return {
        "code": code,
        "name": line(new.name, _("Name"), 120, required=False),
        "valid_from": begin,
        "valid_until": end,
        **new.model_dump(
            include={
                "percent_bp",
                "amount_cents",
                "minimum_cents",
                "categories",
                "uses_total",
                "uses_per_customer",
            }
        ),
    }


def _check_worth(new: NewVoucher) -> None:
    if (new.percent_bp is None) == (new.amount_cents is None):
        raise Invalid(_("Worth"), _("give either a per cent figure or an amount"))
    if new.percent_bp is not None and not 1 <= new.percent_bp <= 10_000:
        raise Invalid(_("Worth"), _("more than 0 and at most 100 per cent"))
    if new.amount_cents is not None and not 1 <= new.amount_cents <= MOST:
        raise Invalid(_("Worth"), _("an amount above 0"))
    if not 0 <= new.minimum_cents <= MOST:
        raise Invalid(_("Minimum"), _("amounts cannot be negative"))


def _span(w: Work, new: NewVoucher) -> tuple[datetime, datetime | None]:
    if new.last_on is not None and new.last_on < new.first_on:
        raise Invalid(_("Last day"), _("it lies before the first day"))
    zone = company.of(w).zone
    end = clock.day_bounds(new.last_on, zone)[1] if new.last_on else None
    return clock.day_bounds(new.first_on, zone)[0], end

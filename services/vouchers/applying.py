"""What a voucher gives for certain goods, or why it gives nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, func, select

from db.models import Voucher, VoucherUse
from services import company
from services.money import share, split
from services.text import _, local_date, money
from services.work import Work


@dataclass(frozen=True)
class Applied:
    """A voucher held against goods. `discounts` are in the order of the goods; all 0 where there is a `problem`."""

    code: str
    discounts: list[int]
    problem: str = ""
    voucher_id: int | None = None

    @property
    def discount_cents(self) -> int:
        return sum(self.discounts)


def normal(code: str) -> str:
    """A code as it is kept: upper case, without blanks."""
    return "".join(code.split()).upper()[:40]


def exists(w: Work, code: str) -> bool:
    """Whether a voucher of this code was given out and not switched off."""
    return w.session.exec(select(Voucher.id).where(Voucher.code == code, col(Voucher.active))).first() is not None


def apply(
    w: Work, code: str, customer_id: int, goods: Sequence[tuple[int, str | None]], *, hold: bool = False
) -> Applied | None:
    """What the code gives for goods, (worth in cents, category) each; None for no code.

    With `hold` the voucher is kept from other transactions until this one ends. The reason why it gives nothing is one
    sentence, and the same for a code that was never given out and one that was switched off.
    """
    code = normal(code)
    if not code:
        return None
    wanted = select(Voucher).where(Voucher.code == code)
    if hold:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = w.session.exec(wanted).one_or_none()
    nothing = [0] * len(goods)
    if found is None or not found.active:
        return Applied(code, nothing, _("There is no voucher “{code}”.").format(code=code))
    meant = [worth if _for(found, category) else 0 for worth, category in goods]
    problem = _problem(w, found, customer_id, sum(meant))
    if problem:
        return Applied(code, nothing, problem, found.id)
    return Applied(code, split(_worth(found, sum(meant)), meant), "", found.id)


def _for(voucher: Voucher, category: str | None) -> bool:
    return not voucher.categories or category in voucher.categories


def _worth(voucher: Voucher, goods_cents: int) -> int:
    """Never more than the goods it is for."""
    if voucher.percent_bp is not None:
        return share(goods_cents, voucher.percent_bp)
    return min(voucher.amount_cents or 0, goods_cents)


def _problem(w: Work, voucher: Voucher, customer_id: int, goods_cents: int) -> str:
    home, code = company.of(w), voucher.code
    if voucher.valid_from > w.now:
        day = local_date(voucher.valid_from, home.zone)
        return _("The voucher “{code}” can be used from {day} on.").format(code=code, day=day)
    if voucher.valid_until is not None and voucher.valid_until <= w.now:
        return _("The voucher “{code}” has expired.").format(code=code)
    if voucher.uses_total is not None and voucher.used >= voucher.uses_total:
        return _("The voucher “{code}” is used up.").format(code=code)
    if voucher.uses_per_customer is not None and _used_by(w, voucher.id, customer_id) >= voucher.uses_per_customer:
        return _("You have used the voucher “{code}” already.").format(code=code)
    if not goods_cents:
        return _("The voucher “{code}” is for other goods than those in the basket.").format(code=code)
    if goods_cents < voucher.minimum_cents:
        least = money(voucher.minimum_cents, home.currency)
        return _("The voucher “{code}” is for goods worth at least {least}.").format(code=code, least=least)
    return ""


def _used_by(w: Work, voucher_id: int, customer_id: int) -> int:
    mine = select(func.count()).select_from(VoucherUse).where(VoucherUse.voucher_id == voucher_id)
    mine = mine.where(VoucherUse.customer_id == customer_id, col(VoucherUse.given_back_at).is_(None))
    return w.session.exec(mine).one()

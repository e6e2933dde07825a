"""Changing the company's answers together with what hangs on them."""

from typing import Any

from sqlmodel import select

from db.models import Order, Product
from services import company, rollup_check
from services.errors import Conflict
from services.text import _, minor_digits
from services.work import Work


def change(w: Work, **answers: Any) -> company.Company:
    """Save new answers. Administrators only. Raises Invalid, Conflict.

    Amounts are kept as numbers of one currency, so it stays once there are prices or orders; only the set-up after an
    import may still name it, if it has as many decimals. A day begins at midnight
    of the company's time zone, so the sums per day are made anew when the zone changes (this reads all orders).
    """
    before = company.read(w.session)
    currency = str(answers.get("currency", before.currency))
    kept = before.set_up or minor_digits(currency) != minor_digits(before.currency)
    if currency != before.currency and kept and _has_amounts(w):
        raise Conflict(_("The currency cannot be changed any more: there are prices or orders in it already."))
    after = company.save(w, **answers)
    if after.time_zone != before.time_zone:
        rollup_check.rebuild(w)
    return after


def _has_amounts(w: Work) -> bool:
    return any(w.session.exec(select(kind).limit(1)).first() is not None for kind in (Order.id, Product.id))

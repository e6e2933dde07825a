"""What the demonstration company has set for its prices: tax rates, delivery fees, a letterhead, a voucher."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from db.models import TaxClass
from services import clock, company, delivery_fees, taxes
from services.delivery_fees import Step
from services.taxes import NewRate
from services.vouchers import NewVoucher, change, listing

RATES = (("Standard", "19"), ("Reduced", "7"))
REDUCED = ("Coffee",)  # categories
FEES = (("", 0, 490), ("", 5000, 0), ("AT", 0, 690), ("AT", 8000, 0), ("CH", 0, 1490), ("CH", 15000, 0))
LETTERHEAD = {
    "street": "Am Speicher 4", "postal_code": "20457", "city": "Hamburg", "contact": "service@example.com",
    "tax_number": "DE000000000", "bank": "Bank of the Harbour", "iban": "DE89370400440532013000",
}  # fmt: skip
CODE = "FILTER10"
LOOKED_AFTER = ["Filters and water", "Cleaning and care"]


def set_up(a: Any) -> int:
    """Each where the house has set nothing of the kind yet; how many things were set."""
    w, n = a.w, 0
    first = clock.day_of(w.now, a.zone).replace(month=1, day=1)
    if w.session.execute(select(col(TaxClass.code)).limit(1)).first() is None:
        for name, percent in RATES:
            code = taxes.save_class(w, name)
            day = date(first.year - 4, 1, 1)  # before the first order
            taxes.save_rate(w, NewRate(tax_class=code, percent=percent, valid_from=day))
            n += 1
        for category in REDUCED:
            taxes.assign(w, category, "reduced")
    if not delivery_fees.table(w):
        delivery_fees.save(w, [Step(country=c, from_cents=f, fee_cents=cents) for c, f, cents in FEES])
        n += len(FEES)
    home = company.read(w.session)
    if not any(getattr(home, key) for key in LETTERHEAD):
        company.save(w, **LETTERHEAD)
    if not listing(w):
        last = clock.day_of(w.now, a.zone) + timedelta(days=60)
        new = NewVoucher(code=CODE, name="Spring cleaning", percent_bp=1000, minimum_cents=2000, uses_per_customer=1,
                         categories=LOOKED_AFTER, first_on=first, last_on=last)  # fmt: skip
        change(w, new)
        n += 1
    return n

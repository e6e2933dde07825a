"""What was shown against what is: prices, stock, voucher, delivery and the day, before anything is written."""

from datetime import date, datetime, timedelta
from typing import Any

from services import company, delivery, pricing, working_time
from services.catalogue.offer import shown_name
from services.errors import Invalid
from services.orders.difference import Difference, OrderChanged
from services.orders.new import NewLine, NewOrder
from services.pricing import Part, Priced
from services.text import _, local_date, money
from services.work import Work

#: How long after the earliest possible day a delivery may be asked for.
LATEST = timedelta(days=120)
Row = Any  # a product as placing.py reads it


def judge(w: Work, lines: list[NewLine], products: dict[int, Row]) -> None:
    """Compare the lines that were shown with what is. Raises OrderChanged with every difference."""
    differences = [d for d in (_difference(line, products.get(line.product_id)) for line in lines) if d is not None]
    if differences:
        raise OrderChanged(differences, company.of(w).currency)


def priced_now(
    w: Work, new: NewOrder, customer_id: int, lines: list[NewLine], products: dict[int, Row], address: dict[str, str]
) -> Priced:
    """What it costs now; the voucher is held. Raises OrderChanged where voucher or delivery are not as shown."""
    rows = [products[line.product_id] for line in lines]
    parts = [
        Part(i.quantity * p.list_price_cents, p.category, p.tax_class, p.is_service)
        for i, p in zip(lines, rows, strict=True)
    ]
    country = address.get("country") or ""
    now = pricing.price(w, customer_id, parts, code=new.voucher_code, country=country, hold=True)
    currency, also = company.of(w).currency, list[str]()
    if now.voucher is not None and now.voucher.problem:
        also.append(now.voucher.problem)
    elif now.discount_cents != new.discount_cents:
        told = _("The voucher takes off {new} now, not {old}.")
        also.append(told.format(new=money(now.discount_cents, currency), old=money(new.discount_cents, currency)))
    if now.shipping_cents != new.shipping_cents:
        told = _("Delivery costs {new} now, not {old}.")
        also.append(told.format(new=money(now.shipping_cents, currency), old=money(new.shipping_cents, currency)))
    if also:
        raise OrderChanged([], currency, also=" ".join(also))
    return now


def _difference(line: NewLine, product: Row | None) -> Difference | None:
    if product is None:
        return Difference(line.product_id, shown_name("", None, line.product_id), gone=True)
    name = shown_name(product.name, product.sku, product.id)
    if not product.active or product.list_price_cents is None:
        return Difference(product.id, name, gone=True)
    if product.stock is not None and product.stock < line.quantity:
        return Difference(product.id, name, left=product.stock, wanted=line.quantity)
    if product.list_price_cents != line.price_cents:
        return Difference(product.id, name, old_cents=line.price_cents, new_cents=product.list_price_cents)
    return None


def promised_at(w: Work, requested_on: date | None, products: dict[int, Row]) -> datetime:
    """The end of the day that was asked for, or the earliest one. Raises Invalid where nothing can come then."""
    calendar = working_time.of(w)
    longest = max(product.delivery_days for product in products.values())
    earliest = delivery.promised_on(w.now, longest, calendar)
    if requested_on is None:
        return delivery.latest(earliest, calendar)
    if not earliest <= requested_on <= earliest + LATEST:
        told = _("choose a day from {first} to {last}")
        first, last = (local_date(day, calendar.zone) for day in (earliest, earliest + LATEST))
        raise Invalid(_("Delivery day"), told.format(first=first, last=last))
    if calendar.days_after(requested_on, 0) != requested_on:
        raise Invalid(_("Delivery day"), _("we are closed on that day; please choose another one"))
    return delivery.latest(requested_on, calendar)

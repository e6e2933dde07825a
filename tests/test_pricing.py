"""Goods, voucher, delivery and tax add up to the minor unit, in the basket and in the order."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from db.models import AuditEntry, CustomerAddress, Order, OrderLine, OutboxEntry, Role
from services import baskets, delivery_fees, money, orders, taxes
from services.delivery_fees import Step
from services.errors import Invalid, NotAllowed
from services.taxes import NewRate
from services.work import Actor, Work
from tests import make
from tests.ordering import address_of, asked, shopper

WorkAs = Callable[[Actor], Work]
cents = st.integers(0, 10**9)


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session))


@pytest.fixture
def admin(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.ADMIN))


def rates(admin: Work) -> None:
    """19 % on everything, 7 % on what is reduced."""
    for name, percent in (("Standard", "19"), ("Reduced", "7")):
        code = taxes.save_class(admin, name)
        taxes.save_rate(admin, NewRate(tax_class=code, percent=percent, valid_from=date(2020, 1, 1)))


@given(cents, st.lists(st.integers(0, 10**7), min_size=1, max_size=12), st.sampled_from((1, -1)))
def test_parts_add_up_and_each_is_within_a_cent_of_its_share(total: int, weights: list[int], sign: int) -> None:
    parts = money.split(sign * total, weights)
    assert sum(parts) == sign * total
    if sum(weights):
        assert all(abs(p - sign * total * w / sum(weights)) < 1 for p, w in zip(parts, weights, strict=True))


@given(st.lists(st.tuples(st.integers(0, 10**7), st.sampled_from((0, 550, 700, 1900, 2000))), max_size=12))
def test_the_tax_of_a_document_is_that_of_its_rates_and_of_its_parts(parts: list[tuple[int, int]]) -> None:
    found = taxes.of_parts(parts)
    assert sum(r.tax_cents for r in found.rates) == found.tax_cents == sum(found.taxes)
    assert sum(r.gross_cents for r in found.rates) == sum(gross for gross, _bp in parts)
    for rate in found.rates:
        assert rate.tax_cents == taxes.contained(
            sum(g for g, bp in parts if bp == rate.basis_points), rate.basis_points
        )
        assert (
            sum(t for t, (_g, bp) in zip(found.taxes, parts, strict=True) if bp == rate.basis_points) == rate.tax_cents
        )
    assert all(0 <= t <= g for t, (g, _bp) in zip(found.taxes, parts, strict=True))


@pytest.mark.parametrize(
    ("gross", "bp", "tax"), [(11900, 1900, 1900), (100, 1900, 16), (107, 700, 7), (3, 2000, 1), (-11900, 1900, -1900)]
)
def test_the_tax_in_a_price_is_rounded_half_up(gross: int, bp: int, tax: int) -> None:
    assert taxes.contained(gross, bp) == tax


def test_an_order_keeps_the_rates_of_its_day(w: Work, admin: Work) -> None:
    rates(admin)
    kettle, book = make.product(w.session, cents=2000), make.product(w.session, "Book", cents=999)
    book.tax_class = "reduced"
    w.session.flush()
    made = orders.place(w, asked(w, (kettle, 1), (book, 1)))
    taxes.save_rate(admin, NewRate(tax_class="standard", percent="25", valid_from=date(2026, 1, 1)))
    assert orders.detail(w, made.id).rates == [
        taxes.RateSum(1900, 2490, 398),  # kettle and delivery
        taxes.RateSum(700, 999, 65),
    ]
    assert (made.tax_cents, made.shipping_tax_bp) == (463, 1900)
    lines = w.session.exec(select(OrderLine).where(OrderLine.order_id == made.id).order_by("line_no")).all()
    assert sum(i.tax_cents or 0 for i in lines) + (made.shipping_tax_cents or 0) == 463
    body = w.session.exec(select(OutboxEntry.body)).one()
    assert "19% tax contained: €3.98" in body
    assert baskets.view(w).priced.tax_cents is None  # an empty basket


def test_without_rates_and_in_imported_orders_the_tax_is_not_recorded(w: Work) -> None:
    made = orders.place(w, asked(w, (make.product(w.session), 1)))
    assert (made.tax_cents, orders.detail(w, made.id).rates) == (None, [])


def test_a_rate_counts_from_its_day_on_and_can_be_taken_back(admin: Work) -> None:
    rates(admin)
    taxes.save_rate(admin, NewRate(tax_class="standard", percent="20,5", valid_from=date(2026, 7, 1)))
    assert [taxes.on(admin, date(2026, m, 1)).of(None) for m in (6, 7)] == [1900, 2050]
    assert taxes.on(admin, date(2026, 7, 1)).of("nobody knows it") == 2050
    taxes.remove_rate(admin, "standard", date(2026, 7, 1))
    assert taxes.on(admin, date(2026, 8, 1)).of("standard") == 1900
    assert [c.name for c in taxes.classes(admin)] == ["Standard", "Reduced"]
    assert taxes.on(admin, date(2019, 1, 1)).of(None) is None


@pytest.mark.parametrize("percent", ["", "abc", "-1", "100.01", "19.005", "1e1000000", "NaN", "Infinity"])
def test_what_is_no_rate_is_refused(admin: Work, percent: str) -> None:
    rates(admin)
    with pytest.raises(Invalid, match="per cent figure"):
        taxes.save_rate(admin, NewRate(tax_class="standard", percent=percent, valid_from=date(2026, 1, 1)))


def test_only_administrators_set_taxes_and_fees(w: Work, work_as: WorkAs) -> None:
    for who in (w, work_as(make.actor(w.session, Role.MANAGER))):
        with pytest.raises(NotAllowed):
            taxes.save_class(who, "Standard")
        with pytest.raises(NotAllowed):
            delivery_fees.save(who, [])


FEES = [Step(from_cents=0, fee_cents=590), Step(from_cents=5000, fee_cents=290), Step(from_cents=8000, fee_cents=0)]


@pytest.mark.parametrize(
    ("worth", "country", "fee"),
    [(4999, "", 590), (5000, "DE", 290), (8000, "Germany", 0), (9000, "CH", 1900), (100, "Schweiz", 1900)],
)
def test_delivery_costs_what_the_table_says(admin: Work, worth: int, country: str, fee: int) -> None:
    delivery_fees.save(admin, [*FEES, Step(country="ch", from_cents=0, fee_cents=1900)])
    assert delivery_fees.fee_cents(admin, worth, country, goods=True) == fee
    assert delivery_fees.fee_cents(admin, worth, country, goods=False) == 0


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([Step(from_cents=100, fee_cents=1)], "a row from 0 on is missing for all other countries"),
        ([*FEES, Step(country="CH", from_cents=100, fee_cents=1)], "missing for CH"),
        ([*FEES, FEES[0]], "once"),
        ([Step(from_cents=0, fee_cents=-1)], "negative"),
        ([*FEES, Step(country="Atlantis", from_cents=0, fee_cents=1)], "two letters"),
    ],
)
def test_a_fee_table_with_holes_is_refused_and_the_old_one_stays(admin: Work, steps: list[Step], said: str) -> None:
    delivery_fees.save(admin, FEES)
    with pytest.raises(Invalid, match=said):
        delivery_fees.save(admin, steps)
    assert delivery_fees.table(admin) == FEES


def test_the_fee_is_that_of_the_address_and_a_new_table_is_named_before_the_order(w: Work, admin: Work) -> None:
    delivery_fees.save(admin, [*FEES, Step(country="CH", from_cents=0, fee_cents=1900)])
    w.session.get_one(CustomerAddress, address_of(w)).country = "Switzerland"
    kettle = make.product(w.session)
    baskets.add(w, kettle.id)
    view = baskets.view(w, address_of(w))
    assert (view.shipping_cents, baskets.view(w).shipping_cents) == (1900, 590)
    delivery_fees.save(admin, [*FEES, Step(country="CH", from_cents=0, fee_cents=2100)])
    with pytest.raises(orders.OrderChanged, match=r"Delivery costs €21\.00 now, not €19\.00"):
        orders.place(w, orders.from_basket(view, address_id=address_of(w)))
    assert w.session.exec(select(Order.id)).all() == []
    delivery_fees.save(admin, [])  # the built-in tariff is back
    assert baskets.view(w).shipping_cents == 490


def test_a_wished_day_is_the_promise_and_cannot_be_too_early(w: Work) -> None:
    new = asked(w, (make.product(w.session), 1))
    for day, said in ((date(2026, 3, 4), "choose a day from"), (date(2026, 12, 1), "choose a day from"),
                      (date(2026, 3, 7), "closed on that day")):  # fmt: skip
        with pytest.raises(Invalid, match=said):
            orders.place(w, new.model_copy(update={"requested_on": day}))
    made = orders.place(w, new.model_copy(update={"requested_on": date(2026, 3, 10)}))
    assert orders.detail(w, made.id).summary.promised_on == made.requested_on == date(2026, 3, 10)


def test_products_of_a_category_are_taxed_alike(admin: Work) -> None:
    rates(admin)
    make.product(admin.session, "Book", category="Books"), make.product(admin.session)
    assert taxes.assign(admin, "Books", "reduced") == 1
    assert taxes.of_categories(admin) == {"Books": {"reduced": 1}, "Kitchen": {"": 1}}
    latest = select(AuditEntry.action).order_by(col(AuditEntry.id).desc())
    assert admin.session.exec(latest).first() == "taxes.assign"

"""Invoices, credit notes and delivery notes: numbers without gaps, sums that hold, and any name can be printed."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]  # the package ships no types
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]  # as above
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlmodel import Session, col, select

from db.engine import Engines
from db.models import Customer, Document, DocumentKind, NumberSeries, Order, OrderLine, Return, ReturnState, Role
from services import company, documents, orders, returns, taxes
from services.documents import Content, fonts, sheet
from services.errors import NotAllowed, NotFound
from services.orders import NewParcel, Pieces
from services.returns import NewReturn
from services.settings import settings as installation
from services.taxes import NewRate
from services.work import SYSTEM, VISITOR, Actor, Work, work
from tests import make
from tests.ordering import asked, asked_by, products, shopper, shoppers
from tests.test_orders_together import at_once

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def customer(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session, "Łucja Ψυχή-Øre Жук"))


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


def taxed(w: Work) -> None:
    system = Work(w.session, SYSTEM, w.now)
    for name, percent in (("Standard", "19"), ("Reduced", "7")):
        code = taxes.save_class(system, name)
        taxes.save_rate(system, NewRate(tax_class=code, percent=percent, valid_from=date(2020, 1, 1)))


def placed(customer: Work, *lines: tuple[str, int, int]) -> Order:
    """An order of (name, cents, pieces); books are taxed less."""
    goods = []
    for name, cents, pieces in lines:
        product = make.product(customer.session, name, cents=cents, stock=100)
        product.tax_class = "reduced" if name == "Book" else None
        goods.append((product, pieces))
    customer.session.flush()
    return orders.place(customer, asked(customer, *goods))


def sent(w: Work, order: Order) -> Content:
    orders.pick(w, order.id)
    orders.ship(w, order.id, NewParcel())
    return content(w, DocumentKind.INVOICE)[0]


def content(w: Work, kind: DocumentKind) -> list[Content]:
    rows = select(Document).where(Document.kind == kind).order_by(col(Document.id))
    return [Content.model_validate(d.content) for d in w.session.exec(rows)]


def text_of(w: Work, document_id: int) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(documents.file(w, document_id))).pages)


def test_the_first_parcel_brings_the_invoice_and_every_parcel_a_delivery_note(customer: Work, w: Work) -> None:
    taxed(w)
    company.save(Work(w.session, SYSTEM, w.now), street="Kettle Lane 4", iban="DE02 1203 0000 0000 2020 51")
    order = placed(customer, ("Kettle", 2000, 2), ("Book", 999, 1))
    assert documents.of_order(customer, order.id) == []
    orders.pick(w, order.id)
    orders.ship(w, order.id, NewParcel(lines=[Pieces(line_no=1, quantity=1)]))
    orders.ship(w, order.id, NewParcel())
    listed = documents.of_order(customer, order.id)
    assert [d.number for d in listed] == ["R-2026-00001", "L-2026-00001", "L-2026-00002"]
    assert (listed[0].due_on, listed[0].total_cents) == (date(2026, 3, 16), order.total_cents)
    printed = text_of(customer, listed[0].id)
    for words in (
        "Łucja Ψυχή-Øre Жук",
        "R-2026-00001",
        "DE02120300000000202051",
        "Kettle",
        "€40.00",
        "19%",
        "St. James",
    ):
        assert words in printed
    assert "€" not in text_of(customer, listed[1].id)


def test_an_old_invoice_never_changes(customer: Work, w: Work) -> None:
    taxed(w)
    order = placed(customer, ("Kettle", 2000, 2))
    sent(w, order)
    [first, _note] = documents.of_order(customer, order.id)
    before = documents.file(customer, first.id)
    company.save(Work(w.session, SYSTEM, w.now), name="Another name")
    taxed_again = NewRate(tax_class="standard", percent="25", valid_from=date(2020, 1, 1))
    taxes.save_rate(Work(w.session, SYSTEM, w.now), taxed_again)
    line = w.session.exec(select(OrderLine)).one()
    line.name = "Something else"
    w.session.flush()
    assert documents.file(customer, first.id) == before


@pytest.mark.parametrize("name", ["漢字 😀 عربي \u202eevil\x07", "{nb} **x** <b>", "A" * 300, "ﬁ ½ ™ \ud7ff"])
@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_no_character_keeps_an_invoice_from_being_printed(customer: Work, w: Work, name: str) -> None:
    order = placed(customer, (name, 2000, 1), *[(f"Cup {n}", 100, 1) for n in range(60)])
    sent(w, order)
    printed = text_of(w, documents.of_order(w, order.id)[0].id)
    assert "Cup 59" in printed
    assert printed.count("Article") > 1, "the heads are repeated on the next page"


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_a_font_of_the_company_prints_what_ours_has_no_shape_for(
    customer: Work, w: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation(), "var_dir", tmp_path)
    order = placed(customer, ("田中 kettle " + "A long name " * 20, 2000, 1))
    sent(w, order)
    bill = documents.of_order(w, order.id)[0].id
    assert "?? kettle" in text_of(w, bill)
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "broken.ttf").write_bytes(b"no font at all")
    small_font(tmp_path / "fonts" / "small.ttf", "田中")
    sheet._further.cache_clear()
    assert "田中 kettle" in text_of(w, bill)
    assert fonts.added() == ["broken.ttf", "small.ttf"]
    sheet._further.cache_clear()


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "name",
    ["محمد عبد الرحمن العلي", "یاسمین ٹوکری پڑھ", "יוסף בן דוד לוי"],
    ids=["Arabic", "Persian and Urdu", "Hebrew"],
)
def test_a_name_from_right_to_left_is_printed_in_that_order_beside_everything_else(
    customer: Work, w: Work, name: str
) -> None:
    buyer = w.session.get_one(Customer, customer.actor.customer_id)
    buyer.name = name
    order = placed(customer, (f"{name} 3000 ml", 2000, 1))
    sent(w, order)
    printed = text_of(w, documents.of_order(w, order.id)[0].id)
    found = [printed.index(word) for word in name.split()]
    assert "?" not in printed
    assert found == sorted(found, reverse=True), "the last word stands leftmost"
    for words in ("Number R-2026-00001", "3000", "€20.00"):
        assert words in printed


def small_font(file: Path, letters: str) -> None:
    """A font with nothing but squares for these letters."""
    names = [".notdef", *(f"uni{ord(ch):04X}" for ch in letters)]
    pen = TTGlyphPen(None)
    for place, point in enumerate(((0, 0), (0, 700), (700, 700), (700, 0))):
        (pen.lineTo if place else pen.moveTo)(point)
    pen.closePath()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap({ord(ch): f"uni{ord(ch):04X}" for ch in letters})
    font.setupGlyf(dict.fromkeys(names, pen.glyph()))
    font.setupHorizontalMetrics(dict.fromkeys(names, (800, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Small", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(str(file))


def test_a_long_name_takes_another_line_and_further_pages_name_the_invoice(customer: Work, w: Work) -> None:
    buyer = w.session.get_one(Customer, customer.actor.customer_id)
    buyer.name = "Featherstonehaugh-Cholmondeley International Trading Company (Holdings) Limited"
    order = placed(customer, *[(f"Cup {n}", 100, 1) for n in range(60)])
    sent(w, order)
    bill = documents.of_order(w, order.id)[0]
    pages = [p.extract_text() for p in PdfReader(io.BytesIO(documents.file(w, bill.id))).pages]
    assert "Limited" in pages[0]
    assert buyer.name not in pages[0].replace("\n", " | "), "it does not run into what stands beside it"
    assert all(f"Invoice {bill.number}" in page for page in pages)


def test_an_order_from_an_import_is_not_billed_again(customer: Work, w: Work) -> None:
    order = w.session.get_one(Order, placed(customer, ("Kettle", 2000, 1)).id)
    order.source, order.source_id, order.tax_cents = "shop", "1", None
    w.session.flush()
    orders.pick(w, order.id)
    orders.ship(w, order.id, NewParcel())
    assert documents.of_order(w, order.id) == []


def test_nobody_reads_the_papers_of_others(customer: Work, w: Work, work_as: WorkAs) -> None:
    order = placed(customer, ("Kettle", 2000, 1))
    sent(w, order)
    [first, _note] = documents.of_order(w, order.id)
    stranger = work_as(shopper(w.session, "Mallory"))
    for call in (lambda: documents.file(stranger, first.id), lambda: documents.of_order(stranger, order.id)):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(NotAllowed):
        documents.file(work_as(VISITOR), first.id)


goods = st.lists(
    st.tuples(st.sampled_from(("Kettle", "Book")), st.integers(1, 9999), st.integers(1, 4)), min_size=1, max_size=4
)


@given(goods, st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=1, max_size=4), st.booleans())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_invoice_and_credit_notes_together_are_what_was_kept(
    customer: Work, w: Work, lines: list[tuple[str, int, int]], back: list[list[int]], less: bool
) -> None:
    nested = w.session.begin_nested()
    taxed(w)
    order = placed(customer, *lines)
    bill = sent(w, order)
    assert sum(i.total_cents or 0 for i in bill.lines) == bill.total_cents == order.total_cents
    assert sum(r.gross_cents for r in bill.rates) == order.total_cents
    assert sum(r.tax_cents for r in bill.rates) == order.tax_cents
    orders.deliver(w, order.id)
    for pieces in [*back, [4, 4, 4, 4]]:  # the last takes all that is left
        left = returns.of_order(w, order.id).returnable
        wanted = [Pieces(line_no=i, quantity=min(n, left[i])) for i, n in enumerate(pieces, 1) if left.get(i)]
        if any(p.quantity for p in wanted):
            known = len(returns.of_order(w, order.id).returns)
            made = returns.ask(w, order.id, NewReturn(lines=wanted, reason="damaged", known=known))
            returns.receive(w, made.id, restock=True)
            most = next(r.most_cents for r in returns.of_order(w, order.id).returns if r.id == made.id)
            returns.refund(w, made.id, most // 2 if less else most, reason="half of it" if less else "")
    credit = content(w, DocumentKind.CREDIT_NOTE)
    given_back = sum(r.refund_cents for r in w.session.exec(select(Return)) if r.state is ReturnState.REFUNDED)
    assert sum(c.total_cents or 0 for c in credit) == given_back <= order.total_cents
    for rate in bill.rates:
        own = [r for c in credit for r in c.rates if r.basis_points == rate.basis_points]
        kept = rate.gross_cents - sum(r.gross_cents for r in own)
        assert rate.tax_cents - sum(r.tax_cents for r in own) == taxes.contained(kept, rate.basis_points)
    if not less:
        assert given_back == order.total_cents, "what delivery cost comes back with the last piece"
    nested.rollback()
    w.session.expire_all()


def test_numbers_have_no_gaps_and_none_twice_also_when_many_are_made_and_some_fail(fresh_engines: Engines) -> None:
    people, [kettle] = shoppers(12), products(100)
    made = []
    for person in people:
        with work(person) as w:
            made.append(orders.place(w, asked_by(person, "one", (kettle, 1))).id)

    def ship(order_id: int, fails: bool) -> Callable[[], int]:
        def attempt() -> int:
            with work(SYSTEM) as w:
                orders.pick(w, order_id)
                orders.ship(w, order_id, NewParcel())
                if fails:
                    raise NotFound("parcel")  # after the number was taken
                return order_id

        return attempt

    answers = at_once([ship(order_id, n % 3 == 0) for n, order_id in enumerate(made)])
    assert sum(isinstance(a, int) for a in answers) == 8, answers
    with work(SYSTEM) as w:
        for kind in (DocumentKind.INVOICE, DocumentKind.DELIVERY_NOTE):
            numbers = sorted(w.session.exec(select(Document.seq).where(Document.kind == kind)).all())
            assert numbers == list(range(1, 9))
        assert {s.last for s in w.session.exec(select(NumberSeries))} == {8}

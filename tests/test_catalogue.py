"""Customers find what can be bought, slips included, and never see what is not meant for them."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlmodel import Session

from db.models import Product, Role
from services import catalogue
from services.catalogue import Facet, Filters, Sort, Stock, words
from services.errors import NotAllowed, NotFound
from services.work import Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]


@pytest.fixture(autouse=True)
def always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shelf changes between two lines of a test, not only every two seconds."""
    monkeypatch.setattr(words, "FRESH_S", 0.0)


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session)))


@pytest.fixture
def shelf(session: Session) -> dict[str, Product]:
    rows = [
        make.product(session, "Electric kettle", cents=4900, stock=3),
        make.product(session, "Kettle descaler", cents=600, stock=0, category="Care"),
        make.product(session, "Porcelain cup", cents=700, category="Table"),
        make.product(session, "Grinder", cents=9900, category="Kitchen"),
        make.product(session, "Crème brûlée torch", cents=2900, stock=None, category="Kitchen"),
    ]
    return {row.name: row for row in rows}


def names(w: Work, **filters: object) -> list[str]:
    return [o.name for o in catalogue.browse(w, Filters.model_validate(filters)).offers]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("kettle", ["Kettle descaler", "Electric kettle"]),
        ("KETLE", ["Electric kettle", "Kettle descaler"]),  # one letter short
        ("kettel", ["Electric kettle", "Kettle descaler"]),  # two letters swapped
        ("creme brulee", ["Crème brûlée torch"]),
        ("electric kettle", ["Electric kettle"]),
        ("ket", ["Kettle descaler", "Electric kettle"]),  # while still typing
        ("celain", ["Porcelain cup"]),
        ("table", ["Porcelain cup"]),  # by category
        ("xylophone", []),
        ("%", []),
        ("' UNION SELECT unit_cost_cents; --", []),
    ],
)
def test_the_search_forgives_slips(w: Work, shelf: dict[str, Product], typed: str, expected: list[str]) -> None:
    assert sorted(names(w, text=typed)) == sorted(expected)


def test_the_name_counts_more_than_the_category(w: Work, session: Session) -> None:
    make.product(session, "Apron", category="Kitchen")
    make.product(session, "Kitchen scale", category="Tools")
    assert names(w, text="kitchen") == ["Kitchen scale", "Apron"]


def test_categories_are_counted_for_what_was_searched(w: Work, shelf: dict[str, Product]) -> None:
    everything = catalogue.browse(w, Filters())
    assert everything.facets == [Facet("Care", 1), Facet("Kitchen", 3), Facet("Table", 1)]
    assert everything.found == 5
    assert catalogue.categories(w) == everything.facets
    narrowed = catalogue.browse(w, Filters(text="kettle", category="Kitchen"))
    assert narrowed.facets == [Facet("Care", 1), Facet("Kitchen", 1)]  # the other categories stay on offer
    assert [o.name for o in narrowed.offers] == ["Electric kettle"]
    assert narrowed.found == 1


def test_what_is_sold_out_can_be_left_out(w: Work, shelf: dict[str, Product]) -> None:
    assert "Kettle descaler" in names(w)
    assert "Kettle descaler" not in names(w, in_stock=True)
    assert names(w, text="kettle", in_stock=True) == ["Electric kettle"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.NAME, ["Crème brûlée torch", "Electric kettle", "Grinder", "Kettle descaler", "Porcelain cup"]),
        (Sort.CHEAPEST, ["Kettle descaler", "Porcelain cup", "Crème brûlée torch", "Electric kettle", "Grinder"]),
        (Sort.DEAREST, ["Grinder", "Electric kettle", "Crème brûlée torch", "Porcelain cup", "Kettle descaler"]),
        (Sort.BEST, ["Kettle descaler", "Crème brûlée torch", "Electric kettle", "Grinder", "Porcelain cup"]),
    ],
)
@pytest.mark.parametrize("text", ["", "e"])
def test_pages_go_forward_and_back_without_gaps(
    w: Work, shelf: dict[str, Product], sort: Sort, expected: list[str], text: str
) -> None:
    filters = Filters(sort=sort, text=text)
    if text:
        expected = names(w, sort=sort, text=text)
        assert len(expected) == 1
    seen: list[str] = []
    page = catalogue.browse(w, filters, most=2)
    assert page.first
    while True:
        seen += [o.name for o in page.offers]
        if not page.more:
            break
        page = catalogue.browse(w, filters, after=page.offers[-1].product_id, most=2)
        assert not page.first
    assert seen == expected
    while not page.first:
        page = catalogue.browse(w, filters, before=page.offers[0].product_id, most=2)
        assert page.more
    assert [o.name for o in page.offers] == expected[:2]


def test_customers_never_see_costs_nor_what_is_off_the_shelf(w: Work, shelf: dict[str, Product]) -> None:
    shelf["Grinder"].active = False
    shelf["Porcelain cup"].list_price_cents = None
    shelf["Porcelain cup"].updated_at = make.NOON + timedelta(hours=1)
    w.session.flush()
    assert not {"Grinder", "Porcelain cup"} & set(names(w))
    assert names(w, text="grinder") == []
    for name in ("Grinder", "Porcelain cup"):
        with pytest.raises(NotFound):
            catalogue.detail(w, shelf[name].id)
    assert not [key for key in asdict(catalogue.browse(w, Filters()).offers[0]) if "cost" in key]


@pytest.mark.parametrize(
    ("stock", "told", "left"),
    [(None, Stock.UNCOUNTED, None), (0, Stock.OUT, None), (5, Stock.FEW, 5), (6, Stock.AVAILABLE, None)],
)
def test_the_stock_is_told_in_words_and_counted_only_when_low(
    w: Work, stock: int | None, told: Stock, left: int | None
) -> None:
    offer = catalogue.detail(w, make.product(w.session, stock=stock).id)
    assert (offer.stock, offer.left) == (told, left)


def test_a_new_product_is_found_at_once(w: Work, shelf: dict[str, Product]) -> None:
    assert names(w, text="teapot") == []
    make.product(w.session, "Teapot")
    assert names(w, text="teapot") == ["Teapot"]


def test_a_renamed_product_is_found_by_its_new_name(w: Work, shelf: dict[str, Product]) -> None:
    assert names(w, text="samovar") == []
    shelf["Grinder"].name = "Samovar"
    shelf["Grinder"].updated_at = make.NOON + timedelta(minutes=1)
    w.session.flush()
    assert names(w, text="samovar") == ["Samovar"]


def test_a_page_from_nowhere_begins_at_the_beginning(w: Work, shelf: dict[str, Product]) -> None:
    assert len(catalogue.browse(w, Filters(), after=10**9).offers) == 5
    assert len(catalogue.browse(w, Filters(text="kettle"), after=10**9).offers) == 2


def test_strangers_see_no_catalogue(work_as: WorkAs) -> None:
    with pytest.raises(NotAllowed):
        catalogue.browse(work_as(Actor()), Filters())

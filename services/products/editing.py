"""Adding a product and changing what is said of it."""

from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Field, SQLModel, col

from db.models import PriceChange, Product, ProductLink, Role, StockReason, TaxClass
from services import access, audit, prices, stock
from services.catalogue.offer import shown_name
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.inputs import line, paragraph
from services.text import _
from services.work import Work

MOST_FACTS = 30
MOST_DAYS, MOST_MONTHS = 365, 600
MOST_PICKED = 8
#: How a spreadsheet recognises a formula. A name that begins so would be run by the next one it is pasted into.
FORMULA = ("=", "+", "-", "@")


class Fields(SQLModel):
    """What is said of a product. Prices and stock have verbs of their own."""

    name: str
    sku: str = ""
    category: str = ""
    subcategory: str = ""
    brand: str = ""
    unit: str = ""
    description: str = ""
    facts: dict[str, str] = Field(default_factory=dict)
    delivery_days: int = 3
    warranty_months: int | None = None
    is_service: bool = False
    is_fee: bool | None = None  # None: nobody has said
    active: bool = True
    tax_class: str = ""  # empty: taxed as the default class


def fields_of(product: Product) -> Fields:
    """What is said of a product now."""
    return Fields(
        name=product.name,
        sku=product.sku or "",
        category=product.category or "",
        subcategory=product.subcategory or "",
        brand=product.brand or "",
        unit=product.unit or "",
        description=product.description,
        facts={k: str(v) for k, v in product.attributes.items() if isinstance(v, str | int | float)},
        delivery_days=product.delivery_days,
        warranty_months=product.warranty_months,
        is_service=product.is_service,
        is_fee=product.is_fee,
        active=product.active,
        tax_class=product.tax_class or "",
    )


def name_of(value: object, field: str, most: int, *, required: bool = False) -> str:
    """A short text that also a spreadsheet takes for text. Raises Invalid."""
    clean = line(value, field, most, required=required)
    if clean.startswith(FORMULA):
        raise Invalid(field, _("it must not begin with =, +, - or @"))
    return clean


def whole(value: object, field: str, least: int, most: int) -> int:
    """A whole number within limits. Raises Invalid."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(field, _("a whole number from {least} to {most}").format(least=least, most=most))
    return value


def checked(new: Fields) -> dict[str, Any]:
    """The columns of a product from what was typed. Raises Invalid."""
    facts = {name_of(k, _("Fact"), 60, required=True): line(v, _("Fact"), 300) for k, v in new.facts.items()}
    if len(facts) > MOST_FACTS:
        raise Invalid(_("Facts"), _("at most {most}").format(most=MOST_FACTS))
    months = new.warranty_months
    return {
        "name": name_of(new.name, _("Name"), 300, required=True),
        "sku": name_of(new.sku, _("Article number"), 120) or None,
        "category": name_of(new.category, _("Category"), 120) or None,
        "subcategory": name_of(new.subcategory, _("Group"), 120) or None,
        "brand": name_of(new.brand, _("Brand"), 120) or None,
        "unit": name_of(new.unit, _("Unit"), 60) or None,
        "description": paragraph(new.description, _("Description"), 4000, required=False),
        "attributes": facts,
        "delivery_days": whole(new.delivery_days, _("Days to the door"), 0, MOST_DAYS),
        "warranty_months": None if months is None else whole(months, _("Warranty in months"), 1, MOST_MONTHS),
        "is_service": bool(new.is_service),
        "is_fee": None if new.is_fee is None else bool(new.is_fee),
        "active": bool(new.active),
    }


def find_twin(w: Work, sku: str | None, *, but: int | None = None) -> int | None:
    """Another product with this article number."""
    if not sku:
        return None
    same = select(col(Product.id)).where(col(Product.sku) == sku, col(Product.id).is_distinct_from(but)).limit(1)
    found: int | None = w.session.execute(same).scalar_one_or_none()
    return found


def _refuse_twin(w: Work, sku: str | None, *, but: int | None = None) -> None:
    if find_twin(w, sku, but=but) is not None:
        raise Conflict(_("There is another product with the article number {sku}.").format(sku=sku))


def add(w: Work, new: Fields, *, cents: int, cost_cents: int | None = None, in_stock: int | None = None) -> Product:
    """A new product with its price; `in_stock` None: not counted. Managers only. Raises Invalid, Conflict."""
    w.require(Role.MANAGER)
    values = checked(new) | {"tax_class": _tax_class(w, new.tax_class)}
    cents = prices.checked(cents)
    cost = None if cost_cents is None else prices.checked(cost_cents)
    pieces = None if in_stock is None else whole(in_stock, _("Stock"), 0, stock.MOST)
    _refuse_twin(w, values["sku"])
    product = Product(
        **values, list_price_cents=cents, unit_cost_cents=cost, stock=pieces, created_at=w.now, updated_at=w.now
    )
    w.session.add(product)
    w.session.flush()
    first = PriceChange(product_id=product.id, list_price_cents=cents, unit_cost_cents=cost, valid_from=w.now)
    first.set_by = w.actor.name[:200]
    w.session.add(first)
    w.session.flush()
    stock.moved(w, [(product.id, pieces or 0)], StockReason.OPENING)
    audit.record(w, "products.add", "product", product.id, after=audit.snapshot(product))
    return product


def change(w: Work, product_id: int, new: Fields, version: int) -> Product:
    """Say something else of a product. Staff; whether it is on the shelf only managers decide.

    `version` is the one that was shown. Raises NotFound, Invalid, NotAllowed; Conflict where a colleague was faster.
    """
    w.require(Role.STAFF)
    values = checked(new) | {"tax_class": _tax_class(w, new.tax_class)}
    product = prices.settled(w, access.product(w, product_id).id)
    if product.version != version:
        raise Conflict(_("A colleague has changed this product meanwhile. Please look again."))
    if values["active"] != product.active and not may_price(w):
        raise NotAllowed(_("Managers decide what is on the shelf."))
    if values["tax_class"] != product.tax_class and not may_price(w):
        raise NotAllowed(_("Managers decide how a product is taxed."))
    if values["is_fee"] != product.is_fee and not may_price(w):
        raise NotAllowed(_("Managers decide what is a fee."))
    if values["sku"] != product.sku:
        _refuse_twin(w, values["sku"], but=product.id)
    # What an import keeps there beside plain facts stays.
    kept = {k: v for k, v in product.attributes.items() if not isinstance(v, str | int | float)}
    put(w, product, values | {"attributes": kept | values["attributes"]})
    return product


def _tax_class(w: Work, code: str) -> str | None:
    """A class that there is, or None for the default one. Raises NotFound."""
    if code and w.session.get(TaxClass, code) is None:
        raise NotFound(_("tax class"))
    return code or None


def put(w: Work, product: Product, values: dict[str, Any]) -> None:
    """Write checked values into a held product, with the trail; nothing happens where nothing differs."""
    before = audit.snapshot(product)
    if all(getattr(product, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(product, name, value)
    product.version += 1
    product.updated_at = w.now
    w.session.add(product)
    w.session.flush()
    audit.record(w, "products.change", "product", product.id, before=before, after=audit.snapshot(product))


def may_price(w: Work) -> bool:
    """Whether the actor decides on prices and on what is on the shelf."""
    return w.actor.system or w.actor.role in (Role.MANAGER, Role.ADMIN)


def pick(w: Work, product_id: int, goes_with: list[int]) -> None:
    """Say by hand what goes with a product, in this order. Staff only. Raises NotFound, Invalid."""
    w.require(Role.STAFF)
    product = stock.held(w, access.product(w, product_id).id)
    wanted = [access.product(w, i).id for i in dict.fromkeys(goes_with)]
    if product.id in wanted or len(wanted) > MOST_PICKED:
        raise Invalid(_("Goes with it"), _("choose at most {most} other products").format(most=MOST_PICKED))
    mine = col(ProductLink.product_id) == product.id
    picked = select(col(ProductLink.goes_with_id)).where(mine).order_by(col(ProductLink.position))
    before = list(w.session.execute(picked).scalars())
    if before == wanted:
        return
    w.session.execute(delete(ProductLink).where(mine))
    w.session.add_all(ProductLink(product_id=product.id, goes_with_id=i, position=n) for n, i in enumerate(wanted))
    w.session.flush()
    audit.record(w, "products.pick", "product", product.id, before={"goes_with": before}, after={"goes_with": wanted})


def picked(w: Work, product_id: int) -> dict[int, str]:
    """What was picked by hand to go with a product, in its order: also what is not sold at the moment. Staff only."""
    w.require(Role.STAFF)
    rows = select(col(Product.id), col(Product.name), col(Product.sku)).join(
        ProductLink, col(ProductLink.goes_with_id) == col(Product.id)
    )
    mine = rows.where(col(ProductLink.product_id) == product_id).order_by(col(ProductLink.position))
    return {number: shown_name(name, sku, number) for number, name, sku in w.session.execute(mine)}

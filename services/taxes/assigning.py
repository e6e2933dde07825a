"""Which products are taxed as what."""

from sqlalchemy import func, update
from sqlmodel import col, select

from db.models import Product, Role, TaxClass
from services import audit
from services.errors import NotFound
from services.text import _
from services.work import Work


def of_categories(w: Work) -> dict[str, dict[str, int]]:
    """By category, how many active products have which class ("": the default). Staff only."""
    w.require(Role.STAFF)
    rows = select(Product.category, Product.tax_class, func.count()).where(col(Product.active))
    found: dict[str, dict[str, int]] = {}
    for category, tax_class, n in w.session.exec(rows.group_by(col(Product.category), col(Product.tax_class))):
        found.setdefault(category or "", {})[tax_class or ""] = n
    return dict(sorted(found.items()))


def assign(w: Work, category: str, tax_class: str) -> int:
    """Tax all products of a category as a class, from now on; empty: as the default. Administrators only.

    Returns how many products changed. Orders that were placed stay as they are. Raises NotFound.
    """
    w.require(Role.ADMIN)
    if tax_class and w.session.get(TaxClass, tax_class) is None:
        raise NotFound(_("tax class"))
    meant = col(Product.category) == category if category else col(Product.category).is_(None)
    other = col(Product.tax_class).is_distinct_from(tax_class or None)
    changed = update(Product).where(meant, other).values(tax_class=tax_class or None, updated_at=w.now)
    n = int(w.session.connection().execute(changed).rowcount)
    w.session.expire_all()
    audit.record(w, "taxes.assign", "tax_class", tax_class, after={"category": category, "products": n})
    return n

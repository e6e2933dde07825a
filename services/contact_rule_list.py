"""Reading contact rules, for the page that keeps them."""

from dataclasses import dataclass

from sqlmodel import col, select

from db.models import ContactRule, Product, Role
from services.contact_rules import RuleInput
from services.errors import Invalid
from services.text import _
from services.work import Work


@dataclass(frozen=True)
class RuleRow:
    """A rule as the list shows it. `goods`: the name of the product or the category."""

    id: int
    version: int
    goods: str
    sku: str
    fields: RuleInput


def listing(w: Work) -> list[RuleRow]:
    """All rules, those in force first. Managers only."""
    w.require(Role.MANAGER)
    rules = select(ContactRule, Product).outerjoin(Product, col(Product.id) == col(ContactRule.product_id))
    rows = w.session.exec(rules.order_by(col(ContactRule.active).desc(), col(ContactRule.id))).all()
    return [
        RuleRow(r.id, r.version, p.name if p else r.category or "", p.sku or "" if p else "",
                RuleInput.model_validate({**r.model_dump(), "category": r.category or ""}))
        for r, p in rows
    ]  # fmt: skip


def categories(w: Work) -> list[str]:
    """The categories of what is sold. Managers only."""
    w.require(Role.MANAGER)
    sold = select(Product.category).where(col(Product.active).is_(True), col(Product.category).is_not(None))
    return [c for c in w.session.exec(sold.distinct().order_by(col(Product.category))) if c]


def with_product(w: Work, fields: RuleInput, sku: str) -> RuleInput:
    """The fields with the product of an article number; without a number as they are. Raises Invalid."""
    if not sku.strip():
        return fields
    found = w.session.exec(select(Product.id).where(Product.sku == sku.strip()).limit(1)).first()
    if found is None:
        raise Invalid(_("Article number"), _("there is no such article"))
    return fields.model_copy(update={"product_id": found, "category": ""})

"""The catalogue as customers see it: what can be bought, at what price, when it comes. Never what it cost us."""

from services.catalogue.goods import Bought, Companion, Goods, companions, goods, together
from services.catalogue.listing import Facet, Filters, Shelf, Sort, browse, categories
from services.catalogue.offer import Offer, Stock, detail, offers

__all__ = [
    "Bought",
    "Companion",
    "Facet",
    "Filters",
    "Goods",
    "Offer",
    "Shelf",
    "Sort",
    "Stock",
    "browse",
    "categories",
    "companions",
    "detail",
    "goods",
    "offers",
    "together",
]

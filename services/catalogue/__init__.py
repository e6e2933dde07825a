"""The catalogue as customers see it: what can be bought, at what price, when it comes. Never what it cost us."""

from services.catalogue.listing import Facet, Filters, Shelf, Sort, browse
from services.catalogue.offer import Offer, Stock, detail, offers

__all__ = ["Facet", "Filters", "Offer", "Shelf", "Sort", "Stock", "browse", "detail", "offers"]

"""Purchase patterns over everything that was sold, from the columnar copy: `intervals` (of products and customers,
what is due and overdue, which product at which interval), `season`, `together` (baskets and sequences), `staying`
(retention). The reference for each is in services/analytics/patterns; tests compare.

Customers who object to predictions are in no list of what is due; sums without names count everybody. What a manager
calls a fee (services/products/fees.py) is no product here.
"""

from services.patterns import intervals, season, staying, together
from services.patterns.asked import Answer, View, categories, products, view

__all__ = ["Answer", "View", "categories", "intervals", "products", "season", "staying", "together", "view"]

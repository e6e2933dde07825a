"""Taxes: the rates that the administrator sets, and the tax that is contained in a price.

Prices include their tax, for they are what a customer pays. An order keeps the rate and the tax of each line and of the
delivery, so that a later rate changes nothing of it. Orders from an import have none: their tax is not recorded.
"""

from services.taxes.amounts import Contained, RateSum, contained, of_parts
from services.taxes.assigning import assign, of_categories
from services.taxes.rates import Class, NewRate, Rates, basis_points, classes, on, remove_rate, save_class, save_rate
from services.taxes.stored import of_order

__all__ = [
    "Class",
    "Contained",
    "NewRate",
    "RateSum",
    "Rates",
    "assign",
    "basis_points",
    "classes",
    "contained",
    "of_categories",
    "of_order",
    "of_parts",
    "on",
    "remove_rate",
    "save_class",
    "save_rate",
]

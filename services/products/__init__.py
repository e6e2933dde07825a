"""The catalogue as the team keeps it: what is sold, in which words, with which pictures, at which price.

Staff change words, pictures, what goes together and stocks. Managers also add products, change prices and say what is
on the shelf: a slip there costs money at once.
"""

from services.products.editing import Fields, add, change, fields_of, find_twin, pick, picked
from services.products.fees import looks_like_one, suggested
from services.products.grid import Edit, Problem, Refused, apply
from services.products.listing import PER_PAGE, Row, Wanted, categories, rows

__all__ = [
    "PER_PAGE",
    "Edit",
    "Fields",
    "Problem",
    "Refused",
    "Row",
    "Wanted",
    "add",
    "apply",
    "categories",
    "change",
    "fields_of",
    "find_twin",
    "looks_like_one",
    "pick",
    "picked",
    "rows",
    "suggested",
]

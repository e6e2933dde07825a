"""All tables of the columnar copy, and the version of their definitions."""

import hashlib

from db.columnar.matters import CASES, CONTACT, RETURN_LINE, RETURNS, SURVEY, TEAM
from db.columnar.selling import BUYER, BUYER_COLUMNS, BUYER_ROWS, CUSTOMER, ORDERS, PRODUCT, SALE_LINE, STAFF

__all__ = ["ABOUT", "BUYER", "BUYER_COLUMNS", "BUYER_ROWS", "FED", "VERSION"]

#: In the order in which they are filled: lines are joined with their orders.
FED = (CUSTOMER, PRODUCT, STAFF, ORDERS, SALE_LINE, CONTACT, CASES, TEAM, RETURNS, RETURN_LINE, SURVEY)

ABOUT = "CREATE TABLE about (name VARCHAR, value VARCHAR)"

#: A copy that was made by other definitions is made anew.
VERSION = hashlib.sha256(
    repr([(f.ddl, f.shape, f.source, f.raw) for f in FED] + [BUYER, BUYER_ROWS]).encode()
).hexdigest()[:16]

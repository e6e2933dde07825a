"""The account of a customer: what is known, changing it, what was changed, and what is open."""

from services.accounts.addresses import NewAddress, add_address, change_address, remove_address
from services.accounts.details import AccountChange, Stale, change, labels
from services.accounts.history import Change, history
from services.accounts.home import Home, home
from services.accounts.phones import add_phone, prefer_phone, remove_phone
from services.accounts.view import Account, Address, Phone, view

__all__ = [
    "Account",
    "AccountChange",
    "Address",
    "Change",
    "Home",
    "NewAddress",
    "Phone",
    "Stale",
    "add_address",
    "add_phone",
    "change",
    "change_address",
    "history",
    "home",
    "labels",
    "prefer_phone",
    "remove_address",
    "remove_phone",
    "view",
]

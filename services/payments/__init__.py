"""Payments: on account (an invoice), by transfer (before the goods are packed) and through a payment provider.

What is owed follows from one rule, `settle`: what was charged, less what was paid, plus what was given back. It is
applied after everything that changes one of the three, so an order that was called off or came back either has nothing
open or a refund that somebody has to pay out. A provider is trusted only through signed messages (see hook.py).
"""

from services.payments.open_money import OpenInvoice, OpenMoney, open_money
from services.payments.reading import Shown, method_in_words, of_order, offered
from services.payments.refunding import paid_out, send
from services.payments.rows import chosen, due, opened, receive, settle, waits
from services.payments.stuck import Matter, Stuck, stuck

__all__ = [
    "Matter",
    "OpenInvoice",
    "OpenMoney",
    "Shown",
    "Stuck",
    "chosen",
    "due",
    "method_in_words",
    "of_order",
    "offered",
    "open_money",
    "opened",
    "paid_out",
    "receive",
    "send",
    "settle",
    "stuck",
    "waits",
]

"""What an agent is pointed to: customers who may be slipping away, and one thing to offer; measured, not modelled.

Reasons are read when they are shown, so a switch, a purchase or a settled case counts at once. What only the whole
company's purchases tell (whom to look at, what follows what) is found every night by `looking`, with its time; who
gives cause by day is added by `renew` within minutes.
"""

from services.hints.offering import Suggested, suggested
from services.hints.renewing import renew
from services.hints.warning import Slipping, lately, of_customer

__all__ = ["Slipping", "Suggested", "lately", "of_customer", "renew", "suggested"]

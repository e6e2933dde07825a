"""Cases: concerns that stay open until they are settled. Opened, talked about, changed, settled, opened again."""

from services.cases import checklists, desk, escalation, joining, levels, linked_orders, macros, notices, rating, topics
from services.cases.changing import CaseChange, change
from services.cases.opening import NewCase, NewQuestion, ask, raise_for
from services.cases.reading import PER_PAGE, CaseRow, CaseView, Note, Said, changed, listing, others, view
from services.cases.routing import place, route
from services.cases.rules import PRIORITIES, case_number, next_states, priority_in_words
from services.cases.thread import NewAnswer, read, write

__all__ = [
    "PER_PAGE",
    "PRIORITIES",
    "CaseChange",
    "CaseRow",
    "CaseView",
    "NewAnswer",
    "NewCase",
    "NewQuestion",
    "Note",
    "Said",
    "ask",
    "case_number",
    "change",
    "changed",
    "checklists",
    "desk",
    "escalation",
    "joining",
    "levels",
    "linked_orders",
    "listing",
    "macros",
    "next_states",
    "notices",
    "others",
    "place",
    "priority_in_words",
    "raise_for",
    "rating",
    "read",
    "route",
    "topics",
    "view",
    "write",
]

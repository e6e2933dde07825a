"""Saved views: questions about the figures that managers keep under a name, for themselves or for all managers.

`definition` says what is kept and which days a name like "last week" means; `keeping` saves, shares, removes and opens.
Figures are read with the rights of whoever opens a view, never with those of its owner.
"""

from services.saved_views.definition import Definition, Named, before, checked, days, question
from services.saved_views.keeping import (
    KEPT_DAYS,
    Saved,
    change,
    held,
    mine_and_shared,
    opened,
    remove,
    restore,
    save,
    sweep,
)

__all__ = [
    "KEPT_DAYS",
    "Definition",
    "Named",
    "Saved",
    "before",
    "change",
    "checked",
    "days",
    "held",
    "mine_and_shared",
    "opened",
    "question",
    "remove",
    "restore",
    "save",
    "sweep",
]

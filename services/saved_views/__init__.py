"""Saved views: questions about the figures that managers keep under a name, for themselves or for all managers.

What is kept is a `services.cube_view.View`; `keeping` saves, shares, removes and opens it. Figures are read with the
rights of whoever opens a view, never with those of its owner.
"""

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
    "Saved",
    "change",
    "held",
    "mine_and_shared",
    "opened",
    "remove",
    "restore",
    "save",
    "sweep",
]

"""Who buys again: scoring runs in a process of their own, and their figures for everybody who may see them.

    version = scores.current(w)          # None before the first run is done
    if version and 90 in version.usable():
        likely = scores.rows(version).where(col(CustomerScore.decile) == 10)

Reads leave out who objects to predictions at that moment, whatever the run knew. `fitting`, `writing` and `running`
import the models (scipy, scikit-learn) and belong to the worker's process only.
"""

from services.scores.reading import (
    FRAME_TYPES,
    HORIZONS,
    MAIN,
    Horizon,
    Version,
    current,
    finished,
    frame,
    of_customer,
    rows,
)

__all__ = [
    "FRAME_TYPES",
    "HORIZONS",
    "MAIN",
    "Horizon",
    "Version",
    "current",
    "finished",
    "frame",
    "of_customer",
    "rows",
]

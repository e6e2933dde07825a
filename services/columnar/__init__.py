"""Analytical questions, answered from the columnar copy (db/columnar) within a second over millions of lines.

    with columnar.reading(w) as copy:
        months = copy.frame("revenue_by_month", from_day=first, to_day=last)
    # copy.as_of: everything committed before is in it; copy.version: equal versions mean equal data

A question is a name of a file in services/questions or a `Question`; values are bound, never written into the text.
Managers only (and jobs, which act as the system). `Preparing` is raised while there is no copy yet: show its share.

Each process has a file of its own under var/analytics, for a DuckDB file that one process writes cannot be opened by
another. It is made at the first question, or taken over from a process that has ended, and then follows the primary
every two seconds. It can be deleted at any time.
"""

from services.columnar.asking import Answers, query, reading
from services.columnar.keeper import Preparing, follow_now, start, state, stop
from services.columnar.pruning import forget, prune
from services.columnar.rebuilding import rebuild

__all__ = [
    "Answers",
    "Preparing",
    "follow_now",
    "forget",
    "prune",
    "query",
    "reading",
    "rebuild",
    "start",
    "state",
    "stop",
]

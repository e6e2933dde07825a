"""What rules read that is not in the columnar copy: what the scoring run in force expects."""

from dataclasses import replace

import pyarrow as pa

from services import scores
from services.columnar import Answers
from services.segments.compile import Compiled
from services.work import SYSTEM, Work


def lent_scores(w: Work, copy: Answers, asked: Compiled) -> None:
    """Let a rule that asks about predictions read them."""
    if " score AS s" in asked.tables:
        copy.lend("score", _scores(w))


_SCORES: dict[tuple[object, ...], pa.Table] = {}  # of the run in force


def _scores(w: Work) -> pa.Table:
    """What the scoring run in force expects; without one an empty table. The run never changes once it is in force.

    Who has objected since is kept out by the rule itself: score fields are predictions, see `predicted`.
    """
    version = scores.current(replace(w, actor=SYSTEM))
    if version is None:
        return pa.table({name: pa.array([], pa.from_numpy_dtype(kind)) for name, kind in scores.FRAME_TYPES.items()})
    key = (version.run_id, version.finished_at, w.session.get_bind().engine.url)
    if key not in _SCORES:
        table = pa.Table.from_pandas(scores.frame(replace(w, actor=SYSTEM), version), preserve_index=False)
        _SCORES.clear()
        _SCORES[key] = table
    return _SCORES[key]

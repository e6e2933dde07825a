"""When the demonstration's cases were answered first, and after how much working time."""

from typing import Any

import numpy as np
import pandas as pd

from services import working_time


def first_answers(a: Any, made: pd.DataFrame) -> dict[str, np.ndarray]:
    """The columns of the cases. In: the table of cases; the first words of the house are among the messages."""
    written = a.more["messages"]
    first = made["matter"].map(written[~written["is_in"].astype(bool)].groupby("matter")["sent_at"].min())
    opened, answered = (pd.DatetimeIndex(a.utc(times)).tz_localize("UTC") for times in (made["opened_at"], first))
    calendar = working_time.of(a.w)
    minutes = [
        None if pd.isna(at) else calendar.minutes_between(start.to_pydatetime(), at.to_pydatetime())
        for start, at in zip(opened, answered, strict=True)
    ]
    return {"first_answered_at": a.utc(first), "first_answer_minutes": np.array(minutes, object)}

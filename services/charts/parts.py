"""The parts that a chart is split into: the largest have a colour of their own, the smaller ones share one."""

import pandas as pd

from services.dimensions import OTHERS

#: With one for all others, as many as there are colours that can be told apart.
PARTS = 7
#: The code of the smaller parts together; it is no group of the answer, so nothing opens behind it.
REST = OTHERS * 2


def small(part: "pd.Series[str]", value: "pd.Series[float]") -> "pd.Series[bool]":
    """Which marks belong to the smaller parts, of one row per mark: none where there are colours enough.

    Only for values that add up. What the answer itself calls "all others" is never among the largest.
    """
    if part.nunique() <= PARTS + 1:
        return pd.Series(data=False, index=part.index)
    single = part != OTHERS
    sums = value[single].groupby(part[single]).sum()
    return ~part.isin(sums.nlargest(PARTS).index)


def ordered(part: "pd.Series[str]", name: "pd.Series[str]") -> list[str]:
    """The names of the parts in the order of a legend: as they come, the smaller ones last."""
    rest = part == REST
    return list(dict.fromkeys([*name[~rest], *name[rest]]))

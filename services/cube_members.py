"""Different things counted in a few groups: which of the groups each thing is in, as the bits of whole numbers.

Who counts different customers by category and channel, by each of them, and altogether, lets the database remember
every customer once for each group and again for each of these divisions. The bits are asked for once, in half the time
of a single one of them, and everything else is counted from them. See benchmarks/README.md.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from services.columnar import Answers
from services.dimensions import OTHERS
from services.questions import Question

if TYPE_CHECKING:
    from services.cube import CubeQuestion
    from services.cube_text import Asked

BITS = 60  # of a word: a whole number of 64 bits that is never negative
#: With more groups the database takes as long for the bits as for counting.
MOST_GROUPS = 4 * BITS
#: More groups than these are not even looked at, whatever they come to by fewer dimensions.
MOST_FOUND = 100_000


@dataclass(frozen=True)
class Members:
    """What is in which group. `groups`: a row per group, what it is called in each dimension, in the order of the bits.

    `words`: of each thing, the groups it is in, `BITS` of them in each word.
    """

    by: list[str]
    column: str
    groups: pd.DataFrame
    words: list[NDArray[np.int64]]

    @classmethod
    def of(
        cls, copy: Answers, asked: "Asked", ahead: "Asked", question: "CubeQuestion", values: dict[str, Any]
    ) -> "Members | None":
        """Of the groups of `asked`, or where they are too many of those of `ahead`, which has some of the dimensions.

        None where both are too many, or where something else than different things is counted, or more than one kind.
        """
        if not asked.by or not asked.counted:
            return None
        found = copy.arrow(Question("groups", asked.groups(question, MOST_FOUND + 1)), **values)
        if len(found) > MOST_FOUND:
            return None
        for one in (asked, ahead):
            names = [column for d in one.by for column in (f"key_{d}", d)]
            groups = found.select(names).group_by(names, use_threads=False).aggregate([])
            if len(groups) <= MOST_GROUPS:
                return cls._asked(copy, one, groups, question, values)
        return None

    @classmethod
    def _asked(
        cls, copy: Answers, asked: "Asked", groups: pa.Table, question: "CubeQuestion", values: dict[str, Any]
    ) -> "Members":
        words = [f"w{n}" for n in range(max(1, -(-len(groups) // BITS)))]
        lent = groups.select([f"key_{d}" for d in asked.by])
        for n, word in enumerate(words):
            bits = [1 << place - n * BITS if place // BITS == n else 0 for place in range(len(groups))]
            lent = lent.append_column(word, pa.array(bits, pa.int64()))
        # Another content has another name: a text names what it has read.
        name = "bits_" + hashlib.sha256(str(lent.to_pydict()).encode()).hexdigest()[:12]
        copy.lend(name, lent)
        found = copy.arrow(Question("members", asked.members(question, name, words)), **values)
        [column] = asked.forms
        return cls(asked.by, column, groups.select(asked.by).to_pandas(), [found[w].to_numpy() for w in words])

    def counted(self, sets: list[list[str]]) -> pd.DataFrame:
        """A row per group of each of `sets`; a dimension that a set lacks is missing in its rows."""
        parts = [self._counted(self.groups, one) for one in sets]
        return pd.concat(parts, ignore_index=True)[[*self.by, self.column]]

    def folded(self, shown: Mapping[str, list[str]]) -> pd.DataFrame:
        """The groups with all that is not `shown` as one."""
        named = {d: self.groups[d].where(self.groups[d].isin(some), OTHERS) for d, some in shown.items()}
        return self._counted(self.groups.assign(**named), self.by)

    def _counted(self, named: pd.DataFrame, by: list[str]) -> pd.DataFrame:
        """Things in each group of some dimensions; groups of the same name count as one."""
        places: dict[tuple[str, ...], list[int]] = {}
        for place, key in enumerate(zip(*(map(str, named[d]) for d in by), strict=True)):
            places.setdefault(key, []).append(place)
        if not by:
            places[()] = list(range(len(named)))  # a figure even where there is no group
        rows = [(dict(zip(by, key, strict=True)), self._in(some)) for key, some in places.items()]
        return pd.DataFrame(
            [{**dict.fromkeys(self.by), **key, self.column: n} for key, n in rows],
            columns=[*self.by, self.column], dtype=object,
        )  # fmt: skip

    def _in(self, places: list[int]) -> int:
        """How many things are in any of these groups."""
        wanted = [0] * len(self.words)
        for place in places:
            wanted[place // BITS] |= 1 << place % BITS
        inside = np.zeros(len(self.words[0]) if self.words else 0, dtype=np.bool_)
        for word, mask in zip(self.words, wanted, strict=True):
            if mask:
                inside |= (word & mask) != 0
        return int(np.count_nonzero(inside))

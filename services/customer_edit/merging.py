"""Three-way merge of the fields of a form: what it began with, what was typed, and what is stored meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Open:
    """A field that two people changed to different values; somebody has to choose."""

    name: str
    mine: str
    theirs: str
    before: str


@dataclass(frozen=True)
class Merged:
    """`changes` are the fields to write; `undecided` those that nobody but the typist can settle."""

    changes: dict[str, str] = field(default_factory=dict)
    undecided: tuple[Open, ...] = ()


def merge(before: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]) -> Merged:
    """What of `mine` is to be written over `theirs`. A field that is missing somewhere is empty there.

    A field I left alone stays as it is stored; one that only I changed is mine; where both changed it to the same
    nothing is left to do; where both changed it differently it is undecided and not among the changes.
    """
    changes: dict[str, str] = {}
    undecided: list[Open] = []
    for name in sorted(mine):
        typed, old, stored = mine[name], before.get(name, ""), theirs.get(name, "")
        if typed in (old, stored):
            continue
        if stored == old:
            changes[name] = typed
        else:
            undecided.append(Open(name, typed, stored, old))
    return Merged(changes, tuple(undecided))

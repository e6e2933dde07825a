"""A rule while it is edited: a tree whose parts have numbers of their own, so that removing one moves no widget."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from services.segments.definition import DEEPEST, Condition, Group, Mode, plain
from services.segments.keeping import Kept


@dataclass
class Leaf:
    """A condition as its widgets began (empty: a new one), and as it is now.

    Widgets forget their values when another tab is looked at; then they begin again with those of `now`.
    """

    uid: int
    old: dict[str, Any] = field(default_factory=dict)
    now: dict[str, Any] = field(default_factory=dict)


@dataclass
class Branch:
    """Parts that are joined."""

    uid: int
    mode: Mode
    parts: list["Leaf | Branch"] = field(default_factory=list)

    def branches(self) -> Iterator["Branch"]:
        """This one, and all below it."""
        yield self
        for part in self.parts:
            if isinstance(part, Branch):
                yield from part.branches()


@dataclass
class Draft:
    """The whole rule. `following`: the number of the next part."""

    top: Branch
    following: int = 1

    def add(self, uid: int, *, group: bool) -> None:
        """A new condition below the branch with this number, or a group with one."""
        for branch in list(self.top.branches()):
            if branch.uid == uid:
                leaf = Leaf(self._number())
                branch.parts.append(Branch(self._number(), Mode.ANY, [leaf]) if group else leaf)

    def remove(self, uid: int) -> None:
        """Take out the part with this number and what is below it."""
        for branch in self.top.branches():
            branch.parts = [p for p in branch.parts if p.uid != uid]

    def _number(self) -> int:
        self.following += 1
        return self.following - 1

    def grown(self, group: Group) -> Branch:
        """The branch of a rule that is kept."""
        branch = Branch(self._number(), group.mode)
        for part in group.parts:
            branch.parts.append(self._leaf(part) if isinstance(part, Condition) else self.grown(part))
        return branch

    def _leaf(self, condition: Condition) -> Leaf:
        raw = plain(condition)
        return Leaf(self._number(), raw, raw)


def begun(rule: Group | None) -> Draft:
    """The draft of a rule; without one a condition to begin with."""
    draft = Draft(Branch(0, Mode.ALL))
    if rule is None or not rule.parts:
        draft.add(0, group=False)
    else:
        draft.top = draft.grown(rule)
    return draft


def key_of(row: Kept | None) -> str:
    """Under which the draft of a segment is kept while it is edited; another version of it has another draft."""
    return f"segment_{row.id if row else 0}_{row.version if row else 0}"


def begin_with(rule: Group) -> None:
    """Let the form of a new segment begin with this rule."""
    st.session_state[key_of(None)] = begun(rule)


def nests(depth: int) -> bool:
    """Whether a group may stand inside one at this depth (1: the rule itself)."""
    return depth < DEEPEST

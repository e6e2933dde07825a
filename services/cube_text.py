"""From a question about figures to the text of one query, and from its rows to groups, the others, and the whole.

Sums and counts are asked for once, by group; the largest, "all others" and the whole are added up from these rows. What
does not add up (different things counted) is asked for by each dimension and altogether, which tells what is shown by
itself, and then by group with all others as one; where the groups are few, `cube_members` counts all of that at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from services.columnar import Answers
from services.cube_members import Members
from services.dimensions import DIMENSIONS, MEMBERS, NONE, OTHERS, Dimension, joins
from services.facts import SOURCES, Fact
from services.measures import Form
from services.questions import Question

if TYPE_CHECKING:
    from services.cube import CubeQuestion

MOST_ROWS = 100_000  # groups that are added up here; beyond it the database does
MOST_FOLDED = 10_000  # more groups than anybody is shown
OF = "of_"
_DIFFERENT = "count(DISTINCT "


@dataclass(frozen=True)
class Asked:
    """Figures of one kind of rows by dimensions."""

    fact: Fact
    forms: Mapping[str, Form]
    by: list[str]

    @property
    def exact(self) -> bool:
        """Do the rows of a division add up?"""
        return not any(form.distinct for form in self.forms.values())

    @property
    def columns(self) -> dict[str, str]:
        """Each column of the answer that holds a sum or a count."""
        found = {m: form.part for m, form in self.forms.items()}
        return found | {OF + m: form.of for m, form in self.forms.items() if form.of}

    def text(self, question: "CubeQuestion", sets: list[list[str]], kept: Mapping[str, list[str]], most: int) -> str:
        """One row per group of each of `sets`; a dimension that a set lacks is NULL in its rows."""
        plain = sets == [self.by] and self.exact
        keys = {d: self._key(DIMENSIONS[d], d in kept, plain) for d in self.by}
        groups = "".join(f"{key} AS {d}, " for d, key in keys.items())
        sums = ", ".join(f"{sql} AS {name}" for name, sql in self.columns.items())
        sql = f"SELECT {groups}{sums} {self._from(question, list(keys.values()))}"
        if not self.by:
            return sql
        places = ", ".join(str(n + 1) for n in range(len(keys)))
        listed = ", ".join(f"({', '.join(keys[d] for d in one)})" for one in sets)
        sql += f" GROUP BY {places}" if sets == [self.by] else f" GROUP BY GROUPING SETS ({listed})"
        named = "".join(f"CAST({d} AS VARCHAR) AS {d}, " for d in self.by)
        columns = ", ".join(self.columns)
        if plain:  # what is missing and what is empty are two groups below and one above
            named = "".join(f"coalesce(CAST({d} AS VARCHAR), '{NONE}') AS {d}, " for d in self.by)
            columns = ", ".join(f"CAST(sum({c}) AS BIGINT) AS {c}" for c in self.columns)
        return f"SELECT {named}{columns} FROM ({sql}) AS found {f'GROUP BY {places} ' if plain else ''}LIMIT {most}"

    @property
    def counted(self) -> str:
        """The number of the things of which different ones are counted, where that is all that is asked; else empty."""
        [form, *more] = self.forms.values()
        plain = not (more or form.of or any(DIMENSIONS[d].overlaps for d in self.by))
        return form.part[len(_DIFFERENT) : -1] if plain and form.part.startswith(_DIFFERENT) else ""

    def groups(self, question: "CubeQuestion", most: int) -> str:
        """The groups that have rows: what they are grouped by, as `key_` and as text."""
        keys = {d: DIMENSIONS[d].key(self.fact) for d in self.by}
        named = ", ".join(f"{key} AS {d}" for d, key in keys.items())
        sql = f"SELECT {named} {self._from(question, list(keys.values()))}"
        sql += f" GROUP BY {', '.join(str(n + 1) for n in range(len(keys)))}"
        both = ", ".join(f"{d} AS key_{d}, CAST({d} AS VARCHAR) AS {d}" for d in keys)
        return f"SELECT {both} FROM ({sql}) AS found LIMIT {most}"

    def members(self, question: "CubeQuestion", groups: str, words: list[str]) -> str:
        """One row per thing that is counted: the `words` of all groups that it is in. `groups`: their table."""
        keys = {d: DIMENSIONS[d].key(self.fact) for d in self.by}
        there = " AND ".join(f"bits.key_{d} = {key}" for d, key in keys.items())
        found = ", ".join(f"bit_or(bits.{word}) AS {word}" for word in words)
        rows = self._from(question, [*keys.values(), self.counted], f"JOIN {groups} AS bits ON {there} ")
        return f"SELECT {found} {rows} AND {self.counted} IS NOT NULL GROUP BY {self.counted}"

    def rows(self, question: "CubeQuestion", others: Mapping[str, list[str]]) -> str:
        """One row per thing behind the figure, with its part of it."""
        source = SOURCES[self.fact]
        [form] = self.forms.values()
        row = form.row or source.row
        texts = [DIMENSIONS[d].text(self.fact) for d in others]
        more = [f"{row} IS NOT NULL"] if form.row else []
        more += [f"{text} NOT IN ({_bound(f'kept_{d}')})" for d, text in zip(others, texts, strict=True)]
        tail = "".join(f" AND {m}" for m in more)
        return (
            f"SELECT {row} AS number, min({source.day}) AS day, min({source.customer}) AS customer_id, "
            f"{form.part} AS part, {form.of or '0'} AS whole "
            f"{self._from(question, [*texts, form.part, form.of])}{tail} GROUP BY {row}"
        )

    def largest(self, question: "CubeQuestion", dimension: Dimension, measure: str) -> str:
        """The largest values of a dimension by a measure; of equal ones the first by name."""
        text = dimension.text(self.fact)
        return (
            f"SELECT {text} AS value, {self.forms[measure].sql} AS size {self._from(question, [text])} "
            f"GROUP BY {text} ORDER BY size DESC NULLS LAST, value LIMIT {question.most}"
        )

    def values(self, dimension: Dimension, most: int) -> str:
        """The values of a dimension that occur most."""
        source, text = SOURCES[self.fact], dimension.text(self.fact)
        return (
            f"SELECT {text} AS value, count(*) AS n FROM {source.table} {joins(self.fact, [text])} "
            f"GROUP BY {text} ORDER BY n DESC, value LIMIT {int(most)}"
        )

    def _key(self, dimension: Dimension, folded: bool, plain: bool) -> str:
        if not folded:
            return dimension.sql[self.fact] if plain else dimension.key(self.fact)
        text = dimension.text(self.fact)
        return f"CASE WHEN {text} IN ({_bound(f'kept_{dimension.code}')}) THEN {text} ELSE '{OTHERS}' END"

    def _from(self, question: "CubeQuestion", expressions: list[str], more: str = "") -> str:
        source = SOURCES[self.fact]
        where = [source.where, f"{source.day} >= $from_day", f"{source.day} < $to_day"]
        where += [self._let_in(DIMENSIONS[d], values) for d, values in question.only.items()]
        needed = joins(self.fact, [*where, *expressions, *self.columns.values()])
        return f"FROM {source.table} {needed} {more}WHERE {' AND '.join(where)}"

    def _let_in(self, dimension: Dimension, values: list[str]) -> str:
        wanted = _bound(f"only_{dimension.code}")
        if not dimension.overlaps and NONE in values:
            return f"{dimension.text(self.fact)} IN ({wanted})"
        if not dimension.overlaps:  # so that the table of the dimension is limited before lines are joined with it
            named = f"CAST($only_{dimension.code} AS VARCHAR[])"
            return f"list_contains({named}, CAST({dimension.sql[self.fact]} AS VARCHAR))"
        # Not by joining: who is in two of the segments counts once.
        who = SOURCES[self.fact].customer
        inside = f"{who} IN (SELECT m.customer_id FROM {MEMBERS} AS m WHERE m.segment IN ({wanted}))"
        in_none = f"NOT EXISTS (SELECT 1 FROM {MEMBERS} AS m WHERE m.customer_id = {who})"
        return f"({inside} OR {in_none})" if NONE in values else inside


def _bound(name: str) -> str:
    return f"SELECT unnest(CAST(${name} AS VARCHAR[]))"


@dataclass(frozen=True)
class Parts:
    """The figures of one kind of rows: by group, altogether, and the values that are shown by themselves."""

    frame: pd.DataFrame
    whole: dict[str, float | None]
    kept: dict[str, list[str]]

    @classmethod
    def of(cls, copy: Answers, asked: Asked, values: dict[str, Any], question: "CubeQuestion",
           kept: dict[str, list[str]]) -> "Parts":  # fmt: skip
        """Ask, and put together. `kept`: what an earlier kind of rows has chosen to show by itself."""
        folding = [d for d in asked.by if not (DIMENSIONS[d].in_time or DIMENSIONS[d].overlaps)]
        first = next(iter(asked.forms))
        ahead = asked if asked.exact or not folding or len(asked.by) == 1 else replace(asked, by=folding)
        sets = [[], *([d] for d in folding)] if ahead is not asked else [asked.by] if asked.exact else [asked.by, []]
        members = Members.of(copy, asked, ahead, question, values)
        text = ahead.text(question, sets, {}, MOST_ROWS + 1)
        raw = members.counted(sets) if members else copy.frame(Question("cube", text), **values)
        if len(raw) > MOST_ROWS:
            whole = copy.frame(Question("whole", replace(asked, by=[]).text(question, [], {}, 1)), **values)
            shown = kept or {d: _asked_largest(copy, asked, values, question, d) for d in folding}
            groups = _folded(copy, asked, values, question, shown)
        else:
            at_once = asked.exact or not asked.by
            whole = raw if at_once else raw[raw[ahead.by].isna().all(axis=1)]
            if any(DIMENSIONS[d].overlaps for d in asked.by):
                whole = copy.frame(Question("whole", replace(asked, by=[]).text(question, [], {}, 1)), **values)
            shown = kept or {d: _largest(ahead, raw, d, first, question.most) for d in folding}
            groups = raw if at_once else raw[raw[ahead.by].notna().all(axis=1)]
            if ahead is not asked or not all(groups[d].isin(shown[d]).all() for d in folding):
                added = asked.exact
                if members and members.by == asked.by:
                    groups = members.folded(shown)
                else:
                    groups = _added(asked, groups, shown) if added else _folded(copy, asked, values, question, shown)
        sums = {c: _total(whole[c]) for c in asked.columns}
        return cls(_figures(asked, groups), _whole(asked, sums), shown)


def _asked_largest(
    copy: Answers, asked: Asked, values: dict[str, Any], question: "CubeQuestion", dimension: str
) -> list[str]:
    text = asked.largest(question, DIMENSIONS[dimension], next(iter(asked.forms)))
    return [str(v) for v in copy.frame(Question("largest", text), **values)["value"]]


def _folded(
    copy: Answers, asked: Asked, values: dict[str, Any], question: "CubeQuestion", shown: dict[str, list[str]]
) -> pd.DataFrame:
    """The groups with all others as one of them, by the database."""
    text = asked.text(question, [asked.by], shown, MOST_FOLDED)
    return copy.frame(Question("folded", text), **values, **{f"kept_{d}": some for d, some in shown.items()})


def _added(asked: Asked, groups: pd.DataFrame, shown: dict[str, list[str]]) -> pd.DataFrame:
    """The same, added up from the groups."""
    named = {d: groups[d].where(groups[d].isin(some), OTHERS) for d, some in shown.items()}
    return groups.assign(**named).groupby(asked.by, sort=False)[list(asked.columns)].sum(min_count=1).reset_index()


def _largest(asked: Asked, raw: pd.DataFrame, dimension: str, measure: str, most: int) -> list[str]:
    """The values that are shown by themselves: the largest by the first measure; of equal ones the first by name."""
    if asked.exact or asked.by == [dimension]:
        mine = raw[raw[dimension].notna()]
        sums = mine.groupby(dimension, sort=False)[list(asked.columns)].sum(min_count=1).reset_index()
    else:
        rest = [d for d in asked.by if d != dimension]
        sums = raw[raw[dimension].notna() & raw[rest].isna().all(axis=1)]
    sized = _figures(replace(asked, by=[dimension]), sums)[[dimension, measure]]
    sized = sized.sort_values([measure, dimension], ascending=[False, True], na_position="last", kind="stable")
    return [str(v) for v in sized[dimension].head(most)]


def _figures(asked: Asked, sums: pd.DataFrame) -> pd.DataFrame:
    """Dimensions and measures, ratios divided."""
    out = sums[asked.by].copy()
    for m, form in asked.forms.items():
        part = pd.to_numeric(sums[m])
        out[m] = part / pd.to_numeric(sums[OF + m]).replace(0, float("nan")) if form.of else part
    return out


def _whole(asked: Asked, sums: dict[str, float | None]) -> dict[str, float | None]:
    out: dict[str, float | None] = {}
    for m, form in asked.forms.items():
        part, of = sums[m], sums.get(OF + m)
        out[m] = part if not form.of else part / of if part is not None and of else None
    return out


def _total(values: "pd.Series[Any]") -> float | None:
    """Whole numbers stay exact in int64; none where nothing was added up."""
    known = values.dropna()
    return float(known.sum()) if len(known) else None

"""A rule as one question to the columnar copy. Field codes choose constant texts; everything typed is a bound value.

Each condition is a column of a small table, one row per customer, that the customers are joined with; conditions about
the same rows share one. A condition about another segment is that segment's own question. A comparison with nothing is
false, so that "none of" means what it says.

A rule can be asked as of a day that is over (`then`): what has a day later than that is left out, a case counts as open
until the day it was closed, and who came later is not there yet. What has no date counts as it is now.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from services.errors import Invalid
from services.questions import Question
from services.segments.definition import Condition, Group, Mode, Op
from services.segments.fields import Kind
from services.text import _

#: An order that nobody chose, the same in every dialect: the fractions of multiples of the golden section.
_GOLDEN = "CAST(c.customer_id AS DOUBLE) * CAST(0.6180339887498949 AS DOUBLE)"
MIXED = f"ORDER BY {_GOLDEN} - floor({_GOLDEN}), c.customer_id"
#: How deep segments may ask about segments.
DEEPEST = 5


@dataclass
class _Table:
    """What customers have. `sql` with `{value}` takes several expressions over the same rows, each a column."""

    name: str
    sql: str
    values: list[str] = field(default_factory=list)

    def column(self, value: str) -> str:
        """The column of an expression; of a text that names its value itself where there is none."""
        if not value:
            return f"{self.name}.value"
        if value not in self.values:
            self.values.append(value)
        return f"{self.name}.value{self.values.index(value)}"

    @property
    def text(self) -> str:
        columns = ", ".join(f"{value} AS value{n}" for n, value in enumerate(self.values))
        return f"{self.name} AS ({self.sql.replace('{value}', columns)})"


@dataclass
class _Texts:
    """What the question is put together from."""

    today: date
    others: Mapping[int, Group]
    complaints: list[str]
    then: bool = False
    tables: list[_Table] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def bound(self, value: Any) -> str:
        """A name for a value: `$va`, `$vb` ... (a question knows letters only). The same one for the same value."""
        known = (name for name, old in self.values.items() if type(old) is type(value) and old == value)
        if (same := next(known, None)) is not None:
            return f"${same}"
        n, name = len(self.values), ""
        while True:
            n, rest = divmod(n, 26)
            name = string.ascii_lowercase[rest] + name
            if not n:
                break
        self.values[f"v{name}"] = value
        return f"$v{name}"

    def table(self, sql: str) -> _Table:
        """The table of this text, which may be there already."""
        found = next((t for t in self.tables if t.sql == sql), None)
        if found is None:
            found = _Table(f"t{len(self.tables)}", sql)
            self.tables.append(found)
        return found


@dataclass(frozen=True)
class Compiled:
    """`tables`: what stands in WITH; `holds`: the condition over `c`, the customers, and `joins`."""

    tables: str
    joins: str
    holds: str
    parts: tuple[tuple[str, str], ...]  # of each condition of the rule itself: its value and whether it holds
    values: dict[str, Any]

    def question(self, columns: str, rest: str = "") -> tuple[Question, dict[str, Any]]:
        """Columns over the members, with what follows the WHERE; and the values to bind."""
        return self._question(columns, f"WHERE {self.holds} {rest}")

    def of_one(self, customer_id: int) -> tuple[Question, dict[str, Any]]:
        """One row: whether a customer is in, and of each condition its value and whether it holds."""
        columns = [f"{self.holds} AS inside"]
        columns += [f"{value} AS value{n}, {holds} AS holds{n}" for n, (value, holds) in enumerate(self.parts)]
        question, values = self._question(", ".join(columns), "WHERE c.customer_id = $customer")
        return question, values | {"customer": customer_id}

    def _question(self, columns: str, rest: str) -> tuple[Question, dict[str, Any]]:
        with_ = f"WITH {self.tables} " if self.tables else ""
        sql = f"{with_}SELECT {columns} FROM customer AS c {self.joins} {rest}"
        question = Question("segment", sql)
        return question, {k: v for k, v in self.values.items() if k in question.parameters}


def compiled(rule: Group, today: date, others: Mapping[int, Group], complaints: list[str],
             only: int | None = None, *, then: bool = False) -> Compiled:  # fmt: skip
    """The question of a rule as of a day. `others`: the rules of the segments it may ask about; `only`: one customer;
    `then`: the day is over, and what came later is left out (see the module).

    Raises Invalid when a segment is missing or asks, by way of others, about itself.
    """
    texts = _Texts(today, others, complaints, then)
    joins, parts, holds = _rule(texts, rule, "c", (), only)
    if then:
        holds = f"({holds} AND (coalesce(c.joined_on <= $today, TRUE) OR {_HAD_BOUGHT}))"
    values = {**texts.values, "today": today, "complaints": complaints}
    return Compiled(", ".join(t.text for t in texts.tables), joins, holds, tuple(parts), values)


def predicted(rule: Group, others: Mapping[int, Group], seen: tuple[int, ...] = ()) -> bool:
    """Whether a rule, or one that it asks about, rests on predictions; objectors are left out of it then."""
    inner = (others[i] for i in rule.segments - set(seen) if i in others)
    return any(c.of.predicted for c in rule.conditions()) or any(
        predicted(g, others, (*seen, *rule.segments)) for g in inner
    )


def forecasts(rule: Group, others: Mapping[int, Group], seen: tuple[int, ...] = ()) -> bool:
    """Whether a rule, or one that it asks about, uses figures of a scoring run, which are known for now only."""
    inner = (others[i] for i in rule.segments - set(seen) if i in others)
    return any(_SCORED in c.of.sql for c in rule.conditions()) or any(
        forecasts(g, others, (*seen, *rule.segments)) for g in inner
    )


_HAD_BOUGHT = "c.customer_id IN (SELECT customer_id FROM buyer WHERE first_day <= $today)"
_SCORED = "FROM score AS s"
_DATED = re.compile(r"\b(FROM|JOIN) (orders|sale_line|returns|contact|cases|survey)\b( AS \w+)?")
_OPEN = "f.state IN ('open', 'waiting')"
_OPEN_THEN = f"CASE WHEN f.closed_on IS NULL THEN {_OPEN} ELSE f.closed_on > $today END"


def _until_then(sql: str) -> str:
    """The text of a field without anything later than `$today`."""
    limited = r"\1 (SELECT * FROM \2 WHERE day IS NULL OR day <= $today)"
    return _DATED.sub(lambda m: m.expand(limited) + (m[3] or f" AS {m[2]}"), sql.replace(_OPEN, _OPEN_THEN))


def _rule(texts: _Texts, rule: Group, customer: str, path: tuple[int, ...],
          only: int | None) -> tuple[str, list[tuple[str, str]], str]:  # fmt: skip
    joins: list[str] = []
    parts: list[tuple[str, str]] = []

    def one(condition: Condition) -> str:
        value = _value(texts, condition, joins, path, only)
        parts.append((value, _compared(texts, condition, value)))
        return parts[-1][1]

    def joined(group: Group) -> str:
        texts_of = [joined(p) if isinstance(p, Group) else one(p) for p in group.parts]
        if not texts_of:
            return "TRUE"
        both = (" AND " if group.mode is Mode.ALL else " OR ").join(texts_of)
        return f"NOT ({both})" if group.mode is Mode.NONE else f"({both})"

    holds = joined(rule)
    if predicted(rule, texts.others):
        holds = f"({holds} AND NOT {customer}.no_profiling)"
    return " ".join(joins), parts, holds


def _value(texts: _Texts, condition: Condition, joins: list[str], path: tuple[int, ...], only: int | None) -> str:
    """The expression of the condition's value; what it needs is added to `joins` and to the tables."""
    asked = condition.of
    if asked.kind is Kind.SEGMENT:
        names = [_segment(texts, int(v), path, only) for v in condition.values]
        return "(" + " OR ".join(f"c.customer_id IN (SELECT customer_id FROM {n})" for n in names) + ")"
    if asked.column:
        return asked.column
    sql = _until_then(asked.sql) if texts.then else asked.sql
    table = texts.table(sql.replace("{where}", _limits(texts, condition, only)))
    join = f"LEFT JOIN {table.name} ON {table.name}.customer_id = c.customer_id"
    if join not in joins:
        joins.append(join)
    value = table.column(asked.value)
    return value if asked.missing == "NULL" else f"coalesce({value}, {asked.missing})"


def _limits(texts: _Texts, condition: Condition, only: int | None) -> str:
    """The rows a condition is about: of which days, of what kind, of one customer."""
    asked, limits = condition.of, ""
    if condition.within_days is not None:
        limits += f" AND {asked.day} > {texts.bound(texts.today - timedelta(days=condition.within_days))}"
        limits += f" AND {asked.day} <= $today"
    if condition.about is not None:
        kind, wanted = condition.about
        limits += f" AND {asked.about[kind]} = {texts.bound(wanted)}"
    if only is not None and not asked.whole:
        key = "o.customer_id" if asked.code == "returns" else "f.customer_id"
        limits += f" AND {key} = {texts.bound(only)}"
    return limits


def _segment(texts: _Texts, number: int, path: tuple[int, ...], only: int | None) -> str:
    if number in path or len(path) >= DEEPEST:
        raise Invalid(_("Rule"), _("segments ask about each other in a circle, or too deep"))
    rule = texts.others.get(number)
    if rule is None:
        raise Invalid(_("Rule"), _("it asks about a segment that is not there any more; choose another one"))
    joins, _parts, holds = _rule(texts, rule, "c", (*path, number), only)
    return texts.table(f"SELECT c.customer_id FROM customer AS c {joins} WHERE {holds}").name


def _compared(texts: _Texts, condition: Condition, value: str) -> str:
    if condition.of.kind is Kind.SEGMENT:
        return value if condition.op is Op.ONE_OF else f"NOT {value}"
    if condition.op in (Op.KNOWN, Op.UNKNOWN):
        return f"{value} IS {'NOT ' if condition.op is Op.KNOWN else ''}NULL"
    if condition.op in (Op.YES, Op.NO):
        return f"coalesce({value}, FALSE)" if condition.op is Op.YES else f"NOT coalesce({value}, FALSE)"
    if condition.op in (Op.ONE_OF, Op.NONE_OF):
        among = f"{value} IN ({', '.join(texts.bound(v) for v in condition.values)})"
        return f"coalesce({among}, FALSE)" if condition.op is Op.ONE_OF else f"NOT coalesce({among}, FALSE)"
    ends = []
    if condition.op in (Op.AT_LEAST, Op.BETWEEN):
        ends.append(f"{value} >= {texts.bound(condition.low)}")
    if condition.op in (Op.AT_MOST, Op.BETWEEN):
        ends.append(f"{value} <= {texts.bound(condition.high)}")
    return f"coalesce({' AND '.join(ends)}, FALSE)"

"""Who is in which saved segment, as a table that figures can be divided by."""

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
from sqlmodel import col, select

from db.models import Segment
from services.columnar import Answers
from services.errors import Invalid
from services.segments.asking import question_of
from services.segments.definition import parse
from services.segments.lending import lent_scores
from services.segments.seeing import sees, visible
from services.text import _
from services.work import SYSTEM, Work

MOST = 20  # segments that figures are divided by at once
SCHEMA = pa.schema({"customer_id": pa.int64(), "segment": pa.string()})


def names(w: Work) -> dict[str, str]:
    """The saved segments that the actor may see: number as text -> name, by name."""
    rows = w.session.exec(select(Segment).where(col(Segment.retired_at).is_(None)).order_by(col(Segment.name)))
    return {str(row.id): row.name for row in rows if sees(w, row)}


def members(w: Work, copy: Answers, chosen: Sequence[str] = ()) -> pa.Table:
    """customer_id and segment (its number as text) for the chosen segments, or all that the actor sees.

    Raises NotFound for a segment that the actor does not see, Invalid for more than can be divided by.
    """
    wanted = list(chosen) or list(names(w))
    if len(wanted) > MOST:
        told = _("these are {n} segments, at most {most} can be shown; choose some of them as a filter")
        raise Invalid(_("Saved segment"), told.format(n=len(wanted), most=MOST))
    tables = [SCHEMA.empty_table()]
    for one in wanted:
        row = visible(w, int(one) if one.isascii() and one.isdecimal() and len(one) < 10 else 0)
        asked = question_of(replace(w, actor=SYSTEM), parse(row.definition), itself=row.id)
        lent_scores(w, copy, asked)
        question, values = asked.question("c.customer_id")
        found = copy.arrow(question, **values)["customer_id"].combine_chunks().cast(pa.int64())
        tables.append(pa.table([found, pa.repeat(str(row.id), len(found))], schema=SCHEMA))
    return pa.concat_tables(tables)

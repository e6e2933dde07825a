"""The same questions for those who have outgrown one machine: DuckDB's text turned into PostgreSQL's or Spark's."""

from functools import lru_cache
from typing import Literal

from services.questions import Question


@lru_cache(maxsize=256)
def elsewhere(question: Question, dialect: Literal["postgres", "spark"]) -> str:
    """The text in another dialect. Parameters become `%(name)s` for PostgreSQL and `:name` for Spark."""
    # Imported here: only who asks elsewhere needs the translator.
    import sqlglot  # noqa: PLC0415
    from sqlglot import expressions  # noqa: PLC0415

    tree = sqlglot.parse_one(question.sql, dialect="duckdb")
    for parameter in list(tree.find_all(expressions.Parameter)):
        parameter.replace(expressions.Placeholder(this=parameter.this.name))
    if dialect == "spark":  # it extracts no ISODOW, and the translator does not know
        for part in list(tree.find_all(expressions.Extract)):
            if part.name.upper() == "ISODOW":
                monday_is_0 = expressions.Anonymous(this="WEEKDAY", expressions=[part.expression])
                part.replace(expressions.Paren(this=monday_is_0 + 1))
        for middle in list(tree.find_all(expressions.PercentileCont)):  # its own is an aggregate WITHIN GROUP only
            middle.replace(expressions.Anonymous(this="PERCENTILE", expressions=[middle.this, middle.expression]))
    return tree.sql(dialect=dialect, comments=False)

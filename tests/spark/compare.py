"""Ask Spark and compare: run by the interpreter that has pyspark, which needs nothing else of Rapport."""

import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession


def cell(value: Any) -> Any:
    """A value as it was written to JSON, numbers rounded alike."""
    if value is None or isinstance(value, str | bool):
        return value
    return str(value) if isinstance(value, date) else round(float(value), 6)


def value(given: Any) -> Any:
    return date.fromisoformat(given) if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given) else given


def session() -> SparkSession:
    """One session for all texts. The tables hold a handful of rows: what Spark does to spread and to adapt work over
    many machines would take longer than the work."""
    builder = SparkSession.builder.master("local[2]")
    for name, setting in {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }.items():
        builder = builder.config(name, setting)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def main(folder: Path) -> int:
    """The number of questions that give other rows."""
    spark = session()
    for file in folder.glob("*.parquet"):
        spark.read.parquet(str(file)).coalesce(1).cache().createOrReplaceTempView(file.stem)
    asked = json.loads((folder / "questions.json").read_text())
    wrong = 0
    for question in asked:
        values = {k: value(v) for k, v in question["values"].items()}
        try:
            rows = spark.sql(question["sql"], args=values).collect()
        except Exception as error:
            wrong += 1
            print(f"FAILED {str(error)[:300]}\n{question['sql']}")  # noqa: T201 - a command line
            continue
        there = sorted(([cell(v) for v in row] for row in rows), key=repr)
        here = sorted(([cell(v) for v in row] for row in question["rows"]), key=repr)
        if there != here:
            wrong += 1
            print(f"DIFFERENT {question['sql']}\n{here}\n{there}")  # noqa: T201 - as above
    spark.stop()
    print(f"{len(asked)} questions, {wrong} with other rows than DuckDB")  # noqa: T201 - as above
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)

"""The files: CSV, XLSX, and the picture of a chart."""

import csv
import io
import json
import subprocess
import sys
import threading
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from services.errors import Unavailable
from services.exports.table import Cell, Kind, Table, bounded, harmless, rows
from services.text import _, local_time, minor_digits

DRAWING = Path(__file__).with_name("drawing.py")
LONGEST_S = 30.0
WIDTH, HEIGHT = 900, 420
FONT = "Fira Sans"
#: As .streamlit/config.toml has them for light; a picture is looked at on paper and in mails.
COLOURS = ["#0f766e", "#80492f", "#6a2cf3", "#f450b8", "#849533", "#153a77", "#b666ee", "#292624"]
_one_at_a_time = threading.BoundedSemaphore(1)


def as_csv(table: Table) -> bytes:
    """UTF-8 with a byte order mark, commas, points as decimal separators, ISO dates and times. Raises Invalid."""
    bounded(table)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([harmless(c.heading) for c in table.columns])
    writer.writerows([[_spelled(v) for v in row] for row in rows(table)])
    return out.getvalue().encode("utf-8-sig")


def _spelled(value: Cell) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return repr(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def as_xlsx(table: Table) -> bytes:
    """Numbers as numbers, days as days; a second sheet says from what, over what time, as of when. Raises Invalid."""
    import xlsxwriter  # noqa: PLC0415 - only who exports pays for it

    bounded(table)
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    bold, sheet = book.add_format({"bold": True}), book.add_worksheet(_("Numbers"))
    formats = {
        (kind, c.currency): book.add_format({"num_format": _number_format(kind, c.currency, named=bool(c.by_row))})
        for c in table.columns
        for kind in (Kind if c.by_row else (c.kind,))
    }
    kinds = [c.kinds(table.frame) for c in table.columns]
    for at, column in enumerate(table.columns):
        sheet.write_string(0, at, harmless(column.heading), bold)
        sheet.set_column(at, at, max(12, min(40, len(column.heading) + 2)))
    for n, row in enumerate(rows(table), 1):
        for at, value in enumerate(row):
            _write(sheet, n, at, value, formats[kinds[at][n - 1], table.columns[at].currency])
    sheet.freeze_panes(1, 0)
    about = book.add_worksheet(_("About"))
    about.set_column(0, 0, 20)
    about.set_column(1, 1, 90)
    for n, (name, value) in enumerate(_told(table)):
        about.write_string(n, 0, harmless(name), bold)
        about.write_string(n, 1, harmless(value))
    book.close()
    return out.getvalue()


def _number_format(kind: Kind, currency: str, *, named: bool) -> str:
    digits = minor_digits(currency) if kind is Kind.MONEY else 0
    unit = f' "{currency}"' if named else ""
    return {
        Kind.TEXT: "@",
        Kind.COUNT: "#,##0",
        Kind.NUMBER: "#,##0.##",
        Kind.MONEY: "#,##0" + ("." + "0" * digits if digits else "") + unit,
        Kind.SHARE: "0.0%",
        Kind.DATE: "yyyy-mm-dd",
        Kind.INSTANT: "yyyy-mm-dd hh:mm:ss",
    }[kind]


def _write(sheet: Any, row: int, column: int, value: Cell, form: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value, form)
    elif isinstance(value, date):  # a datetime is one; a spreadsheet knows no zones
        sheet.write_datetime(row, column, value.replace(tzinfo=None) if isinstance(value, datetime) else value, form)
    elif value is not None:
        sheet.write_number(row, column, float(value), form)


def _told(table: Table) -> list[tuple[str, str]]:
    about = table.about
    own = [(_("Figure"), about.title), (_("From what"), about.source)]
    own += [(_("Over what time"), about.period)] if about.period else []
    if about.as_of is not None:
        own.append((_("As of"), f"{local_time(about.as_of, about.zone)} ({about.zone.key})"))
    return [*own, *about.filters]


def as_png(spec: dict[str, Any], marks: pd.DataFrame, title: str, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    """The picture of a chart on white. `spec` is a specification without its data. Raises Unavailable.

    Drawn by a process of its own: what it takes (70 MB, and a second) is given back, and nothing is asked of the net.
    """
    given = {
        **spec,
        "data": {"values": json.loads(marks.to_json(orient="records", date_format="iso"))},
        "background": "#ffffff",
        "config": {**spec.get("config", {}), "font": FONT, "view": {"stroke": None},
                   "range": {"category": COLOURS}, "mark": {"color": COLOURS[0]}},
    }  # fmt: skip
    given |= {"title": {"text": title, "anchor": "start"}} if title else {}
    given |= {"width": size[0], "height": size[1]} if not {"hconcat", "vconcat", "facet"} & spec.keys() else {}
    with _one_at_a_time:
        try:
            done = subprocess.run(  # noqa: S603 - our own script; the chart travels by stdin
                [sys.executable, "-P", str(DRAWING)],
                input=json.dumps(given).encode(),
                capture_output=True,
                timeout=LONGEST_S,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise Unavailable(_("The picture could not be drawn. Please try again.")) from error
    return done.stdout

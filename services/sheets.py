"""A table as a file for spreadsheets. Text that would be taken for a formula is written so that it is none."""

import io
from collections.abc import Sequence
from typing import Any

import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(value: Any) -> Any:
    """Text that begins like a formula gets an apostrophe before it; everything else stays as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def csv_of(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a mark, as spreadsheets expect it."""
    safe = frame.map(guarded)
    safe.columns = pd.Index([guarded(str(c)) for c in frame.columns])
    return safe.to_csv(index=False).encode("utf-8-sig")


def xlsx_of(frame: pd.DataFrame, notes: Sequence[str] = ()) -> bytes:
    """One sheet with the table, and one with what it is of and as of when."""
    # Imported at the first download: a page that is only looked at does not pay for it.
    import xlsxwriter  # noqa: PLC0415

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
               "remove_timezone": True, "default_date_format": "yyyy-mm-dd"}  # fmt: skip
    with xlsxwriter.Workbook(out, options) as book:
        sheet, bold = book.add_worksheet("Table"), book.add_format({"bold": True})
        sheet.write_row(0, 0, [str(c) for c in frame.columns], bold)
        for n, row in enumerate(frame.astype(object).where(frame.notna(), None).itertuples(index=False), 1):
            for at, value in enumerate(row):
                _cell(sheet, n, at, value)
        sheet.freeze_panes(1, 0)
        about = book.add_worksheet("About")
        for n, line in enumerate(notes):
            about.write_string(n, 0, line)
    return out.getvalue()


def _cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, pd.Timestamp):
        sheet.write_datetime(row, column, value.to_pydatetime())
    else:
        sheet.write(row, column, value)


def png_of(spec: dict[str, Any], frame: pd.DataFrame) -> bytes:
    """A chart as a picture, drawn here and not by a service outside."""
    # Imported at the first download, as above.
    import vl_convert  # noqa: PLC0415

    whole = {**spec, "data": {"values": frame.to_dict("records")}, "background": "white"}
    made: bytes = vl_convert.vegalite_to_png(whole, scale=2)
    return made

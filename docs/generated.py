"""Writes what the documentation says of settings and import tables from the code itself: `python -m docs.generated`."""

from pathlib import Path

from services.exchange.schema import TABLES, Column, Kind
from services.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
MEANING = {
    Kind.KEY: "an id, as text",
    Kind.LINE: "one line of text",
    Kind.PARAGRAPH: "text of several lines",
    Kind.MONEY: "an amount with a decimal point; fractions of a cent are refused",
    Kind.PRICE: "an amount with a decimal point; fractions of a cent are rounded and reported",
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a number",
    Kind.TRUTH: "true or false (also 1/0, yes/no)",
    Kind.TIME: "a time, `2026-03-02T12:50:00`; without a zone it is the company's",
    Kind.DOCUMENT: "a JSON object",
    Kind.EMAIL: "an e-mail address",
    Kind.PHONE: "a telephone number in any notation",
    Kind.ZONE: "the name of a time zone, `Europe/Berlin`",
}


def settings_table() -> str:
    """One row per setting: variable, default, meaning."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = (
            "`var` beside app.py" if name == "var_dir" else f"`{field.default}`" if field.default != "" else "empty"
        )
        rows.append(f"| `RAPPORT_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def _column(column: Column, key: tuple[str, ...]) -> str:
    marks = [
        "key" * (column.name in key),
        "always filled" * column.required,
        "left out when it cannot be read" * column.soft,
    ]
    said = ", ".join(m for m in marks if m)
    return f"| `{column.name}` | {MEANING[column.kind]} | {said} |"


def import_tables() -> str:
    """All tables with their columns."""
    parts = []
    for table in TABLES.values():
        rows = [f"### {table.name}", "", "| column | holds | |", "| --- | --- | --- |"]
        parts.append("\n".join([*rows, *(_column(c, table.key) for c in table.columns)]))
    return "\n\n".join(parts)


def between(text: str, mark: str, content: str) -> str:
    """`text` with what stands between `<!-- mark -->` and `<!-- /mark -->` replaced."""
    before, _open, rest = text.partition(f"<!-- {mark} -->")
    _old, _close, after = rest.partition(f"<!-- /{mark} -->")
    return f"{before}<!-- {mark} -->\n{content}\n<!-- /{mark} -->{after}"


def documents() -> dict[Path, str]:
    """Each generated document as it should be."""
    readme, imports = ROOT / "README.md", ROOT / "docs" / "import.md"
    return {
        readme: between(readme.read_text("utf-8"), "settings", settings_table()),
        imports: between(imports.read_text("utf-8"), "tables", import_tables()),
    }


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text, "utf-8")

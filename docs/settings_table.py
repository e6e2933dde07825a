"""Writes the table of settings in README.md from services/settings.py: `python -m docs.settings_table`."""

from pathlib import Path

from services.settings import Settings

README = Path(__file__).resolve().parent.parent / "README.md"
OPEN, CLOSE = "<!-- settings -->", "<!-- /settings -->"


def table() -> str:
    """One row per setting: variable, default, meaning."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = (
            "`var` beside app.py" if name == "var_dir" else f"`{field.default}`" if field.default != "" else "empty"
        )
        rows.append(f"| `RAPPORT_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def written(readme: str) -> str:
    """The README with the table as it should be."""
    before, _open, rest = readme.partition(OPEN)
    _old, _close, after = rest.partition(CLOSE)
    return f"{before}{OPEN}\n{table()}\n{CLOSE}{after}"


if __name__ == "__main__":
    README.write_text(written(README.read_text("utf-8")), "utf-8")

"""Where the fonts lie that a company adds for scripts that the own fonts of its papers have no letters for."""

from pathlib import Path

from services.settings import settings


def folder() -> Path:
    """The folder; it need not be there."""
    return settings().var_dir / "fonts"


def added() -> list[str]:
    """The names of the font files in it."""
    return sorted(file.name for file in folder().glob("*.ttf"))

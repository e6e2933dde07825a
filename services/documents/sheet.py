"""The paper that everything is printed on: A4 with the letterhead, in the letters that people's names are written with.

Latin, Greek and Cyrillic letters are those of Fira Sans, Arabic ones those of IBM Plex Sans Arabic, Hebrew ones those
of Rubik. A company with customers who write otherwise puts fonts for them into `var/fonts`; they are taken where the
others have no shape. Whatever none has a shape for is printed as its base letter or as "?": a strange character never
keeps an invoice from being printed. Text that runs from right to left, or whose letters join, is set by HarfBuzz; all
other text is printed letter by letter.
"""

import logging
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # the package ships no types
from fpdf import FPDF

from services.documents import fonts
from services.documents.content import Issuer
from services.text import _

LOG = logging.getLogger(__name__)
UTC = ZoneInfo("UTC")
FONT, LEFT, WIDTH, GREY = "fira", 20, 170, (95, 95, 95)
LINE = 5.2
#: Package and file of the fonts for what Fira Sans has no letters for.
OTHER_SCRIPTS = (
    ("fontpkg_ibm_plex_sans_arabic", "IBMPlexSansArabic-Regular.ttf"),
    ("fontpkg_rubik", "Rubik[wght].ttf"),
)
#: Joiners are no letters; they say whether the letters beside them join, as in Persian names.
JOINERS = "\u200c\u200d"


def _font(name: str) -> str:
    return str(files("fontpkg_fira_sans") / "files" / f"FiraSans-{name}.ttf")


@cache
def _own_shapes() -> frozenset[int]:
    """The characters that both weights can print."""
    return frozenset.intersection(*(frozenset(TTFont(_font(n)).getBestCmap()) for n in ("Regular", "SemiBold")))


@cache
def _further(folder: Path) -> tuple[tuple[str, frozenset[int]], ...]:
    """Ours for Arabic and Hebrew, then those the company added, as (file, characters); read once per process."""
    found = []
    for file in (*(Path(str(files(package) / "files" / name)) for package, name in OTHER_SCRIPTS), *_added(folder)):
        try:
            with TTFont(file) as font:
                found.append((str(file), frozenset(font.getBestCmap())))
        except Exception:
            # A file that is no font must not keep any invoice from being printed.
            LOG.warning("no font that can be used: %s", file, exc_info=True)
    return tuple(found)


def _added(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ttf"))


def _shapes() -> frozenset[int]:
    return _own_shapes().union(*(shapes for _file, shapes in _further(fonts.folder())))


def printable(text: str) -> str:
    """The text with what cannot be printed replaced; control characters become blanks."""
    joined = joins(text)
    return "".join(ch if joined and ch in JOINERS else _shape(ch) for ch in unicodedata.normalize("NFC", text))


def joins(text: str) -> bool:
    """Whether letters of the text run from right to left, or take their shape or place from those beside them."""
    return any(unicodedata.bidirectional(ch) in ("R", "AL") or unicodedata.category(ch)[0] == "M" for ch in text)


def _shape(ch: str) -> str:
    if unicodedata.category(ch).startswith(("C", "Z")):
        return " "
    if ord(ch) in _shapes():
        return ch
    bases = [c for c in unicodedata.normalize("NFKD", ch) if ord(c) in _shapes() and not unicodedata.combining(c)]
    return "".join(bases) or "?"


class Sheet(FPDF):
    """A4 with the company's name above and its data below every page; the first page is open.

    The same contents and `made_at` give the same bytes.
    """

    def __init__(self, issuer: Issuer, *, made_at: datetime, language: str, title: str) -> None:
        super().__init__(format="A4")
        self.issuer, self.named = issuer, title
        self.add_font(FONT, "", _font("Regular"))
        self.add_font(FONT, "B", _font("SemiBold"))
        further = [f"further{n}" for n, _font in enumerate(_further(fonts.folder()))]
        for name, (file, _shapes_of) in zip(further, _further(fonts.folder()), strict=True):
            self.add_font(name, "", file)
        if further:
            self.set_fallback_fonts(further, exact_match=False)
        self.set_margins(LEFT, 15, 20)
        self.set_auto_page_break(True, 32)
        self.set_font(FONT, "", 9.5)
        self.set_creation_date(made_at.astimezone(UTC))
        self.set_title(printable(title))
        self.set_lang(language)
        self.add_page()

    def cell(self, w: float | None = None, h: float | None = None, text: str = "", *args: Any, **more: Any) -> Any:
        """As in fpdf2, with letters that join and lines that run from right to left."""
        with self._setting(text):
            return super().cell(w, h, text, *args, **more)

    def multi_cell(self, w: float, h: float | None = None, text: str = "", *args: Any, **more: Any) -> Any:
        """As `cell`, over as many lines as it takes."""
        with self._setting(text):
            return super().multi_cell(w, h, text, *args, **more)

    @contextmanager
    def _setting(self, text: str) -> Iterator[None]:
        if not _own_shapes().issuperset(map(ord, text)):
            self._select_own_font()
        if joins(text) and self.text_shaping is None:
            self.set_text_shaping(True)
            yield
            self.set_text_shaping(False)
        else:
            yield

    def _select_own_font(self) -> None:
        """Print nothing in the own font, outside every line.

        fpdf2 2.8.9 selects a font when the first letter in it is printed. Where that is within a line that begins with
        a letter of another font, the selection ends with the line, and what follows comes out in the font before.
        """
        self.text(self.x, self.y, " ")

    def say(self, text: str, width: float = 0, *, bold: bool = False, right: bool = False, end: bool = True) -> None:
        """One line of text."""
        self.set_font(style="B" if bold else "")
        nxt = {"new_x": "LMARGIN", "new_y": "NEXT"} if end else {"new_x": "RIGHT", "new_y": "TOP"}
        self.cell(width, LINE, printable(text), align="R" if right else "L", **nxt)

    def header(self) -> None:
        self.set_font(FONT, "B", 14)
        if self.page_no() > 1:  # pages that got apart find each other again
            self.set_font(FONT, "", 9.5)
            self.cell(0, 8, printable(self.named), align="R", new_x="LMARGIN", new_y="TOP")
            self.set_font(FONT, "B", 14)
        self.cell(0, 8, printable(self.issuer.name), new_x="LMARGIN", new_y="NEXT")
        self.set_font(FONT, "", 9.5)
        self.ln(4)
        self._select_own_font()

    def footer(self) -> None:
        who = self.issuer
        self.set_y(-26)
        self.set_font(FONT, "", 7.5)
        self.set_text_color(*GREY)
        self.set_draw_color(*GREY)
        self.line(LEFT, self.get_y(), LEFT + WIDTH, self.get_y())
        tax = _("Tax number {number}").format(number=who.tax_number) if who.tax_number else ""
        bank = " · ".join(p for p in (who.bank, who.iban and f"IBAN {who.iban}", who.bic and f"BIC {who.bic}") if p)
        for line in (" · ".join(p for p in (who.name, who.street, who.town, who.contact) if p), bank, tax):
            self.cell(0, 4, printable(line), align="C", new_x="LMARGIN", new_y="NEXT")
        self.cell(0, 4, _("Page {n} of {all}").format(n=self.page_no(), all="{nb}"), align="R")
        self.set_text_color(0)

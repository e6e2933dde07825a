"""What an import found: counts per table, notes in plain words, and the file of rows that were not taken."""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from services.exports import harmless
from services.text import _, ngettext


@dataclass(frozen=True)
class Progress:
    """How far an import is; told after every batch."""

    table: str
    read: int  # rows of all tables so far
    added: int
    known: int
    rejected: int
    share: float  # 0 to 1, of everything


@dataclass(frozen=True)
class Reject:
    """One value that could not be taken, with its place in the file."""

    table: str
    row: int
    column: str
    value: str
    reason: str


@dataclass
class Findings:
    """What one batch found; it joins the report of the run only when its transaction is committed."""

    counts: Counter[str] = field(default_factory=Counter)  # read, added, known, rejected
    notes: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)


#: Every note, in the order in which it is told. Each takes the number of rows it is about.
NOTES: dict[str, Callable[[int], str]] = {
    "broken": lambda n: ngettext(
        "{n} row is broken: its cells do not fit the first line, or a quote is not closed.",
        "{n} rows are broken: their cells do not fit the first line, or a quote is not closed.", n),
    "repeated": lambda n: ngettext(
        "{n} row has a key that came before in the same file; the first one counts.",
        "{n} rows have a key that came before in the same file; the first ones count.", n),
    "left out": lambda n: ngettext(
        "{n} e-mail address, phone number or time zone could not be taken; its row went in without it.",
        "{n} e-mail addresses, phone numbers or time zones could not be taken; their rows went in without them.", n),
    "phone as written": lambda n: ngettext(
        "{n} phone number could not be understood and is kept as it is written.",
        "{n} phone numbers could not be understood and are kept as they are written.", n),
    "price left out": lambda n: ngettext(
        "{n} product has a list price below zero; it went in without a price.",
        "{n} products have a list price below zero; they went in without a price.", n),
    "customer nameless": lambda n: ngettext(
        "{n} customer has no name.", "{n} customers have no name.", n),
    "customer unreachable": lambda n: ngettext(
        "{n} customer has neither e-mail, phone nor address.",
        "{n} customers have neither e-mail, phone nor address.", n),
    "staff unknown": lambda n: ngettext(
        "{n} row names a staff member who is not here; the row went in without.",
        "{n} rows name a staff member who is not here; the rows went in without.", n),
    "spelled": lambda n: ngettext(
        "{n} product code differs from another one only in upper and lower case; both are kept.",
        "{n} product codes differ from another one only in upper and lower case; all are kept.", n),
    "service": lambda n: ngettext(
        "{n} product is a fee or a service, not goods.", "{n} products are fees or services, not goods.", n),
    "product nameless": lambda n: ngettext("{n} product has no name.", "{n} products have no name.", n),
    "anonymous": lambda n: ngettext(
        "{n} order names no customer and is kept as an anonymous sale.",
        "{n} orders name no customer and are kept as anonymous sales.", n),
    "no sale": lambda n: ngettext(
        "{n} order was cancelled, adjusted or could not be supplied; it is kept, but counts as no sale.",
        "{n} orders were cancelled, adjusted or could not be supplied; they are kept, but count as no sale.", n),
    "status unknown": lambda n: ngettext(
        "{n} order has a status word that is not known; it counts as completed and the word is kept.",
        "{n} orders have a status word that is not known; they count as completed and the words are kept.", n),
    "currency": lambda n: ngettext(
        "{n} order is in another currency than the company's; its amounts are taken as they are, not converted.",
        "{n} orders are in another currency than the company's; their amounts are taken as they are, not converted.",
        n),
    "return unknown": lambda n: ngettext(
        "{n} order says that it returns an order which is not here.",
        "{n} orders say that they return orders which are not here.", n),
    "same day": lambda n: ngettext(
        "{n} time a customer ordered again on the same day; these are kept as separate orders.",
        "{n} times a customer ordered again on the same day; these are kept as separate orders.", n),
    "no lines": lambda n: ngettext("{n} order has no lines.", "{n} orders have no lines.", n),
    "product unknown": lambda n: ngettext(
        "{n} line names a product that is in no product table; the code is kept.",
        "{n} lines name products that are in no product table; the codes are kept.", n),
    "quantity zero": lambda n: ngettext("{n} line has quantity 0.", "{n} lines have quantity 0.", n),
    "quantity negative": lambda n: ngettext(
        "{n} line has a negative quantity (returned goods).", "{n} lines have a negative quantity (returned goods).",
        n),
    "total zero": lambda n: ngettext("{n} line costs nothing.", "{n} lines cost nothing.", n),
    "total negative": lambda n: ngettext(
        "{n} line has a negative amount.", "{n} lines have a negative amount.", n),
    "rounded": lambda n: ngettext(
        "{n} price is finer than the smallest coin and was rounded; line totals are exact.",
        "{n} prices are finer than the smallest coin and were rounded; line totals are exact.", n),
    "noise": lambda n: ngettext(
        "{n} amount carries a calculation trace such as 31.349999999999998 and was read as what it stands for.",
        "{n} amounts carry a calculation trace such as 31.349999999999998 and were read as what they stand for.", n),
    "undated": lambda n: ngettext(
        "{n} contact has no date; it is kept and left out of charts over time.",
        "{n} contacts have no date; they are kept and left out of charts over time.", n),
    "channel unknown": lambda n: ngettext(
        "{n} contact came over a channel that is not known and is filed under other.",
        "{n} contacts came over channels that are not known and are filed under other.", n),
    "contact anonymous": lambda n: ngettext(
        "{n} contact names no customer.", "{n} contacts name no customer.", n),
    "order unknown": lambda n: ngettext(
        "{n} row names an order that is not here; its number is kept.",
        "{n} rows name orders that are not here; their numbers are kept.", n),
    "campaign unknown": lambda n: ngettext(
        "{n} contact names a campaign that is not here.", "{n} contacts name campaigns that are not here.", n),
    "answer without order": lambda n: ngettext(
        "{n} survey answer belongs to no known order.", "{n} survey answers belong to no known order.", n),
    "language": lambda n: ngettext(
        "{n} text is in another language than the company's.",
        "{n} texts are in another language than the company's.", n),
}  # fmt: skip


def told(notes: Counter[str], totals: dict[str, int]) -> list[str]:
    """The notes in words. `totals`: rows added, known and rejected; when none was added that is all there is to say."""
    if totals["added"]:
        return [words(notes[key]) for key, words in NOTES.items() if notes[key]]
    if totals["known"]:
        return [_("Nothing was added: every row that can be taken was here already.")]
    if totals["rejected"]:
        return [_("Nothing was added: no row could be taken. The file of rejected rows says why.")]
    return [_("Nothing was added: there are no rows in these files.")]


class Rejects:
    """The CSV file of what was not taken, made when the first such row appears. A cell never becomes a formula."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.written = 0
        file.unlink(missing_ok=True)  # of an earlier try of the same run

    def add(self, rejects: list[Reject]) -> None:
        """Write them down."""
        if not rejects:
            return
        first = not self.file.exists()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8", errors="backslashreplace", newline="") as handle:
            writer = csv.writer(handle)
            if first:
                self.file.chmod(0o600)  # it holds data of customers
                writer.writerow([_("table"), _("row"), _("column"), _("value"), _("reason")])
            writer.writerows((r.table, r.row, r.column, harmless(r.value[:200]), r.reason) for r in rejects)
        self.written += len(rejects)

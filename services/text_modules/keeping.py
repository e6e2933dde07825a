"""The list of text modules, as managers keep it and forms offer it."""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, select

from db.models import ReasonKind, Role, TextModule
from services import audit, reasons
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line, paragraph
from services.text import _
from services.text_modules.filling import unknown_places
from services.work import Work


class Kind(StrEnum):
    """Which form it is for."""

    ANSWER = "answer"  # to the customer
    NOTE = "note"  # stays in the house
    CONTACT = "contact"  # what was said


@dataclass(frozen=True)
class Module:
    """One of the list."""

    id: int
    name: str
    about: str


def kind_in_words(kind: Kind) -> str:
    """Which form it is for."""
    return {Kind.ANSWER: _("Answer"), Kind.NOTE: _("Note"), Kind.CONTACT: _("Contact")}[kind]


def offered(w: Work, kind: Kind, *, about: str = "") -> list[Module]:
    """Those of a form: first those about this topic or reason, then the general ones. Staff only."""
    w.require(Role.STAFF)
    rows = (
        select(TextModule)
        .where(TextModule.kind == kind, col(TextModule.retired_at).is_(None), col(TextModule.about).in_({about, ""}))
        .order_by((col(TextModule.about) == ""), col(TextModule.name))
    )
    return [Module(row.id, row.name, row.about) for row in w.session.exec(rows)]


def everything(w: Work) -> list[TextModule]:
    """All of them, for those who keep the list. Staff only."""
    w.require(Role.STAFF)
    order = (col(TextModule.retired_at).is_not(None), TextModule.kind, TextModule.name)
    return list(w.session.exec(select(TextModule).order_by(*order)))


def _about(w: Work, kind: Kind, about: str, was: str) -> str:
    """What a module is about; those of contacts are asked for by a reason, which is kept by its code."""
    clean = line(about, _("About"), 200, required=False)
    if kind is Kind.CONTACT and clean not in ("", was, *(r.code for r in reasons.offered(w, ReasonKind.CONTACT))):
        raise Invalid(_("About"), _("choose a reason of contacts from the list"))
    return clean


def save(
    w: Work, kind: Kind, name: str, body: str, *, about: str = "", module_id: int | None = None, retired: bool = False
) -> TextModule:
    """A new module, or another wording of one. Managers only. Raises Invalid, Conflict, NotFound."""
    w.require(Role.MANAGER)
    kind, clean = Kind(kind), line(name, _("Name"), 120)
    words = paragraph(body, _("Text"), 10_000)
    wrong = unknown_places(words)
    if wrong:
        raise Invalid(_("Text"), _("there is no place called {place}").format(place=", ".join(wrong)))
    row = TextModule(kind=kind, name=clean, body=words) if module_id is None else w.session.get(TextModule, module_id)
    if row is None:
        raise NotFound(_("text module"))
    same = w.session.exec(select(TextModule).where(TextModule.kind == kind, TextModule.name == clean)).one_or_none()
    if same is not None and same.id != module_id:
        raise Conflict(_("There is a text module of this name already."))
    before = audit.snapshot(row) if module_id is not None else {}
    row.kind, row.name, row.body = kind, clean, words
    row.about = _about(w, kind, about, row.about)
    row.retired_at = (row.retired_at or w.now) if retired else None
    w.session.add(row)
    w.session.flush()
    audit.record(w, "text_modules.save", "text_module", row.id, before=before, after=audit.snapshot(row))
    return row

"""Files of a case: those that came with its messages, and those that lie with the case itself."""

from collections.abc import Mapping, Sequence

from pages._ui import files as files_ui
from services import files
from services.cases import CaseView
from services.files import File, Thing
from services.work import Actor, reading

Files = Mapping[int, Sequence[File]]


def of_messages(seen: CaseView, actor: Actor) -> Files:
    """By message, as far as the reader may see them; one question for all."""
    with reading(actor) as w:
        return files.of_each(w, Thing.MESSAGE, [said.id for said in seen.thread])


def of_notes(seen: CaseView, actor: Actor) -> Files:
    """By note. For staff."""
    with reading(actor) as w:
        return files.of_each(w, Thing.CONTACT, [note.id for note in seen.notes])


def below(found: Files, number: int, actor: Actor, key: str) -> None:
    """The rows of one message or note."""
    if found.get(number):
        files_ui.listing(found[number], actor, key=key)

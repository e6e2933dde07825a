"""In which language and in which time zone somebody of the team works. Customers change theirs with their account."""

from sqlmodel import SQLModel

from db.models import TEAM
from services import access, audit, clock
from services.errors import Invalid
from services.text import LANGUAGES, _
from services.work import Work


class Preferences(SQLModel):
    """What the form hands in and is filled from. Without a time zone the company's counts."""

    language: str
    time_zone: str = ""


def mine(w: Work) -> Preferences:
    """One's own. Team only."""
    w.require(*TEAM)
    person = access.person(w, w.actor.person_id or 0)
    return Preferences(language=person.language, time_zone=person.time_zone or "")


def save(w: Work, new: Preferences) -> None:
    """Use these from the next click on, and in every mail from now on. Team only. Raises Invalid."""
    w.require(*TEAM)
    if new.language not in LANGUAGES:
        raise Invalid(_("Language"), _("choose one from the list"))
    if new.time_zone and new.time_zone not in clock.zone_names():
        raise Invalid(_("Time zone"), _("choose one from the list"))
    before = mine(w)
    if before == new:
        return
    person = access.person(w, w.actor.person_id or 0)
    person.language, person.time_zone = new.language, new.time_zone or None
    w.session.add(person)
    audit.record(w, "people.preferences", "person", person.id, before=before.model_dump(), after=new.model_dump())

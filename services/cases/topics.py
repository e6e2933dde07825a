"""What cases are about: a list that managers keep, and the team that a topic goes to."""

from sqlmodel import col, select

from db.models import Role, Topic
from services import audit, teams
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line
from services.text import _
from services.work import Work


def offered(w: Work) -> list[str]:
    """The names of the topics that can be chosen, for staff and customers."""
    w.require(Role.CUSTOMER, Role.STAFF)
    active = select(Topic.name).where(col(Topic.retired_at).is_(None)).order_by(col(Topic.name))
    return list(w.session.exec(active))


def everything(w: Work) -> list[Topic]:
    """All of them, those that are offered first. Staff only."""
    w.require(Role.STAFF)
    return list(w.session.exec(select(Topic).order_by(col(Topic.retired_at).is_not(None), col(Topic.name))))


def add(w: Work, name: str, team_id: int | None = None) -> Topic:
    """A new topic. Managers only. Raises Invalid, Conflict, NotFound."""
    w.require(Role.MANAGER)
    clean = line(name, _("Topic"), 120)
    if named(w, clean) is not None:
        raise Conflict(_("There is a topic of this name already."))
    if team_id is not None:
        teams.offered(w, team_id)
    topic = Topic(name=clean, team_id=team_id)
    w.session.add(topic)
    w.session.flush()
    audit.record(w, "cases.topic", "case_topic", topic.id, after=audit.snapshot(topic))
    return topic


def change(w: Work, topic_id: int, *, team_id: int | None, retired: bool = False) -> Topic:
    """Where new cases of the topic go, and whether it is offered. Its name stays, for cases keep it. Managers only."""
    w.require(Role.MANAGER)
    topic = w.session.get(Topic, topic_id)
    if topic is None:
        raise NotFound(_("topic"))
    before = audit.snapshot(topic)
    if team_id is not None and team_id != topic.team_id:
        teams.offered(w, team_id)
    topic.team_id = team_id
    topic.retired_at = (topic.retired_at or w.now) if retired else None
    w.session.add(topic)
    w.session.flush()
    audit.record(w, "cases.topic", "case_topic", topic.id, before=before, after=audit.snapshot(topic))
    return topic


def named(w: Work, name: str) -> Topic | None:
    """The topic of this name."""
    return w.session.exec(select(Topic).where(Topic.name == name)).one_or_none()


def chosen(w: Work, name: str, *, was: str = "") -> str:
    """The name, if it is on the list, empty, or what the case is about already. Raises Invalid."""
    clean = line(name, _("Topic"), 120, required=False)
    if clean in ("", was):
        return clean
    topic = named(w, clean)
    if topic is None or topic.retired_at is not None:
        raise Invalid(_("Topic"), _("choose one from the list"))
    return clean

"""How cases are worked on: teams, topics, promised times, checklists, links, watchers, macros, texts, ratings."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, where_given


class Team(SQLModel, table=True):
    """Colleagues who share work. Never removed, for cases name it; a retired team is offered no more."""

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=80, unique=True)
    lead_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL", index=True)
    retired_at: datetime | None = None


class TeamMember(SQLModel, table=True):
    __tablename__ = "team_member"

    team_id: int = Field(foreign_key="team.id", ondelete="CASCADE", primary_key=True)
    staff_id: int = Field(foreign_key="staff_member.id", ondelete="CASCADE", primary_key=True, index=True)


class Topic(SQLModel, table=True):
    """What cases are about, and which team they go to. A case keeps the name, so that it outlives the list."""

    __tablename__ = "case_topic"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=120, unique=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", ondelete="SET NULL", index=True)
    retired_at: datetime | None = None


class ServiceLevel(SQLModel, table=True):
    """Until when a case of a priority (and of a topic, where one is named) is answered and solved, in working time."""

    __tablename__ = "service_level"
    __table_args__ = (
        UniqueConstraint("priority", "topic_id", name="uq_service_level"),
        Index(
            "uq_service_level_any",
            "priority",
            unique=True,
            sqlite_where=text("topic_id IS NULL"),
            postgresql_where=text("topic_id IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    priority: str = Field(max_length=20)
    topic_id: int | None = Field(default=None, foreign_key="case_topic.id", ondelete="CASCADE", index=True)
    answer_minutes: int
    resolve_minutes: int
    warn_percent: int = 75  # when so much of the time is used up, it gets near
    raise_priority: bool = False  # at the end of the time
    to_lead: bool = False  # at the end of the time: the team's lead becomes the owner


_STANDS = text("undone_at IS NULL")


class CaseMerge(SQLModel, table=True):
    """One case joined to another. Nothing is moved: a thread is read together with those joined to it."""

    __tablename__ = "case_merge"
    __table_args__ = (
        Index("uq_case_merge", "case_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index("ix_case_merge_case", "case_id"),
        Index("ix_case_merge_into", "into_id"),
    )

    id: int = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="support_case.id", ondelete="CASCADE")
    into_id: int = Field(foreign_key="support_case.id", ondelete="CASCADE")
    merged_at: datetime
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)  # state and clocks, for the way back
    undone_at: datetime | None = None


class CaseMove(SQLModel, table=True):
    """A message or note that was split off into a case of its own, and where it came from."""

    __tablename__ = "case_move"
    __table_args__ = (where_given("ix_case_move_message", "message_id"), where_given("ix_case_move_note", "note_id"))

    id: int = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="support_case.id", ondelete="CASCADE", index=True)
    from_case_id: int = Field(foreign_key="support_case.id", ondelete="CASCADE", index=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", ondelete="CASCADE")
    note_id: int | None = Field(default=None, foreign_key="interaction.id", ondelete="CASCADE")
    moved_at: datetime
    undone_at: datetime | None = None


class ChecklistTemplate(SQLModel, table=True):
    """Steps that belong to every case of a topic, or that are added by hand."""

    __tablename__ = "checklist_template"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=120, unique=True)
    topic_id: int | None = Field(default=None, foreign_key="case_topic.id", ondelete="SET NULL", index=True)
    items: list[str] = Field(default_factory=list, sa_type=JSON_DOCUMENT)
    retired_at: datetime | None = None


class CaseItem(SQLModel, table=True):
    """One step of a case's checklist: a copy, so that a change of the template leaves it as it was."""

    __tablename__ = "case_item"

    id: int = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="support_case.id", ondelete="CASCADE", index=True)
    template_id: int | None = Field(default=None, foreign_key="checklist_template.id", ondelete="SET NULL", index=True)
    text: str = Field(max_length=300)
    added_at: datetime
    done_at: datetime | None = None
    done_by_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL", index=True)


class CaseOrder(SQLModel, table=True):
    """An order that a case is about too; `support_case.order_id` is the one it began with."""

    __tablename__ = "case_order"

    case_id: int = Field(foreign_key="support_case.id", ondelete="CASCADE", primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id", ondelete="CASCADE", primary_key=True, index=True)
    linked_at: datetime


class CaseWatcher(SQLModel, table=True):
    """A colleague who wants to hear of every new message of a case."""

    __tablename__ = "case_watcher"

    case_id: int = Field(foreign_key="support_case.id", ondelete="CASCADE", primary_key=True)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", primary_key=True, index=True)
    since: datetime


class CaseNotice(SQLModel, table=True):
    """What a colleague is told about a case, until it is opened: stands on Today."""

    __tablename__ = "case_notice"
    __table_args__ = (
        Index("ix_case_notice_new", "person_id", "id", sqlite_where=text("read_at IS NULL"),
              postgresql_where=text("read_at IS NULL")),
        Index("ix_case_notice_person", "person_id"),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE")
    case_id: int = Field(foreign_key="support_case.id", ondelete="CASCADE", index=True)
    kind: str = Field(max_length=20)  # message, near, late, given, rating
    at: datetime
    read_at: datetime | None = None


class Macro(SQLModel, table=True):
    """Several changes under one name. `actions` as services/cases/macros.py describes them."""

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=120, unique=True)
    actions: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    retired_at: datetime | None = None


class TextModule(SQLModel, table=True):
    """Words that are put into a form and finished there, with places for names."""

    __tablename__ = "text_module"
    __table_args__ = (UniqueConstraint("kind", "name", name="uq_text_module"),)

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)  # answer, note, contact
    name: str = Field(max_length=120)
    about: str = Field(default="", max_length=200)  # a topic or reason; empty: for all
    body: str = Field(max_length=10000)
    retired_at: datetime | None = None


class CaseRating(SQLModel, table=True):
    """That a rating was asked for. The mailed secret is kept as its SHA-256; the answer is a survey answer."""

    __tablename__ = "case_rating"

    case_id: int = Field(foreign_key="support_case.id", ondelete="CASCADE", primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    asked_at: datetime
    response_id: int | None = Field(default=None, foreign_key="survey_response.id", ondelete="SET NULL", index=True)

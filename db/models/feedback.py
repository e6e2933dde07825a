"""What an import may bring beside customers, products, orders and contacts: surveys, visits, campaigns, help texts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, where_given


class SurveyResponse(SQLModel, table=True):
    """One answer on one scale. An answer may name an order or a customer that is not here; the given id is kept."""

    __tablename__ = "survey_response"
    __table_args__ = (
        Index("uq_survey_source", "source", "source_id", unique=True),
        Index("ix_survey_timeline", "customer_id", "answered_at", "id"),
        where_given("ix_survey_order", "order_id"),
    )

    id: int = Field(default=None, primary_key=True)
    source: str | None = Field(default=None, max_length=40)
    source_id: str | None = Field(default=None, max_length=120)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", ondelete="RESTRICT")
    order_id: int | None = Field(default=None, foreign_key="sales_order.id", ondelete="SET NULL")
    order_ref: str | None = Field(default=None, max_length=120)  # the order's id in the source
    instrument: str = Field(max_length=120)
    question: str = Field(default="", max_length=1000)
    score: float
    scale_min: float
    scale_max: float
    title: str = Field(default="", max_length=300)
    text: str = Field(default="", max_length=20000)
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    language: str | None = Field(default=None, max_length=16)
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class WebSession(SQLModel, table=True):
    """One visit to the web site, as counted by its source; `figures` holds the columns of the import schema."""

    __tablename__ = "web_session"
    __table_args__ = (
        Index("uq_web_session_source", "source", "source_id", unique=True),
        where_given("ix_web_session_customer", "customer_id"),
    )

    id: int = Field(default=None, primary_key=True)
    source: str | None = Field(default=None, max_length=40)
    source_id: str | None = Field(default=None, max_length=120)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", ondelete="RESTRICT")
    started_at: datetime | None = None
    converted: bool
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class Campaign(SQLModel, table=True):
    __table_args__ = (Index("uq_campaign_source", "source", "source_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    source: str | None = Field(default=None, max_length=40)
    source_id: str | None = Field(default=None, max_length=120)
    name: str = Field(default="", max_length=200)
    kind: str = Field(default="", max_length=80)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class CampaignEvent(SQLModel, table=True):
    """Something a campaign did to a customer, or the customer with it. `fingerprint` keeps a second import out."""

    __tablename__ = "campaign_event"

    id: int = Field(default=None, primary_key=True)
    fingerprint: str = Field(max_length=64, unique=True)
    campaign_id: int = Field(foreign_key="campaign.id", ondelete="CASCADE", index=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT", index=True)
    event: str = Field(max_length=60)
    at: datetime | None = None
    coupon_code: str | None = Field(default=None, max_length=120)
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class Article(SQLModel, table=True):
    """A question with its answer in the help centre."""

    __table_args__ = (Index("uq_article_source", "source", "source_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    source: str | None = Field(default=None, max_length=40)
    source_id: str | None = Field(default=None, max_length=120)
    question: str = Field(max_length=1000)
    answer: str = Field(default="", max_length=100000)
    category: str = Field(default="", max_length=120)
    language: str | None = Field(default=None, max_length=16)
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class ArticleQuery(SQLModel, table=True):
    """Something people typed, with the one article that is right (none: no article fits)."""

    __tablename__ = "article_query"
    __table_args__ = (Index("uq_article_query_source", "source", "source_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    source: str | None = Field(default=None, max_length=40)
    source_id: str | None = Field(default=None, max_length=120)
    text: str = Field(max_length=4000)
    article_id: int | None = Field(default=None, foreign_key="article.id", ondelete="SET NULL")
    split: str | None = Field(default=None, max_length=40)
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class Label(SQLModel, table=True):
    """A known outcome, kept to judge a model by. Never shown to the model it judges."""

    customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT", primary_key=True)
    label: str = Field(max_length=80, primary_key=True)
    value: bool
    known_at: datetime | None = None
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")

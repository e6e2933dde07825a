"""Taking contacts, survey answers, visits to the web site and the texts of the help centre."""

import json

import numpy as np
import pandas as pd

from db.models import (
    UNDATED,
    Article,
    ArticleQuery,
    Campaign,
    Channel,
    Customer,
    Direction,
    HourlyContacts,
    Interaction,
    Order,
    StaffMember,
    SurveyResponse,
    WebSession,
)
from services import rollups
from services.exchange import writing
from services.exchange.rows import Rows, Run, is_none, looked_up, new_by_source_id, refer, refer_strictly
from services.exchange.schema import VISIT_FIGURES
from services.text import _
from services.work import Work

CHANNELS = {
    **{channel.value: channel.value for channel in Channel},
    "email": Channel.EMAIL.value,
    "chat": Channel.MESSAGE.value,
    "web": Channel.PORTAL.value,
}
OUTWARD = ("out", "outbound", "outgoing")


def interactions(w: Work, run: Run, rows: Rows) -> None:
    """Contacts, with or without a customer and with or without a date, and their count per hour."""
    refer_strictly(
        w, run, rows, Customer, "customer_id", _("there is no such customer; leave the cell empty if unknown")
    )
    new_by_source_id(w, run, rows, Interaction, "interaction_id")
    no_order = refer(w, run, rows, Order, "order_id")
    rows.note("order unknown", no_order)
    rows.note("staff unknown", refer(w, run, rows, StaffMember, "staff_id"))
    rows.note("campaign unknown", refer(w, run, rows, Campaign, "campaign_id"))
    rows.note("contact anonymous", ~rows.given("customer_id"))
    _note_language(run, rows)
    undated = np.isnat(rows["at"])
    rows.note("undated", undated)
    channel = _channel(rows)
    outward = np.isin([word.lower() for word in rows["direction"]], OUTWARD)
    columns = {
        "source": run.source,
        "source_id": rows["interaction_id"],
        "customer_id": rows["customer_id row"],
        "order_id": rows["order_id row"],
        "matter": rows.or_none("case_id"),
        "channel": channel,
        "direction": np.where(outward, Direction.OUT.value, Direction.IN.value).astype(object),
        "reason": rows["topic"],
        "subtopic": rows["subtopic"],
        "summary": rows["text"],
        "outcome": rows["outcome"],
        "duration_s": rows["duration_s"],
        "staff_id": rows["staff_id row"],
        "campaign_id": rows["campaign_id row"],
        "language": rows.or_none("language"),
        "happened_at": np.where(undated, np.datetime64(UNDATED.replace(tzinfo=None), "us"), rows["at"]),
        "date_known": ~undated,
        "logged_at": w.now,
        "resolved_at": rows["resolved_at"],
        "attributes": _with_order_number(rows, no_order),
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, Interaction, columns)
    _count(w, rows, channel, ~outward)


def _count(w: Work, rows: Rows, channel: np.ndarray, begun: np.ndarray) -> None:
    at = pd.Series(rows["at"]).dt.tz_localize("UTC")
    counted = {"at": at, "channel": channel, "contacts": 1, "begun": begun.astype(int), "again": 0}
    rollups.bulk(w, HourlyContacts, pd.DataFrame(counted))


def _channel(rows: Rows) -> np.ndarray:
    words = np.array([word.lower() for word in rows["channel"]], dtype=object)
    found = looked_up(words, CHANNELS)
    rows.note("channel unknown", is_none(found))
    return np.where(is_none(found), Channel.OTHER.value, found)


def _with_order_number(rows: Rows, no_order: np.ndarray) -> np.ndarray:
    attributes = rows["attributes"].copy()
    for i in np.flatnonzero(no_order):
        kept = json.loads(attributes[i]) | {"order_id": str(rows["order_id"][i])}
        attributes[i] = json.dumps(kept, ensure_ascii=False)
    return attributes


def _note_language(run: Run, rows: Rows) -> None:
    own = np.array([tag.lower().startswith(run.language.lower()) for tag in rows["language"]], dtype=bool)
    rows.note("language", rows.given("language") & ~own)


def surveys(w: Work, run: Run, rows: Rows) -> None:
    """Answers on a scale. The number of an order that is not here is kept."""
    outside = (rows["score"] < rows["scale_min"]) | (rows["score"] > rows["scale_max"])
    rows.reject(outside.astype(bool), "score", _("the score lies outside its scale"))
    refer_strictly(
        w, run, rows, Customer, "customer_id", _("there is no such customer; leave the cell empty if unknown")
    )
    new_by_source_id(w, run, rows, SurveyResponse, "response_id")
    rows.note("order unknown", refer(w, run, rows, Order, "order_id"))
    rows.note("answer without order", is_none(rows["order_id row"]))
    _note_language(run, rows)
    columns = {
        "source": run.source,
        "source_id": rows["response_id"],
        "customer_id": rows["customer_id row"],
        "order_id": rows["order_id row"],
        "order_ref": rows.or_none("order_id"),
        **{c: rows[c] for c in ("instrument", "question", "score", "scale_min", "scale_max", "title", "text")},
        **{c: rows[c] for c in ("asked_at", "answered_at")},
        "language": rows.or_none("language"),
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, SurveyResponse, columns)


def web_sessions(w: Work, run: Run, rows: Rows) -> None:
    """Visits to the web site."""
    refer_strictly(
        w, run, rows, Customer, "customer_id", _("there is no such customer; leave the cell empty if unknown")
    )
    new_by_source_id(w, run, rows, WebSession, "session_id")
    names = [column.name for column in VISIT_FIGURES]
    records = zip(*(rows[name].tolist() for name in names), strict=True)
    figures = [
        json.dumps({n: v for n, v in zip(names, record, strict=True) if v is not None and v != ""}, ensure_ascii=False)
        for record in records
    ]
    columns = {
        "source": run.source,
        "source_id": rows["session_id"],
        "customer_id": rows["customer_id row"],
        "started_at": rows["started_at"],
        "converted": rows["converted"],
        "figures": np.array(figures, dtype=object),
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, WebSession, columns)


def faq_articles(w: Work, run: Run, rows: Rows) -> None:
    """Questions with their answers."""
    new_by_source_id(w, run, rows, Article, "article_id")
    columns = {
        "source": run.source,
        "source_id": rows["article_id"],
        **{c: rows[c] for c in ("question", "answer", "category")},
        "language": rows.or_none("language"),
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, Article, columns)


def faq_queries(w: Work, run: Run, rows: Rows) -> None:
    """What people asked, with the article that answers it."""
    refer_strictly(
        w, run, rows, Article, "article_id", _("there is no such article; leave the cell empty if none fits")
    )
    new_by_source_id(w, run, rows, ArticleQuery, "query_id")
    columns = {
        "source": run.source,
        "source_id": rows["query_id"],
        "text": rows["text"],
        "article_id": rows["article_id row"],
        "split": rows.or_none("split"),
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, ArticleQuery, columns)

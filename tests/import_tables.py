"""Small folders in the import schema, written in any of its formats, and a look at what became of them."""

import csv
import gzip
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from sqlalchemy import func
from sqlmodel import SQLModel, select

from db.models import ImportRun
from services.exchange.schema import TABLES
from services.work import SYSTEM, Work, reading

Row = dict[str, Any]
T = TypeVar("T", bound=SQLModel)


def as_csv(table: str, rows: list[Row]) -> str:
    """The rows as the text of a CSV file with all columns of the table."""
    names = [c.name for c in TABLES[table].columns if not c.extra or any(c.name in row for row in rows)]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def folder(path: Path, tables: Mapping[str, list[Row]], ending: str = ".csv") -> Path:
    """A folder with these tables in it."""
    path.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        file = path / f"{table}{ending}"
        if ending == ".csv":
            file.write_text(as_csv(table, rows), "utf-8", newline="")
        elif ending == ".csv.gz":
            file.write_bytes(gzip.compress(as_csv(table, rows).encode()))
        else:
            pd.DataFrame(rows).to_parquet(file)
    return path


def order(number: str, customer: str = "", **more: Any) -> Row:
    return {"order_id": number, "customer_id": customer, "ordered_at": "2024-05-01T10:00:00", "status": "completed",
            "channel": "web", **more}  # fmt: skip


def line(order_id: str, line_no: int = 1, total: object = "10.00", **more: Any) -> Row:
    return {"order_id": order_id, "line_no": line_no, "product_id": "P1", "quantity": 1, "line_total": total, **more}


def one_of_everything() -> dict[str, list[Row]]:
    """A row or two of each of the fourteen tables."""
    return {**_people(), **_sales(), **_contacts()}


def _people() -> dict[str, list[Row]]:
    return {
        "staff": [
            {"staff_id": "1", "name": "Grace Hopper", "email": "Grace@Example.com", "manager_id": "2.0"},
            {"staff_id": "2", "name": "Ada Lovelace", "phone": "+49 30 123456", "hired_at": "2020-01-01T00:00:00"},
        ],
        "customers": [
            {"customer_id": "C1", "name": "Müller, Jörg", "email": "Joerg@Example.COM", "phone": "030 / 1234567",
             "address": "Hauptstr. 1", "city": "Berlin", "country": "DE", "joined_at": "2024-01-02T09:00:00",
             "account_manager_id": "1", "marketing_consent": "true", "attributes": '{"size": "L"}',
             "time_zone": "america/new_york"},
            {"customer_id": "C2", "company": "Acme GmbH", "marketing_consent": "no"},
        ],
    }  # fmt: skip


def _sales() -> dict[str, list[Row]]:
    return {
        "products": [
            {"product_id": "P1", "sku": "K-1", "name": "Kettle", "category": "Kitchen", "list_price": "25.00",
             "unit_cost": "12.505", "is_service": "false", "active": "true"},
            {"product_id": "P2", "name": "Postage", "is_service": "True", "active": "True", "is_fee": "yes"},
        ],
        "campaigns": [{"campaign_id": "1", "name": "Spring", "kind": "mail", "starts_at": "2024-03-01T00:00:00"}],
        "orders": [
            order("O1", "C1", returns_order_id="O2", staff_id="1", shipping_fee="4.90", status="delivered",
                  delivered_at="2024-05-03T12:00:00", currency="EUR"),
            order("O2", "", status="canceled"),
        ],
        "order_lines": [
            line("O1", 1, "25.00", quantity=1, unit_price="25.0"),
            line("O1", 2, "-5.00", quantity=-1, product_id="UNKNOWN"),
            line("O2", 1, "99.99"),
        ],
        "payments": [{"order_id": "O1", "seq": 1, "method": "card", "installments": 2, "amount": "24.90"}],
    }  # fmt: skip


def _contacts() -> dict[str, list[Row]]:
    return {
        "interactions": [
            {"interaction_id": "I1", "customer_id": "C1", "order_id": "O1", "case_id": "M1", "channel": "email",
             "at": "2024-05-04T08:30:00", "direction": "out", "topic": "delivery", "text": "Hello,\nit is on its way.",
             "staff_id": "1", "campaign_id": "1", "language": "en", "duration_s": "30"},
            {"interaction_id": "I2", "channel": "carrier pigeon", "order_id": "O404", "attributes": '{"a": 1}'},
        ],
        "surveys": [
            {"response_id": "S1", "customer_id": "C1", "order_id": "O1", "instrument": "csat", "score": "4.5",
             "scale_min": "1", "scale_max": "5", "text": "ótimo", "language": "pt"},
        ],
        "web_sessions": [
            {"session_id": "W1", "customer_id": "C1", "weekend": "True", "pages_product": "3", "bounce_rate": "0.2",
             "converted": "1"},
        ],
        "campaign_events": [
            {"campaign_id": "1", "customer_id": "C1", "event": "mailed", "at": "2024-03-02T00:00:00"},
        ],
        "faq_articles": [{"article_id": "A1", "question": "Where is my parcel?", "answer": "On its way.\n\nReally."}],
        "faq_queries": [
            {"query_id": "Q1", "text": "parcel late", "article_id": "A1"},
            {"query_id": "Q2", "text": "weather"},
        ],
        "labels": [{"customer_id": "C1", "label": "churned", "value": "0"}],
    }  # fmt: skip


def rejected(run: ImportRun) -> list[Row]:
    """What the rejects file says."""
    if run.rejects_file is None:
        return []
    with Path(run.rejects_file).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def only(w: Work, model: type[T], **where: Any) -> T:
    return w.session.exec(select(model).filter_by(**where)).one()


def balanced(run: ImportRun) -> bool:
    """Nothing is lost: every row that was read is added, known or rejected."""
    return all(c["read"] == c["added"] + c["known"] + c["rejected"] for c in run.counts.values())


def stored(model: type[SQLModel]) -> int:
    with reading(SYSTEM) as w:
        return w.session.exec(select(func.count()).select_from(model)).one()

"""What the import schema has no place for, added to the imported demonstration in bulk: one function per kind."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy import bindparam, delete, select, update
from sqlmodel import SQLModel, col

from db.models import (
    Case,
    CaseState,
    Consent,
    Customer,
    FollowUp,
    Interaction,
    Message,
    Order,
    OrderStatus,
    Payment,
    PriceChange,
    Product,
    Promise,
    Return,
    Shipment,
    StaffMember,
    Team,
    TeamMember,
)
from services import audit, demo_case_rules, demo_house, demo_missed, demo_products
from services.demo_answers import first_answers
from services.exchange import writing
from services.exchange.afterwards import patient
from services.work import Work

#: Rows of the tables that the demonstration's people are.
CUSTOMER, AGENT, MANAGER = 0, 0, 1
#: Parts of a delivery address and the columns of the customers table that hold them.
ADDRESS = {"street": "address", **{c: c for c in ("city", "region", "postal_code", "country")}}
CARRIERS = ("Parcel Post", "City Courier", "Green Wheels")


class Adding:
    """One unit of work that adds to an import: ids of the database for those of the tables, local times in UTC.

    `made` has `tables` and `more`, as db/demo describes them.
    """

    def __init__(self, w: Work, run_id: int, source: str, made: Any, zone: ZoneInfo) -> None:
        patient(w)
        self.w, self.run_id, self.source, self.zone = w, run_id, source, zone
        self.tables: dict[str, pd.DataFrame] = made.tables
        self.more: dict[str, pd.DataFrame] = made.more
        self.cases: dict[str, int] = {}  # by matter, once they are added

    def ids(self, model: type[SQLModel], keys: "pd.Series[Any]") -> np.ndarray:
        """Ids of imported rows, None where the key is empty."""
        asked = keys.to_numpy(object)
        known = writing.ids(self.w, model, self.source, np.array([k for k in asked if isinstance(k, str)], object))
        return np.array([known[k][0] if isinstance(k, str) else None for k in asked], object)

    def customers(self, rows: list[int]) -> np.ndarray:
        return self.ids(Customer, self.tables["customers"]["customer_id"].iloc[rows])

    def staff(self, rows: list[int]) -> np.ndarray:
        return self.ids(StaffMember, self.tables["staff"]["staff_id"].iloc[rows])

    def name_of(self, row: int) -> str:
        return str(self.tables["customers"]["name"].iloc[row])

    def staff_name(self, row: int) -> str:
        return str(self.tables["staff"]["name"].iloc[row])

    def case_ids(self, matters: "pd.Series[str]") -> np.ndarray:
        return np.array([self.cases[m] for m in matters], object)

    def utc(self, times: "pd.Series[Any]") -> np.ndarray:
        """Local times as instants; an hour that comes twice is the first one."""
        local = times.astype("datetime64[s]").dt.tz_localize(
            self.zone, ambiguous=np.ones(len(times), bool), nonexistent="shift_forward"
        )
        return local.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")

    def insert(self, model: type[SQLModel], columns: dict[str, Any]) -> int:
        """Add the rows and one audit entry about them."""
        n = writing.insert(self.w, model, columns)
        table = writing.table_of(model).name
        audit.record(self.w, "demo.add", table, after={"rows": n, "import_run": self.run_id})
        return n


def _cases(a: Adding) -> int:
    """Cases, and the contacts that belong to them."""
    made = a.more["cases"]
    columns = {
        "customer_id": a.ids(Customer, made["customer_id"]),
        "order_id": a.ids(Order, made["order_id"]),
        "owner_id": a.ids(StaffMember, made["staff_id"]),
        **{c: made[c].to_numpy(object) for c in ("state", "priority", "topic", "subject", "next_step")},
        "team_id": made["team"].map(_teams_of(a)).to_numpy(object),
        **{c: a.utc(made[c]) for c in ("opened_at", "answer_by", "closed_at")},
        "due_at": a.utc(made["answer_by"].where(made["state"] == CaseState.OPEN)),
        **first_answers(a, made),
    }
    n = a.insert(Case, columns)
    numbers = (
        a.w.session.execute(select(col(Case.id)).order_by(col(Case.id))).scalars().all()
    )  # in the order of writing
    a.cases = dict(zip(made["matter"], numbers[-n:], strict=True)) if n else {}
    statement = (
        update(Interaction)
        .where(col(Interaction.matter) == bindparam("of_matter"), col(Interaction.import_run_id) == a.run_id)
        .values(case_id=bindparam("to_case"))
        .execution_options(synchronize_session=None)
    )
    links = [{"of_matter": matter, "to_case": case} for matter, case in a.cases.items()]
    a.w.session.connection().execute(statement, links)
    return n


def _promises(a: Adding) -> int:
    made = a.more["promises"]
    columns = {
        "customer_id": a.ids(Customer, made["customer_id"]),
        "case_id": a.case_ids(made["matter"]),
        "owner_id": a.ids(StaffMember, made["staff_id"]),
        "what": made["what"].to_numpy(object),
        "due_on": made["due_on"].dt.strftime("%Y-%m-%d").to_numpy(object),
        **{c: a.utc(made[c]) for c in ("made_at", "kept_at", "broken_at")},
        "reminded_at": a.utc(made["made_at"].where(made["due_on"] <= a.w.now.astimezone(a.zone).replace(tzinfo=None))),
    }
    return a.insert(Promise, columns)


def _follow_ups(a: Adding) -> int:
    made = a.more["follow_ups"]
    # What is late in the demonstration is on the list of the day; nobody is sent a mail about it.
    is_late = made["due_at"] < a.w.now.astimezone(a.zone).replace(tzinfo=None)
    columns = {
        "customer_id": a.ids(Customer, made["customer_id"]),
        "interaction_id": a.ids(Interaction, made["interaction_id"]),
        "owner_id": a.ids(StaffMember, made["staff_id"]),
        "reason": made["reason"].to_numpy(object),
        **{c: a.utc(made[c]) for c in ("created_at", "due_at", "done_at")},
        "reminded_at": a.utc(made["due_at"].where(is_late)),
    }
    return a.insert(FollowUp, columns)


def _messages(a: Adding) -> int:
    made = a.more["messages"]
    columns = {
        "customer_id": a.ids(Customer, made["customer_id"]),
        "case_id": a.case_ids(made["matter"]),
        "direction": np.where(made["is_in"], "in", "out").astype(object),
        "subject": made["subject"].to_numpy(object),
        "body": made["text"].to_numpy(object),
        **{c: a.utc(made[c]) for c in ("sent_at", "read_at")},
    }
    return a.insert(Message, columns)


def _consents(a: Adding) -> int:
    made = a.more["consents"]
    columns = {
        "customer_id": a.ids(Customer, made["customer_id"]),
        **{c: made[c].to_numpy(object) for c in ("purpose", "granted", "how")},
        "at": a.utc(made["at"]),
    }
    return a.insert(Consent, columns)


def _prices(a: Adding) -> int:
    """The whole price history, in place of the one entry that the import made."""
    made = a.more["prices"]
    product_id = a.ids(Product, made["product_id"])
    known = sorted(set(product_id.tolist()))
    a.w.session.connection().execute(delete(PriceChange).where(col(PriceChange.product_id).in_(known)))
    prices = {c: made[c].to_numpy() for c in ("list_price_cents", "unit_cost_cents")}
    return a.insert(PriceChange, {"product_id": product_id, **prices, "valid_from": a.utc(made["valid_from"])})


def _lines(a: Adding, orders: set[str] | None = None) -> "pd.Series[str]":
    """The goods of each order as JSON, by order id of the tables."""
    lines, products = a.tables["order_lines"], a.tables["products"]
    services = set(products.loc[products["is_service"], "product_id"])
    goods = lines[~lines["product_id"].isin(services)]
    if orders is not None:
        goods = goods[goods["order_id"].isin(orders)]
    parts = [f'{{"line_no": {n}, "quantity": {q}}}' for n, q in zip(goods["line_no"], goods["quantity"], strict=True)]
    return "[" + pd.Series(parts, index=goods.index, dtype=object).groupby(goods["order_id"]).agg(", ".join) + "]"


def _shipments(a: Adding) -> int:
    orders = a.tables["orders"]
    orders = orders[orders["shipped_at"].notna()]
    order_id = a.ids(Order, orders["order_id"])
    number = np.arange(len(orders))
    columns = {
        "order_id": order_id,
        "shipped_at": a.utc(orders["shipped_at"]),
        "delivered_at": a.utc(orders["delivered_at"]),
        "carrier": np.array(CARRIERS, object)[number % len(CARRIERS)],
        "tracking_code": np.array([f"RP{7_000_000_000 + 13 * i}" for i in number.tolist()], object),
        "lines": orders["order_id"].map(_lines(a)).fillna("[]").to_numpy(object),
    }
    return a.insert(Shipment, columns)


def _returns(a: Adding) -> int:
    made = a.more["returns"]
    known = writing.ids(a.w, Order, a.source, made["order_id"].to_numpy(object), "lines_cents")
    refunded = (made["state"] == "refunded").to_numpy()
    cents = np.array([known[k][1] for k in made["order_id"]], np.int64)
    columns = {
        "order_id": np.array([known[k][0] for k in made["order_id"]], object),
        **{c: made[c].to_numpy(object) for c in ("state", "reason")},
        "lines": made["order_id"].map(_lines(a, set(made["order_id"]))).to_numpy(object),
        "refund_cents": np.where(refunded, cents, 0),
        **{c: a.utc(made[c]) for c in ("requested_at", "closed_at")},
    }
    return a.insert(Return, columns)


def _dates(a: Adding) -> int:
    """Since when things are known, where the import could only say: since now."""
    of_run = {m: col(m.import_run_id) == a.run_id for m in (Customer, Interaction, Payment)}
    when = select(col(Order.ordered_at)).where(col(Order.id) == Payment.order_id).scalar_subquery()
    cancelled = [col(Order.import_run_id) == a.run_id, col(Order.status) == OrderStatus.CANCELLED]
    changes = (
        update(Customer).where(of_run[Customer]).values(created_at=Customer.joined_at),
        update(Interaction).where(of_run[Interaction]).values(logged_at=Interaction.happened_at),
        update(Payment).where(of_run[Payment]).values(paid_at=when),
        update(Order).where(*cancelled).values(cancelled_at=Order.ordered_at),
    )
    n = sum(int(a.w.session.connection().execute(change).rowcount) for change in changes)
    audit.record(a.w, "demo.dates", "import_run", a.run_id, after={"rows": n})
    return n


def _addresses(a: Adding) -> int:
    """Where the open orders go: the customer's own address."""
    orders, customers = a.tables["orders"], a.tables["customers"].set_index("customer_id")
    is_open = orders["status"].isin([OrderStatus.PLACED, OrderStatus.PICKED, OrderStatus.SHIPPED])
    to_come = orders[is_open & orders["promised_at"].notna()]
    where = [{part: customers.at[c, column] for part, column in ADDRESS.items()} for c in to_come["customer_id"]]
    rows = [{"of": i, "to": w} for i, w in zip(a.ids(Order, to_come["order_id"]).tolist(), where, strict=True)]
    statement = update(Order).where(col(Order.id) == bindparam("of")).values(delivery_address=bindparam("to"))
    if rows:
        a.w.session.connection().execute(statement.execution_options(synchronize_session=None), rows)
    audit.record(a.w, "demo.addresses", "sales_order", after={"rows": len(rows)})
    return len(rows)


def _teams(a: Adding) -> int:
    made = a.more["teams"]
    known = _teams_of(a)
    columns = {
        "team_id": made["team"].map(known).to_numpy(object),
        "staff_id": a.ids(StaffMember, made["staff_id"]),
    }
    return a.insert(TeamMember, columns)


def _teams_of(a: Adding) -> dict[str, int]:
    """The teams that the house has by now, by name; those of the tables are made."""
    wanted = sorted({*a.more["teams"]["team"], *a.more["cases"]["team"]})
    known = {t.name: t.id for t in a.w.session.execute(select(Team)).scalars()}
    a.w.session.add_all(Team(name=name) for name in wanted if name not in known)
    a.w.session.flush()
    return {t.name: t.id for t in a.w.session.execute(select(Team)).scalars()}


def _case_rules(a: Adding) -> int:
    return demo_case_rules.add(a.w, _teams_of(a), sorted(set(a.more["cases"]["topic"])))


#: What is added, in this order: promises and messages name cases.
KINDS: dict[str, Callable[[Adding], int]] = {
    "price history": _prices,
    "cases": _cases,
    "promises": _promises,
    "follow-ups": _follow_ups,
    "messages": _messages,
    "consents": _consents,
    "shipments": _shipments,
    "returns": _returns,
    "delivery addresses": _addresses,
    "teams": _teams,
    "case rules": _case_rules,
    "dates": _dates,
    "missed service goals": demo_missed.missed,
    "contact reasons": demo_house.contact_reasons,
    "planning": demo_house.planning,
    "areas": demo_house.areas,
    "told again": demo_house.explained_again,
    "product pictures and documents": demo_products.products,
}

"""Taking products, orders, their lines and payments; the sums of the orders and of the live board grow with them."""

import numpy as np
import pandas as pd

from db.models import (
    NOT_A_SALE,
    Customer,
    DailySales,
    HourlyOrders,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PriceChange,
    Product,
    StaffMember,
    StockMovement,
    StockReason,
)
from services import rollups
from services.exchange import writing
from services.exchange.rows import (
    Rows,
    Run,
    is_none,
    looked_up,
    new_by_source_id,
    refer,
    refer_strictly,
    without_known,
    without_repeats,
)
from services.text import _
from services.work import Work

#: Source words for the state of an order; the word itself is kept beside it.
STATUS = {
    **{status.value: status for status in OrderStatus},
    "canceled": OrderStatus.CANCELLED,
    "processing": OrderStatus.PLACED,
    "invoiced": OrderStatus.PLACED,
    "created": OrderStatus.PLACED,
    "approved": OrderStatus.PLACED,
}
UNSOLD = tuple(status.value for status in NOT_A_SALE)


def products(w: Work, run: Run, rows: Rows) -> None:
    """Products with the first entry of their price history."""
    _without_negative_prices(rows)
    rows.reject(rows.or_zero("stock") < 0, "stock", _("a stock is not below zero"))
    rows.reject(rows.or_zero("delivery_days") < 0, "delivery_days", _("a time of delivery is not below zero"))
    new_by_source_id(w, run, rows, Product, "product_id")
    is_service = np.where(is_none(rows["is_service"]), False, rows["is_service"]).astype(bool)
    rows.note("service", is_service)
    rows.note("product nameless", ~rows.given("name"))
    days = rows["delivery_days"]
    columns = {
        "source": run.source,
        "source_id": rows["product_id"],
        "sku": rows.or_none("sku"),
        "name": rows["name"],
        "description": rows["description"],
        **{c: rows.or_none(c) for c in ("category", "subcategory", "brand", "unit")},
        "list_price_cents": rows["list_price"],
        "unit_cost_cents": rows["unit_cost"],
        "stock": rows["stock"],
        "delivery_days": np.where(is_none(days), 3, days),
        "is_service": is_service,
        "is_fee": rows["is_fee"],
        "active": np.where(is_none(rows["active"]), True, rows["active"]).astype(bool),
        "attributes": rows["attributes"],
        "created_at": w.now,
        "updated_at": w.now,
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, Product, columns)
    priced = ~(is_none(rows["list_price"]) & is_none(rows["unit_cost"]))
    here = writing.ids(w, Product, run.source, rows["product_id"][priced])
    prices = {
        "product_id": np.array([here[k][0] for k in rows["product_id"][priced]], dtype=object),
        "list_price_cents": rows["list_price"][priced],
        "unit_cost_cents": rows["unit_cost"][priced],
        "valid_from": w.now,
    }
    writing.insert(w, PriceChange, prices)
    _opening_balances(w, run, rows)


def _opening_balances(w: Work, run: Run, rows: Rows) -> None:
    """The first movement of every stock that comes along."""
    counted = rows.or_zero("stock") > 0
    here = writing.ids(w, Product, run.source, rows["product_id"][counted])
    columns = {
        "product_id": np.array([here[k][0] for k in rows["product_id"][counted]], dtype=object),
        "delta": rows["stock"][counted],
        "reason": StockReason.IMPORTED,
        "at": w.now,
        "by": w.actor.name,
    }
    writing.insert(w, StockMovement, columns)


def _without_negative_prices(rows: Rows) -> None:
    """A product is not lost for a price that cannot be one (bad debt as a product code has such prices)."""
    wrong = rows.or_zero("list_price") < 0
    rows.report(wrong, "list_price", _("left out: a price is not below zero"))
    rows.note("price left out", wrong)
    rows["list_price"][wrong] = None


def orders(w: Work, run: Run, rows: Rows) -> None:
    """Orders without their lines. A customer may be missing, but not be named and unknown."""
    no_customer = _("there is no such customer; import the customers too, or leave the cell empty")
    refer_strictly(w, run, rows, Customer, "customer_id", no_customer)
    new_by_source_id(w, run, rows, Order, "order_id")
    rows.note("staff unknown", refer(w, run, rows, StaffMember, "staff_id"))
    words = np.array([word.lower() for word in rows["status"]], dtype=object)
    found = looked_up(words, {word: status.value for word, status in STATUS.items()})
    rows.note("status unknown", is_none(found))
    status = np.where(is_none(found), OrderStatus.COMPLETED.value, found)
    sale = ~np.isin(status, UNSOLD)
    rows.note("no sale", ~sale)
    rows.note("anonymous", ~rows.given("customer_id"))
    rows.note("currency", rows.given("currency") & (rows["currency"] != run.currency))
    shipping = rows.or_zero("shipping_fee")
    channel = np.where(rows.given("channel"), rows["channel"], "other")
    columns = {
        "source": run.source,
        "source_id": rows["order_id"],
        "customer_id": rows["customer_id row"],
        "ordered_at": rows["ordered_at"],
        "status": status,
        "source_status": rows["status"],
        "channel": channel,
        "store_id": rows.or_none("store_id"),
        "staff_id": rows["staff_id row"],
        "discount_cents": rows.or_zero("discount_total"),
        "shipping_cents": shipping,
        "total_cents": shipping,
        "payment_method": rows.or_none("payment_method"),
        **{c: rows[c] for c in ("promised_at", "shipped_at", "delivered_at", "attributes")},
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, Order, columns)
    frame = pd.DataFrame({"at": rows["ordered_at"][sale], "channel": channel[sale], "orders": 1, "revenue_cents": 0})
    count(w, HourlyOrders, frame)


def count(w: Work, model: type[DailySales] | type[HourlyOrders], frame: pd.DataFrame, sign: int = 1) -> None:
    """Add to a roll-up. In: `at` (UTC without a zone) and the other columns of the model, as `rollups.bulk`."""
    rollups.bulk(w, model, frame.assign(at=pd.to_datetime(frame["at"]).dt.tz_localize("UTC")), sign)


def order_lines(w: Work, run: Run, rows: Rows) -> None:
    """Lines, with the sums of their orders and the sales per day, category and hour."""
    here = writing.ids(w, Order, run.source, rows["order_id"], "ordered_at", "status", "channel")
    rows.columns["order row"] = looked_up(rows["order_id"], here)
    rows.reject(is_none(rows["order row"]), "order_id", _("there is no such order"))
    order_ids = np.array([row[0] for row in rows["order row"]], dtype=np.int64)
    rows.columns["order"] = order_ids
    _without_known_parts(w, run, rows, OrderLine, "line_no")
    products_here = writing.ids(w, Product, run.source, rows["product_id"], "category")
    product = looked_up(rows["product_id"], products_here)
    rows.note("product unknown", is_none(product))
    quantity, total = rows.integers("quantity"), rows.integers("line_total")
    rows.note("quantity zero", quantity == 0)
    rows.note("quantity negative", quantity < 0)
    rows.note("total zero", total == 0)
    rows.note("total negative", total < 0)
    columns = {
        "order_id": rows["order"],
        "line_no": rows.integers("line_no"),
        "product_id": np.array([p and p[0] for p in product], dtype=object),
        "product_code": rows["product_id"],
        "quantity": quantity,
        "unit_price_cents": rows["unit_price"],
        "discount_cents": rows.or_zero("discount"),
        "line_total_cents": total,
        "unit_cost_cents": rows["unit_cost"],
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, OrderLine, columns)
    category = np.array([(p and p[1]) or "" for p in product], dtype=object)
    if len(rows):
        _sold(w, rows, quantity, total, category)


def _sold(w: Work, rows: Rows, quantity: np.ndarray, total: np.ndarray, category: np.ndarray) -> None:
    order_rows = rows["order row"]
    lines = pd.DataFrame(
        {
            "order": rows["order"],
            "category": category,
            "units": quantity,
            "revenue_cents": total,
            "lines": 1,
        }
    )
    add_lines(w, lines, {row[0]: row for row in order_rows})


def add_lines(w: Work, lines: pd.DataFrame, orders_here: dict[int, tuple[object, ...]], sign: int = 1) -> None:
    """Add lines to the sums of their orders and to the roll-ups, or take them away (`sign` -1).

    In: `order` (id), category, units, revenue_cents, lines (1 each); `orders_here`: id -> (id, time, status, channel).
    """
    per_order = lines.groupby("order", as_index=False)["revenue_cents"].sum()
    order_ids = per_order["order"].tolist()
    facts = [orders_here[i] for i in order_ids]
    per_order["at"] = writing.instants([f[1] for f in facts])
    per_order["channel"] = [f[3] for f in facts]
    per_order["sale"] = [f[2] not in UNSOLD for f in facts]
    cents = (per_order["revenue_cents"] * sign).tolist()
    writing.change(
        w,
        Order,
        order_ids,
        {"cents": cents},
        "lines_cents = lines_cents + v.cents, total_cents = total_cents + v.cents",
    )
    sales = per_order[per_order["sale"]]
    count(w, HourlyOrders, sales[["at", "channel", "revenue_cents"]].assign(orders=0), sign)
    sold = lines.merge(sales[["order", "at"]], on="order")
    sold = sold.groupby(["at", "category"], as_index=False)[["lines", "units", "revenue_cents"]].sum()
    count(w, DailySales, sold, sign)


def _without_known_parts(w: Work, run: Run, rows: Rows, model: type[OrderLine] | type[Payment], part: str) -> None:
    """Leave only new rows of a table whose key is the order and a number within it."""
    without_repeats(rows, [rows["order"], rows[part]])
    found = writing.rows_of(
        w, model, "order_id", sorted(set(rows["order"].tolist())), "order_id", part, "import_run_id"
    )
    here = {(order, number): run_id or 0 for order, number, run_id in found}
    keys = zip(rows["order"].tolist(), rows[part], strict=True)
    without_known(rows, run, np.array([here.get(k) for k in keys], dtype=object))


def payments(w: Work, run: Run, rows: Rows) -> None:
    """Payments of orders that are here."""
    refer_strictly(w, run, rows, Order, "order_id", _("there is no such order"))
    rows.columns["order"] = rows["order_id row"].astype(np.int64)
    _without_known_parts(w, run, rows, Payment, "seq")
    columns = {
        "order_id": rows["order"],
        "seq": rows.integers("seq"),
        "method": rows.or_none("method"),
        "installments": rows["installments"],
        "amount_cents": rows.integers("amount"),
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, Payment, columns)

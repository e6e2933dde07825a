"""The import schema: tables in the order in which they are taken, and their columns."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the text of a column is read (services/exchange/columns.py)."""

    KEY = "key"  # one line, compared exactly
    LINE = "line"
    PARAGRAPH = "paragraph"
    MONEY = "money"  # decimal text in, exact minor units out; fractions of a cent are refused
    PRICE = "price"  # as money, but fractions of a cent are rounded and noted
    INTEGER = "integer"
    NUMBER = "number"
    TRUTH = "truth"
    TIME = "time"  # local time of the company without a zone, or with an offset of its own
    DOCUMENT = "document"  # a JSON object
    EMAIL = "email"
    PHONE = "phone"
    ZONE = "zone"  # the name of a time zone


@dataclass(frozen=True)
class Column:
    """One column. A `soft` one that cannot be read is left out and reported; the row goes in without it."""

    name: str
    kind: Kind = Kind.LINE
    most: int = 200  # characters of a text, or the largest amount of a number
    required: bool = False  # refused when empty
    soft: bool = False
    extra: bool = False  # not in the published schema; taken where a file has it


@dataclass(frozen=True)
class Table:
    """One table of the schema. `key` names the columns that tell its rows apart."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


INT32 = 2**31 - 1
MOST_CENTS = 10**15


def _key(name: str, *, required: bool = True) -> Column:
    return Column(name, Kind.KEY, 120, required)


def _ref(name: str) -> Column:
    return _key(name, required=False)


def _time(name: str, *, required: bool = False) -> Column:
    return Column(name, Kind.TIME, required=required)


def _integer(name: str, *, required: bool = False) -> Column:
    return Column(name, Kind.INTEGER, INT32, required)


_ATTRIBUTES = Column("attributes", Kind.DOCUMENT, 20_000)
_LANGUAGE = Column("language", most=16)

STAFF = Table(
    "staff",
    ("staff_id",),
    (
        _key("staff_id"),
        Column("name", required=True),
        Column("title"),
        Column("email", Kind.EMAIL, 254, soft=True),
        Column("phone", Kind.PHONE, 60, soft=True),
        _ref("manager_id"),
        _time("hired_at"),
    ),
)
CUSTOMERS = Table(
    "customers",
    ("customer_id",),
    (
        _key("customer_id"),
        Column("name"),
        Column("company"),
        Column("email", Kind.EMAIL, 254, soft=True),
        Column("phone", Kind.PHONE, 60, soft=True),
        Column("address", most=300),
        Column("city", most=120),
        Column("region", most=120),
        Column("postal_code", most=40),
        Column("country", most=80),
        Column("birth_band", most=40),
        Column("gender", most=40),
        Column("segment", most=80),
        Column("income_band", most=40),
        Column("household_size", most=20),
        _time("joined_at"),
        Column("acquisition_channel", most=80),
        _ref("account_manager_id"),
        Column("marketing_consent", Kind.TRUTH),
        _ATTRIBUTES,
        Column("language", most=16, extra=True),
        Column("time_zone", Kind.ZONE, 64, soft=True, extra=True),
    ),
)
PRODUCTS = Table(
    "products",
    ("product_id",),
    (
        _key("product_id"),
        Column("sku", most=120),
        Column("name", most=300),
        Column("category", most=120),
        Column("subcategory", most=120),
        Column("brand", most=120),
        Column("unit", most=60),
        Column("list_price", Kind.PRICE, INT32),
        Column("unit_cost", Kind.PRICE, INT32),
        Column("is_service", Kind.TRUTH),
        Column("active", Kind.TRUTH),
        _ATTRIBUTES,
        Column("description", Kind.PARAGRAPH, 4000, extra=True),
        Column("stock", Kind.INTEGER, INT32, extra=True),
        Column("delivery_days", Kind.INTEGER, 3650, extra=True),
        Column("is_fee", Kind.TRUTH, extra=True),
    ),
)
CAMPAIGNS = Table(
    "campaigns",
    ("campaign_id",),
    (_key("campaign_id"), Column("name"), Column("kind", most=80), _time("starts_at"), _time("ends_at")),
)
ORDERS = Table(
    "orders",
    ("order_id",),
    (
        _key("order_id"),
        _ref("customer_id"),
        _time("ordered_at", required=True),
        Column("status", most=60, required=True),
        Column("channel", most=40),
        Column("store_id", most=60),
        _ref("staff_id"),
        Column("currency", most=10),
        Column("discount_total", Kind.PRICE, MOST_CENTS),
        Column("shipping_fee", Kind.MONEY, MOST_CENTS),
        Column("payment_method", most=60),
        _time("promised_at"),
        _time("shipped_at"),
        _time("delivered_at"),
        _ref("returns_order_id"),
        _ATTRIBUTES,
    ),
)
ORDER_LINES = Table(
    "order_lines",
    ("order_id", "line_no"),
    (
        _key("order_id"),
        _integer("line_no", required=True),
        _key("product_id"),
        _integer("quantity", required=True),
        Column("unit_price", Kind.PRICE, MOST_CENTS),
        Column("discount", Kind.PRICE, MOST_CENTS),
        Column("line_total", Kind.MONEY, MOST_CENTS, required=True),
        Column("unit_cost", Kind.PRICE, MOST_CENTS),
    ),
)
PAYMENTS = Table(
    "payments",
    ("order_id", "seq"),
    (
        _key("order_id"),
        _integer("seq", required=True),
        Column("method", most=60),
        _integer("installments"),
        Column("amount", Kind.MONEY, MOST_CENTS, required=True),
    ),
)
INTERACTIONS = Table(
    "interactions",
    ("interaction_id",),
    (
        _key("interaction_id"),
        _ref("customer_id"),
        _ref("order_id"),
        _ref("case_id"),
        _time("at"),
        Column("channel", most=60),
        Column("direction", most=20),
        _ref("staff_id"),
        Column("topic"),
        Column("subtopic"),
        Column("text", Kind.PARAGRAPH, 20_000),
        Column("outcome"),
        _time("resolved_at"),
        _integer("duration_s"),
        _ref("campaign_id"),
        _LANGUAGE,
        _ATTRIBUTES,
    ),
)
SURVEYS = Table(
    "surveys",
    ("response_id",),
    (
        _key("response_id"),
        _ref("customer_id"),
        _ref("order_id"),
        Column("instrument", most=120, required=True),
        Column("question", Kind.PARAGRAPH, 1000),
        Column("score", Kind.NUMBER, required=True),
        Column("scale_min", Kind.NUMBER, required=True),
        Column("scale_max", Kind.NUMBER, required=True),
        Column("title", most=300),
        Column("text", Kind.PARAGRAPH, 20_000),
        _time("asked_at"),
        _time("answered_at"),
        _LANGUAGE,
    ),
)
#: Columns of a visit that are kept together in `figures`.
VISIT_FIGURES = (
    Column("visitor_type", most=60),
    Column("month", most=20),
    Column("weekend", Kind.TRUTH),
    *(_integer(f"pages_{part}") for part in ("admin", "info", "product")),
    *(Column(f"seconds_{part}", Kind.NUMBER) for part in ("admin", "info", "product")),
    *(Column(name, Kind.NUMBER) for name in ("bounce_rate", "exit_rate", "page_value", "special_day")),
    *(Column(name, most=60) for name in ("traffic_type", "region", "device", "browser")),
)
WEB_SESSIONS = Table(
    "web_sessions",
    ("session_id",),
    (
        _key("session_id"),
        _ref("customer_id"),
        _time("started_at"),
        *VISIT_FIGURES,
        Column("converted", Kind.TRUTH, required=True),
    ),
)
CAMPAIGN_EVENTS = Table(
    "campaign_events",
    (),
    (
        _key("campaign_id"),
        _key("customer_id"),
        Column("event", most=60, required=True),
        _time("at"),
        Column("coupon_code", most=120),
    ),
)
FAQ_ARTICLES = Table(
    "faq_articles",
    ("article_id",),
    (
        _key("article_id"),
        Column("question", Kind.PARAGRAPH, 1000, required=True),
        Column("answer", Kind.PARAGRAPH, 100_000),
        Column("category", most=120),
        _LANGUAGE,
    ),
)
FAQ_QUERIES = Table(
    "faq_queries",
    ("query_id",),
    (
        _key("query_id"),
        Column("text", Kind.PARAGRAPH, 4000, required=True),
        _ref("article_id"),
        Column("split", most=40),
    ),
)
LABELS = Table(
    "labels",
    ("customer_id", "label"),
    (
        _key("customer_id"),
        Column("label", most=80, required=True),
        Column("value", Kind.TRUTH, required=True),
        _time("known_at"),
    ),
)

#: A table is taken after those that it names rows of.
TABLES = {
    t.name: t
    for t in (
        STAFF, CUSTOMERS, PRODUCTS, CAMPAIGNS, ORDERS, ORDER_LINES, PAYMENTS, INTERACTIONS, SURVEYS, WEB_SESSIONS,
        CAMPAIGN_EVENTS, FAQ_ARTICLES, FAQ_QUERIES, LABELS,
    )
}  # fmt: skip

"""Tables of the copy about customers, products and what was sold."""

from db.columnar.shapes import Fed, columns, day, hour, raw, time
from db.models import NOT_A_SALE

#: The newest answer to a purpose of consent; services/consents.py says what holds where there is none.
_ANSWER = """(SELECT k.granted FROM consent k WHERE k.customer_id = c.id AND k.purpose = '{purpose}'
            ORDER BY k.at DESC, k.id DESC LIMIT 1) AS {purpose}"""
_ANSWERS = ", ".join(_ANSWER.format(purpose=p) for p in ("profiling", "newsletter", "research", "service"))
_NO_SALE = ", ".join(f"'{status}'" for status in NOT_A_SALE)

CUSTOMER = Fed(
    "customer",
    "One row per customer.",
    "customer",
    "customer_id",
    raw(
        int="customer_id account_manager_id",
        text="kind segment language acquisition_channel country region city birth_band gender income_band "
        "household_size postal_code",
        time="joined_at",
        bool="profiling newsletter research service",
    ),
    f"""SELECT c.id AS customer_id, c.account_manager_id, c.kind, c.segment, c.language, c.acquisition_channel,
        a.country, a.region, a.city, a.postal_code, c.birth_band, c.gender, c.income_band, c.household_size,
        c.joined_at, {_ANSWERS}
    FROM customer c LEFT JOIN customer_address a ON a.id = (SELECT x.id FROM customer_address x
        WHERE x.customer_id = c.id ORDER BY x.is_delivery DESC, x.id LIMIT 1)
    WHERE {{only:c.id}}""",
    columns(
        ("customer_id", "BIGINT", "number of the customer"),
        ("kind", "VARCHAR", "individual or company"),
        ("segment", "VARCHAR", "segment named by an import or by staff"),
        ("language", "VARCHAR", "language the customer is written to in"),
        ("acquisition_channel", "VARCHAR", "how the customer came"),
        ("account_manager_id", "BIGINT", "staff member who looks after the customer"),
        ("country", "VARCHAR", "of the address for deliveries"),
        ("region", "VARCHAR", "of the address for deliveries"),
        ("city", "VARCHAR", "of the address for deliveries"),
        (
            "postal_code",
            "VARCHAR",
            "of the address for deliveries, in capitals without blanks",
            "upper(replace(raw.postal_code, ' ', ''))",
        ),
        ("joined_at", "TIMESTAMP", "first contact or purchase, where known", time("joined_at")),
        ("joined_on", "DATE", "its day", day("joined_at")),
        ("birth_band", "VARCHAR", "age group, as the source gave it"),
        ("gender", "VARCHAR", "as the source gave it"),
        ("income_band", "VARCHAR", "income group, as the source gave it"),
        ("household_size", "VARCHAR", "as the source gave it"),
        *(
            (f"takes_{purpose}", "BOOLEAN", says, f"coalesce(CAST(raw.{purpose} AS BOOLEAN), {without})")
            for purpose, says, without in (
                ("newsletter", "agreed to the newsletter", "FALSE"),
                ("research", "agreed to surveys and research", "FALSE"),
                ("service", "has not objected to mail about service", "TRUE"),
            )
        ),
        (
            "no_profiling",
            "BOOLEAN",
            "objects to predictions about the own person: leave out of models",
            "coalesce(NOT CAST(raw.profiling AS BOOLEAN), FALSE)",
        ),
    ),
)
PRODUCT = Fed(
    "product",
    "One row per article of the catalogue.",
    "product",
    "product_id",
    raw(
        int="product_id list_price_cents unit_cost_cents",
        text="sku name category subcategory brand",
        bool="is_service is_fee active",
    ),
    """SELECT p.id AS product_id, p.list_price_cents, p.unit_cost_cents, p.sku, p.name, p.category, p.subcategory,
        p.brand, p.is_service, p.is_fee, p.active FROM product p WHERE {only:p.id}""",
    columns(
        ("product_id", "BIGINT", "number of the product"),
        ("sku", "VARCHAR", "the company's own code"),
        ("name", "VARCHAR", "what it is called now"),
        ("category", "VARCHAR", "category"),
        ("subcategory", "VARCHAR", "subcategory"),
        ("brand", "VARCHAR", "brand"),
        ("list_price_cents", "BIGINT", "price now; none: not for sale"),
        ("unit_cost_cents", "BIGINT", "cost of one piece now"),
        ("is_service", "BOOLEAN", "a service, not goods", "CAST(raw.is_service AS BOOLEAN)"),
        ("is_fee", "BOOLEAN", "a fee like postage; none: nobody has said", "CAST(raw.is_fee AS BOOLEAN)"),
        ("active", "BOOLEAN", "offered now", "CAST(raw.active AS BOOLEAN)"),
    ),
)
STAFF = Fed(
    "staff",
    "One row per staff member; names are in the primary.",
    "staff",
    "staff_id",
    raw(int="staff_id team_id", text="title"),
    """SELECT s.id AS staff_id, s.title, (SELECT min(m.team_id) FROM team_member m WHERE m.staff_id = s.id) AS team_id
    FROM staff_member s WHERE {only:s.id}""",
    columns(
        ("staff_id", "BIGINT", "number of the staff member"),
        ("team_id", "BIGINT", "team; of several the one that was founded first"),
        ("title", "VARCHAR", "title of the job"),
    ),
)
_ORDER_KEYS = (
    ("customer_id", "BIGINT", "who bought; none: anonymous"),
    ("ordered_at", "TIMESTAMP", "when, UTC"),
    ("day", "DATE", "the day in the company's time zone"),
    ("hour", "SMALLINT", "the hour in the company's time zone"),
    ("status", "VARCHAR", "where the order stands"),
    ("is_sale", "BOOLEAN", "counts as a sale: not cancelled, adjusted or unavailable"),
    ("channel", "VARCHAR", "sales channel"),
    ("store_id", "VARCHAR", "store, where the source names one"),
    ("staff_id", "BIGINT", "staff member who sold"),
)
_ORDER_MADE = {
    "ordered_at": time("ordered_at"),
    "day": day("ordered_at"),
    "hour": hour("ordered_at"),
    "is_sale": f"raw.status NOT IN ({_NO_SALE})",
}
ORDERS = Fed(
    "orders",
    "One row per order.",
    "order",
    "order_id",
    raw(
        int="order_id customer_id staff_id lines_cents discount_cents shipping_cents total_cents",
        text="status channel store_id payment_method",
        time="ordered_at",
    ),
    """SELECT o.id AS order_id, o.customer_id, o.staff_id, o.lines_cents, o.discount_cents, o.shipping_cents,
        o.total_cents, o.status, o.channel, o.store_id, o.payment_method, o.ordered_at
    FROM sales_order o WHERE {only:o.id}""",
    columns(
        ("order_id", "BIGINT", "number of the order"),
        *((*k, _ORDER_MADE.get(k[0], f"raw.{k[0]}")) for k in _ORDER_KEYS),
        ("lines_cents", "BIGINT", "sum of the lines, after discount, without shipping: its revenue"),
        ("discount_cents", "BIGINT", "discount; already in the lines"),
        ("shipping_cents", "BIGINT", "what was charged for shipping"),
        ("total_cents", "BIGINT", "lines and shipping"),
        ("payment_method", "VARCHAR", "how it was to be paid"),
    ),
)
SALE_LINE = Fed(
    "sale_line",
    "One row per order line, with what its order says.",
    "order",
    "order_id",
    raw(
        int="order_id line_no product_id quantity unit_price_cents discount_cents line_total_cents unit_cost_cents",
        text="product_code",
    ),
    """SELECT l.order_id, l.line_no, l.product_id, l.quantity, l.unit_price_cents, l.discount_cents,
        l.line_total_cents, l.unit_cost_cents, l.product_code FROM order_line l WHERE {only:l.order_id}""",
    columns(
        ("order_id", "BIGINT", "number of the order"),
        ("line_no", "INTEGER", "its line"),
        *((*k, f"o.{k[0]}") for k in _ORDER_KEYS),
        ("product_id", "BIGINT", "what was sold; none: known by its code only"),
        ("product_code", "VARCHAR", "as the order named it"),
        ("quantity", "BIGINT", "pieces; negative: came back"),
        ("unit_price_cents", "BIGINT", "price of one piece, rounded where the source is finer"),
        ("discount_cents", "BIGINT", "discount of the line; already in its total"),
        ("line_total_cents", "BIGINT", "what was charged: the revenue of the line"),
        ("unit_cost_cents", "BIGINT", "cost of one piece at that time, where known"),
    ),
    joined="JOIN orders o ON o.order_id = raw.order_id",
)

#: Made from `orders`, never from the primary: the first sale of everybody who ever bought.
BUYER = """CREATE TABLE buyer (customer_id BIGINT, first_order_id BIGINT, first_day DATE)"""
BUYER_ROWS = """INSERT INTO buyer
    SELECT customer_id, arg_min(order_id, (ordered_at, order_id)), min(day)
    FROM orders WHERE is_sale AND customer_id IS NOT NULL {only} GROUP BY customer_id"""
BUYER_COLUMNS = {
    "customer_id": "number of the customer",
    "first_order_id": "the first order that is a sale",
    "first_day": "its day in the company's time zone; its month is the cohort",
}

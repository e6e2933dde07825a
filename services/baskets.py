"""The basket: one per person, on the server, so that it survives signing out and is the same on every device.

It holds products and quantities. Prices, stock and delivery are those of the moment it is looked at; the price that
was shown when a product went in is kept only to name a difference.
"""

from datetime import timedelta

from sqlalchemy import delete, func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from db.models import Basket, BasketLine, CustomerAddress, Product, Role
from services import access, audit, delivery, prices, pricing, throttle, vouchers, working_time
from services.basket_view import Line, State, View, Wanted
from services.catalogue.offer import Stock, shown_name, stock_state
from services.errors import Conflict, Counted, Invalid, NotAllowed, TooMany
from services.inputs import line as one_line
from services.pricing import Part
from services.text import _
from services.work import Work

__all__ = ["Line", "State", "View", "Wanted"]  # what is looked at, and the verbs below

MOST_LINES = 100
MOST_PIECES = 999


def _own(w: Work) -> Basket | None:
    return w.session.exec(select(Basket).where(Basket.person_id == _person_id(w))).one_or_none()


def _person_id(w: Work) -> int:
    w.require(Role.CUSTOMER)
    if w.actor.person_id is None:
        raise NotAllowed
    return w.actor.person_id


def key_of(basket: Basket | None) -> str:
    """The name of the state the basket is in."""
    return "" if basket is None else f"basket-{basket.id}-{basket.updated_at.timestamp():.6f}"


def touched(w: Work, basket: Basket) -> None:
    """The basket is another one from now on: its `updated_at`, and with it its key, always moves forward."""
    basket.updated_at = max(w.now, basket.updated_at + timedelta(microseconds=1))
    w.session.add(basket)
    w.session.flush()


def _opened(w: Work) -> Basket:
    """The person's basket, locked for the rest of the transaction; made on first use. For those who may order."""
    access.may_order(w)
    found = locked(w)
    if found is None:
        insert = sqlite.insert if w.dialect == "sqlite" else postgresql.insert
        first = insert(Basket).values(person_id=_person_id(w), updated_at=w.now)
        w.session.connection().execute(first.on_conflict_do_nothing(index_elements=["person_id"]))
        found = locked(w)
    if found is None:
        raise NotAllowed
    return found


def locked(w: Work) -> Basket | None:
    """The person's basket as it is now, kept from other transactions until this one ends."""
    own = select(Basket).where(Basket.person_id == _person_id(w)).with_for_update()
    return w.session.exec(own.execution_options(populate_existing=True)).one_or_none()


def _pieces(quantity: object) -> int:
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 1 <= quantity <= MOST_PIECES:
        raise Invalid(_("Quantity"), _("a whole number from 1 to {most}").format(most=MOST_PIECES))
    return quantity


def add(w: Work, product_id: int, quantity: int = 1) -> int:
    """Put in some more of a product at the price it has now. Returns how many pieces the basket holds then."""
    put(w, [Wanted(product_id=product_id, quantity=_pieces(quantity))])
    return count(w)


def put(w: Work, wanted: list[Wanted]) -> None:
    """Put in several products at once, on top of what is in the basket. Raises NotFound, Invalid, Conflict."""
    basket = _opened(w)
    for want in wanted:
        product = access.product(w, want.product_id)
        price = prices.now(w, product)
        if price is None or not product.active:
            raise Conflict(
                _("{name} is not sold any more.").format(name=shown_name(product.name, product.sku, product.id))
            )
        line = w.session.get(BasketLine, (basket.id, product.id))
        before = 0 if line is None else line.quantity
        if line is None:
            line = BasketLine(basket_id=basket.id, product_id=product.id, quantity=0, added_at=w.now)
        line.quantity = min(before + _pieces(want.quantity), MOST_PIECES)
        line.seen_price_cents = price if want.price_cents is None else want.price_cents
        w.session.add(line)
        _recorded(w, basket, product.id, before, line.quantity)
    w.session.flush()
    lines = select(func.count()).select_from(BasketLine).where(BasketLine.basket_id == basket.id)
    if w.session.exec(lines).one() > MOST_LINES:
        raise Conflict(
            _("A basket holds at most {most} different products. Order these first.").format(most=MOST_LINES)
        )
    touched(w, basket)


def set_quantity(w: Work, product_id: int, quantity: int) -> None:
    """Change how many are wanted; 0 takes the line out. The price shown now is the one seen from here on."""
    if quantity == 0:
        return remove(w, product_id)
    basket, pieces = _opened(w), _pieces(quantity)
    line = w.session.get(BasketLine, (basket.id, product_id), populate_existing=True)
    if line is None:
        raise Conflict(_("This product is not in your basket any more."))
    if line.quantity != pieces:
        _recorded(w, basket, product_id, line.quantity, pieces)
        line.quantity = pieces
        product = w.session.get(Product, product_id)
        line.seen_price_cents = prices.now(w, product) if product else None
        w.session.add(line)
        touched(w, basket)
    return None


def remove(w: Work, product_id: int) -> None:
    """Take a product out; nothing happens where it is not in the basket."""
    basket = _opened(w)
    line = w.session.get(BasketLine, (basket.id, product_id), populate_existing=True)
    if line is not None:
        _recorded(w, basket, product_id, line.quantity, 0)
        w.session.delete(line)
        touched(w, basket)


def take_out(w: Work, basket: Basket, product_ids: list[int]) -> None:
    """These products have been ordered. The order's own audit entry tells it, so there is none of the basket."""
    connection, at = w.session.connection(), max(w.now, basket.updated_at + timedelta(microseconds=1))
    ordered = col(BasketLine.basket_id) == basket.id, col(BasketLine.product_id).in_(product_ids)
    connection.execute(delete(BasketLine).where(*ordered))
    connection.execute(update(Basket).where(col(Basket.id) == basket.id).values(updated_at=at, voucher_code=""))
    w.session.expire(basket)


def _recorded(w: Work, basket: Basket, product_id: int, before: int, after: int) -> None:
    """Into the audit trail, but not under the customer: a basket is no change of the account."""
    states = {"product_id": product_id, "quantity": before}, {"product_id": product_id, "quantity": after}
    audit.record(w, "baskets.change", "basket", basket.id, before=states[0], after=states[1], reason=f"#{product_id}")


def count(w: Work) -> int:
    """How many pieces are in it."""
    owner = _person_id(w)
    pieces = select(func.coalesce(func.sum(BasketLine.quantity), 0)).join(
        Basket, col(Basket.id) == BasketLine.basket_id
    )
    return int(w.session.exec(pieces.where(Basket.person_id == owner)).one())


def set_voucher(w: Work, code: str) -> None:
    """Note the code of a voucher; an empty one takes it out. Whether it counts is said by `view`.

    Raises Invalid, TooMany after many codes that nobody gave out, and Counted for such a one.
    """
    basket, code = _opened(w), vouchers.normal(one_line(code, _("Voucher"), 60, required=False))
    who = str(w.actor.person_id)
    if code and throttle.blocked(w, "voucher", who):
        raise TooMany(_("Too many codes that are none. Please wait a little and try again."))
    if code and not vouchers.exists(w, code):
        throttle.failed(w, "voucher", who)
        raise Counted(_("Voucher"), _("there is none with the code “{code}”").format(code=code))
    if basket.voucher_code != code:
        basket.voucher_code = code
        audit.record(w, "baskets.voucher", "basket", basket.id, after={"code": code})
        touched(w, basket)


def view(w: Work, address_id: int | None = None) -> View:
    """The basket as it could be ordered now, delivered to one of one's addresses (None: within the country)."""
    basket = _own(w)
    lines: list[Line] = []
    if basket is not None:
        rows = w.session.exec(
            select(BasketLine, Product)
            .join(Product, col(Product.id) == BasketLine.product_id)
            .where(BasketLine.basket_id == basket.id)
            .order_by(col(BasketLine.added_at), col(BasketLine.product_id))
        )
        lines = [_line(w, line, product) for line, product in rows]
    ready = [line for line in lines if line.state is State.READY]
    parts = [Part(i.total_cents, i.category, i.tax_class, i.is_service) for i in ready]
    code = basket.voucher_code if basket else ""
    priced = pricing.price(w, w.actor.customer_id or 0, parts, code=code, country=_country(w, address_id))
    return View(
        lines=lines,
        lines_cents=sum(part.worth_cents for part in parts),
        shipping_cents=priced.shipping_cents,
        total_cents=priced.total_cents,
        delivery_on=max((line.delivery_on for line in ready), default=None),
        key=key_of(basket),
        priced=priced,
        voucher=code,
    )


def _country(w: Work, address_id: int | None) -> str:
    own = select(CustomerAddress.country).where(CustomerAddress.customer_id == w.actor.customer_id)
    return (w.session.exec(own.where(CustomerAddress.id == address_id)).first() or "") if address_id else ""


def _line(w: Work, line: BasketLine, product: Product) -> Line:
    in_force, stock = prices.now(w, product), product.stock
    price = in_force or 0
    state = State.READY
    if not product.active or in_force is None:
        state = State.GONE
    elif stock is not None and stock < line.quantity:
        state = State.SHORT if stock > 0 else State.OUT
    told = stock if state is State.SHORT or stock_state(stock) is Stock.FEW else None
    return Line(
        product_id=product.id,
        name=shown_name(product.name, product.sku, product.id),
        unit=product.unit or "",
        quantity=line.quantity,
        price_cents=price,
        was_cents=line.seen_price_cents if line.seen_price_cents not in (None, price) else None,
        total_cents=price * line.quantity,
        state=state,
        stock=stock_state(stock),
        left=told,
        delivery_on=delivery.promised_on(w.now, product.delivery_days, working_time.of(w)),
        is_service=product.is_service,
        category=product.category,
        tax_class=product.tax_class,
    )

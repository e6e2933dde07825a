"""What staff do with an order: pack it, send it whole or in parcels, note that it has arrived.

An order of which only a part was sent stays in packing until its last piece has left; then it is on its way. It cannot
be called off any more once the first parcel has left.
"""

from sqlmodel import SQLModel, col, select

from db.models import Order, OrderLine, OrderStatus, Role, Shipment
from services import contact_rules, documents, payments
from services.errors import Conflict, Invalid
from services.inputs import line
from services.orders.mail import delivered, shipped
from services.orders.steps import held, parcels, take
from services.text import _
from services.work import Work

PACKED, SENT = (OrderStatus.PICKED,), (OrderStatus.SHIPPED,)


class Pieces(SQLModel):
    """So many pieces of one line of an order."""

    line_no: int
    quantity: int


class NewParcel(SQLModel):
    """A parcel that leaves. Without lines it holds everything that is still to be sent."""

    carrier: str = ""
    tracking_code: str = ""
    lines: list[Pieces] | None = None


def pick(w: Work, order_id: int) -> Order:
    """Begin to pack: from now on the customer cannot cancel. Staff only. Raises NotFound, Conflict."""
    w.require(Role.STAFF)
    order = held(w, order_id)
    if payments.waits(w, order):
        raise Conflict(_("This order is paid in advance, and the payment is not here yet."))
    take(w, order, "orders.pick", OrderStatus.PICKED, of=(OrderStatus.PLACED,))
    return order


def ship(w: Work, order_id: int, new: NewParcel) -> Shipment:
    """Send a parcel, with its papers, and mail the customer. Staff only.

    With its last piece the order is on its way. Raises NotFound, Conflict, and Invalid where a line has fewer pieces
    left to send.
    """
    w.require(Role.STAFF)
    carrier = line(new.carrier, _("Carrier"), 80, required=False)
    code = line(new.tracking_code, _("Parcel number"), 120, required=False)
    order = held(w, order_id)
    left = to_send(w, order)
    packed = _packed(new, left) if order.status in PACKED else {}
    rest = sum(left.values()) - sum(packed.values())
    parcel = Shipment(
        order_id=order.id,
        shipped_at=w.now,
        carrier=carrier,
        tracking_code=code,
        lines=[{"line_no": number, "quantity": pieces} for number, pieces in packed.items()],
    )
    told = {"carrier": carrier, "tracking_code": code, "lines": parcel.lines, "rest": rest}
    if rest:
        take(w, order, "orders.ship_part", OrderStatus.PICKED, of=PACKED, told=told)
    else:
        take(w, order, "orders.ship", OrderStatus.SHIPPED, of=PACKED, told=told, shipped_at=w.now)
    w.session.add(parcel)
    w.session.flush()
    shipped(w, order, parcel, rest)
    if (bill := documents.invoice(w, order)) is not None:
        payments.due(w, order, bill.due_on)
    documents.delivery_note(w, order, parcel)
    return parcel


def deliver(w: Work, order_id: int) -> Order:
    """Everything has arrived, as the carrier or the customer says. Staff only. Raises NotFound, Conflict."""
    w.require(Role.STAFF)
    order = held(w, order_id)
    take(w, order, "orders.deliver", OrderStatus.DELIVERED, of=SENT, delivered_at=w.now)
    for parcel in parcels(w, order.id):
        parcel.delivered_at = parcel.delivered_at or w.now
        w.session.add(parcel)
    delivered(w, order)
    contact_rules.delivered(w, order)
    return order


def to_send(w: Work, order: Order) -> dict[int, int]:
    """By line, how many pieces have not left yet; lines of which all have are missing."""
    lines = select(OrderLine.line_no, OrderLine.quantity).where(OrderLine.order_id == order.id, OrderLine.quantity > 0)
    left = dict(w.session.exec(lines.order_by(col(OrderLine.line_no))).all())
    for parcel in parcels(w, order.id):
        for packed in parcel.lines:
            left[packed["line_no"]] = left.get(packed["line_no"], 0) - packed["quantity"]
    return {number: pieces for number, pieces in left.items() if pieces > 0}


def _packed(new: NewParcel, left: dict[int, int]) -> dict[int, int]:
    """What goes into the parcel, checked against what is left."""
    if new.lines is None:
        return left
    packed: dict[int, int] = {}
    for pieces in new.lines:
        if pieces.line_no in packed:
            raise Invalid(_("Parcel"), _("name each line once, with how many pieces"))
        if not 0 <= pieces.quantity <= left.get(pieces.line_no, 0):
            found = _("of line {line} there are {left} pieces left to send")
            raise Invalid(_("Parcel"), found.format(line=pieces.line_no, left=left.get(pieces.line_no, 0)))
        packed[pieces.line_no] = pieces.quantity
    packed = {number: pieces for number, pieces in packed.items() if pieces}
    if not packed and left:
        raise Invalid(_("Parcel"), _("put at least one piece into it"))
    return packed

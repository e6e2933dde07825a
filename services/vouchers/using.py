"""A voucher goes into an order, and comes back when the order is cancelled."""

from sqlalchemy import update
from sqlmodel import col, select

from db.models import Order, Voucher, VoucherUse
from services import audit
from services.errors import Conflict
from services.text import _
from services.vouchers.applying import Applied
from services.work import Work


def use(w: Work, order: Order, applied: Applied) -> None:
    """Count the use of a voucher that is held (see `apply`). Raises Conflict where none is left after all."""
    if applied.voucher_id is None or order.customer_id is None:
        return
    left = col(Voucher.uses_total).is_(None) | (col(Voucher.used) < col(Voucher.uses_total))
    counted = update(Voucher).where(col(Voucher.id) == applied.voucher_id, left).values(used=col(Voucher.used) + 1)
    if w.session.connection().execute(counted).rowcount != 1:
        raise Conflict(_("The voucher “{code}” is used up.").format(code=applied.code))
    w.session.add(
        VoucherUse(
            order_id=order.id,
            voucher_id=applied.voucher_id,
            customer_id=order.customer_id,
            discount_cents=applied.discount_cents,
            used_at=w.now,
        )
    )
    told = {"order_id": order.id, "discount_cents": applied.discount_cents}
    audit.record(w, "vouchers.use", "voucher", applied.voucher_id, after=told)


def give_back(w: Work, order: Order) -> None:
    """The order is cancelled: the voucher can be used once more. Nothing happens where none was in it."""
    found = w.session.exec(select(VoucherUse).where(VoucherUse.order_id == order.id)).one_or_none()
    if found is None or found.given_back_at is not None:
        return
    found.given_back_at = w.now
    w.session.add(found)
    w.session.flush()
    back = update(Voucher).where(col(Voucher.id) == found.voucher_id).values(used=col(Voucher.used) - 1)
    w.session.connection().execute(back)
    audit.record(w, "vouchers.give_back", "voucher", found.voucher_id, after={"order_id": order.id})

"""Why people return, cancel, pause or get in touch: lists that managers keep, so that the answers can be counted.

Rows keep the code of a reason. A reason is never removed, only no longer offered: what was chosen once stays readable.
"""

from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from db.models import Reason, ReasonKind, Role
from services import audit
from services.errors import Conflict, Invalid, NotFound
from services.inputs import fold, line
from services.text import _
from services.work import Work

LONGEST = 120
MOST = 60  # of one kind that can be offered at once: a longer list is not read


@dataclass(frozen=True)
class Offered:
    """One reason: what is kept, and what people read."""

    id: int
    code: str
    label: str
    active: bool


def _built_in() -> dict[tuple[ReasonKind, str], str]:
    return {
        (ReasonKind.RETURN, "too_late"): _("Came too late"),
        (ReasonKind.RETURN, "damaged"): _("Damaged or not working"),
        (ReasonKind.RETURN, "wrong_item"): _("Not what I ordered"),
        (ReasonKind.RETURN, "not_as_described"): _("Not as described"),
        (ReasonKind.RETURN, "changed_mind"): _("Changed my mind"),
        (ReasonKind.RETURN, "other"): _("Something else"),
        (ReasonKind.CANCEL, "by_mistake"): _("Ordered by mistake"),
        (ReasonKind.CANCEL, "takes_too_long"): _("Takes too long"),
        (ReasonKind.CANCEL, "cheaper_elsewhere"): _("Found it cheaper elsewhere"),
        (ReasonKind.CANCEL, "not_needed"): _("Not needed any more"),
        (ReasonKind.CANCEL, "order_differently"): _("I want to order something different"),
        (ReasonKind.CANCEL, "other"): _("Something else"),
        (ReasonKind.STANDING, "too_much"): _("I still have enough"),
        (ReasonKind.STANDING, "away"): _("I am away"),
        (ReasonKind.STANDING, "too_expensive"): _("Too expensive"),
        (ReasonKind.STANDING, "not_satisfied"): _("Not satisfied"),
        (ReasonKind.STANDING, "other"): _("Something else"),
        (ReasonKind.CONTACT, "order"): _("Question about an order"),
        (ReasonKind.CONTACT, "delivery"): _("Delivery"),
        (ReasonKind.CONTACT, "invoice"): _("Invoice or payment"),
        (ReasonKind.CONTACT, "product"): _("Question about a product"),
        (ReasonKind.CONTACT, "fault"): _("Something does not work"),
        (ReasonKind.CONTACT, "account"): _("Account or data"),
        (ReasonKind.CONTACT, "praise"): _("Praise"),
        (ReasonKind.CONTACT, "complaint"): _("Complaint"),
    }


def in_words(kind: ReasonKind, code: str, labels: dict[str, str] | None = None) -> str:
    """A reason as people read it; what an import brought, or a company added, stays as it is.

    `labels` are those of `labels(w, kind)`, where a list is shown.
    """
    return (labels or {}).get(code) or _built_in().get((kind, code), code)


def offered(w: Work, kind: ReasonKind) -> list[Offered]:
    """What can be chosen now, in the order that managers gave it. For everybody who has signed in."""
    w.require(Role.CUSTOMER, Role.STAFF)
    return [r for r in _of_kind(w, kind) if r.active]


def everything(w: Work, kind: ReasonKind) -> list[Offered]:
    """The whole list, also what is no longer offered. Managers only."""
    w.require(Role.MANAGER)
    return _of_kind(w, kind)


def labels(w: Work, kind: ReasonKind) -> dict[str, str]:
    """The words of every code of a kind, for lists that show reasons."""
    return {r.code: r.label for r in _of_kind(w, kind)}


def checked(w: Work, kind: ReasonKind, code: object, *, required: bool = True) -> str:
    """The code, if it is offered now. Raises Invalid."""
    if not required and code in ("", None):
        return ""
    if not isinstance(code, str) or code not in {r.code for r in offered(w, kind)}:
        raise Invalid(_("Reason"), _("choose one of the list"))
    return code


def add(w: Work, kind: ReasonKind, label: object) -> int:
    """Offer a further reason, at the end of the list; one that was switched off comes back. Managers only.

    Returns its id. Raises Invalid, Conflict where there is one that reads the same.
    """
    w.require(Role.MANAGER)
    clean = line(label, _("Reason"), LONGEST)
    known = _of_kind(w, kind)
    if any(r.active and fold(r.label) == fold(clean) for r in known):
        raise Conflict(_("“{reason}” is on the list already.").format(reason=clean))
    if sum(r.active for r in known) >= MOST:
        raise Conflict(_("A list holds at most {most} reasons. Switch one off first.").format(most=MOST))
    again = next((r for r in known if fold(r.label) == fold(clean)), None)
    if again is not None:
        switch(w, again.id, active=True)
        return again.id
    taken = {r.code for r in known}
    if clean in taken:
        raise Conflict(
            _("“{reason}” was the first name of another reason. Please word it differently.").format(reason=clean)
        )
    row = Reason(kind=kind, code=clean, label=clean, position=len(known))
    w.session.add(row)
    w.session.flush()
    audit.record(w, "reasons.add", "reason", row.id, after={"kind": kind, "label": clean})
    return row.id


def rename(w: Work, reason_id: int, label: object) -> None:
    """Other words for the same reason: counts go on. Managers only. Raises NotFound, Invalid, Conflict."""
    row = _held(w, reason_id)
    clean = line(label, _("Reason"), LONGEST)
    if any(r.id != row.id and fold(r.label) == fold(clean) for r in _of_kind(w, row.kind)):
        raise Conflict(_("“{reason}” is on the list already.").format(reason=clean))
    before, row.label = row.label, clean
    w.session.add(row)
    audit.record(w, "reasons.rename", "reason", row.id, before={"label": before}, after={"label": clean})


def switch(w: Work, reason_id: int, *, active: bool) -> None:
    """Offer it, or no longer. Managers only. Raises NotFound, Conflict for the last one of a list."""
    row = _held(w, reason_id)
    if row.active is active:
        return
    if not active and sum(r.active for r in _of_kind(w, row.kind)) == 1:
        raise Conflict(_("A list needs at least one reason. Add another one first."))
    row.active = active
    w.session.add(row)
    audit.record(w, "reasons.switch", "reason", row.id, before={"active": not active}, after={"active": active})


def move_up(w: Work, reason_id: int) -> None:
    """One place towards the beginning of the list; the first stays. Managers only. Raises NotFound."""
    moved = _held(w, reason_id)
    rows = list(w.session.exec(_rows(moved.kind).with_for_update()))
    at = next(n for n, r in enumerate(rows) if r.id == moved.id)
    if at == 0:
        return
    rows[at - 1], rows[at] = rows[at], rows[at - 1]
    for position, row in enumerate(rows):
        row.position = position
        w.session.add(row)
    audit.record(w, "reasons.move", "reason", moved.id, before={"position": at}, after={"position": at - 1})


def _rows(kind: ReasonKind) -> SelectOfScalar[Reason]:
    return select(Reason).where(Reason.kind == kind).order_by(col(Reason.position), col(Reason.id))


def _of_kind(w: Work, kind: ReasonKind) -> list[Offered]:
    words = _built_in()
    return [
        Offered(r.id, r.code, r.label or words.get((kind, r.code), r.code), r.active)
        for r in w.session.exec(_rows(kind))
    ]


def _held(w: Work, reason_id: int) -> Reason:
    w.require(Role.MANAGER)
    row = w.session.exec(select(Reason).where(Reason.id == reason_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(_("reason"))
    return row

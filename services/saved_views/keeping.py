"""Saving, sharing, removing and opening views. The owner changes a view; others see it while it is shared."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, delete, or_, select

from db.models import Person, Role, SavedView
from services import audit
from services.cube_view import View, checked
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line
from services.text import _
from services.work import Work

MOST = 200  # views of one person
KEPT_DAYS = 30  # so long a removed view can be fetched back


@dataclass(frozen=True)
class Saved:
    """A view as it is listed. `definition` is None where it cannot be asked any more; `broken` says why."""

    id: int
    version: int
    name: str
    owner: str
    mine: bool
    shared: bool
    changed_at: datetime
    definition: View | None
    broken: str = ""


def save(w: Work, name: str, asked: View | dict[str, Any], *, shared: bool = False) -> int:
    """Keep a view under a name; returns its id. Managers only. Raises Invalid, Conflict for a name one has already."""
    owner = _who(w)
    view = checked(asked.model_dump() if isinstance(asked, View) else asked)
    w.session.exec(select(Person.id).where(Person.id == owner).with_for_update()).one()  # two windows count as one
    known = select(SavedView.id).where(SavedView.owner_id == owner, col(SavedView.removed_at).is_(None))
    if len(w.session.exec(known).all()) >= MOST:
        raise Conflict(_("You keep {most} views already. Delete one of them first.").format(most=MOST))
    row = SavedView(
        owner_id=owner,
        name=_free(w, name, owner, 0),
        definition=view.model_dump(mode="json"),
        shared=shared is True,
        created_at=w.now,
        changed_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    audit.record(w, "saved_views.save", "saved_view", row.id, after=audit.snapshot(row))
    return row.id


def change(
    w: Work,
    view_id: int,
    version: int,
    *,
    name: str | None = None,
    asked: View | dict[str, Any] | None = None,
    shared: bool | None = None,
) -> None:
    """Rename, ask something else, share or not. The owner only. Raises NotFound, Invalid, Conflict."""
    row = held(w, view_id, version)
    before = audit.snapshot(row)
    if name is not None:
        row.name = _free(w, name, row.owner_id, row.id)
    if asked is not None:
        row.definition = checked(asked.model_dump() if isinstance(asked, View) else asked).model_dump(mode="json")
    if shared is not None:
        row.shared = shared is True
    _changed(w, row, "saved_views.change", before)


def remove(w: Work, view_id: int, version: int) -> None:
    """Take it away, for a while undone by `restore`; its reports rest. The owner only. Raises NotFound, Conflict."""
    row = held(w, view_id, version)
    before = audit.snapshot(row)
    row.removed_at = w.now
    _changed(w, row, "saved_views.remove", before)


def restore(w: Work, view_id: int) -> None:
    """Fetch back what one has removed; twice is like once. Raises NotFound, Conflict where its name is taken by now."""
    row = w.session.get(SavedView, view_id)
    if row is None or row.owner_id != _who(w):
        raise NotFound(_("view"))
    if row.removed_at is not None:
        before = audit.snapshot(row)
        _free(w, row.name, row.owner_id, row.id)
        row.removed_at = None
        _changed(w, row, "saved_views.restore", before)


def mine_and_shared(w: Work, *, removed: bool = False) -> list[Saved]:
    """One's own and those that others share, by name; or with `removed` one's own that can be fetched back."""
    me = _who(w)
    rows = select(SavedView, Person.name).join(Person, col(Person.id) == SavedView.owner_id)
    if removed:
        rows = rows.where(SavedView.owner_id == me, col(SavedView.removed_at).is_not(None))
    else:
        seen = or_(col(SavedView.owner_id) == me, col(SavedView.shared).is_(True))
        rows = rows.where(col(SavedView.removed_at).is_(None), seen)
    found = w.session.exec(rows.order_by(col(SavedView.name), col(SavedView.id)).limit(1000)).all()
    return [_listed(row, owner, me) for row, owner in found]


def opened(w: Work, view_id: int) -> Saved:
    """A view that one may see, its definition checked again. Managers only. Raises NotFound."""
    me = _who(w)
    row = w.session.get(SavedView, view_id)
    if row is None or row.removed_at is not None or not (row.shared or row.owner_id == me):
        raise NotFound(_("view"))
    return _listed(row, w.session.get_one(Person, row.owner_id).name, me)


def held(w: Work, view_id: int, version: int) -> SavedView:
    """One's own view, kept from other transactions until this one ends. Raises NotFound, Conflict."""
    me = _who(w)
    mine = select(SavedView).where(SavedView.id == view_id, SavedView.owner_id == me).with_for_update()
    row = w.session.exec(mine, execution_options={"populate_existing": True}).one_or_none()
    if row is None or row.removed_at is not None:
        raise NotFound(_("view"))
    if row.version != version:
        raise Conflict(_("This view was changed in another window. Please look again."))
    return row


def sweep(w: Work) -> int:
    """Forget what was removed long ago; its schedules go with it. Returns how many. For the worker."""
    w.require(Role.ADMIN)
    old = delete(SavedView).where(col(SavedView.removed_at) < w.now - timedelta(days=KEPT_DAYS))
    return int(w.session.connection().execute(old).rowcount)


def _who(w: Work) -> int:
    w.require(Role.MANAGER)
    if w.actor.person_id is None:
        raise NotFound(_("view"))
    return w.actor.person_id


def _changed(w: Work, row: SavedView, action: str, before: dict[str, Any]) -> None:
    row.version += 1
    row.changed_at = w.now
    w.session.add(row)
    w.session.flush()
    audit.record(w, action, "saved_view", row.id, before=before, after=audit.snapshot(row))


def _free(w: Work, name: str, owner: int, of_id: int) -> str:
    clean = line(name, _("Name"), 120)
    taken = select(SavedView.id).where(
        SavedView.owner_id == owner,
        SavedView.name == clean,
        SavedView.id != of_id,
        col(SavedView.removed_at).is_(None),
    )
    if w.session.exec(taken).first() is not None:
        raise Conflict(_("You keep a view of this name already. Choose another name."))
    return clean


def _listed(row: SavedView, owner: str, me: int) -> Saved:
    view, broken = None, ""
    try:
        view = checked(row.definition)
    except Invalid as refused:
        broken = str(refused)
    return Saved(row.id, row.version, row.name, owner, row.owner_id == me, row.shared, row.changed_at, view, broken)

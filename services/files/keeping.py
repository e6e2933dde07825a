"""Keeping files with what they belong to, listing them, handing them out, taking them away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from db.models import FileContent, Message, Role, StoredFile
from services import access, audit
from services.errors import Conflict, NotAllowed, NotFound, TooMany
from services.files.checking import NewFile
from services.inputs import line
from services.text import _, number
from services.work import Work

#: Files of one thing; of a customer without a thing there may be more, for years of letters gather there.
MOST_OF_ONE, MOST_OF_CUSTOMER = 30, 500
#: What one customer may add within a day, in bytes, so that nobody fills the disk.
MOST_A_DAY = 100 * 2**20


class Thing(StrEnum):
    """What a file can be attached to; the value is the name of the column."""

    CUSTOMER = "customer_id"
    PRODUCT = "product_id"
    ORDER = "order_id"
    RETURN = "return_id"
    CASE = "case_id"
    MESSAGE = "message_id"
    CONTACT = "interaction_id"


#: Where customers add files themselves; elsewhere only the team does.
FOR_CUSTOMERS = (Thing.RETURN, Thing.CASE, Thing.MESSAGE)


@dataclass(frozen=True)
class File:
    """What a list shows of a file. `added_by` is a name; None: somebody of the house, to a customer."""

    id: int
    name: str
    caption: str
    content_type: str
    size: int
    width: int | None
    height: int | None
    visible: bool
    added_at: datetime
    added_by: str
    mine: bool  # the reader has added it

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


def keep(
    w: Work, new: NewFile, thing: Thing, thing_id: int, *, caption: str = "", visible: bool = False, by: str = ""
) -> StoredFile:
    """Attach a file. What a customer adds, the customer sees; what the team adds is seen where `visible` says so.

    The same bytes on the same thing are kept once. `by` names who has added it where that is not the actor ("Rapport").
    Raises NotFound for somebody else's thing, NotAllowed, Conflict with too many files, TooMany.
    """
    w.require(Role.CUSTOMER, Role.STAFF)
    customer_id = _owner(w, thing, thing_id)
    own = not w.actor.is_team
    if own and thing not in FOR_CUSTOMERS:
        raise NotAllowed
    there = _there(w, thing, thing_id, new.sha256)
    if there is not None:
        return there
    if own:
        _limit_day(w, len(new.content))
    stored = StoredFile(
        customer_id=customer_id,
        file_name=new.name,
        caption=line(caption, _("Description"), 200, required=False),
        content_type=new.content_type,
        size=len(new.content),
        sha256=new.sha256,
        width=new.width,
        height=new.height,
        visible=own or visible,
        added_at=w.now,
        added_by_id=w.actor.person_id,
        added_by=(by or w.actor.name)[:200],
    )
    setattr(stored, thing.value, thing_id)
    w.session.add(stored)
    w.session.flush()
    w.session.add(FileContent(file_id=stored.id, content=new.content, thumbnail=new.thumbnail))
    w.session.flush()
    _record(w, "files.keep", stored, after=audit.snapshot(stored))
    return stored


def _owner(w: Work, thing: Thing, thing_id: int) -> int | None:
    """Whose the thing is. Raises NotFound where the actor may not reach it."""
    if thing is Thing.CUSTOMER:
        return access.customer(w, thing_id).id
    if thing is Thing.PRODUCT:
        access.product(w, thing_id)
        return None
    if thing is Thing.MESSAGE:
        found = w.session.get(Message, thing_id)
        if found is None:
            raise NotFound(_("message"))
        return access.customer(w, found.customer_id).id
    if thing is Thing.RETURN:
        return access.order(w, access.order_return(w, thing_id).order_id).customer_id
    of: dict[Thing, Any] = {Thing.ORDER: access.order, Thing.CASE: access.case, Thing.CONTACT: access.interaction}
    owner: int | None = of[thing](w, thing_id).customer_id
    return owner


def _attached(thing: Thing, ids: Iterable[int]) -> list[Any]:
    """Conditions for the files of these things; of a customer, those that lie with the customer itself."""
    conditions = [getattr(StoredFile, thing.value).in_(list(ids))]
    if thing is Thing.CUSTOMER:
        conditions += [getattr(StoredFile, other.value).is_(None) for other in Thing if other is not thing]
    return conditions


def _there(w: Work, thing: Thing, thing_id: int, sha256: str) -> StoredFile | None:
    """The same file on the same thing; Conflict where no further one fits."""
    _held(w, thing, thing_id)
    rows = w.session.execute(
        select(col(StoredFile.id), col(StoredFile.sha256)).where(*_attached(thing, [thing_id]))
    ).all()
    for number_, known in rows:
        if known == sha256:
            same = w.session.get_one(StoredFile, number_)
            if w.actor.is_team or same.visible:
                return same
    most = MOST_OF_CUSTOMER if thing is Thing.CUSTOMER else MOST_OF_ONE
    if len(rows) >= most:
        raise Conflict(_("There are {most} files here already. Please remove one first.").format(most=most))
    return None


def _held(w: Work, thing: Thing, thing_id: int) -> None:
    """Keep parallel uploads to one thing apart, so that neither count nor sameness is judged by what is old."""
    key = next(iter(getattr(StoredFile, thing.value).property.columns[0].foreign_keys)).column
    w.session.execute(select(key).where(key == thing_id).with_for_update(key_share=True))


def _limit_day(w: Work, more: int) -> None:
    today = select(func.coalesce(func.sum(StoredFile.size), 0)).where(
        col(StoredFile.added_by_id) == w.actor.person_id, col(StoredFile.added_at) > w.now - timedelta(days=1)
    )
    if w.session.execute(today).scalar_one() + more > MOST_A_DAY:
        raise TooMany(
            _("These are more than {most} MB within a day. Please send the rest tomorrow.").format(
                most=number(MOST_A_DAY // 2**20)
            )
        )


def _shown(w: Work, row: StoredFile) -> File:
    mine = row.added_by_id is not None and row.added_by_id == w.actor.person_id
    return File(
        id=row.id,
        name=row.file_name,
        caption=row.caption,
        content_type=row.content_type,
        size=row.size,
        width=row.width,
        height=row.height,
        visible=row.visible,
        added_at=row.added_at,
        added_by=row.added_by if w.actor.is_team or mine else "",
        mine=mine,
    )


def of(w: Work, thing: Thing, thing_id: int) -> list[File]:
    """The files of one thing, oldest first, as far as the actor may see them. Raises NotFound."""
    return of_each(w, thing, [thing_id])[thing_id]


def of_each(w: Work, thing: Thing, thing_ids: Iterable[int]) -> dict[int, list[File]]:
    """The files of several things of one kind, in one question: id -> files. Things of others have none."""
    w.require(Role.CUSTOMER, Role.STAFF)
    found: dict[int, list[File]] = {i: [] for i in thing_ids}
    mine = select(StoredFile).where(*_attached(thing, found), *_seen_by(w)).order_by(col(StoredFile.id))
    for row in w.session.scalars(mine) if found else ():
        found[getattr(row, thing.value)].append(_shown(w, row))
    return found


def _seen_by(w: Work) -> list[Any]:
    """What the actor may see: the rule of `access.stored_file`, as conditions."""
    if w.actor.is_team:
        return []
    of_house = col(StoredFile.product_id).is_not(None)
    own = (col(StoredFile.customer_id) == w.actor.customer_id) & col(StoredFile.visible).is_(True)
    if not w.actor.sees_orders:
        own &= col(StoredFile.added_by_id) == w.actor.person_id
    return [of_house | own]


def content(w: Work, file_id: int) -> tuple[File, bytes]:
    """A file and its bytes. Raises NotFound, also for what the actor may not see."""
    found = access.stored_file(w, file_id)
    return _shown(w, found), w.session.get_one(FileContent, file_id).content


def thumbnails(w: Work, file_ids: Iterable[int]) -> dict[int, bytes]:
    """Small pictures (WebP, at most 320 pixels long) of those files that are pictures and may be seen."""
    w.require(Role.CUSTOMER, Role.STAFF)
    small = (
        select(col(FileContent.file_id), col(FileContent.thumbnail))
        .join(StoredFile, col(StoredFile.id) == col(FileContent.file_id))
        .where(col(StoredFile.id).in_(list(file_ids)), col(FileContent.thumbnail).is_not(None), *_seen_by(w))
    )
    return {number_: bytes(picture) for number_, picture in w.session.execute(small)}


def pictures_of(w: Work, product_ids: Iterable[int]) -> dict[int, int]:
    """The first picture of each product that has one: product id -> file id."""
    w.require(Role.CUSTOMER, Role.STAFF)
    first = (
        select(col(StoredFile.product_id), func.min(col(StoredFile.id)))
        .where(col(StoredFile.product_id).in_(list(product_ids)), col(StoredFile.width).is_not(None))
        .group_by(col(StoredFile.product_id))
    )
    return {product: int(picture) for product, picture in w.session.execute(first)}


def describe(w: Work, file_id: int, caption: str) -> StoredFile:
    """Say what is to be seen in a file. Team only. Raises NotFound, Invalid."""
    w.require(Role.STAFF)
    found = access.stored_file(w, file_id)
    before = audit.snapshot(found)
    found.caption = line(caption, _("Description"), 200, required=False)
    return _changed(w, "files.describe", found, before)


def show(w: Work, file_id: int, *, visible: bool) -> StoredFile:
    """Let the customer see a file, or not any more. Team only. Raises NotFound."""
    w.require(Role.STAFF)
    found = access.stored_file(w, file_id)
    before = audit.snapshot(found)
    found.visible = visible
    return _changed(w, "files.show", found, before)


def _changed(w: Work, action: str, found: StoredFile, before: dict[str, Any]) -> StoredFile:
    w.session.add(found)
    w.session.flush()
    _record(w, action, found, before=before, after=audit.snapshot(found))
    return found


def remove(w: Work, file_id: int) -> None:
    """Take a file away, its bytes with it. The team any, a customer what it has added itself. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    found = access.stored_file(w, file_id)
    if not w.actor.is_team and found.added_by_id != w.actor.person_id:
        raise NotAllowed
    before = audit.snapshot(found)
    w.session.delete(found)
    w.session.flush()
    _record(w, "files.remove", found, before=before)


def _record(
    w: Work, action: str, found: StoredFile, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None
) -> None:
    """Under the customer where it has one, so that open pages of the team show it at once."""
    entity = "customer" if found.customer_id is not None else "product"
    entity_id = found.customer_id if found.customer_id is not None else found.product_id
    audit.record(w, action, entity, entity_id, customer_id=found.customer_id, before=before, after=after)

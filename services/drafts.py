"""Unfinished typing, kept on the server: it survives a reload, a sign-out and a crash of the browser.

One draft per person and form; nobody else can read it. Saving a draft is no event of the business and happens several
times a minute while somebody types, so it leaves no entry in the audit trail.
"""

import re

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from db.models import Draft
from services.errors import Invalid, NotSignedIn
from services.text import _
from services.work import Work

MOST_CHARACTERS = 24_000
MOST_FIELDS = 20
MOST_DRAFTS = 100
_KEY = re.compile(r"[a-z][a-z-]{0,39}(:[A-Za-z0-9-]{1,40}){0,2}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # neither database takes these; a browser sends them only by mistake


def _owner(w: Work) -> int:
    if w.actor.person_id is None:
        raise NotSignedIn
    return w.actor.person_id


def _checked_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise Invalid(_("Draft"), _("this form is not known"))
    return key


def save(w: Work, key: str, fields: dict[str, str]) -> None:
    """Keep what is typed so far in the form `key` ("contact:17"). All fields empty: nothing is kept. Raises Invalid."""
    person_id, key = _owner(w), _checked_key(key)
    if not all(isinstance(k, str) and isinstance(v, str) for k, v in fields.items()) or len(fields) > MOST_FIELDS:
        raise Invalid(_("Draft"), _("only text can be kept"))
    kept = {k[:40]: _UNSTORABLE.sub("", v) for k, v in fields.items()}
    if sum(len(k) + len(v) for k, v in kept.items()) > MOST_CHARACTERS:
        raise Invalid(_("Draft"), _("this text is too long to be kept; please shorten it"))
    if not any(v.strip() for v in kept.values()):
        clear(w, key)
        return
    insert = sqlite.insert if w.dialect == "sqlite" else postgresql.insert
    row = insert(Draft).values(person_id=person_id, key=key, fields=kept, updated_at=w.now)
    changed = {"fields": row.excluded.fields, "updated_at": row.excluded.updated_at}
    w.session.connection().execute(row.on_conflict_do_update(index_elements=["person_id", "key"], set_=changed))
    _forget_oldest(w, person_id)


def _forget_oldest(w: Work, person_id: int) -> None:
    """A person keeps MOST_DRAFTS drafts; older ones make room."""
    mine = col(Draft.person_id) == person_id
    connection = w.session.connection()
    if (connection.scalar(select(func.count()).where(mine)) or 0) > MOST_DRAFTS:
        newest = select(col(Draft.key)).where(mine).order_by(col(Draft.updated_at).desc(), col(Draft.key))
        kept = list(connection.scalars(newest.limit(MOST_DRAFTS)))
        connection.execute(delete(Draft).where(mine, col(Draft.key).not_in(kept)))


def load(w: Work, key: str) -> dict[str, str]:
    """What was typed into the form `key` and not sent; empty when there is nothing."""
    if w.actor.read_only:
        return {}  # what a customer has not sent yet is nobody else's
    found = w.session.get(Draft, (_owner(w), _checked_key(key)), populate_existing=True)
    return {str(k): str(v) for k, v in found.fields.items()} if found else {}


def clear(w: Work, key: str) -> None:
    """Forget the draft: it was sent, or is not wanted any more."""
    mine = (col(Draft.person_id) == _owner(w), col(Draft.key) == _checked_key(key))
    w.session.connection().execute(delete(Draft).where(*mine))

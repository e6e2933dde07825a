"""What the server has sent by mail, read where it waits to go out."""

import re

from sqlmodel import col, select

from db.models import OutboxEntry
from services.work import SYSTEM, reading


def newest(to: str) -> str:
    """The text of the newest mail to an address."""
    with reading(SYSTEM) as w:
        sent = select(OutboxEntry.body).where(OutboxEntry.recipient == to).order_by(col(OutboxEntry.id).desc())
        body = w.session.exec(sent).first()
    assert body is not None, f"no mail to {to}"
    return body


def link(to: str) -> str:
    """The first link of the newest mail to an address."""
    found = re.search(r"https?://\S+", newest(to))
    assert found
    return found[0]

"""Why things happen: the lists that managers keep, so that reasons can be counted."""

from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from db.columns import text_enum


class ReasonKind(StrEnum):
    """What a reason is the reason of."""

    CONTACT = "contact"
    RETURN = "return"
    CANCEL = "cancel"
    STANDING = "standing"  # pausing or ending a standing order


class Reason(SQLModel, table=True):
    """One entry of a list. `code` is what rows keep; it never changes, so that counts stay comparable.

    The code of a reason that the company added is the sentence it was added with. An empty label: one of the reasons
    that come with Rapport, told in the reader's language.
    """

    __table_args__ = (Index("uq_reason", "kind", "code", unique=True),)

    id: int = Field(default=None, primary_key=True)
    kind: ReasonKind = Field(sa_type=text_enum(ReasonKind))
    code: str = Field(max_length=120)
    label: str = Field(default="", max_length=120)
    active: bool = True
    position: int = 0

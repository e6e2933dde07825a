"""Files that people add or Rapport makes: pictures, photos, documents, letters.

What is known about a file and its bytes lie in two tables, so that lists never read the bytes. Both are in the
database: a file is written, rolled back, erased and backed up together with the row it belongs to, and every process
sees it.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlmodel import Field, SQLModel

from db.columns import where_given

#: The columns of which at most one names the thing a file is attached to.
THINGS = ("product_id", "order_id", "return_id", "case_id", "message_id", "interaction_id")
_AT_MOST_ONE = " + ".join(f"(CASE WHEN {name} IS NULL THEN 0 ELSE 1 END)" for name in THINGS) + " <= 1"


class StoredFile(SQLModel, table=True):
    """What is known about one file. `file_name` is only shown; `content_type` was found in the bytes.

    `customer_id` says whose file it is (none: of the house, like the picture of a product). One of the references says
    what it is attached to; without any it lies with the customer itself. A capability that comes later needs no
    change here: it keeps its file with the customer and holds `stored_file.id` in a table of its own.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint(_AT_MOST_ONE, name="stored_file_of_one_thing"),
        CheckConstraint("size > 0", name="stored_file_not_empty"),
        Index("ix_stored_file_adder", "added_by_id", "added_at"),  # how much somebody has added today
        *(where_given(f"ix_stored_file_{name.removesuffix('_id')}", name) for name in ("customer_id", *THINGS)),
    )

    id: int = Field(default=None, primary_key=True)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", ondelete="RESTRICT")
    product_id: int | None = Field(default=None, foreign_key="product.id", ondelete="CASCADE")
    order_id: int | None = Field(default=None, foreign_key="sales_order.id", ondelete="CASCADE")
    return_id: int | None = Field(default=None, foreign_key="order_return.id", ondelete="CASCADE")
    case_id: int | None = Field(default=None, foreign_key="support_case.id", ondelete="CASCADE")
    message_id: int | None = Field(default=None, foreign_key="message.id", ondelete="CASCADE")
    interaction_id: int | None = Field(default=None, foreign_key="interaction.id", ondelete="CASCADE")
    file_name: str = Field(max_length=200)
    caption: str = Field(default="", max_length=200)  # what is to be seen, also for those who cannot see it
    content_type: str = Field(max_length=60)
    size: int
    sha256: str = Field(max_length=64)
    width: int | None = None  # of a picture, in pixels
    height: int | None = None
    visible: bool = False  # the customer it belongs to may see it
    added_at: datetime
    added_by_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL")
    added_by: str = Field(default="", max_length=200)  # the name at that time


class FileContent(SQLModel, table=True):
    """The bytes of a file, and a small picture of it where it is one. Goes with its row."""

    __tablename__ = "file_content"

    file_id: int = Field(foreign_key="stored_file.id", ondelete="CASCADE", primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)
    thumbnail: bytes | None = Field(default=None, sa_type=LargeBinary)

"""What a customer is found by: the single words of the search line, and the misspellings a word is found under."""

from sqlalchemy import Index, String
from sqlmodel import Field, SQLModel

#: Words compare by their bytes on both databases, so that "begins with" is a range of the index.
WORD = String(60).with_variant(String(60, collation="C"), "postgresql")


class CustomerWord(SQLModel, table=True):
    """One word of a customer's search line. A phone is there forwards and, behind a #, backwards."""

    __tablename__ = "customer_word"
    __table_args__ = (Index("ix_customer_word_word", "word", "customer_id"),)

    customer_id: int = Field(primary_key=True, foreign_key="customer.id", ondelete="CASCADE")
    word: str = Field(primary_key=True, sa_type=WORD)


class WordVariant(SQLModel, table=True):
    """A word with one letter of its beginning left out. Words that share a variant are one slip of the pen apart."""

    __tablename__ = "word_variant"

    variant: str = Field(primary_key=True, sa_type=WORD)
    word: str = Field(primary_key=True, sa_type=WORD)

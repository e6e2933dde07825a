"""Small sums that the live board reads. They are kept exact in the transaction of the write (services/rollups.py).

Days and hours are those of the company's time zone. Only sales count (see NOT_A_SALE).
"""

from datetime import date

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class DailySales(SQLModel, table=True):
    """Lines sold per day and category."""

    __tablename__ = "daily_sales"

    day: date = Field(primary_key=True)
    category: str = Field(primary_key=True, max_length=120)  # "" where a product has none
    lines: int = 0
    units: int = Field(default=0, sa_type=BigInteger)
    revenue_cents: int = Field(default=0, sa_type=BigInteger)


class HourlyOrders(SQLModel, table=True):
    """Orders per hour and order channel, with the revenue of their lines."""

    __tablename__ = "hourly_orders"

    day: date = Field(primary_key=True)
    hour: int = Field(primary_key=True)
    channel: str = Field(primary_key=True, max_length=40)
    orders: int = 0
    revenue_cents: int = Field(default=0, sa_type=BigInteger)


class HourlyContacts(SQLModel, table=True):
    """Contacts per hour and channel; contacts without a known date are left out.

    Of them `begun` by the customer, and of those the ones that had to explain something `again`.
    """

    __tablename__ = "hourly_contacts"

    day: date = Field(primary_key=True)
    hour: int = Field(primary_key=True)
    channel: str = Field(primary_key=True, max_length=32)
    contacts: int = 0
    begun: int = 0
    again: int = 0


class DailyCustomers(SQLModel, table=True):
    """New customers per day, by `joined_at`."""

    __tablename__ = "daily_customers"

    day: date = Field(primary_key=True)
    joined: int = 0

"""What delivery costs, and the day on which it is promised."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from services.text import minor_digits
from services.working_time.calendar import WorkingTime

LONGEST_DAYS = 365
#: Until when a parcel may come on the promised day, in the company's time zone.
BY = time(18, 0)


@dataclass(frozen=True)
class Tariff:
    """A flat price, and the value of goods from which delivery is free."""

    flat_cents: int
    free_from_cents: int


#: By currency. An order of services alone is never charged for delivery.
TARIFFS = {
    "CHF": Tariff(690, 7500),
    "EUR": Tariff(490, 5000),
    "GBP": Tariff(390, 4500),
    "JPY": Tariff(600, 8000),
    "USD": Tariff(590, 6000),
}


def tariff(currency: str) -> Tariff:
    """The tariff of a currency; one that is not in the table is charged the figures of the euro."""
    known = TARIFFS.get(currency)
    if known is not None:
        return known
    euro, scale = TARIFFS["EUR"], 10 ** minor_digits(currency)
    return Tariff(euro.flat_cents * scale // 100, euro.free_from_cents * scale // 100)


def fee_cents(lines_cents: int, currency: str, *, goods: bool) -> int:
    """What delivery costs for lines worth `lines_cents`; nothing where no goods are among them."""
    rule = tariff(currency)
    return rule.flat_cents if goods and lines_cents < rule.free_from_cents else 0


def promised_on(now: datetime, working_days: int, calendar: WorkingTime) -> date:
    """The day that is `working_days` of the company's working days after `now`."""
    return calendar.days_after(now.astimezone(calendar.zone).date(), min(working_days, LONGEST_DAYS))


def promised_at(now: datetime, working_days: int, calendar: WorkingTime) -> datetime:
    """The latest moment of that day at which the parcel may come, in UTC."""
    return latest(promised_on(now, working_days, calendar), calendar)


def latest(day: date, calendar: WorkingTime) -> datetime:
    """The latest moment of a day at which the parcel may come, in UTC."""
    return datetime.combine(day, BY, calendar.zone).astimezone(UTC)

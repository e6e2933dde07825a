"""Standing orders for tests: what somebody asks for, and a clock that moves by days."""

from datetime import date, timedelta

from db.models import IntervalUnit, Product
from services import standing
from services.standing import NewStanding, Standing, StandingLineAsked
from services.work import Work
from tests import make
from tests.ordering import address_of

TODAY = make.NOON.date()
DAY = timedelta(days=1)


def wanted(w: Work, *lines: tuple[Product, int], every: int = 4, on: date = TODAY + DAY, note: str = "") -> NewStanding:
    """Every so many weeks, at the prices of now."""
    asked = [StandingLineAsked(product_id=p.id, quantity=n, price_cents=p.list_price_cents or 0) for p, n in lines]
    return NewStanding(
        lines=asked, every=every, unit=IntervalUnit.WEEK, next_on=on, address_id=address_of(w), note=note
    )


def seen(w: Work, standing_id: int) -> Standing:
    """As it stands in the database."""
    w.session.expire_all()
    return standing.standing_order(w, standing_id)

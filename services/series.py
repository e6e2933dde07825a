"""Follow-ups that repeat every so many days, weeks or months: begun, carried on, changed, ended.

One follow-up of a series is open at a time. The days are counted from the first one on the calendar of whoever began
it; those that passed while one was late are left out, so that nobody has to catch up.
"""

from datetime import date, time
from zoneinfo import ZoneInfo

from sqlmodel import SQLModel, col, select

from db.models import Ending, Every, FollowUp, Role, Series
from services import access, audit, due
from services.due_times import following, instant
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line
from services.interactions import coming
from services.text import _
from services.work import Work

MOST_EVERY, MOST_TIMES = 365, 500


class SeriesInput(SQLModel):
    """What a form hands in. `at` is a time on the actor's clock. Without `until_on` and `times` there is no end."""

    reason: str
    unit: Every
    every: int = 1
    at: time
    until_on: date | None = None
    times: int | None = None
    owner_id: int | None = None


def begin(w: Work, customer_id: int, first_on: date, new: SeriesInput) -> Series:
    """Plan the first follow-up; each that is done plans the next. Staff only. Raises Invalid, NotFound."""
    w.require(Role.STAFF)
    row = Series(
        customer_id=access.customer(w, customer_id).id,
        owner_id=w.actor.staff_id,
        reason="",
        unit=Every.DAY,
        every=1,
        first_on=coming(w, first_on, _("First on")),
        at=new.at,
        time_zone=w.actor.zone.key,
        created_at=w.now,
    )
    _take(w, row, new)
    if row.until_on is not None and row.until_on < first_on:
        raise Invalid(_("Until"), _("this is before the first follow-up"))
    w.session.add(row)
    w.session.flush()
    audit.record(w, "series.begin", "series", row.id, customer_id=customer_id, after=audit.snapshot(row))
    _plan(w, row, first_on)
    return row


def hold(w: Work, of: FollowUp) -> None:
    """Keep the series of a follow-up from others before the follow-up itself is changed: always in this order."""
    if of.series_id is not None:
        _held(w, of.series_id)


def carry_on(w: Work, of: FollowUp) -> FollowUp | None:
    """Plan what comes after a follow-up that was settled just now, or end the series. None where nothing follows."""
    if of.series_id is None or of.series_on is None:
        return None
    row = _held(w, of.series_id)
    if row.ended_at is not None:
        return None
    today = w.now.astimezone(ZoneInfo(row.time_zone)).date()
    day = following(row.first_on, row.unit, row.every, max(of.series_on, today))
    over = (row.times is not None and row.made >= row.times) or (row.until_on is not None and day > row.until_on)
    if over:
        _close(w, row, "series.over")
        return None
    return _plan(w, row, day)


def change(w: Work, series_id: int, new: SeriesInput) -> Series:
    """From the open follow-up on, everything as `new` says. Staff only. Raises Invalid, NotFound, Conflict."""
    w.require(Role.STAFF)
    row, running = _running(w, series_id)
    before = audit.snapshot(row)
    _take(w, row, new)
    row.at, row.time_zone = new.at, w.actor.zone.key
    row.first_on = running.series_on or row.first_on
    w.session.add(row)
    w.session.flush()
    audit.record(w, "series.change", "series", row.id, customer_id=row.customer_id, before=before,
                 after=audit.snapshot(row))  # fmt: skip
    at = instant(row.first_on, row.at, w.actor.zone)
    due.change(w, running, "follow_ups.of_series", reason=row.reason, owner_id=row.owner_id, due_at=at)
    return row


def end(w: Work, series_id: int) -> Series:
    """No further follow-up, and the open one is taken off the list. Staff only. Raises NotFound, Conflict."""
    w.require(Role.STAFF)
    row, running = _running(w, series_id)
    _close(w, row, "series.end")
    due.change(w, running, "follow_ups.of_series", done_at=w.now, ending=Ending.SERIES_ENDED)
    return row


def of_follow_up(w: Work, follow_up_id: int) -> Series:
    """The series a follow-up belongs to, for the form that changes it. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    mine = select(Series).join(FollowUp, col(FollowUp.series_id) == col(Series.id))
    row = w.session.exec(mine.where(FollowUp.id == follow_up_id)).one_or_none()
    if row is None:
        raise NotFound(_("series"))
    return row


def unit_in_words(unit: Every) -> str:
    """days, weeks, months."""
    return {Every.DAY: _("days"), Every.WEEK: _("weeks"), Every.MONTH: _("months")}[unit]


def _take(w: Work, row: Series, new: SeriesInput) -> None:
    """Checked, into the row."""
    if not 1 <= new.every <= MOST_EVERY:
        raise Invalid(_("Every"), _("from 1 to {most}").format(most=MOST_EVERY))
    if new.times is not None and not max(1, row.made) <= new.times <= MOST_TIMES:
        raise Invalid(_("How many"), _("from {least} to {most}").format(least=max(1, row.made), most=MOST_TIMES))
    row.reason, row.unit, row.every = line(new.reason, _("Reason"), 200), Every(new.unit), new.every
    row.until_on = None if new.until_on is None else coming(w, new.until_on, _("Until"))
    row.times = new.times
    if new.owner_id is not None and new.owner_id != row.owner_id:
        row.owner_id = due.colleague(w, new.owner_id)


def _plan(w: Work, row: Series, day: date) -> FollowUp:
    row.made += 1
    made = FollowUp(
        customer_id=row.customer_id,
        owner_id=row.owner_id,
        reason=row.reason,
        due_at=instant(day, row.at, ZoneInfo(row.time_zone)),
        created_at=w.now,
        series_id=row.id,
        series_step=row.made,
        series_on=day,
    )
    w.session.add_all([row, made])
    w.session.flush()
    audit.record(w, "follow_ups.plan", "follow_up", made.id, customer_id=row.customer_id, after=audit.snapshot(made))
    return made


def _close(w: Work, row: Series, action: str) -> None:
    row.ended_at = w.now
    w.session.add(row)
    w.session.flush()
    audit.record(w, action, "series", row.id, customer_id=row.customer_id, after={"made": row.made})


def _held(w: Work, series_id: int) -> Series:
    mine = select(Series).where(Series.id == series_id).with_for_update()
    row = w.session.exec(mine, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise NotFound(_("series"))
    return row


def _running(w: Work, series_id: int) -> tuple[Series, FollowUp]:
    """The series and its open follow-up. Raises NotFound, and Conflict when it has ended."""
    row = _held(w, series_id)
    of_it = select(FollowUp).where(FollowUp.series_id == series_id, col(FollowUp.done_at).is_(None))
    running = w.session.exec(of_it, execution_options={"populate_existing": True}).first()
    if row.ended_at is not None or running is None:
        raise Conflict(_("This series has ended meanwhile."))
    return row, running

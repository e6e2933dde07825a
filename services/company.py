"""The company that runs this installation: name, currency, time zone, language. One answer per installation."""

import time
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from babel.numbers import list_currencies
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, select

from db.models import Role, Setting
from services import areas, audit, clock, letterhead
from services.areas import Area
from services.errors import Invalid
from services.inputs import line
from services.text import LANGUAGES, _
from services.work import VISITOR, ReadSession, Work, reading


class Company(BaseModel):
    """What the whole installation agrees on."""

    model_config = ConfigDict(frozen=True)

    name: str = "Rapport"
    currency: str = "EUR"
    time_zone: str = "UTC"
    language: str = "en"
    country: str = "DE"  # how telephone numbers without a country code are read
    set_up: bool = False
    needs_approval: tuple[str, ...] = ()  # fields of an account whose change waits for staff, see APPROVABLE
    retention_years: int = 10  # how long the law keeps orders and invoices, counted from the end of their year
    return_days: int = 30  # after the delivery, for customers; 0: no end
    #: Working hours from Monday to Sunday as minutes after midnight; (0, 0): nobody works. See services/working_time.
    hours: tuple[tuple[int, int], ...] = ((540, 1020),) * 5 + ((0, 0),) * 2
    holidays_country: str = ""  # whose public holidays are kept; empty: none
    holidays_part: str = ""
    closed_days: tuple[date, ...] = ()
    # The letterhead of invoices, and how they are paid:
    street: str = ""
    postal_code: str = ""
    city: str = ""
    contact: str = ""  # telephone or e-mail, as it is to be printed
    tax_number: str = ""
    bank: str = ""
    iban: str = ""
    bic: str = ""
    payment_days: int = 14
    pay_by: tuple[str, ...] = ("on_account", "transfer")
    areas: tuple[Area, ...] = ()  # what it calls its parts of the world, see services/areas.py
    costs_for_admins: bool = False  # costs and profit are shown to administrators only

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


#: What a company can be in: wherever a telephone number can be of.
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
#: What customers can change and the administrator can make wait for approval.
APPROVABLE = ("name", "company", "email", "address", "phone")
MOST_YEARS = 30
MOST_RETURN_DAYS = 1000
_FRESH_S = 2.0
_cache: dict[int, tuple[float, Company]] = {}


def read(session: Session) -> Company:
    """The company as stored; defaults before the first run."""
    stored = {row.key: row.value["is"] for row in session.exec(select(Setting)) if row.key in Company.model_fields}
    return Company.model_validate(stored)


def of(w: Work) -> Company:
    """The company, from memory for two seconds per database: it is asked for on every run of every page."""
    bound = w.session.get_bind()
    found = _remembered(bound)
    if found is None:
        found = read(w.session)
        _cache[id(bound)] = (time.monotonic(), found)
    return found


def now() -> Company:
    """The same for whoever has no unit of work: every price on a page asks for the currency."""
    found = _remembered(ReadSession.kw.get("bind"))
    if found is not None:
        return found
    with reading(VISITOR) as w:
        return of(w)


def _remembered(bound: object) -> Company | None:
    kept = _cache.get(id(bound))
    return None if kept is None or time.monotonic() - kept[0] > _FRESH_S else kept[1]


def forget() -> None:
    """Read it anew at the next question."""
    _cache.clear()


def checked(change: dict[str, Any]) -> dict[str, Any]:
    """The change, if every value is one that can be used. Raises Invalid."""
    if "name" in change:
        change["name"] = line(change["name"], _("Company name"), 120)
    if "currency" in change and change["currency"] not in list_currencies():
        raise Invalid(_("Currency"), _("choose one from the list"))
    if "time_zone" in change and change["time_zone"] not in clock.zone_names():
        raise Invalid(_("Time zone"), _("choose one from the list"))
    if "language" in change and change["language"] not in LANGUAGES:
        raise Invalid(_("Language"), _("choose one from the list"))
    if "country" in change and change["country"] not in COUNTRIES:
        raise Invalid(_("Country"), _("choose one from the list"))
    if "needs_approval" in change:
        if not set(change["needs_approval"]) <= set(APPROVABLE):
            raise Invalid(_("Needs approval"), _("choose from the list"))
        change["needs_approval"] = [f for f in APPROVABLE if f in change["needs_approval"]]
    if "areas" in change:
        change["areas"] = areas.read(change["areas"])
    years = change.get("retention_years", 1)
    if type(years) is not int or not 1 <= years <= MOST_YEARS:
        raise Invalid(_("Years the law keeps orders"), _("between 1 and {most}").format(most=MOST_YEARS))
    days = change.get("return_days", 0)
    if type(days) is not int or not 0 <= days <= MOST_RETURN_DAYS:
        raise Invalid(_("Days for a return"), _("between 0 and {most}").format(most=MOST_RETURN_DAYS))
    return letterhead.checked(change)


def save(w: Work, **change: Any) -> Company:
    """Change some of the answers. Administrators only. Raises Invalid."""
    w.require(Role.ADMIN)
    before = read(w.session)
    for key, value in checked(change).items():
        row = w.session.get(Setting, key) or Setting(key=key, value={}, updated_at=w.now)
        row.value, row.updated_at = {"is": value}, w.now
        w.session.add(row)
    w.session.flush()
    after = read(w.session)
    audit.record(
        w, "company.save", "company", before=before.model_dump(mode="json"), after=after.model_dump(mode="json")
    )
    forget()
    return after

"""What the company calls its areas: a name for places, told by country, postal codes and regions of the address.

`North: DE, postal codes 17 to 29` is kept as prefixes. Where no rule speaks of an address, its own region is its area.
Countries and regions are compared as they are written.
Of several rules the one that says most of the place holds: a region more than a postal code, a longer prefix more than
a shorter one, a prefix more than a country. services/dimensions.py reads the rules as texts.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, and_, case, func, literal, or_
from sqlmodel import col, select

from db.models import CustomerAddress, Role
from services.errors import Invalid
from services.inputs import line
from services.text import _
from services.work import Work

MOST_AREAS, MOST_RULES = 40, 400
_SPAN = re.compile(r"(\d{1,8})\s*(?:-|–|\.\.)\s*(\d{1,8})")


class Area(BaseModel):
    """A name with the places that are meant. Empty lists: the whole country; without a country: every one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    country: str = ""
    postal: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


def read(given: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The areas of a form, tidied: `postal` and `regions` as a text with commas, spans of numbers as prefixes.

    Raises Invalid.
    """
    found = [_read(one) for one in given if any(str(v or "").strip() for v in one.values())]
    if len(found) > MOST_AREAS or sum(len(_rules(a)) for a in found) > MOST_RULES:
        raise Invalid(_("Areas"), _("at most {n} areas, please").format(n=MOST_AREAS))
    return [a.model_dump(mode="json") for a in found]


def _read(one: dict[str, Any]) -> Area:
    name = line(one.get("name") or "", _("Area"), 60)
    country = line(one.get("country") or "", _("Country"), 80, required=False)
    regions = tuple(dict.fromkeys(_texts(one.get("regions"), _("Regions"))))
    postal = tuple(dict.fromkeys(p for text in _texts(one.get("postal"), _("Postal codes")) for p in _prefixes(text)))
    if "|" in f"{name}{country}{regions}":
        raise Invalid(_("Area"), _("please write it without |"))
    if not (country or regions or postal):
        raise Invalid(_("Area"), _("say of {name} where it lies: a country, postal codes or regions").format(name=name))
    return Area(name=name, country=country, postal=postal, regions=regions)


def _texts(given: Any, label: str) -> list[str]:
    if isinstance(given, list | tuple):
        given = ",".join(str(v) for v in given)
    return [part for text in line(given or "", label, 2000, required=False).split(",") if (part := text.strip())]


def _prefixes(text: str) -> list[str]:
    """`20-22` is 20, 21 and 22; anything else is a prefix as it stands."""
    span = _SPAN.fullmatch(text)
    if span is None:
        clean = text.replace(" ", "").upper()
        if not (clean.isalnum() and len(clean) <= 10):
            raise Invalid(_("Postal codes"), _("write beginnings like 20 or spans like 20-29, with commas between"))
        return [clean]
    first, last = span[1], span[2]
    if len(first) != len(last) or not 0 <= int(last) - int(first) < MOST_RULES:
        raise Invalid(_("Postal codes"), _("{span} is no span of postal codes").format(span=text))
    return [f"{n:0{len(first)}}" for n in range(int(first), int(last) + 1)]


def spans(postal: Sequence[str]) -> str:
    """Beginnings as somebody would type them: 17, 18, 19 and 39 are `17-19, 39`. `read` makes the same of it again."""
    groups: list[list[str]] = []
    for one in postal:
        last = groups[-1][-1] if groups else ""
        follows = len(one) == len(last) and f"{one}{last}".isdecimal() and int(one) == int(last) + 1
        if follows and len(one) <= 8:
            groups[-1].append(one)
        else:
            groups.append([one])
    return ", ".join(f"{g[0]}-{g[-1]}" if len(g) > 2 else ", ".join(g) for g in groups)


def texts(areas: Sequence[Area]) -> list[str]:
    """The rules as services/dimensions.py reads them: weight, country, region, beginning of the code, name."""
    return [f"{weight}|{c}|{region}|{starts}|{name}" for weight, c, region, starts, name in _every(areas)]


def _rules(area: Area) -> list[tuple[int, str, str, str, str]]:
    own = bool(area.country)
    by_region = [(150 + own, area.country, r, "", area.name) for r in area.regions]
    by_code = [(110 + 2 * len(p) + own, area.country, "", p, area.name) for p in area.postal]
    return [*by_region, *by_code] or [(100 + own, area.country, "", "", area.name)]


def _every(areas: Sequence[Area]) -> list[tuple[int, str, str, str, str]]:
    return [rule for area in areas for rule in _rules(area)]


def recorded(w: Work, most: int = 200) -> list[str]:
    """The regions that addresses name, by name. For managers."""
    w.require(Role.MANAGER)
    region = col(CustomerAddress.region)
    return list(w.session.exec(select(region).where(region != "").distinct().order_by(region).limit(most)))


def inside(customer_id: Any, areas: Sequence[Area], wanted: Sequence[str]) -> ColumnElement[bool]:
    """On the primary: is the customer's address for deliveries in one of the `wanted` areas ("": in none)?"""
    a, newest = CustomerAddress.__table__, CustomerAddress.__table__.alias()  # type: ignore[attr-defined]  # SQLModel
    own = select(newest.c.id).where(newest.c.customer_id == customer_id)
    own = own.order_by(newest.c.is_delivery.desc(), newest.c.id).limit(1).correlate_except(newest)
    postal = func.upper(func.replace(func.coalesce(a.c.postal_code, ""), " ", ""))
    known: list[tuple[ColumnElement[bool], Any]] = []
    # The name after the weight decides between rules of one weight, as in the copy.
    for _weight, country, region, starts, name in sorted(_every(areas), key=lambda r: (r[0], r[4]), reverse=True):
        told = [a.c.country == country] if country else []
        told += [a.c.region == region] if region else []
        told += [func.substr(postal, 1, len(starts)) == starts] if starts else []
        known.append((and_(*told) if told else literal(True), name))
    recorded = func.coalesce(a.c.region, "")
    area = case(*known, else_=recorded) if known else recorded
    found = select(a.c.id).where(a.c.id == own.scalar_subquery(), area.in_(list(wanted)))
    known_inside = found.correlate_except(a).exists()
    if "" not in wanted:
        return known_inside
    address = select(newest.c.id).where(newest.c.customer_id == customer_id).correlate_except(newest).exists()
    return or_(known_inside, ~address)

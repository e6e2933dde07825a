"""Finding a customer from whatever was typed: name, part of it, e-mail, phone in any notation, a number, typos too."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import OSA
from sqlmodel import col, select

from db import search_index
from db.models import Customer, CustomerAddress, CustomerEmail, CustomerPhone, CustomerSearch, ImportRun, Order, Role
from services import company
from services.inputs import e164, fold
from services.work import Work

MOST = 12
MOST_WORDS = 6
LOOKED_AT = 60  # candidates that are weighed; more would not change the first dozen
_NUMBER = re.compile(r"#?\s*([COco]?)\s*-?\s*0*(\d{1,9})")
_PHONE = re.compile(r"\+?[\d\s()/.\-]{4,40}")
_SPELT_OUT = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_EXACT, _SPELT, _BEGINS, _SLIP, _INSIDE, _NONE = 0.0, 0.5, 1.0, 3.0, 4.0, 9.0


@dataclass(frozen=True)
class Hit:
    """One customer found, with what is shown in a line of the result list."""

    customer_id: int
    name: str
    detail: str
    why: str  # "name", "phone", "order number" ...


def customer_number(customer_id: int) -> str:
    """The number people read out: C000123."""
    return f"C{customer_id:06d}"


def order_number(order_id: int) -> str:
    """The number on a confirmation: O0000123."""
    return f"O{order_id:07d}"


def line_for(name: str, company_name: str | None, emails: Iterable[str], phones: Iterable[str | None]) -> str:
    """The folded line under which a customer is found (`customer_search.text`)."""
    digits = (p.lstrip("+") for p in phones if p)
    return fold(" ".join(part for part in (name, company_name or "", *emails, *digits) if part))


def index(w: Work, customer_id: int) -> None:
    """Write the customer's line anew; to be called by everything that changes name, e-mail or phone."""
    found = w.session.get_one(Customer, customer_id)
    emails = w.session.exec(select(CustomerEmail.email).where(CustomerEmail.customer_id == customer_id)).all()
    phones = w.session.exec(select(CustomerPhone.e164).where(CustomerPhone.customer_id == customer_id)).all()
    row = w.session.get(CustomerSearch, customer_id) or CustomerSearch(customer_id=customer_id, text="")
    row.text = line_for(found.name, found.company, emails, phones)
    w.session.add(row)
    w.session.flush()
    search_index.replace(w.session, customer_id, row.text)


def index_new(w: Work, lines: Iterable[tuple[int, str]]) -> None:
    """Make many new customers findable whose `customer_search` rows are already written: (id, line of `line_for`)."""
    search_index.add(w.session, lines)


def customers(w: Work, typed: str, most: int = MOST) -> list[Hit]:
    """The customers that fit best, best first. Staff only. A single letter finds nothing."""
    w.require(Role.STAFF)
    typed = " ".join(typed.split())[:200]
    if len(typed) < 2 and not (typed.isdigit() or ord(typed[:1] or "a") > 0x2E7F):
        return []
    found, certain = _by_number(w, typed)
    if not certain:
        found |= {i: "e-mail" for i in _by_email(w, typed) if i not in found}
        found |= {i: "phone" for i in _by_phone(w, typed) if i not in found}
    if not certain and len(found) < most and not _PHONE.fullmatch(typed):
        for customer_id in _by_words(w, fold(typed), most):
            found.setdefault(customer_id, "name")
    return _hits(w, dict(list(found.items())[:most]))


def _by_number(w: Work, typed: str) -> tuple[dict[int, str], bool]:
    """Who bears the number or placed the order, and whether nothing else can be meant."""
    found: dict[int, str] = {}
    number = _NUMBER.fullmatch(typed)
    letter = number[1].upper() if number else ""
    if number and letter != "O" and (by_id := w.session.get(Customer, int(number[2]))) is not None:
        found[by_id.id] = "customer number"
    if number and letter != "C" and (order := w.session.get(Order, int(number[2]))) is not None and order.customer_id:
        found.setdefault(order.customer_id, "order number")
    # By (source, source_id), which is what the index holds; an installation has few sources.
    sources = select(ImportRun.source).distinct()
    of_source = select(Customer.id).where(col(Customer.source).in_(sources), Customer.source_id == typed)
    for customer_id in w.session.exec(of_source.limit(3)):
        found.setdefault(customer_id, "customer number")
    of_order = select(Order.customer_id).where(col(Order.source).in_(sources), Order.source_id == typed)
    for owner in w.session.exec(of_order.limit(3)):
        if owner is not None:
            found.setdefault(owner, "order number")
    return found, bool(found and letter)


def _by_email(w: Work, typed: str) -> list[int]:
    if "@" not in typed:
        return []
    # `word` holds no more than sixty characters; a whole address is asked for where it stands whole.
    exact = select(CustomerEmail.customer_id).where(CustomerEmail.email == typed.casefold()).limit(MOST)
    return list(w.session.exec(exact))


def _by_phone(w: Work, typed: str) -> list[int]:
    """By the whole number, by its beginning, by its last digits; in any notation."""
    digits = re.sub(r"\D", "", typed.replace("(0)", ""))
    if len(digits) < 4 or not _PHONE.fullmatch(typed):
        return []
    whole = e164(typed, company.of(w).country)
    found = list(w.session.exec(select(CustomerPhone.customer_id).where(CustomerPhone.e164 == whole).limit(MOST)))
    beginning = digits
    if typed.lstrip("( ").startswith("00"):
        beginning = digits[2:]
    elif whole and digits.startswith("0"):
        beginning = whole.lstrip("+")
    if not found and len(beginning) > 3:
        found = search_index.beginning(w.session, [beginning], MOST)
    # Without the zero in front of an area code, which no stored number has.
    ending = "#" + digits.lstrip("0")[::-1]
    found = found or search_index.beginning(w.session, [ending], MOST)
    return found or search_index.containing(w.session, [beginning], MOST)


def _by_words(w: Work, folded: str, most: int) -> list[int]:
    words = [t for t in dict.fromkeys(folded.split()) if any(ch.isalnum() for ch in t)][:MOST_WORDS]
    found = _ranked(w, words, most) if words else []
    if not found and any("@" in word for word in words):
        # An address with a slip in it: its owner is usually called like the part before the @.
        named = [p for word in words for p in search_index.parts(word.partition("@")[0]) if p.isalpha()]
        found = _ranked(w, named[:MOST_WORDS], most) if named else []
    return found


def _ranked(w: Work, words: list[str], most: int) -> list[int]:
    """Whole words first, then beginnings, then slips of the pen, then parts of words; each only if there is room."""
    ids = search_index.whole(w.session, words, LOOKED_AT)
    if len(ids) < most:
        ids += search_index.beginning(w.session, words, LOOKED_AT)
    plain = [_plain(word) for word in words]
    if len(set(ids)) < most and plain != words:
        ids += search_index.beginning(w.session, plain, LOOKED_AT)
    if len(set(ids)) < most:
        meant = [_meant(w, word) for word in words]
        if any(meant):
            ids += search_index.misspelt(w.session, meant, words, LOOKED_AT)
    if len(set(ids)) < most:
        ids += search_index.containing(w.session, words, LOOKED_AT)
    lines = select(CustomerSearch).where(col(CustomerSearch.customer_id).in_(set(ids)))
    scored = [(_distance(words, row.text), len(row.text), row.customer_id) for row in w.session.exec(lines)]
    return [i for distance, _length, i in sorted(scored) if distance < _NONE][:most]


def _meant(w: Work, word: str) -> list[str]:
    """Known words that `word` may be a misspelling of, closest first."""
    near = [(_slip(word, known), known) for known in search_index.similar(w.session, word)]
    return [known for distance, known in sorted(near) if distance < _NONE][:20]


def _slip(typed: str, known: str) -> float:
    """How far a typed word is from a known one: the same otherwise spelt, one slip, two slips in a long word."""
    if _plain(typed) == _plain(known):
        return _SPELT
    allowed = 1 if len(typed) < 8 else 2
    # What was typed may be the beginning only, with a letter too many or too few.
    ends = {min(len(known), max(0, len(typed) + more)) for more in (-1, 0, 1)} | {len(known)}
    slips = min(OSA.distance(typed, known[:end], score_cutoff=allowed) + (end < len(known)) / 4 for end in ends)
    return _SLIP - 1 + slips if slips < allowed + 1 else _NONE


def _plain(word: str) -> str:
    for long, short in _SPELT_OUT:
        word = word.replace(long, short)
    return word


def _distance(words: list[str], line: str) -> float:
    """How far a line is from what was typed, 0 when every word stands in it; 9 for each word that is not there."""
    return sum(min(_apart(word, known) for known in search_index.words_of(line)) for word in words) if line else _NONE


def _apart(typed: str, known: str) -> float:
    if typed == known:
        return _EXACT
    if known.startswith(typed):
        return _BEGINS
    if _plain(known).startswith(_plain(typed)):
        return _BEGINS + _SPELT
    slip = _slip(typed, known) if search_index.variants_of(typed) else _NONE
    return min(slip, _INSIDE if typed in known else _NONE)


def _hits(w: Work, found: dict[int, str]) -> list[Hit]:
    ids = list(found)
    people = {c.id: c for c in w.session.exec(select(Customer).where(col(Customer.id).in_(ids)))}
    emails = dict(
        w.session.exec(
            select(CustomerEmail.customer_id, CustomerEmail.email)
            .where(col(CustomerEmail.customer_id).in_(ids))
            .order_by(col(CustomerEmail.is_primary))
        ).all()
    )
    towns = dict(
        w.session.exec(
            select(CustomerAddress.customer_id, CustomerAddress.city).where(col(CustomerAddress.customer_id).in_(ids))
        ).all()
    )
    hits = []
    for i in ids:
        known = people[i]
        also = known.company if known.name and known.name != known.company else None
        detail = [also, towns.get(i), emails.get(i), known.source_id]
        name = known.name or known.company or customer_number(i)
        hits.append(Hit(i, name, " · ".join(d for d in (customer_number(i), *detail) if d), found[i]))
    return hits

"""The head of a customer's page: who, how to reach, and what is open; fits above the fold at 1280 × 720.

The cards are one element: drawn piece by piece they would cost more than all the rest of the page.
"""

from typing import Any
from urllib.parse import quote

import streamlit as st

from pages._ui.scripted import scripted, styles
from pages._ui.show import amount, day, md
from pages.staff._ui import as_customer, edit_form
from services import consents, contact_words
from services.call_brief import Brief
from services.customer_overview import Overview
from services.orders.words import in_words
from services.scores import words
from services.search import order_number
from services.text import _, local_clock, ngettext, number
from services.work import Actor

Line = tuple[str, str, str]  # text, caption, target of a link


SHORT = 60  # characters of the words of a contact; the browser cuts them at the end of the line
LINE = 26  # characters of a line of a card, about
MOST = 2  # of phones, addresses, promises, follow-ups, cases and orders; that there are more is said


def draw(seen: Overview, known: Brief, actor: Actor) -> bool:
    """The head. True when somebody asks for another customer."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(width="content", gap=None):
            st.title(md(seen.name), anchor=False)
            st.caption(md(" · ".join(t for t in (seen.number, seen.company, seen.source_id) if t)))
            if known.line is not None:
                told = _("Special service: {team}, {reason}").format(team=known.line.team, reason=known.line.reason)
                st.badge(md(told), icon=":material/star:", color="violet")
        with st.container(horizontal=True, width="content"):
            st.button(
                _("Edit"), icon=":material/edit:", key="edit", shortcut="E", on_click=edit_form.begin, args=(seen.id,)
            )
            st.button(
                _("As the customer sees it"),
                icon=":material/visibility:",
                key="as_customer",
                shortcut="V",
                on_click=as_customer.ask,
                args=(seen.id,),
            )
            again = st.button(_("Find another"), icon=":material/search:", key="find_another", shortcut="S")
    cards = [
        [reach(seen)],
        [talks(known, actor), expected(known, actor)],
        [promised(seen, actor), touches(seen, actor)],
        [cases(seen), orders(seen, actor)],
    ]
    for hint in hints(known):
        min(cards, key=height).insert(0, hint)
    min(cards, key=height).append(changes(known, actor))
    for card in cards:  # how many rows a text may take, so that the whole card is seen
        said = sum(len(p["lines"]) for p in card)
        for p in card:
            p.setdefault("rows", 3 if said < 3 else 2 if said < 4 else 1)
    mount = scripted("cards", html='<div class="row" data-part="row"></div>', css=styles("cards.css"))
    mount(key=f"brief_{seen.id}", data={"cards": cards})
    return again


def height(card: list[dict[str, Any]]) -> float:
    """About how high a card stands, in lines: a heading, and each text and caption in as many as it may take."""
    said = 0.0
    for p in card:
        most = p.get("rows", 2) or 1
        said += 1.5 + sum(
            min(most, -(-len(text) // LINE)) for line in p["lines"] or [("", p["nothing"])] for text in line
        )
    return said


def part(icon: str, title: str, lines: list[Line], nothing: str, *, more: bool = False) -> dict[str, Any]:
    """One heading with its lines, of many the first; all of them are shown as text."""
    told = _("and more") if more else ""
    return {"icon": icon, "title": title, "lines": lines, "nothing": nothing, "more": told}


def few(icon: str, title: str, lines: list[Line], nothing: str, most: int = MOST) -> dict[str, Any]:
    """The first of the lines, and whether there are more."""
    return part(icon, title, lines[:most], nothing, more=len(lines) > most)


def reach(seen: Overview) -> dict[str, Any]:
    """Telephone, e-mail, address, language and the time it is there."""
    lines = [(p, "", f"tel:{quote(p, safe='+')}" if p.startswith("+") else "") for p in seen.phones[:MOST]]
    lines += [(e, "", f"mailto:{quote(e, safe='+@')}") for e in seen.emails[:MOST]]
    if more := len(seen.phones) + len(seen.emails) - len(lines):
        lines.append(("", ngettext("and {n} more", "and {n} more", more).format(n=number(more)), ""))
    if not lines:
        lines.append((_("Neither phone nor e-mail is known."), "", ""))
    there = local_clock(seen.as_of, seen.zone)
    place = seen.zone.key.rpartition("/")[2].replace("_", " ")
    told = _("{time} there ({place})") if seen.zone_known else _("probably {time} there ({place})")
    about = (told.format(time=there, place=place), seen.language, seen.account_manager)
    lines.append((seen.address, " · ".join(p for p in about if p), ""))
    lines.append(("", may(seen), ""))
    return part("contact_phone", _("Reach"), lines, "") | {"rows": 3}


def may(seen: Overview) -> str:
    """What may be done as the customer last said, or as it is without an answer, and what not, in a line."""
    names = consents.names()
    yes = ", ".join(names[c.purpose] for c in seen.consents if c.holds)
    no = ", ".join(names[c.purpose] for c in seen.consents if not c.holds)
    if not no:
        return _("Everything is allowed")
    told = (_("Allowed: {purposes}").format(purposes=yes) if yes else "", _("Not: {purposes}").format(purposes=no))
    return " · ".join(t for t in told if t)


def talks(known: Brief, actor: Actor) -> dict[str, Any]:
    """The last contacts, a line each."""
    lines: list[Line] = []
    for c in known.contacts:
        way = f"{contact_words.channel(c.channel)}, {contact_words.direction(c.direction)}"
        words = " ".join(c.summary.split()) or c.outcome
        head = " · ".join((day(c.at, actor), c.reason or way))
        lines.append((head, words if len(words) <= SHORT else words[:SHORT] + " …", ""))
    return part("forum", _("Last contacts"), lines, _("There was no contact yet.")) | {"rows": 0}


def changes(known: Brief, actor: Actor) -> dict[str, Any]:
    """What was changed lately."""
    lines: list[Line] = [(f"{c.label}: {c.new or '–'}", f"{day(c.at, actor)} · {c.who}", "") for c in known.changes[:1]]
    return part("manage_accounts", _("Changed lately"), lines, _("Nothing was changed."))


def hints(known: Brief) -> list[dict[str, Any]]:
    """The warning with its reasons, the offer with its evidence; no place is taken where there are none."""
    found = []
    for icon, kind, title in (("warning", "warning", _("Warning")), ("sell", "offer", _("Offer"))):
        lines: list[Line] = [(h.text, " · ".join(h.evidence), "") for h in known.hints if h.kind == kind]
        if lines:
            found.append(part(icon, title, lines, "") | {"rows": 3})
    return found


def expected(known: Brief, actor: Actor) -> dict[str, Any]:
    """Usual interval, the next purchase to be expected, and what is not paid."""
    e = known.expected
    lines: list[Line] = [("", e.reason, "")]
    if e.on and e.earliest and e.latest:
        told = [_("{earliest} to {latest}").format(earliest=day(e.earliest, actor), latest=day(e.latest, actor))]
        if e.every_days:
            told.append(_("usually every {n} days").format(n=number(e.every_days)))
        head = day(e.on, actor)
        if e.chance is not None:
            head = _("{chance} within 90 days").format(chance=words.share(e.chance))
            lines = [(head, "; ".join(told), ""), *(("", line, "") for line in e.why[:1])]
        else:
            lines = [(head, "; ".join([*told, e.reason]), "")]
    if known.owed.open_cents:
        late = known.owed.overdue_cents
        overdue = _("of it overdue: {sum}").format(sum=amount(late)) if late else ""
        lines.append((_("Not paid: {sum}").format(sum=amount(known.owed.open_cents)), overdue, ""))
    return part("event_repeat", _("Next purchase"), lines, "")


def promised(seen: Overview, actor: Actor) -> dict[str, Any]:
    """Open promises."""
    lines = [(p.what, _("until {day}").format(day=day(p.due_on, actor)), "") for p in seen.promises]
    return few("handshake", _("Promised"), lines, _("Nothing is promised."))


def touches(seen: Overview, actor: Actor) -> dict[str, Any]:
    """Open follow-ups."""
    lines = [(f.reason, day(f.due_at, actor), "") for f in seen.follow_ups]
    return few("event", _("Next touch"), lines, _("Nothing is planned."))


def cases(seen: Overview) -> dict[str, Any]:
    """Open cases with their next step."""
    lines = [
        (c.subject, " · ".join(t for t in (contact_words.case_state(c.state), c.next_step) if t), "")
        for c in seen.cases
    ]
    return few("support_agent", _("Open cases"), lines, _("No case is open."))


def orders(seen: Overview, actor: Actor) -> dict[str, Any]:
    """The last orders with their states; two where cases are open, so that the card shows all it holds."""
    lines = [
        (f"{order_number(o.id)} · {amount(o.total_cents)}", f"{day(o.ordered_at, actor)} · {in_words(o.status)}", "")
        for o in seen.orders[: 2 if seen.cases else 3]
    ]
    return part("package_2", _("Last orders"), lines, _("Nothing was ordered yet."))

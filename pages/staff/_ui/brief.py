"""The head of a customer's page: who, how to reach, and what is open; fits above the fold at 1280 × 720.

The cards are one element: drawn piece by piece they would cost more than all the rest of the page.
"""

from typing import Any
from urllib.parse import quote

import streamlit as st

from pages._ui.scripted import scripted, styles
from pages._ui.show import amount, day, md
from pages.staff._ui import as_customer, edit_form
from services import contact_words
from services.customer_overview import Overview
from services.orders.words import in_words
from services.search import order_number
from services.text import _, local_clock
from services.work import Actor

Line = tuple[str, str, str]  # text, caption, target of a link


def draw(seen: Overview, actor: Actor) -> bool:
    """The head. True when somebody asks for another customer."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(width="content", gap=None):
            st.title(md(seen.name), anchor=False)
            st.caption(md(" · ".join(t for t in (seen.number, seen.company, seen.source_id) if t)))
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
    cards = [[reach(seen)], [promised(seen, actor), touches(seen, actor)], [cases(seen)], [orders(seen, actor)]]
    mount = scripted("cards", html='<div class="row" data-part="row"></div>', css=styles("cards.css"))
    mount(key=f"brief_{seen.id}", data={"cards": cards})
    return again


def part(icon: str, title: str, lines: list[Line], nothing: str) -> dict[str, Any]:
    """One heading with its lines; all of them are shown as text."""
    return {"icon": icon, "title": title, "lines": lines, "nothing": nothing}


def reach(seen: Overview) -> dict[str, Any]:
    """Telephone, e-mail, address, language and the time it is there."""
    lines = [(p, "", f"tel:{quote(p, safe='+')}" if p.startswith("+") else "") for p in seen.phones]
    lines += [(e, "", f"mailto:{quote(e, safe='+@')}") for e in seen.emails]
    if not lines:
        lines.append((_("Neither phone nor e-mail is known."), "", ""))
    there = local_clock(seen.as_of, seen.zone)
    place = seen.zone.key.rpartition("/")[2].replace("_", " ")
    told = _("{time} there ({place})") if seen.zone_known else _("probably {time} there ({place})")
    about = (told.format(time=there, place=place), seen.language, seen.account_manager)
    lines.append((seen.address, " · ".join(p for p in about if p), ""))
    return part("contact_phone", _("Reach"), lines, "")


def promised(seen: Overview, actor: Actor) -> dict[str, Any]:
    """Open promises."""
    lines = [(p.what, _("until {day}").format(day=day(p.due_on, actor)), "") for p in seen.promises]
    return part("handshake", _("Promised"), lines, _("Nothing is promised."))


def touches(seen: Overview, actor: Actor) -> dict[str, Any]:
    """Open follow-ups."""
    lines = [(f.reason, day(f.due_at, actor), "") for f in seen.follow_ups]
    return part("event", _("Next touch"), lines, _("Nothing is planned."))


def cases(seen: Overview) -> dict[str, Any]:
    """Open cases with their next step."""
    lines = [
        (c.subject, " · ".join(t for t in (contact_words.case_state(c.state), c.next_step) if t), "")
        for c in seen.cases
    ]
    return part("support_agent", _("Open cases"), lines, _("No case is open."))


def orders(seen: Overview, actor: Actor) -> dict[str, Any]:
    """The last orders with their states."""
    lines = [
        (f"{order_number(o.id)} · {amount(o.total_cents)}", f"{day(o.ordered_at, actor)} · {in_words(o.status)}", "")
        for o in seen.orders[:4]
    ]
    return part("package_2", _("Last orders"), lines, _("Nothing was ordered yet."))

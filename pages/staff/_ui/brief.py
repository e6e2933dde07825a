"""The head of a customer's page: who, how to reach, and what is open; fits above the fold at 1280 × 720."""

from urllib.parse import quote

import streamlit as st

from pages._ui.show import amount, day, md
from services import contact_words
from services.customer_overview import Overview
from services.orders.words import in_words
from services.search import order_number
from services.text import _, local_clock
from services.work import Actor


def link(scheme: str, value: str) -> str:
    """A link that opens the telephone or the mail program; only these two schemes are ever written."""
    target = quote(value, safe="+@" if scheme == "mailto" else "+")
    label = md(value).replace("\u2060", "")  # inside a link there is nothing to keep from becoming one
    return f"[{label}]({scheme}:{target})"


def draw(seen: Overview, actor: Actor) -> bool:
    """The head. True when somebody asks for another customer."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(width="content", gap=None):
            st.title(md(seen.name), anchor=False)
            st.caption(md(" · ".join(t for t in (seen.number, seen.company, seen.source_id) if t)))
        again = st.button(_("Find another"), icon=":material/search:", key="find_another", shortcut="S")
    with st.grid(4, min_column_width=190, gap="small") as grid:
        for part in (reach, owed, cases, orders):
            with grid.cell(), st.container(border=True, gap="xsmall"):
                part(seen, actor)
    return again


def heading(icon: str, title: str) -> None:
    """The name of a card."""
    named = f":material/{icon}: **{title}**"
    st.markdown(named)


def lines(told: list[tuple[str, str]], nothing: str) -> None:
    """What is open, a caption under each; somebody's words are shown as text."""
    if not told:
        st.caption(nothing)
    for text, caption in told:
        with st.container(gap=None):
            st.text(text)
            st.caption(md(caption))


def reach(seen: Overview, _actor: Actor) -> None:
    """Telephone, e-mail, address, language and the time it is there."""
    heading("contact_phone", _("Reach"))
    ways = [link("tel", p) if p.startswith("+") else md(p) for p in seen.phones]
    ways += [link("mailto", e) for e in seen.emails]
    st.markdown("  \n".join(ways) if ways else _("Neither phone nor e-mail is known."))
    if seen.address:
        st.text(seen.address)
    there = local_clock(seen.as_of, seen.zone)
    place = seen.zone.key.rpartition("/")[2].replace("_", " ")
    told = _("{time} there ({place})") if seen.zone_known else _("probably {time} there ({place})")
    parts = (told.format(time=there, place=place), seen.language, seen.account_manager)
    st.caption(md(" · ".join(p for p in parts if p)))


def owed(seen: Overview, actor: Actor) -> None:
    """Open promises and open follow-ups."""
    heading("handshake", _("Promised"))
    told = [(p.what, _("until {day}").format(day=day(p.due_on, actor))) for p in seen.promises]
    lines(told, _("Nothing is promised."))
    heading("event", _("Next touch"))
    lines([(f.reason, day(f.due_at, actor)) for f in seen.follow_ups], _("Nothing is planned."))


def cases(seen: Overview, _actor: Actor) -> None:
    """Open cases with their next step."""
    heading("support_agent", _("Open cases"))
    told = [
        (c.subject, " · ".join(t for t in (contact_words.case_state(c.state), c.next_step) if t)) for c in seen.cases
    ]
    lines(told, _("No case is open."))


def orders(seen: Overview, actor: Actor) -> None:
    """The last orders with their states."""
    heading("package_2", _("Last orders"))
    told = [
        (f"{order_number(o.id)} · {amount(o.total_cents)}", f"{day(o.ordered_at, actor)} · {in_words(o.status)}")
        for o in seen.orders[:4]
    ]
    lines(told, _("Nothing was ordered yet."))

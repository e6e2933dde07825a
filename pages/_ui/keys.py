"""The keys of the team's pages, in one place: what each page answers to, and the list that `?` opens."""

from db.models import TEAM
from pages._ui.quick_find import offered
from pages._ui.scripted import scripted
from services.text import _
from services.work import Actor

HTML = """<button type="button">?</button>
<dialog><strong data-part="title"></strong><ul></ul></dialog>"""
CSS = """button { font: inherit; font-size: 0.85rem; padding: 0.2rem 0.5rem; color: inherit; background: none;
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); cursor: pointer; }
dialog { font-family: var(--st-font); color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); max-width: 24rem; }
ul { list-style: none; margin: 0.6rem 0 0; padding: 0; line-height: 1.9; }
kbd { display: inline-block; min-width: 1.4rem; text-align: center; font: inherit; font-weight: 650;
  border: 1px solid var(--st-border-color); border-radius: 0.25rem; padding: 0 0.3rem; }"""


def of_page(url: str) -> dict[str, str]:
    """What one page of the team answers to, beside `EVERYWHERE`: key -> meaning."""
    customer = {
        "L": _("Log a contact"),
        "A": _("Log a contact, with its reason first"),
        "E": _("Edit the customer"),
        "V": _("See the pages as the customer sees them"),
        "N": _("New case"),
        "P": _("Plan a follow-up"),
        "S": _("Find another customer"),
    }
    today = {
        "J": _("Next line"),
        "K": _("Line before"),
        "D": _("Done"),
        "M": _("Later or hand over"),
        "O": _("Open"),
        "S": _("Find a customer"),
    }
    # These answer while the dialog of a line is open.
    later = {
        "H": _("In an hour (after M)"),
        "T": _("Tomorrow morning (after M)"),
        "W": _("Next Monday (after M)"),
    }
    pages = {
        "today": today | later,
        "cases": {key: told for key, told in today.items() if key in "JKO"} | {"X": _("Choose the line for a macro")},
        "customer": customer,
        "case": {"A": _("Answer the customer"), "I": _("Write an internal note")},
        "customers": {"S": _("To the search field"), "N": _("New customer")},
        "contact-rules": {"N": _("New rule")},
        "order-desk": {"P": _("Start packing"), "D": _("It has arrived")},
    }
    return pages.get(url, {})


def everywhere() -> dict[str, str]:
    """On every page of the team. Streamlit keeps R and C for itself; / and ? mean nothing to a browser's page."""
    return {
        "/": _("Find customer, order or case"),
        "?": _("This list"),
        "Esc": _("Close, or leave a field"),
        "Ctrl+Enter": _("Send what is written"),
    }


def keys(actor: Actor, url: str) -> None:
    """The two keys and their list; nothing for customers."""
    if actor.role not in TEAM:
        return
    told = [*everywhere().items(), *of_page(url).items()]
    mount = scripted("keys", html=HTML, css=CSS)
    mount(key="keys", data={"label": _("Keys: ?"), "title": _("Keys"), "keys": told, "field": offered(actor)})

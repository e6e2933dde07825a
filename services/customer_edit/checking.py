"""What may be written into the fields of a customer; only what was changed is looked at."""

from collections.abc import Callable, Mapping

from services import clock, company, inputs
from services.customer_edit.fields import ADDRESS, ADDRESS_PARTS, parts
from services.errors import Invalid
from services.text import _
from services.work import Work

MOST_LINES = 10  # e-mails, telephone numbers
MOST_ADDRESSES = 20


def checked(w: Work, changes: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The changes, normalised. Raises Invalid."""
    clean = {name: _one(w, name, text, known) for name, text in changes.items()}
    after = {**known, **clean}
    if not after.get("name") and not after.get("company"):
        raise Invalid(_("Name"), _("give the name of a person or of a company"))
    if sum(1 for name, text in after.items() if name.startswith(ADDRESS) and text) > MOST_ADDRESSES:
        raise Invalid(
            _("Address"), _("at most {most} can be kept; please remove one first").format(most=MOST_ADDRESSES)
        )
    return clean


def _one(w: Work, name: str, text: str, known: Mapping[str, str]) -> str:
    if name.startswith(ADDRESS):
        return _address(name, text, known)
    if name == "emails":
        return _lines(text, _("E-mail addresses"), inputs.email)
    if name == "phones":
        old = set(known.get("phones", "").split("\n"))
        country = company.of(w).country
        return _lines(text, _("Telephone numbers"), lambda line: line if line in old else _phone(line, country))
    if name == "time_zone":
        if text and text not in clock.zone_names():
            raise Invalid(_("Time zone"), _("choose one from the list"))
        return text
    most = {"name": 200, "company": 200, "language": 16, "segment": 80}.get(name)
    if most is None:
        raise Invalid(_("Customer"), _("this field is not known"))
    words = {"name": _("Name"), "company": _("Company"), "language": _("Language"), "segment": _("Segment")}
    return inputs.line(text, words[name], most, required=False)


def _phone(text: str, country: str) -> str:
    e164, as_written = inputs.phone(text, country)
    if e164 is None:
        raise Invalid(
            _("Phone"), _("write it like +49 30 123456; {text} is no number that can be called").format(text=text)
        )
    return as_written


def _lines(text: str, field: str, one: Callable[[str], str]) -> str:
    typed = [line.strip() for line in inputs.paragraph(text, field, required=False).split("\n")]
    clean = list(dict.fromkeys(one(line) for line in typed if line))
    if len(clean) > MOST_LINES:
        raise Invalid(field, _("at most {most} can be kept").format(most=MOST_LINES))
    return "\n".join(clean)


def _address(name: str, text: str, known: Mapping[str, str]) -> str:
    if name != f"{ADDRESS}new" and name not in known:
        raise Invalid(_("Address"), _("this field is not known"))
    words = {
        "street": (_("Street and number"), 300),
        "postal_code": (_("Postal code"), 40),
        "city": (_("Town"), 120),
        "region": (_("Region"), 120),
        "country": (_("Country"), 80),
    }
    typed = parts(text)
    clean = [inputs.line(typed[part], *words[part], required=False) for part in ADDRESS_PARTS]
    return "\n".join(clean) if any(clean) else ""

"""What people type, made safe to keep: one place for text, e-mail addresses and telephone numbers."""

import unicodedata

import idna
import phonenumbers
from email_validator import EmailNotValidError, validate_email

from services.errors import Invalid
from services.text import _

_BIDI = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)}
_INVISIBLE = {chr(c) for c in (0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x180E)}


def _allowed(text: str, multi_line: bool) -> bool:
    keep = "\n\t" if multi_line else ""
    return all(
        (ch in keep or unicodedata.category(ch) not in {"Cc", "Cs"}) and (multi_line or ch not in _BIDI) for ch in text
    )


def _checked(text: object, field: str, most: int, required: bool, multi_line: bool) -> str:
    if not isinstance(text, str):
        raise Invalid(field, _("write it as text"))
    clean = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if required and not clean:
        raise Invalid(field, _("please fill this in"))
    if len(clean) > most:
        raise Invalid(field, _("at most {most} characters, these are {n}").format(most=most, n=len(clean)))
    if not _allowed(clean, multi_line):
        raise Invalid(field, _("there is an invisible control character in it; please type it again"))
    return clean


def line(text: object, field: str, most: int = 200, *, required: bool = True) -> str:
    """One line: NFC, trimmed, no control or direction-changing characters. Raises Invalid."""
    return _checked(text, field, most, required, multi_line=False)


def paragraph(text: object, field: str, most: int = 4000, *, required: bool = True) -> str:
    """Several lines: as `line`, with line breaks and tabs allowed. Raises Invalid."""
    return _checked(text, field, most, required, multi_line=True)


#: Letters that Unicode does not take apart, as people write them who lack them.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def fold(text: str) -> str:
    """For comparing and searching: no accents, lower case, single blanks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return " ".join("".join(ch for ch in decomposed if not unicodedata.combining(ch)).split())


def email(text: object, field: str | None = None) -> str:
    """A normalised address: NFKC, domain in IDNA, all lower case. Refuses look-alikes and invisible characters."""
    field = field or _("E-mail")
    if not isinstance(text, str):
        raise Invalid(field, _("write an address like name@example.com"))
    clean = unicodedata.normalize("NFKC", text).strip()
    wrong = Invalid(field, _("write an address like name@example.com"))
    if len(clean) > 254 or any(ch in _INVISIBLE or ch in _BIDI or ch.isspace() for ch in clean):
        raise wrong
    try:
        found = validate_email(clean, check_deliverability=False, allow_smtputf8=False, test_environment=True)
        domain = idna.encode(found.domain, uts46=True).decode("ascii")
    except (EmailNotValidError, idna.IDNAError) as error:
        raise wrong from error
    return f"{found.local_part}@{domain}".casefold()


def phone(text: object, country: str, field: str | None = None) -> tuple[str | None, str]:
    """(E.164 or None, as written). A number that cannot be understood is kept as written, not refused."""
    written = line(text, field or _("Phone"), 60)
    return e164(written, country), written


def e164(written: str, country: str) -> str | None:
    """`+493012345` from any usual notation; `country` is used where no country code is given."""
    spelled = written.replace("(0)", "").strip()
    if spelled.startswith("00"):
        spelled = "+" + spelled[2:]
    try:
        parsed = phonenumbers.parse(spelled, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))

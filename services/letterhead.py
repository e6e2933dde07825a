"""What stands on the company's paper and how its invoices are paid: checking what an administrator types."""

from typing import Any

from services.errors import Invalid
from services.inputs import line
from services.text import _

LONGEST_DAYS = 180
#: How orders can be paid: after the goods, before the goods, or at once through a payment provider.
METHODS = ("on_account", "transfer", "provider")


def checked(change: dict[str, Any]) -> dict[str, Any]:
    """The same answers, tidied. Raises Invalid."""
    for key, name in (
        ("street", _("Street and number")),
        ("postal_code", _("Postal code")),
        ("city", _("Town")),
        ("contact", _("Telephone or e-mail")),
        ("tax_number", _("Tax number")),
        ("bank", _("Bank")),
    ):
        if key in change:
            change[key] = line(change[key], name, 120, required=False)
    for key, name in (("iban", _("IBAN")), ("bic", _("BIC"))):
        if key in change:
            change[key] = "".join(line(change[key], name, 60, required=False).split()).upper()
    if change.get("iban") and not _is_iban(change["iban"]):
        raise Invalid(_("IBAN"), _("a digit is wrong or missing; please compare it with your bank statement"))
    if "payment_days" in change and not (
        isinstance(change["payment_days"], int) and 0 <= change["payment_days"] <= LONGEST_DAYS
    ):
        raise Invalid(_("Days to pay"), _("a whole number from 0 to {most}").format(most=LONGEST_DAYS))
    if "pay_by" in change:
        change["pay_by"] = [m for m in METHODS if m in change["pay_by"]]
        if not change["pay_by"]:
            raise Invalid(_("Ways to pay"), _("choose at least one"))
    return change


def _is_iban(iban: str) -> bool:
    """Length and check digits as ISO 13616 asks for (ISO 7064, MOD 97-10)."""
    if not (15 <= len(iban) <= 34 and iban.isascii() and iban.isalnum() and iban[:2].isalpha()):
        return False
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1

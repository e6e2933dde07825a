"""Why people send something back: a managed list, so that it can be counted."""

from services.text import _

REASONS = ("too_late", "damaged", "wrong_item", "not_as_described", "changed_mind", "other")


def reason_in_words(reason: str) -> str:
    """The reason as people read it; words that an import brought stay as they are."""
    return {
        "too_late": _("Came too late"),
        "damaged": _("Damaged or not working"),
        "wrong_item": _("Not what I ordered"),
        "not_as_described": _("Not as described"),
        "changed_mind": _("Changed my mind"),
        "other": _("Something else"),
    }.get(reason, reason)

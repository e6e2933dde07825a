"""What is said after a change: that it counts, or that it waits for approval."""

from pages._ui.show import home
from services.text import _


def approved(done: str, field: str) -> str:
    """`done`, unless changes of this field wait for approval."""
    return _("Your change waits for our approval now.") if field in home().needs_approval else done

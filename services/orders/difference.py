"""What changed between looking at an order and confirming it, line by line and in words."""

from dataclasses import dataclass

from services.errors import Conflict
from services.text import _, money


@dataclass(frozen=True)
class Difference:
    """One line that is not as it was shown. `left` is set where too few are there, the prices where they differ."""

    product_id: int
    name: str
    gone: bool = False
    left: int | None = None
    wanted: int = 0
    old_cents: int | None = None
    new_cents: int | None = None

    def sentence(self, currency: str) -> str:
        """The difference in the words of the person who orders."""
        if self.gone:
            return _("{name} is not sold any more.").format(name=self.name)
        if self.left is not None:
            if self.left == 0:
                return _("{name} has just been sold out.").format(name=self.name)
            return _("Of {name} only {left} are left, you asked for {wanted}.").format(
                name=self.name, left=self.left, wanted=self.wanted
            )
        return _("{name} costs {new} now, not {old}.").format(
            name=self.name, new=money(self.new_cents or 0, currency), old=money(self.old_cents or 0, currency)
        )


class OrderChanged(Conflict):
    """Price, stock or delivery changed since it was shown; nothing was ordered. `differences` names the lines."""

    def __init__(self, differences: list[Difference], currency: str, *, also: str = "") -> None:
        self.differences = differences
        told = " ".join([*(d.sentence(currency) for d in differences), *([also] if also else [])])
        super().__init__(_("Nothing was ordered yet. {changes} Please look again and confirm.").format(changes=told))

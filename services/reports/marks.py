"""What a bar or a row of a report stands for: a question, and a group of its answer."""

from dataclasses import dataclass

from services.cube_view import View


@dataclass(frozen=True)
class Mark:
    """A bar or a row as a group of a question: what stands behind it is what is behind this cell of the view."""

    view: View
    cell: dict[str, str]


def alone(view: View, measures: list[str], period: str = "") -> View:
    """The same without division and comparison."""
    changed = {"measures": measures, "by": [], "compare": "", "period": period or view.period}
    return view.model_copy(update=changed)

"""Errors that people can act on. `str(error)` is one sentence fit to show; everything else is a bug."""

from services.text import _


class RapportError(Exception):
    """Base of all expected refusals."""


class NotSignedIn(RapportError):
    def __init__(self) -> None:
        super().__init__(_("Please sign in."))


class NotAllowed(RapportError):
    def __init__(self, what: str = "") -> None:
        super().__init__(what or _("You are not allowed to do this."))


class NotFound(RapportError):
    """Not there, or not yours: the answer is the same."""

    def __init__(self, what: str) -> None:
        super().__init__(_("There is no such {what}.").format(what=what))


class Invalid(RapportError):
    """A value that cannot be taken: which field, and what to do about it."""

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        super().__init__(f"{field}: {problem}")


class Counted(Invalid):
    """A refused value that has to leave a trace: what was recorded before this is raised stays, nothing else was."""


class Conflict(RapportError):
    """Somebody or something else was faster; nothing was changed."""


class TooMany(RapportError):
    """Slow down: tried too often."""


class Unavailable(RapportError):
    """A part that is needed (database, disk) does not answer now; nothing was changed."""

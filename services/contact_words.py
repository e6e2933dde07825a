"""Kinds of contact, states of cases and follow-ups, in the words of people."""

from db.models import CaseState, Channel, Direction, Ending, ReasonKind
from services import reasons
from services.text import _


def channel(value: Channel) -> str:
    """What a channel is called."""
    return {
        Channel.PHONE: _("Phone"),
        Channel.VISIT: _("Visit"),
        Channel.LETTER: _("Letter"),
        Channel.EMAIL: _("E-mail"),
        Channel.CONFERENCE: _("Video or audio conference"),
        Channel.MESSAGE: _("Message"),
        Channel.PORTAL: _("Portal"),
        Channel.OTHER: _("Other"),
    }[value]


def direction(value: Direction) -> str:
    """Who began: the customer or we."""
    return {Direction.IN: _("from the customer"), Direction.OUT: _("from us")}[value]


def reason(code: str) -> str:
    """What a contact was about: the words of a managed reason, or what an import or an earlier time wrote."""
    return reasons.in_words(ReasonKind.CONTACT, code)


def head(on: Channel, began: Direction, about: str) -> tuple[str, str, str]:
    """The three words over a contact: channel, who began, reason."""
    return channel(on), direction(began), reason(about)


def case_state(value: CaseState) -> str:
    """How far a case is."""
    return {
        CaseState.OPEN: _("open"),
        CaseState.WAITING: _("waits for the customer"),
        CaseState.SOLVED: _("solved"),
        CaseState.CLOSED: _("closed"),
    }[value]


def ending(value: Ending | None, *, is_open: bool) -> str:
    """How far a follow-up is."""
    if is_open:
        return _("open")
    return {
        Ending.DONE: _("done"),
        Ending.SKIPPED: _("skipped"),
        Ending.IN_TOUCH: _("not needed: the customer was in touch"),
        Ending.SERIES_ENDED: _("the series was ended"),
        Ending.TAKEN_BACK: _("it was taken back"),
    }[value or Ending.DONE]

"""Standing orders in words."""

from db.models import IntervalUnit, StandingState, StandingStep
from services.text import _, ngettext


def interval(every: int, unit: IntervalUnit) -> str:
    """How often it comes."""
    if unit is IntervalUnit.WEEK:
        return _("every week") if every == 1 else ngettext("every {n} week", "every {n} weeks", every)
    return _("every month") if every == 1 else ngettext("every {n} month", "every {n} months", every)


def state(value: StandingState) -> str:
    """Whether it runs."""
    return {
        StandingState.ACTIVE: _("running"),
        StandingState.PAUSED: _("paused"),
        StandingState.WAITING: _("waits for your word"),
        StandingState.ENDED: _("ended"),
    }[value]


def step(value: StandingStep) -> str:
    """What happened."""
    return {
        StandingStep.STARTED: _("started"),
        StandingStep.CHANGED: _("changed"),
        StandingStep.SKIPPED: _("one skipped"),
        StandingStep.PAUSED: _("paused"),
        StandingStep.RESUMED: _("goes on"),
        StandingStep.ENDED: _("ended"),
        StandingStep.ORDERED: _("ordered"),
        StandingStep.HELD: _("waits for your word"),
        StandingStep.MISSED: _("nothing could be sent"),
    }[value]

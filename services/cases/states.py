"""How a case gets from one state to the next, with its clocks."""

from db.models import STILL_OPEN, Case, CaseState
from services.cases import checklists, clocks, rating, routing
from services.cases.rules import NEXT
from services.errors import Invalid
from services.inputs import line
from services.text import _, ngettext
from services.work import Work


def enter(w: Work, case: Case, state: CaseState, *, despite: str = "") -> None:
    """Bring the case into `state` with its clocks. Raises Invalid when it cannot become that, NotAllowed.

    To settle it while steps of its checklist are not done takes a reason (`despite`), which the caller audits.
    """
    if state is case.state:
        return
    if state not in NEXT[case.state]:
        raise Invalid(_("State"), _("a case in this state cannot become that; open it again first"))
    if state not in STILL_OPEN:
        routing.only_by_those(w, case)
        undone = checklists.left(w, case.id)
        if undone and not line(despite, _("Reason"), 400, required=False):
            raise Invalid(
                _("Checklist"),
                ngettext(
                    "{n} step is not done; do it or name the reason",
                    "{n} steps are not done; do them or name the reason",
                    undone,
                ),
            )
    case.state = state
    case.closed_at = None if state in STILL_OPEN else w.now
    if state is CaseState.OPEN:
        clocks.start(w, case)
    elif state is CaseState.WAITING:
        clocks.pause(w, case)
    else:
        clocks.stop(case)
        rating.ask(w, case)

"""The report that is ready made: last week against the week before, every Monday morning."""

from sqlmodel import select

from db.models import ReportRhythm, SavedView
from services import saved_views
from services.cube_view import View
from services.reports.scheduling import NewSchedule, add
from services.text import _
from services.work import Work

SEVEN = 7 * 60
MONDAY = View(
    measures=["revenue", "orders", "contacts", "cases", "new_customers"],
    by=[],
    period="last_week",
    compare="before",
)


def monday_report(w: Work) -> int:
    """Keep the view and mail it to oneself every Monday at seven; returns the id of the view.

    Managers only. Raises Conflict where one has a view of this name already.
    """
    view_id = saved_views.save(w, _("Monday report"), MONDAY)
    owner = w.session.exec(select(SavedView.owner_id).where(SavedView.id == view_id)).one()
    add(w, view_id, NewSchedule(every=ReportRhythm.WEEK, day=1, minute=SEVEN, recipients=[owner]))
    return view_id

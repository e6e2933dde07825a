"""Whose cases are looked at."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import col

from db.models import Case
from services import due, teams
from services.due import Scope
from services.work import Work


def within(w: Work, scope: Scope) -> ColumnElement[bool]:
    """Mine: I own it, or nobody does and it is my team's or no team's. My team's: also what my team or mates have."""
    owner, team = col(Case.owner_id), col(Case.team_id)
    if scope is Scope.ALL:
        return true()
    my_teams: Any = team.in_(teams.own(w))
    nobodys = and_(owner.is_(None), or_(team.is_(None), my_teams))
    if scope is Scope.MINE:
        return or_(owner == (w.actor.staff_id or 0), nobodys)
    # The sums keep the database from reading and sorting all that the team ever had: it walks the index of the order
    # of the list until the page is full.
    mates: Any = (owner + 0).in_(due.owners(w, scope))
    return or_(mates, (team + 0).in_(teams.own(w)), nobodys)

"""Reports: saved views as a table, on paper and in a workbook, and by mail at set times.

`made` gives the report of this moment; `scheduling` keeps who gets it when; `tick` is the worker's part.
"""

from services.reports.making import Bars, Cell, Report, made, shown
from services.reports.marks import Mark
from services.reports.running import files_of, prepared, send_now, tick
from services.reports.scheduling import Listed, NewSchedule, add, change, listed, may_receive, switch
from services.reports.template import monday_report

__all__ = [
    "Bars",
    "Cell",
    "Listed",
    "Mark",
    "NewSchedule",
    "Report",
    "add",
    "change",
    "files_of",
    "listed",
    "made",
    "may_receive",
    "monday_report",
    "prepared",
    "send_now",
    "shown",
    "switch",
    "tick",
]

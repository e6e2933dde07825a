"""Service reports: what was done for a customer, as a page in the account and as PDF."""

from services.service_reports.pdf import file_name, rendered
from services.service_reports.reading import Report, number_of, of_customer, one
from services.service_reports.writing import MOST_PARTS, NewReport, Part, write

__all__ = [
    "MOST_PARTS",
    "NewReport",
    "Part",
    "Report",
    "file_name",
    "number_of",
    "of_customer",
    "one",
    "rendered",
    "write",
]

"""Everything that is stored about a customer, for the customer: to read, and to take along as JSON."""

from services.my_data.reading import MyData, Part, as_json, everything, note_download
from services.my_data.words import column_name, event_name, look_name, section_name

__all__ = [
    "MyData",
    "Part",
    "as_json",
    "column_name",
    "event_name",
    "everything",
    "look_name",
    "note_download",
    "section_name",
]

"""Staff change what is known about a customer: nobody overwrites what another has saved, and what was can come back."""

from services.customer_edit.fields import NEW_ADDRESS, label, names, parts, values
from services.customer_edit.merging import Merged, Open, merge
from services.customer_edit.past import FieldChange, Past, past, restore
from services.customer_edit.saving import Differs, Edit, save

__all__ = [
    "NEW_ADDRESS",
    "Differs",
    "Edit",
    "FieldChange",
    "Merged",
    "Open",
    "Past",
    "label",
    "merge",
    "names",
    "parts",
    "past",
    "restore",
    "save",
    "values",
]

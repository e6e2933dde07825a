"""Text modules: words that are put into a form and finished there, with places for names.

    for module in text_modules.offered(w, Kind.ANSWER, about=topic): ...
    words = text_modules.filled(w, module_id, customer_id=..., case_id=...)

Managers keep the list. `about` is a topic of cases or a reason of contacts; modules without one are offered everywhere.
"""

from services.text_modules.filling import PLACES, filled, places_in_words
from services.text_modules.keeping import Kind, Module, everything, kind_in_words, offered, save

__all__ = [
    "PLACES",
    "Kind",
    "Module",
    "everything",
    "filled",
    "kind_in_words",
    "offered",
    "places_in_words",
    "save",
]

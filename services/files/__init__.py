"""Files that people add and that Rapport makes: taken by what is in them, kept with what they belong to.

    new = files.checked("photo of the lid.jpg", content)      # before the unit of work: it takes time, not the database
    with work(actor) as w:
        files.keep(w, new, Thing.CASE, case_id, visible=True)

`of` lists, `content` hands out, `remove` takes away. A customer reaches what belongs to the own customer and is marked
visible, and what belongs to a product; the team reaches all. Pages use pages/_ui/files.py.
"""

from services.files.checking import LARGEST_PIXELS, NewFile, checked, largest_mb, made
from services.files.keeping import (
    MOST_OF_ONE,
    File,
    Thing,
    content,
    describe,
    keep,
    of,
    of_each,
    pictures_of,
    remove,
    show,
    thumbnails,
)
from services.files.showing import fitted

__all__ = [
    "LARGEST_PIXELS",
    "MOST_OF_ONE",
    "File",
    "NewFile",
    "Thing",
    "checked",
    "content",
    "describe",
    "fitted",
    "keep",
    "largest_mb",
    "made",
    "of",
    "of_each",
    "pictures_of",
    "remove",
    "show",
    "thumbnails",
]

"""A new copy on demand: the file is made here, the processes that run take it or make their own."""

import threading
from collections.abc import Callable
from pathlib import Path

from db.models import Role
from services import audit
from services.columnar import files
from services.columnar.pruning import forget
from services.errors import Unavailable
from services.text import _
from services.work import Actor, work


def rebuild(actor: Actor, watch: Callable[[str, float], None] = lambda _step, _share: None) -> Path:
    """Make the copy anew; `watch` is told the table and the share that is done. Administrators only.

    Running processes notice within seconds; they answer from their old copy until they have a new one. Raises
    Unavailable when no file could be made.
    """
    with work(actor) as w:
        w.require(Role.ADMIN)
        forget(w)
        audit.record(w, "columnar.rebuild", "columnar")
    building = files.Building()
    try:
        building.run(threading.Event(), watch)
    except files.BuildFailed as error:
        raise Unavailable(_("The copy could not be made: {why}").format(why=error)) from error
    return building.file

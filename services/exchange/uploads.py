"""Files for an import that arrive through the browser: kept under names of ours, below the var folder."""

import secrets
from pathlib import Path

from db.models import Role
from services.errors import Invalid
from services.exchange.reading import ENDINGS
from services.exchange.schema import TABLES
from services.settings import settings
from services.text import _
from services.work import Work

ALLOWED = frozenset(f"{table}{ending}" for table in TABLES for ending in ENDINGS)


def store(w: Work, files: list[tuple[str, bytes]]) -> Path:
    """Keep uploaded files in a folder of their own and return it. Administrators only.

    A file must be named like a table of the import schema (`orders.csv.gz`); everything else in its name is dropped.
    Raises Invalid for another name, a name given twice or a file above the limit; nothing is kept then.
    """
    w.require(Role.ADMIN)
    if not files:
        raise Invalid(_("Files"), _("choose at least one file"))
    most = settings().upload_mb * 2**20
    names = [Path(name.replace("\\", "/")).name.lower() for name, _content in files]
    for name, (_given, content) in zip(names, files, strict=True):
        if name not in ALLOWED:
            known = ", ".join(f"{t}.csv" for t in TABLES)
            raise Invalid(_("Files"), _("“{name}” is none of these tables: {known}").format(name=name, known=known))
        if len(content) > most:
            raise Invalid(_("Files"), _("“{name}” is larger than {n} MB").format(name=name, n=settings().upload_mb))
    if len(set(names)) < len(names):
        raise Invalid(_("Files"), _("each table may be given once"))
    folder = settings().var_dir / "imports" / f"upload-{secrets.token_hex(8)}"
    folder.mkdir(parents=True, mode=0o700)
    for name, (_given, content) in zip(names, files, strict=True):
        (folder / name).write_bytes(content)
    return folder

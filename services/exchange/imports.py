"""Import of a folder or of frames in the import schema: in batches, resumable, recorded, undoable.

A row is told from others by (source, id in the source): importing the same twice adds nothing. Every batch is one
transaction with its sums and its progress, so a run that is cut short goes on where it was when it is started again.
"""

import gc
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import text
from sqlmodel import col, update

from db.models import ImportRun, ImportState, Role
from services import access, audit, company
from services.errors import Conflict, Invalid, RapportError, Unavailable
from services.exchange import afterwards, contacts, links, people, reading, report, rows, sales
from services.exchange.distinct import Local
from services.exchange.reading import Raw
from services.exchange.report import Findings, Progress
from services.exchange.rows import Rows, Run, Taker
from services.exchange.schema import TABLES
from services.exchange.undoing import undo
from services.inputs import line
from services.settings import settings
from services.text import _, minor_digits
from services.work import SYSTEM, Actor, Work, work

__all__ = ["Progress", "queue", "run", "run_frames", "run_queued", "undo"]

Watcher = Callable[[Progress], None]
TAKERS: dict[str, Taker] = {
    "staff": people.staff,
    "customers": people.customers,
    "products": sales.products,
    "campaigns": people.campaigns,
    "orders": sales.orders,
    "order_lines": sales.order_lines,
    "payments": sales.payments,
    "interactions": contacts.interactions,
    "surveys": contacts.surveys,
    "web_sessions": contacts.web_sessions,
    "campaign_events": people.campaign_events,
    "faq_articles": contacts.faq_articles,
    "faq_queries": contacts.faq_queries,
    "labels": people.labels,
}
TRIES, PAUSE_S = 3, 0.5
_IMPORT_LOCK = 7_370_001  # any number of our own: imports into one PostgreSQL database take turns batch by batch


@dataclass(frozen=True)
class _Input:
    """A table to take: where its batches come from and its share of the whole work."""

    name: str
    weight: float
    batches: Callable[[], Iterator[Raw]]


@dataclass
class _Tally:
    """The report of a run so far; only what is committed counts."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)

    def plus(self, table: str, found: Findings) -> dict[str, dict[str, int]]:
        """The counts with those of one more batch."""
        both = {**self.counts, table: self.counts.get(table, Counter()) + found.counts}
        return {t: {k: c[k] for k in ("read", "added", "known", "rejected")} for t, c in both.items()}

    def take(self, table: str, found: Findings) -> None:
        self.counts.setdefault(table, Counter()).update(found.counts)
        self.notes.update(found.notes)

    def total(self, what: str) -> int:
        return sum(c[what] for c in self.counts.values())


def source_name(typed: object) -> str:
    """The name of a source as it is kept. Raises Invalid."""
    clean = line(typed, _("Source"), 40)
    if not re.fullmatch(r"[\w][\w .\-]*", clean):
        raise Invalid(_("Source"), _("use letters, digits, blanks, dots, hyphens and underscores"))
    return clean


def run(folder: Path, *, source: str = "import", started_by: Actor, on_progress: Watcher | None = None) -> ImportRun:
    """Import a folder. Returns the finished run; raises Invalid for a folder that cannot be imported at all."""
    inputs = _of_folder(folder)
    with work(started_by) as w:
        made = _begin(w, source, str(folder.resolve()), ImportState.RUNNING)
    return _take_all(made.id, inputs, started_by, on_progress, _ignored(folder, inputs))


def run_frames(
    tables: dict[str, pd.DataFrame | Iterator[pd.DataFrame]],
    *,
    source: str,
    started_by: Actor,
    on_progress: Watcher | None = None,
) -> ImportRun:
    """Import frames in memory, by table name of the schema; an iterator of frames is taken one by one."""
    if unknown := sorted(tables.keys() - TABLES.keys()):
        raise Invalid(_("Tables"), _("unknown: {names}").format(names=", ".join(unknown)))
    inputs = [
        _Input(name, 1.0, lambda name=name: reading.frames(TABLES[name], tables[name]))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        for name in TABLES
        if name in tables
    ]
    with work(started_by) as w:
        made = _begin(w, source, "", ImportState.RUNNING)
    return _take_all(made.id, inputs, started_by, on_progress, [])


def queue(w: Work, folder: Path, source: str) -> ImportRun:
    """Ask for the import of a folder below the var folder; a worker process takes it up. Administrators only."""
    folder = folder.resolve()
    if not folder.is_relative_to(settings().var_dir.resolve()):
        raise Invalid(_("Folder"), _("only uploaded files can be imported here; use the command line for others"))
    _of_folder(folder)
    return _begin(w, source, str(folder), ImportState.QUEUED)


def run_queued(run_id: int) -> ImportRun:
    """Execute a queued import, or go on with one that was cut short. What goes wrong is kept in the run."""
    with work(SYSTEM) as w:
        found = access.import_run(w, run_id)
        if found.state in (ImportState.DONE, ImportState.UNDONE):
            raise Conflict(_("This import is finished already."))
        found.state, found.heartbeat_at, found.error = ImportState.RUNNING, w.now, ""
        w.session.add(found)
        folder, actor = Path(found.folder), replace(SYSTEM, name=found.started_by or SYSTEM.name)
    try:
        inputs = _of_folder(folder)
    except RapportError as error:
        _fail(actor, run_id, error)
        raise
    return _take_all(run_id, inputs, actor, None, _ignored(folder, inputs))


def _of_folder(folder: Path) -> list[_Input]:
    files = reading.tables_in(folder)
    for name, path in files.items():
        reading.header(TABLES[name], path)
    return [
        _Input(name, path.stat().st_size, lambda name=name, path=path: reading.batches(TABLES[name], path))  # type: ignore[misc]  # as above
        for name, path in files.items()
    ]


def _ignored(folder: Path, inputs: list[_Input]) -> list[str]:
    names = {f"{i.name}{ending}" for i in inputs for ending in reading.ENDINGS}
    others = sorted(p.name for p in folder.iterdir() if p.is_file() and p.name not in names)
    return [_("Not part of the import schema and left alone: {names}.").format(names=", ".join(others[:20]))] * bool(
        others
    )


def _begin(w: Work, source: str, folder: str, state: ImportState) -> ImportRun:
    w.require(Role.ADMIN)
    made = ImportRun(
        state=state,
        source=source_name(source),
        folder=folder,
        started_by=w.actor.name,
        created_at=w.now,
        heartbeat_at=w.now,
    )
    w.session.add(made)
    w.session.flush()
    audit.record(w, "import.start", "import_run", made.id, after={"source": made.source, "folder": folder})
    return made


def _take_all(run_id: int, inputs: list[_Input], actor: Actor, watch: Watcher | None, also: list[str]) -> ImportRun:
    tally = _Tally()
    try:
        context = _context(actor, run_id)
        rejects = report.Rejects(_rejects_file(run_id))
        done, whole = 0.0, sum(i.weight for i in inputs) or 1.0
        with _few_collections():
            for given in inputs:
                _take_table(given, context, actor, tally, rejects, watch, (done / whole, given.weight / whole))
                done += given.weight
        tally.notes.update(afterwards.notes(actor, context, {n for n, c in tally.counts.items() if c["added"]}))
        return _finish(actor, context, tally, rejects, also)
    except BaseException as error:
        _fail(actor, run_id, error)
        raise


def _rejects_file(run_id: int) -> Path:
    return settings().var_dir / "imports" / f"run-{run_id}-rejects.csv"


def _context(actor: Actor, run_id: int) -> Run:
    with work(actor) as w:
        stored = w.session.get_one(ImportRun, run_id)
        place = company.read(w.session)
        local = Local(place.zone, minor_digits(place.currency), place.country)
        again = bool(stored.counts)
        return Run(run_id, stored.source, local, place.currency, place.language, resumed=again)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Keep the garbage collector from walking over every list of cells: a fifth of the time of an import.

    What the batches leave behind is collected after each of them (in `_take_table`).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _take_table(
    given: _Input,
    run: Run,
    actor: Actor,
    tally: _Tally,
    rejects: report.Rejects,
    watch: Watcher | None,
    span: tuple[float, float],
) -> None:
    own_links = links.of_table(given.name)
    for raw in given.batches():
        prepared = rows.checked(TABLES[given.name], raw, run.local)
        share = span[0] + span[1] * raw.share
        if own_links:
            own_links.collect(prepared)
        found = _store(given.name, prepared, run, actor, tally, share)
        tally.take(given.name, found)
        rejects.add(found.rejects)
        gc.collect(0)
        if watch:
            sums = {what: tally.total(what) for what in ("read", "added", "known", "rejected")}
            watch(Progress(given.name, **sums, share=share))
    if own_links:
        tally.notes[own_links.note] += own_links.write(actor, run)


def _store(table: str, prepared: Rows, run: Run, actor: Actor, tally: _Tally, share: float) -> Findings:
    """One batch, one transaction; tried again when the database was busy."""
    for attempt in range(1, TRIES + 1):
        batch = rows.copy(prepared)
        try:
            with work(actor) as w:
                if w.dialect == "postgresql":
                    w.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _IMPORT_LOCK})
                if len(batch):
                    TAKERS[table](w, run, batch)
                progress = update(ImportRun).where(col(ImportRun.id) == run.id)
                counts = tally.plus(table, batch.found)
                w.session.execute(progress.values(heartbeat_at=w.now, progress=share, counts=counts))
            return batch.found
        except Unavailable:
            if attempt == TRIES:
                raise
            time.sleep(PAUSE_S * attempt)
    raise AssertionError("unreachable")


def _finish(actor: Actor, run: Run, tally: _Tally, rejects: report.Rejects, also: list[str]) -> ImportRun:
    notes = report.told(tally.notes, {what: tally.total(what) for what in ("added", "known", "rejected")}) + also
    with work(actor) as w:
        done = w.session.get_one(ImportRun, run.id)
        done.state, done.progress, done.finished_at, done.heartbeat_at = ImportState.DONE, 1.0, w.now, w.now
        done.notes, done.rejects_file = notes, str(rejects.file) if rejects.written else None
        done.error = ""
        w.session.add(done)
        audit.record(w, "import.finish", "import_run", run.id, after={"source": run.source, "counts": done.counts})
    return done


def _fail(actor: Actor, run_id: int, error: BaseException) -> None:
    told = str(error) if isinstance(error, RapportError) else _("It was stopped by an unexpected error; see the log.")
    if isinstance(error, KeyboardInterrupt):
        told = _("It was interrupted. Start it again to go on.")
    try:
        with work(actor) as w:
            values: dict[str, Any] = {"state": ImportState.FAILED, "error": told[:1000], "finished_at": w.now}
            if (rejects := _rejects_file(run_id)).exists():
                values["rejects_file"] = str(rejects)
            w.session.execute(update(ImportRun).where(col(ImportRun.id) == run_id).values(**values))
            audit.record(w, "import.fail", "import_run", run_id, reason=told)
    except Unavailable:
        return  # the database is what failed; the run stays "running" without a heartbeat

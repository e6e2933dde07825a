"""Loading the demonstration company (db/demo) into an empty installation, with three sign-ins to try it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from db import demo
from db.models import Customer, ImportRun, ImportState, Person, Role, Setting
from services import clock, company, demo_billing, demo_house, demo_rows, demo_segments, demo_sign_ins, demo_slipping
from services.demo_sign_ins import SignIn
from services.errors import Conflict, Invalid
from services.exchange import imports
from services.exchange.imports import Progress
from services.scores import queueing as scoring
from services.text import _, minor_digits
from services.work import Actor, Work, reading, work

__all__ = ["SOURCE", "DemoSummary", "SignIn", "load"]

SOURCE = "demo"
MOST_SCALE = 1000
_CLAIM = "demonstration"  # key of the setting that lets only one load happen at a time
_STALE = timedelta(minutes=15)
_IMPORT_SHARE = 0.85  # of the whole work, as measured at scale 1 and 100


@dataclass(frozen=True)
class DemoSummary:
    """What was loaded: rows by kind, and who may sign in. The passwords are nowhere else: show them now."""

    counts: dict[str, int]
    sign_ins: list[SignIn]
    import_run_id: int


def load(
    actor: Actor, *, seed: int = 1, scale: int = 1, on_progress: Callable[[Progress], None] | None = None
) -> DemoSummary:
    """Load the company as it is at this moment: 500 customers times `scale`. Administrators only.

    Raises Conflict when there are customers already, or when a load is running; Invalid for a scale that is not one.
    What a load that was cut short has left is removed first; one that fails removes what it has written.
    """
    if not 1 <= scale <= MOST_SCALE:
        raise Invalid(_("Scale"), _("choose a whole number from 1 to {most}").format(most=MOST_SCALE))
    left_over = _claimed(actor)
    try:
        if left_over is not None:
            imports.undo(actor, left_over)
        return _loaded(actor, seed, scale, on_progress or (lambda _progress: None))
    except BaseException:
        _given_up(actor)
        raise


def _loaded(actor: Actor, seed: int, scale: int, watch: Callable[[Progress], None]) -> DemoSummary:
    with reading(actor) as w:
        place = company.read(w.session)
    now = clock.now().astimezone(place.zone)
    made = demo.invented(seed, scale, as_of=now, digits=minor_digits(place.currency))

    def imported(progress: Progress) -> None:
        watch(replace(progress, share=progress.share * _IMPORT_SHARE))

    run = imports.run_frames(dict(made.tables), source=SOURCE, started_by=actor, on_progress=imported)
    counts = {table: count["added"] for table, count in run.counts.items()}
    with work(actor) as w:
        rows = demo_rows.Adding(w, run.id, SOURCE, made, place.zone)
        for i, (kind, add) in enumerate(demo_rows.KINDS.items(), 1):
            counts[kind] = add(rows)
            share = _IMPORT_SHARE + (1 - _IMPORT_SHARE) * i / len(demo_rows.KINDS)
            total = sum(counts.values())
            watch(Progress(kind, read=total, added=total, known=0, rejected=0, share=share))
        people = demo_sign_ins.add(rows, passphrase())
        counts |= demo_house.of_people(rows)
        counts |= demo_billing.of_people(rows)
        counts["segments"] = demo_segments.add(rows)
        counts["promises"] += demo_slipping.add(rows)
        _note(w, "loaded")
        scoring.queue_unless_waiting(w)  # so that the pages of predictions have something to show within a minute
    return DemoSummary(counts, people, run.id)


def passphrase() -> str:
    """Five random words, made anew for each load: more than 10^10 possibilities, and easy to type."""
    return " ".join(secrets.choice(demo.WORDS) for _word in range(5))


def _claimed(actor: Actor) -> int | None:
    """Refuse, or reserve the load for this caller. Returns the import that an earlier try has left unfinished."""
    busy = Conflict(_("The demonstration company is being loaded right now. Please wait until that has ended."))
    try:
        with work(actor) as w:
            w.require(Role.ADMIN)
            claim = w.session.get(Setting, _CLAIM, with_for_update=True)
            state = claim.value["is"] if claim else ""
            if claim and state == "loading" and w.now - claim.updated_at < _STALE:
                raise busy
            left_over = _left_over(w) if state in ("loading", "failed") else None
            _refuse_if_in_use(w, left_over)
            _note(w, "loading")
            return left_over
    except IntegrityError as error:  # two at the very same moment: the key of the setting is there only once
        raise busy from error


def _left_over(w: Work) -> int | None:
    unfinished = select(ImportRun.id).where(ImportRun.source == SOURCE, ImportRun.state != ImportState.UNDONE)
    return w.session.exec(unfinished.order_by(col(ImportRun.id).desc()).limit(1)).first()


def _refuse_if_in_use(w: Work, left_over: int | None) -> None:
    others = select(Customer.id).limit(1)
    if left_over is not None:
        others = others.where(col(Customer.import_run_id).is_distinct_from(left_over))
    if w.session.exec(others).first() is not None:
        raise Conflict(
            _("There are customers here already. The demonstration company needs an installation without customers.")
        )
    taken = w.session.exec(select(Person.email).where(col(Person.email).in_(demo_sign_ins.EMAILS)).limit(1)).first()
    if taken is not None:
        raise Conflict(_("Somebody signs in with {email} already; the demonstration needs it.").format(email=taken))


def _note(w: Work, state: str) -> None:
    row = w.session.get(Setting, _CLAIM) or Setting(key=_CLAIM, value={}, updated_at=w.now)
    row.value, row.updated_at = {"is": state}, w.now
    w.session.add(row)
    w.session.flush()


def _given_up(actor: Actor) -> None:
    """Leave nothing behind: the import is taken back, and another load may begin."""
    with work(actor) as w:
        _note(w, "failed")
        left_over = _left_over(w)
    if left_over is not None:
        imports.undo(actor, left_over)

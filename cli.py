"""The command line of Rapport. Commands are thin: what they do is done by the same services as in the pages."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.test_provider import TestProvider
from db import schema
from db.engine import make_engines
from db.models import Role
from services import backup as backups
from services import columnar as copies
from services import demo, people, rollup_check, second_factor, self_check
from services import work as units
from services.analytics import WORKER_ENVIRONMENT
from services.errors import RapportError
from services.exchange import imports, on_console, reading
from services.exchange.schema import TABLES
from services.settings import ROOT, settings
from services.text import _, number
from services.work import SYSTEM

app = typer.Typer(
    name="rapport",
    help="Rapport, the customer relationship management that a company runs itself. Settings come from the "
    "environment and from .env (see README.md); data lie under var/ unless RAPPORT_DATABASE_URL says otherwise.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
out, err = Console(), Console(stderr=True)


@contextmanager
def database(*, at_head: bool = True) -> Iterator[None]:
    """The database of the settings. An expected refusal becomes one line and exit code 1."""
    settings().var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    units.bind(make_engines(settings().url))
    try:
        if at_head:
            self_check.bring_schema_up()
        yield
    except RapportError as error:
        err.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(1) from error
    finally:
        units.engines().dispose()


@app.command()
def run(
    host: Annotated[str, typer.Option(help="Network address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8501,
    reload: Annotated[bool, typer.Option(help="Follow changes of the program while developing.")] = False,
) -> None:
    """Bring the database to the newest migration and start the server."""
    migrate()
    options = ["--server.address", host, "--server.port", str(port)]
    options += ["--server.fileWatcherType", "auto"] if reload else []
    os.chdir(ROOT)
    out.file.flush()
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", "app.py", *options])  # noqa: S606 - ourselves


@app.command()
def migrate() -> None:
    """Bring the database to the newest migration. Does nothing when it is there already."""
    with database(at_head=False):
        before = schema.current(units.engines().write)
        if before == schema.head():
            out.print(f"The database is at the newest migration ({before}).")
            return
        schema.migrate(units.engines().write)
        out.print(f"The database went from {before or 'empty'} to {schema.head()}.")


@app.command("import", help=(
    "Import a FOLDER of tables, or undo an import.\n\n"
    f"The folder holds any of these tables as .csv, .csv.gz or .parquet: {', '.join(TABLES)}. Their columns are "
    "described in docs/import.md. Times without a zone are those of the company; amounts have a decimal point.\n\n"
    "Importing the same folder twice adds nothing. A row that cannot be taken goes to a file of its own with line, "
    "column and reason; all others go in. An import that was cut short goes on when it is started again.\n\n"
    f"Limits: {reading.MOST_COLUMNS} columns, {number(reading.MOST_LINE_BYTES)} bytes a line, 131,072 a cell, "
    f"20 GB unpacked and {reading.MOST_RATIO} times the size of the packed file."
))  # fmt: skip
def import_(
    folder: Annotated[Path | None, typer.Argument(help="Folder with the tables.", show_default=False)] = None,
    source: Annotated[
        str, typer.Option(help="Name of the system the data come from; by default the name of the folder.")
    ] = "",
    undo: Annotated[int, typer.Option(help="Number of an import to take back.", show_default=False)] = 0,
) -> None:
    with database():
        if undo:
            done = imports.undo(SYSTEM, undo)
            out.print(f"Import {done.id} ({done.source}) is undone: its rows are gone.")
        elif folder is None:
            raise typer.BadParameter(_("name a folder, or an import to undo"))
        else:
            _import_with_progress(folder, source or on_console.source_of(folder))


def _import_with_progress(folder: Path, source: str) -> None:
    started = time.perf_counter()
    with on_console.watched(err) as show:
        run = imports.run(folder, source=source, started_by=SYSTEM, on_progress=show)
    on_console.result(out, run, time.perf_counter() - started)


@app.command("demo")
def demo_(
    scale: Annotated[int, typer.Option(help="Times 500 customers; 100 is for benchmarks.")] = 1,
    seed: Annotated[int, typer.Option(help="Another number invents another company.")] = 1,
) -> None:
    """Load the demonstration company into an installation without customers, and print its three sign-ins."""
    with database(), on_console.watched(err) as show:
        summary = demo.load(SYSTEM, seed=seed, scale=scale, on_progress=show)
    table = Table("Kind", "Rows", title="The demonstration company")
    table.columns[1].justify = "right"
    for kind, rows in summary.counts.items():
        table.add_row(kind, number(rows))
    out.print(table)
    out.print("Sign in as (the pass phrase was made for this load and is shown only now):")
    for person in summary.sign_ins:
        out.print(f"  {person.role:<10}{person.email:<24}{person.password}", markup=False, highlight=False)


@app.command("import-queued", hidden=True)
def import_queued(run_id: int) -> None:
    """Execute an import that was asked for in the browser (the server starts this)."""
    with database():
        imports.run_queued(run_id)


@app.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="File to write; by default a new one in var/backups.", show_default=False)
    ] = None,
) -> None:
    """Write the database, files that people added included, to one file, while people work. Secrets are not in it."""
    with database(), err.status("Copying ..."):
        made = backups.make(SYSTEM, file)
    rows = number(sum(made.manifest.counts.values()))
    out.print(f"{made.file}: {rows} rows, {number(made.size / 2**20, 1)} MB", soft_wrap=True, highlight=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file written by `backup`.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Overwrite the data that are here (they are saved first).")
    ] = False,
) -> None:
    """Put a backup in the place of this installation's data. Stop the server before, and start it afterwards."""
    with database(at_head=False), err.status("Restoring ..."):
        manifest = backups.restore(SYSTEM, file, overwrite=yes)
    rows = number(sum(manifest.counts.values()))
    out.print(f"Restored {rows} rows as they were at {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC.")


@app.command("score")
def score_() -> None:
    """Fit and score all customers now, and put the figures in force. The worker does so every night by itself."""
    os.environ.update(WORKER_ENVIRONMENT)
    from services.hints import looking  # noqa: PLC0415 - after the line above, and only for who pays four seconds
    from services.scores import running  # noqa: PLC0415 - as above

    with database(), err.status("Scoring ..."):
        run = running.now(SYSTEM)
        looking.look()
    told = f"Run {run.id} is {run.state}: {number(run.customers)} customers scored as of {run.as_of}."
    out.print(told, markup=False, highlight=False)


@app.command("score-queued", hidden=True)
def score_queued(run_id: int, claim: str) -> None:
    """Carry out a scoring run that a worker has claimed (the server starts this)."""
    from services.hints import looking  # noqa: PLC0415 - as above
    from services.scores import queueing, running  # noqa: PLC0415 - as above

    os.nice(10)
    with database():
        try:
            running.run(queueing.Claim(run_id, claim))
        finally:
            looking.look()  # rests on no model, so it is done whatever became of the run


columnar = typer.Typer(help="The columnar copy that analytical questions are answered from.", no_args_is_help=True)
app.add_typer(columnar, name="columnar")


@columnar.command("rebuild")
def columnar_rebuild() -> None:
    """Make the copy anew. Running servers take it, or make their own, within seconds and without a pause."""
    columns = (SpinnerColumn(), TextColumn("{task.description:<12}"), BarColumn(), TimeElapsedColumn())
    started = time.perf_counter()
    with database(), Progress(*columns, console=err) as bar:
        task = bar.add_task("", total=1.0)
        made = copies.rebuild(SYSTEM, lambda step, share: bar.update(task, completed=share, description=step))
    size, seconds = number(made.stat().st_size / 2**20, 1), time.perf_counter() - started
    out.print(f"{made}: {size} MB in {seconds:.1f} s", soft_wrap=True, highlight=False)


@app.command("test-payment-provider")
def run_test_payment_provider(
    port: Annotated[int, typer.Option(help="Where it listens on this machine.")] = 8590,
) -> None:
    """Run the payment provider for trying out. No money moves; it starts only where the settings name it."""
    chosen = settings()
    if chosen.payment_provider != "test" or not chosen.payment_provider_secret:
        err.print("Set RAPPORT_PAYMENT_PROVIDER=test and RAPPORT_PAYMENT_PROVIDER_SECRET first.", style="red")
        raise typer.Exit(1)
    hook = f"{chosen.public_url.rstrip('/')}/hooks/payment/test"
    made = TestProvider(f"http://127.0.0.1:{port}", hook, chosen.payment_provider_secret)
    uvicorn.run(made.app(), host="127.0.0.1", port=port, log_level="warning")


users = typer.Typer(help="Who may sign in.", no_args_is_help=True)
app.add_typer(users, name="user")


@users.command("add")
def user_add(
    email: Annotated[str, typer.Argument(help="E-mail address to sign in with.")],
    name: Annotated[str, typer.Option(help="Name as colleagues see it.")],
    role: Annotated[Role, typer.Option(help="staff, manager or admin; customers register themselves.")] = Role.STAFF,
) -> None:
    """Add somebody to the team. Prints a generated pass phrase once; the person changes it after signing in."""
    with database(), units.work(SYSTEM) as w:
        person = people.add(w, name, email, role)
        secret = people.one_time_password(w, person.id)
    out.print(f"{email} may sign in as {role} with: {secret}", markup=False, highlight=False, soft_wrap=True)


@users.command("disable")
def user_disable(email: Annotated[str, typer.Argument(help="E-mail address of the person.")]) -> None:
    """Sign somebody out everywhere and for good; open tabs end within a second."""
    with database(), units.work(SYSTEM) as w:
        people.disable(w, people.by_email(w, email).id)
    out.print(f"{email} is disabled.", markup=False, highlight=False)


@users.command("reset")
def user_reset(email: Annotated[str, typer.Argument(help="E-mail address of the person.")]) -> None:
    """Give somebody a new generated pass phrase and sign all browsers out, for when no mail can be received."""
    with database(), units.work(SYSTEM) as w:
        secret = people.one_time_password(w, people.by_email(w, email).id)
    out.print(f"{email} may sign in with: {secret}", markup=False, highlight=False, soft_wrap=True)


@users.command("remove-second-factor")
def user_remove_second_factor(email: Annotated[str, typer.Argument(help="E-mail address of the person.")]) -> None:
    """Let somebody who lost phone and recovery codes sign in with the password alone; all browsers are signed out."""
    with database(), units.work(SYSTEM) as w:
        second_factor.reset(w, email, _("on the command line"))
    out.print(f"{email} signs in with the password alone.", markup=False, highlight=False)


@app.command()
def check() -> None:
    """Is this installation fit to run? One line per question; exit code 1 when it is not."""
    with database(at_head=False):
        findings = self_check.findings()
        if all(f.good for f in findings if f.line.startswith(("schema", "database"))):
            with units.reading(SYSTEM) as w:
                wrong = rollup_check.mismatches(w)
            line = f"{len(wrong)} differ from their rows; first: {wrong[0]}" if wrong else "equal their rows"
            findings.append(self_check.Finding(f"sums: {line}", good=not wrong))
    for finding in findings:
        mark = "ok " if finding.good else "BAD" if finding.fatal else "?? "
        out.print(f"{mark} {finding.line}", style=None if finding.good else "red", markup=False, highlight=False)
    if not all(f.good or not f.fatal for f in findings):
        raise typer.Exit(1)


if __name__ == "__main__":
    app()

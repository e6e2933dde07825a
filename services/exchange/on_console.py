"""An import as the command line tells it: a name for its source, how far it is, and what came of it."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from db.models import ImportRun
from services.exchange import imports
from services.text import number


def source_of(folder: Path) -> str:
    """A name for the source of a folder: its own, or that of the folder above when its own says nothing."""
    path = folder.resolve()
    name = path.parent.name if path.name in ("neutral", "data", "export", "csv") else path.name
    return re.sub(r"[^\w .\-]+", "-", name).strip(" .-")[:40] or "import"


@contextmanager
def watched(console: Console) -> Iterator[Callable[[imports.Progress], None]]:
    """A progress bar for an import; what is yielded takes its reports."""
    started = time.perf_counter()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<18}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[speed]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("reading", total=1.0, speed="")

        def show(progress: imports.Progress) -> None:
            seconds = time.perf_counter() - started
            speed = f"{number(progress.read / max(seconds, 0.001))} rows/s"
            bar.update(task, completed=progress.share, description=progress.table, speed=speed)

        yield show
        bar.update(task, completed=1.0)


def result(console: Console, run: ImportRun, seconds: float) -> None:
    """What came in and what did not, by table, with the speed and the way back."""
    table = Table(title=f"Import {run.id} of {run.source}")
    table.add_column("Table")
    for heading in ("Read", "Added", "Already here", "Left out"):
        table.add_column(heading, justify="right")
    names = ("read", "added", "known", "rejected")
    for name, counts in run.counts.items():
        table.add_row(name, *(number(counts[key]) for key in names))
    sums = {key: sum(c[key] for c in run.counts.values()) for key in names}
    table.add_section()
    table.add_row("all", *(number(sums[key]) for key in names))
    console.print(table)
    for note in run.notes:
        console.print(f"- {note}", markup=False, highlight=False)
    if run.rejects_file:
        console.print("What was left out, with line and reason:", run.rejects_file, soft_wrap=True, highlight=False)
    speed = number(sums["read"] / max(seconds, 0.001))
    told = f"{number(sums['read'])} rows in {seconds:.1f} s ({speed} rows/s). Undo: cli.py import --undo {run.id}"
    console.print(told)

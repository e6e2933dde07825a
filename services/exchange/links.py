"""Rows of one table that name each other: who leads whom, which order returns which. Set when the table is complete."""

from dataclasses import dataclass, field

import numpy as np
from sqlmodel import SQLModel

from db.models import Order, StaffMember
from services.exchange import writing
from services.exchange.rows import Rows, Run, looked_up
from services.work import Actor, work

CHUNK = 10_000


@dataclass
class Links:
    """Pairs of (row, row it names) of one table, by their ids in the source. Few rows have any."""

    model: type[SQLModel]
    column: str  # of the model
    cell: str  # of the file
    note: str  # what to say of rows that name nothing that is here
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def collect(self, rows: Rows) -> None:
        """Remember what the rows of a batch name."""
        given = rows.given(self.cell)
        keys = rows[rows.table.key[0]][given]
        self.pairs += zip(keys.tolist(), rows[self.cell][given].tolist(), strict=True)

    def write(self, actor: Actor, run: Run) -> int:
        """Set the links that are not set yet, also those a run that was cut short left out. Returns the dead ones."""
        dead = 0
        for start in range(0, len(self.pairs), CHUNK):
            children, parents = map(list, zip(*self.pairs[start : start + CHUNK], strict=True))
            with work(actor) as w:
                asked = np.array([*parents, *(p[:-2] for p in parents if p.endswith(".0"))], dtype=object)
                here = {k: v[0] for k, v in writing.ids(w, self.model, run.source, asked).items()}
                found = looked_up(np.array(parents, dtype=object), here)
                own = writing.ids(w, self.model, run.source, np.array(children, dtype=object), self.column)
                dead += sum(parent is None for parent in found)
                todo = {
                    own[child][0]: parent
                    for child, parent in zip(children, found, strict=True)
                    if parent is not None and child in own and own[child][1] is None
                }
                writing.change(w, self.model, list(todo), {"parent": list(todo.values())}, f"{self.column} = v.parent")
        return dead


def of_table(name: str) -> Links | None:
    """The links within a table of the schema, if it has any."""
    if name == "staff":
        return Links(StaffMember, "manager_id", "manager_id", "staff unknown")
    if name == "orders":
        return Links(Order, "returns_order_id", "returns_order_id", "return unknown")
    return None

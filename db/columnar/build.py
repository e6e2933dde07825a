"""A new file of the columnar copy, made in a process of its own: `python -m db.columnar.build`.

Standard input: one JSON object with url, file, as_of, memory, threads, spill. Standard output: a line per step, its
share and its table. The file gets its name when it is whole; what was cut off is left as `.part` and swept later.
"""

import json
import sys
from pathlib import Path
from typing import TextIO

from db.columnar import fill, source
from db.columnar.copy import Limits, connect, remove

PART = ".part"


def build(order: dict[str, str], out: TextIO) -> None:
    """Make the file that `order` names."""
    file = Path(order["file"])
    part = file.with_name(file.name + PART)
    remove(part)
    part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    con = connect(part, Limits(order["memory"], int(order["threads"]), Path(order["spill"])))
    part.chmod(0o600)

    def watch(table: str, share: float) -> None:
        print(f"{share:.3f} {table}", file=out, flush=True)

    with source.adbc(order["url"]) as primary:
        fill.whole(con, primary, order["as_of"], watch)
    con.execute("CHECKPOINT")
    con.close()
    part.replace(file)


if __name__ == "__main__":
    build(json.load(sys.stdin), sys.stdout)

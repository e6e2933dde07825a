"""All measurements in turn: `make bench`. Half an hour on a machine that has nothing else to do."""

import subprocess
import sys

PARTS = (
    "import_speed",
    "orders",
    "search",
    "timeline",
    "analytics",
    "copy_questions",
    "change_log",
    "start_up",
    "pages",
)


def main() -> None:
    """Each part in a process of its own, so that none inherits another's memory."""
    for part in PARTS:
        print(f"\n## {part}\n", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{part}"], check=True)


if __name__ == "__main__":
    main()

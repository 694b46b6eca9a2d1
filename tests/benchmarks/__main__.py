"""`make bench`: every benchmark of this folder, one line a figure with its goal. Ratios are measured in one run."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Run the benchmarks named on the command line, or all."""
    here = Path(__file__).parent
    wanted = sys.argv[1:] or sorted(path.stem.removeprefix("bench_") for path in here.glob("bench_*.py"))
    for name in wanted:
        for row in importlib.import_module(f"tests.benchmarks.bench_{name}").run():
            goal = f"goal {row['goal']}" if row["goal"] else ""
            print(f"{row['name']:<62} {row['value']:>9} {row['unit']:<8} {goal}", flush=True)


if __name__ == "__main__":
    main()

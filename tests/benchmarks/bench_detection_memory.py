"""How much memory searching a folder takes in the terminal: after 200 pages over after 20, for a bound and no heap."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil

from core.engines.drawing.picture import encode, shrink
from tests.pages.make_pages import make

PAGES, EARLY = 200, 20
KINDS = 8
SEED = 7
EDGE = 900  # small pages: what piles up does so a page, and not a pixel
_PAGE = re.compile(r": \d+ object")


def run() -> list[dict[str, Any]]:
    """Return the ratio of the resident memory of `throughline detect` late and early, and both in MB."""
    with tempfile.TemporaryDirectory(prefix="throughline-memory-") as name:
        folder = Path(name) / "pages"
        folder.mkdir()
        drawn = [encode(shrink(make(SEED, number, 2)[0], EDGE)) for number in range(KINDS)]
        for number in range(PAGES):
            (folder / f"page-{number:03}.png").write_bytes(drawn[number % KINDS])
        early, late = _resident(folder, Path(name) / "home")
    return [
        {"name": f"detect, memory after {PAGES} pages over after {EARLY}", "value": round(late / early, 3),
         "unit": "ratio", "goal": "<= 1.1"},
        {"name": f"detect, memory after {EARLY} pages", "value": round(early), "unit": "MB", "goal": ""},
        {"name": f"detect, memory after {PAGES} pages", "value": round(late), "unit": "MB", "goal": ""},
    ]  # fmt: skip


def _resident(folder: Path, home: Path) -> tuple[float, float]:
    """Return how much memory (MB) the command holds after the early pages and near its end, each the most of a few."""
    command = [sys.executable, "-m", "core", "detect", str(folder), "--engine", "draft"]
    environment = {"THROUGHLINE_HOME": str(home), "PYTHONUNBUFFERED": "1", "PATH": "/usr/bin:/bin"}
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env=environment) as process:
        assert process.stdout is not None
        ours = psutil.Process(process.pid)
        seen: list[float] = []
        for line in process.stdout:
            if _PAGE.search(line):
                seen.append(ours.memory_info().rss / 1e6)
    assert process.returncode == 0
    assert len(seen) == PAGES
    return max(seen[EARLY - KINDS : EARLY]), max(seen[-KINDS:])

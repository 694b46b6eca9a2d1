"""What a long book costs in a real Chromium: a rerun of its page with 500 pages over one with 10."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser

from core.models.asset import Kind, Recipe, Result
from core.models.region import Box, Detection, Region
from tests.benchmarks.bench_studio import RERUN
from tests.browser.harness import StudioServer, Visits, chromium, wait_idle
from tests.samples import png

RERUNS = 9


def run() -> list[dict[str, Any]]:
    """Return the ratio of the medians, and the longer one in milliseconds."""
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        few, many = (_rerun(browser, Path(name), count) for count in (10, 500))
    return [
        {"name": "rerun of a book of 500 pages over one of 10", "value": round(many / few, 2), "unit": "ratio",
         "goal": "<= 2"},
        {"name": "rerun of a book of 500 pages", "value": round(many), "unit": "ms", "goal": ""},
    ]  # fmt: skip


def _rerun(browser: Browser, folder: Path, count: int) -> float:
    """Return the median time in milliseconds from a click beside the plates to the end of the page's rerun."""
    visits = Visits(browser)
    with StudioServer(folder / f"pages{count}") as server:
        workspace = server.studio().workspace(server.home / "projects" / "book", "Book")
        for number in range(count):
            workspace.save(Recipe(kind=Kind.PAGE), Result(), png(number, (60, 40)), f"page-{number:03}")
        first = workspace.get("page-000")
        regions = tuple(
            Region(id=f"r{at}", box=Box(ymin=at * 100, xmin=100, ymax=at * 100 + 80, xmax=900)) for at in range(1, 6)
        )
        workspace.detections.save(Detection(number=1, page=first.id, digest=first.digest, regions=regions))
        page = visits(server, f"/book_pages?project={workspace.uuid}")
        more = page.locator('.st-key-plates-cut [data-testid="stNumberInputStepUp"]')
        times = []
        for _ in range(RERUNS):
            times.append(float(more.evaluate(RERUN)))
            wait_idle(page)
        visits.end()
    return median(times)

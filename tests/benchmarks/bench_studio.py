"""What the studio costs in a real Chromium: its first page, a board that grows, and the server's memory."""

from __future__ import annotations

import os
import tempfile
import urllib.request
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from PIL import Image
from playwright.sync_api import Browser, Page

from core.models.asset import Kind, Recipe, Result
from core.settings import EngineChoice, load_settings
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.orders import Order
from core.studio.runner import Runner
from core.studio.runs import run_story
from tests.browser.harness import StudioServer, Visits, chromium, wait_idle
from tests.standin import StandIn
from tests.terminal.harness import write_story

ROUNDS = 5
RERUNS = 7
VIEWS, WARM_UP_VIEWS = 200, 20
EDGE = 4096
BARE = 'import streamlit as st\n\nst.title("Bare")\nst.text("Nothing else.")\n'
RERUN = """toggle => new Promise(done => {
  const app = document.querySelector('[data-testid="stApp"]');
  const began = performance.now();
  let ran = false;
  new MutationObserver((_, observer) => {
    if (app.getAttribute('data-test-script-state') !== 'notRunning') ran = true;
    else if (ran) { observer.disconnect(); done(performance.now() - began); }
  }).observe(app, {attributes: true});
  toggle.click();
})"""


def run() -> list[dict[str, Any]]:
    """Return the ratio of first pages, the ratio of boards, and the server's growth."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stories = {count: _story(folder / f"board{count}", count) for count in (10, 100)}
        with chromium() as browser:
            bare, ours = _first_pages(browser, folder)
            reruns = {count: _rerun(browser, home) for count, home in stories.items()}
            growth = _growth(browser, folder / "views")
    return [
        _row("first page's time to content over a bare Streamlit page", round(ours / bare, 2), "ratio", "<= 1.6"),
        _row("first page's time to content", round(ours), "ms", ""),
        _row("rerun of a board of 100 scenes over one of 10", round(reruns[100] / reruns[10], 2), "ratio", "<= 2"),
        _row("rerun of a board of 100 scenes", round(reruns[100]), "ms", ""),
        _row(f"server memory over {VIEWS} views of 4096x4096 images", round(growth, 1), "MiB", "< 50"),
    ]


def _row(name: str, value: float, unit: str, goal: str) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "goal": goal}


def _first_pages(browser: Browser, folder: Path) -> tuple[float, float]:
    """Return the medians in milliseconds: a bare page's and ours, each the first one of a fresh server, by turns."""
    script = folder / "bare" / "bare.py"
    script.parent.mkdir()
    script.write_text(BARE, encoding="utf-8")
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        servers = (
            StudioServer(folder / f"bare{number}", script=script),
            StudioServer(folder / f"ours{number}"),
        )
        for measured, server in zip(times, servers, strict=True):
            with server:
                measured.append(_time_to_content(browser, server))
    return median(times[0]), median(times[1])


def _time_to_content(browser: Browser, server: StudioServer) -> float:
    page = browser.new_page()
    page.goto(server.url, wait_until="commit")
    page.wait_for_selector("h1")
    elapsed = float(page.evaluate("performance.now()"))
    page.close()
    return elapsed


def _story(folder: Path, scenes: int) -> Path:
    """Make a story of so many scenes, each from the one before, and return the folder of its home."""
    steps = {"hero": ["archive"], **{f"scene{n}": ["hero", f"scene{n - 1}" if n else "archive"] for n in range(scenes)}}
    with StandIn() as service:
        studio = Studio(
            load_settings(
                THROUGHLINE_HOME=str(folder / "home"), GEMINI_API_KEY=service.key, GOOGLE_GEMINI_BASE_URL=service.url
            )
        )
        order = Order(write_story(folder, steps), folder / "home" / "projects" / "board", EngineChoice.GEMINI)
        report = run_story(studio, order)
        assert report.is_complete
        assert Runner.current is not None
        Runner.current.close()
        studio.close()
    return folder


def _rerun(browser: Browser, folder: Path) -> float:
    """Return the median time in milliseconds from a click on the page to the end of its rerun."""
    visits = Visits(browser)
    with StudioServer(folder) as server:
        project = server.projects()[0]
        page = visits(server, f"/scene_sequencer?project={project.uuid}")
        toggle = page.get_by_role("switch").or_(page.get_by_role("checkbox")).first
        times = []
        for _ in range(RERUNS):
            times.append(float(toggle.evaluate(RERUN)))
            wait_idle(page)
        visits.end()
    return median(times)


def _growth(browser: Browser, folder: Path) -> float:
    """Return by how many MiB the server grew from the first views of a 4K project to the last."""
    visits = Visits(browser)
    with StudioServer(folder) as server:
        project = _heavy_project(server)
        page = visits(server, f"/lineage?project={project.uuid}")
        process = psutil.Process(server.process.pid) if server.process else psutil.Process()
        before = min(_size_after_view(process, page, server, project) for _ in range(WARM_UP_VIEWS))
        for _ in range(VIEWS):
            _view(page, server, project)
        grown = process.memory_info().rss - before
        visits.end()
    return grown / 2**20


def _size_after_view(process: psutil.Process, page: Page, server: StudioServer, project: Workspace) -> int:
    _view(page, server, project)
    return int(process.memory_info().rss)


def _heavy_project(server: StudioServer) -> Workspace:
    workspace = server.studio().workspace(server.home / "projects" / "heavy")
    path = server.folder / "heavy.png"
    for number in range(4):
        grain = Image.effect_noise((EDGE, EDGE), 12 + number)
        Image.merge("RGB", (grain, Image.linear_gradient("L").resize((EDGE, EDGE)), grain)).save(path, compress_level=1)
        recipe = Recipe(kind=Kind.ARCHIVE, name=f"heavy{number}")
        workspace.save(recipe, Result(), path.read_bytes(), f"heavy{number}")
    return workspace


def _view(page: Page, server: StudioServer, project: Workspace) -> None:
    """Load the page anew, and every picture's original as the zoom does."""
    page.reload(wait_until="commit")
    page.wait_for_selector("h1")
    wait_idle(page)
    for asset in project.assets():
        with urllib.request.urlopen(server.url + _original_url(server, project, asset)) as answer:
            while answer.read(1 << 20):
                pass


def _original_url(server: StudioServer, project: Workspace, asset: Any) -> str:
    # signs with the secret of the server's home, as the server does
    os.environ["THROUGHLINE_HOME"] = str(server.home)
    from core.ui.pictures import ORIGINAL, picture_url

    return picture_url(project, asset, ORIGINAL)

"""Runs killed again and again: only whole files, index = files, and nothing finished is paid for twice."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

from core.images import verify
from core.settings import load_settings
from core.studio.context import Studio
from tests.standin import StandIn
from tests.terminal.harness import Terminal, wait_until, write_story

KILLS = 200 if os.environ.get("THROUGHLINE_SOAK") else 20
CALLS_A_LIFE = 3


def test_a_run_killed_again_and_again_ends_whole(tmp_path: Path) -> None:
    """However often a run is killed, it ends complete, and a step whose image was saved is never asked for again."""
    chance = random.Random(7)
    steps = _ladder(KILLS * CALLS_A_LIFE + 4)
    with StandIn(delay=0.02) as server:
        terminal = Terminal(tmp_path, server)
        story = write_story(tmp_path, steps)
        assets = tmp_path / "p" / "assets"
        settled: dict[str, int] = {}
        for _ in range(KILLS):
            _live_and_die(terminal, server, story, chance)
            asked = Counter(_step(request.prompt) for request in server.requests)
            saved = {path.stem for path in assets.glob("[!.]*.png")} & asked.keys()
            assert {step: asked[step] for step in settled} == settled, "a finished step was asked for again"
            settled = {step: asked[step] for step in saved}
        said = terminal.run("story", "run", story, "--project", "p", "--json", timeout=600)
    assert said.code == 0
    assert set(steps) == {_step(request.prompt) for request in server.requests}
    _is_whole(tmp_path, assets, {"archive", *steps})


def _ladder(count: int) -> dict[str, list[str]]:
    """Two steps side by side, the next two from them, and so on."""
    steps: dict[str, list[str]] = {"s0": ["archive"]}
    for number in range(1, count):
        steps[f"s{number}"] = [f"s{max(0, number - 2)}"]
    return steps


def _live_and_die(terminal: Terminal, server: StandIn, story: Path, chance: random.Random) -> None:
    before = len(server.requests)
    process = terminal.start("story", "run", story, "--project", "p", "--json")
    wait_until(lambda: len(server.requests) > before or process.poll() is not None, "a call", 60)
    wait_until(lambda: len(server.requests) >= before + chance.randint(1, CALLS_A_LIFE) or process.poll(), "calls")
    try:
        process.wait(chance.uniform(0, 0.08))
    except Exception:
        process.kill()
    process.communicate()


def _step(prompt: str) -> str:
    return prompt.rsplit("Scene: ", 1)[1].rstrip(".")


def _is_whole(folder: Path, assets: Path, expected: set[str]) -> None:
    for path in assets.glob("[!.]*.png"):
        verify(path.read_bytes())
    studio = Studio(load_settings(THROUGHLINE_HOME=str(folder / "home")))
    workspace = studio.workspace(folder / "p")
    assert {asset.id for asset in workspace.assets()} == {path.stem for path in assets.glob("[!.]*.png")}
    assert {asset.recipe.step or asset.id for asset in workspace.assets()} == expected
    assert len(workspace.assets()) == len(expected)

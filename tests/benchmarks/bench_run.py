"""Makespan of a 9-step story (two branches, longest path 6) at one second a call, over that path."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.standin import StandIn
from tests.terminal.harness import Terminal, write_story

SECONDS_A_CALL = 1.0
LONGEST_PATH = 6


def run() -> list[dict[str, Any]]:
    """Return the makespan over the longest path, as the terminal command reports it."""
    with tempfile.TemporaryDirectory() as folder, StandIn(delay=SECONDS_A_CALL) as server:
        terminal = Terminal(Path(folder), server)
        said = terminal.run("story", "run", write_story(Path(folder)), "--project", "p", "--json", is_cold=True)
    seconds = said.document["seconds"]
    ratio = seconds / (LONGEST_PATH * SECONDS_A_CALL)
    return [
        {"name": "makespan of 9 steps over their longest path of 6", "value": round(ratio, 3), "unit": "ratio",
         "goal": "<= 1.08"},
        {"name": "makespan of 9 steps at 1 s a call", "value": seconds, "unit": "s", "goal": ""},
    ]  # fmt: skip

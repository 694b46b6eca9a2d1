"""The `throughline` command as a person runs it: a process of its own, in a folder of its own.

It is forked from a process that has loaded its libraries: hundreds of cold starts are minutes. `cold` is a real one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from tests.forked import ForkedCommand
from tests.standin import StandIn

ROOT = Path(__file__).parents[2]
BRANCHES = {
    "robot": ["archive"],
    "mountains": ["robot"],
    "valley": ["robot", "mountains"],
    "forest": ["robot", "valley"],
    "clearing": ["robot", "forest"],
    "ascension": ["robot", "mountains"],
    "summit": ["robot", "ascension"],
    "bridge": ["robot", "summit"],
    "hammock": ["robot", "bridge"],
}


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def statuses(self) -> dict[str, str]:
        """step -> status of a run."""
        return {step["id"]: step["status"] for step in self.document["steps"]}


class Terminal:
    """Runs commands in `folder` with a home beside it; with a stand-in, the gemini engine is configured."""

    def __init__(self, folder: Path, server: StandIn | None = None) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.env = {
            **os.environ,
            "THROUGHLINE_HOME": str(self.home),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'guard'}",
        }
        if server is not None:
            self.env |= {"GEMINI_API_KEY": server.key, "GOOGLE_GEMINI_BASE_URL": server.url}

    def run(self, *words: str | Path, timeout: float = 120, is_cold: bool = False) -> Said:
        """Run a command to its end."""
        process = self.cold(*words) if is_cold else self.start(*words)
        out, err = process.communicate(timeout=timeout)
        return Said(process.returncode, out, err)

    def start(self, *words: str | Path) -> ForkedCommand:
        """Start a command and return its process."""
        return ForkedCommand([str(word) for word in words], self.folder, self.env)

    def cold(self, *words: str | Path) -> subprocess.Popen[str]:
        """Start a command as a person's shell does and return its process."""
        command = [sys.executable, "-m", "core", *(str(word) for word in words)]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the ledger's rows."""
        from core.store.ledger import Ledger

        return Ledger(self.home).rows()


def write_story(
    folder: Path, steps: dict[str, list[str]] | None = None, prompts: dict[str, str] | None = None, name: str = "story"
) -> Path:
    """Write a story of steps (id -> sources) with its archive picture and return the story's path."""
    steps = BRANCHES if steps is None else steps
    picture = folder / "archive.png"
    if not picture.exists():
        folder.mkdir(parents=True, exist_ok=True)
        Image.linear_gradient("L").convert("RGB").resize((320, 240)).save(picture)
    lines = ["title: A journey", 'defaults: {aspect_ratio: "16:9", image_size: 1K}', "sources: {archive: archive.png}"]
    lines.append("steps:")
    for step, sources in steps.items():
        kind = "character_sheet" if sources == ["archive"] else "scene"
        prompt = (prompts or {}).get(step, f"- Scene: {step}.")
        lines += [f"  - id: {step}", f"    kind: {kind}", f"    from: [{', '.join(sources)}]", "    prompt: |-"]
        lines += [f"      {line}" for line in prompt.splitlines()]
    path = folder / f"{name}.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def wait_until(is_true: Callable[[], Any], what: str, seconds: float = 30.0) -> None:
    """Wait for something to become true, or fail saying what did not happen."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)

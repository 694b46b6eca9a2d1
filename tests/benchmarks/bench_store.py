"""What storing costs: a 4096x4096 PNG with its recipe, fsync included, over saving the same pixels with Pillow."""

from __future__ import annotations

import io
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image

from core.models.asset import EngineName, Kind, Recipe, Result
from core.settings import load_settings
from core.studio.context import Studio

ROUNDS = 5
EDGE = 4096


def run() -> list[dict[str, Any]]:
    """Return the ratio of the medians, and both medians in milliseconds."""
    image = _picture()
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    with tempfile.TemporaryDirectory() as folder:
        ours = _median([_stored(Path(folder), number, buffer.getvalue()) for number in range(ROUNDS)])
        pillow = _median([_saved(Path(folder), image) for _ in range(2)])
    return [
        {"name": "storing a 4096x4096 PNG over Pillow saving it", "value": round(ours / pillow, 3), "unit": "ratio",
         "goal": "<= 0.05"},
        {"name": f"storing a 4096x4096 PNG of {len(buffer.getvalue()) >> 20} MiB", "value": round(ours * 1000),
         "unit": "ms", "goal": ""},
    ]  # fmt: skip


def _picture() -> Image.Image:
    """A picture that compresses like a rendered one: a gradient with grain."""
    grain = Image.effect_noise((EDGE, EDGE), 12)
    ramp = Image.linear_gradient("L").resize((EDGE, EDGE))
    return Image.merge("RGB", (Image.blend(grain, ramp, 0.7), ramp, grain))


def _stored(folder: Path, number: int, data: bytes) -> float:
    studio = Studio(load_settings(THROUGHLINE_HOME=str(folder / "home")))
    workspace = studio.workspace(folder / "project")
    recipe = Recipe(kind=Kind.SCENE, prompt="p", composed=f"p {number}", engine=EngineName.GEMINI)
    started = time.perf_counter()
    workspace.save(recipe, Result(), data, "scene")
    return time.perf_counter() - started


def _saved(folder: Path, image: Image.Image) -> float:
    started = time.perf_counter()
    image.save(folder / "pillow.png")
    return time.perf_counter() - started


def _median(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]

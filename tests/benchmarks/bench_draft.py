"""How long a 1376x768 draft takes, beside Pillow merely decoding its references and encoding a PNG of its size."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

from PIL import Image

from core.engines.base import GenerationRequest, Reference
from core.engines.drawing.drafting import draw
from core.engines.drawing.picture import encode
from core.models.asset import GenerationSettings, Kind, Role
from core.models.catalog import load_catalog
from core.studio.sample.archive import draw_archive

ROUNDS = 5
GOAL_SECONDS = 0.5


def run() -> list[dict[str, Any]]:
    """Return the best of five for a scene with sheet and previous scene, and its ratio to Pillow's bare minimum."""
    archive = encode(draw_archive())
    sheet = _draw(Kind.CHARACTER_SHEET, "", (_reference(archive, Role.ARCHIVE, Kind.ARCHIVE),))
    character = _reference(sheet, Role.CHARACTER, Kind.CHARACTER_SHEET)
    before = _reference(_draw(Kind.SCENE, "dawn in a valley", (character,)), Role.SCENE, Kind.SCENE)
    references = (character, before)
    prompt = "A pine forest at night, fog and fireflies; Wick at the left lifts the lantern."
    scene = _draw(Kind.SCENE, prompt, references)
    seconds = _best(lambda: _draw(Kind.SCENE, prompt, references))
    floor = _best(lambda: _bare_minimum(references, scene))
    return [
        {"name": "draft scene 1376x768", "value": round(seconds, 3), "unit": "s", "goal": f"< {GOAL_SECONDS}"},
        {
            "name": "draft scene over Pillow decoding its references and encoding",
            "value": round(seconds / floor, 2),
            "unit": "ratio",
            "goal": "",
        },
    ]


def _reference(data: bytes, role: Role, kind: Kind) -> Reference:
    return Reference("Wick", role, kind, data, "image/png", "")


def _draw(kind: Kind, prompt: str, references: tuple[Reference, ...]) -> bytes:
    chosen = GenerationSettings(aspect_ratio="16:9", image_size="1K")
    request = GenerationRequest(kind, "Wick", prompt, prompt, references, "draft", chosen, "7" * 64)
    return draw(request, load_catalog().model("draft"))


def _bare_minimum(references: tuple[Reference, ...], scene: bytes) -> None:
    for reference in references:
        with Image.open(io.BytesIO(reference.data)) as image:
            image.load()
    with Image.open(io.BytesIO(scene)) as image:
        image.save(io.BytesIO(), "PNG")


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)

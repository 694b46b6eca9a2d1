"""What the service adds to an answer when it is asked to: its thoughts, and what it looked up."""

from __future__ import annotations

from typing import Any

from tests.standin.pictures import draw_picture
from tests.standin.records import Recorded
from tests.standin.replies import image_part

SUGGESTIONS = '<style>.chip{color:blue}</style><div class="chip"><a href="https://www.google.com/search?q=quetzal">quetzal</a></div>'
THOUGHT = "First the composition."


def thoughts_of(request: Recorded, is_grainy: bool = False) -> list[dict[str, Any]]:
    """Return the thoughts that a request asks to see: words, and a first try as a picture."""
    if not request.config.get("thinkingConfig", {}).get("includeThoughts"):
        return []
    picture = draw_picture(f"thought|{request.prompt}", (256, 256), "image/png", is_grainy)
    return [{"text": THOUGHT, "thought": True}, image_part(picture, "image/png", thought=True)]


def grounded(request: Recorded) -> dict[str, Any]:
    """Return what the answer to a request with search is grounded on."""
    tools = request.body.get("tools", [])
    if not tools:
        return {}
    kinds = tools[0]["googleSearch"].get("searchTypes", {"webSearch": {}})
    chunks = []
    if "webSearch" in kinds:
        chunks.append({"web": {"uri": "https://birds.example/quetzal", "title": "The quetzal"}})
    if "imageSearch" in kinds:
        page, picture = "https://pictures.example/quetzal", "https://pictures.example/quetzal.jpg"
        chunks.append({"image": {"sourceUri": page, "imageUri": picture, "title": "A quetzal"}})
    return {
        "grounding": {
            "webSearchQueries": ["resplendent quetzal"],
            "groundingChunks": chunks,
            "searchEntryPoint": {"renderedContent": SUGGESTIONS},
        }
    }

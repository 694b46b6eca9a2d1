"""Conversations by the Interactions API: the service keeps what was said, and a turn names the one before it.

Loaded when the first of them is sent: that part of the SDK takes half a second.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from google import genai
from google.genai._gaos.utils.logger import NoOpLogger

from core.engines.base import GenerationRequest, Reference
from core.engines.gemini.checks import fits_inline
from core.engines.gemini.interaction_faults import explain
from core.engines.gemini.outcomes import AttemptFailed
from core.engines.gemini.redactor import Redactor
from core.engines.gemini.uploads import Uploads
from core.images import sniff
from core.models.asset import GenerationSettings, Threshold, read_safety
from core.models.catalog import ModelFacts

THRESHOLDS = {
    Threshold.LOW: "block_low_and_above",
    Threshold.MEDIUM: "block_medium_and_above",
    Threshold.HIGH: "block_only_high",
    Threshold.NONE: "block_none",
    Threshold.OFF: "off",
}


class Interactions:
    """One turn by the Interactions API; the request's settings are those that its model honours."""

    def __init__(self, client: genai.Client, uploads: Uploads, request: GenerationRequest) -> None:
        self._client = client
        self._uploads = uploads
        self._request = request
        self._previous = request.conversation.previous if request.conversation else ""

    async def write(self, facts: ModelFacts) -> dict[str, Any]:
        """Return what is sent: only what this turn brings, with the name of the turn before it."""
        references = self._request.references
        images = _inline(references) if fits_inline(references, facts) else await self._sent_ahead(references)
        return write_body(self._request, self._request.settings, images)

    async def ask(self, body: dict[str, Any]) -> Any:
        """Send a turn and return the SDK's interaction."""
        interactions = self._client.aio.interactions
        # With GOOGLE_GENAI_DEBUG set it would write key and pictures into the log.
        interactions.sdk_configuration.debug_logger = NoOpLogger()
        # A continuation would be a second paid call behind our back.
        return await interactions.create(**body, automatic_continuation=False)

    def explain(self, error: Exception, model: str, redactor: Redactor, has_left: bool) -> AttemptFailed:
        """Return what an error means."""
        return explain(error, model, redactor, has_left, goes_on=bool(self._previous))

    async def _sent_ahead(self, references: Sequence[Reference]) -> list[dict[str, Any]]:
        files = await self._uploads.parts(references)
        sent = [files[reference.digest].file_data for reference in references]
        return [{"type": "image", "uri": file.file_uri, "mime_type": file.mime_type} for file in sent if file]


def write_body(
    request: GenerationRequest, settings: GenerationSettings, images: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the fields of a turn; what is not set is not sent. No earlier turn brings its settings along."""
    talk = request.conversation
    fields = {
        "model": request.model,
        "input": [*images, {"type": "text", "text": request.prompt}],
        "store": True,  # else there is nothing to go on from
        "previous_interaction_id": (talk and talk.previous) or None,
        "system_instruction": settings.system_instruction,
        "response_format": _format(settings),
        "generation_config": _config(settings) or None,
        "tools": _tools(settings.search),
        "safety_settings": [
            {"type": harm.value, "threshold": THRESHOLDS[limit]} for harm, limit in read_safety(settings.safety).items()
        ]
        or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _inline(references: Sequence[Reference]) -> list[dict[str, Any]]:
    return [
        {
            "type": "image",
            "data": base64.b64encode(reference.data).decode(),
            "mime_type": sniff(reference.data) or reference.mime,
        }
        for reference in references
    ]


def _format(settings: GenerationSettings) -> Any:
    wanted = {"aspect_ratio": settings.aspect_ratio, "image_size": settings.image_size}
    image = {"type": "image", **{name: value for name, value in wanted.items() if value is not None}}
    return image if settings.output == "image" else [{"type": "text"}, image]


def _config(settings: GenerationSettings) -> dict[str, Any]:
    wanted = {
        "thinking_level": settings.thinking_level,
        "thinking_summaries": "auto" if settings.thoughts else None,
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "seed": settings.seed,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _tools(search: str | None) -> list[dict[str, Any]] | None:
    if search is None:
        return None
    kinds = [f"{kind}_search" for kind in search.split(",")]
    # a plain web search is asked for by the tool alone: not every model knows the kinds of search
    return [{"type": "google_search", **({} if kinds == ["web_search"] else {"search_types": kinds})}]

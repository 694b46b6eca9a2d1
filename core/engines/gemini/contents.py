"""What is sent: the images as they are stored, then the prompt, and only settings that are set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from google.genai import types
from pydantic import BaseModel, Field, create_model

from core.engines.base import GenerationRequest, Reference
from core.images import sniff
from core.models.asset import GenerationSettings, Harm, Threshold, read_safety
from core.models.catalog import ModelFacts
from core.models.region import DetectionSettings, Wish
from core.models.video import is_address, mime_of

HARMS = {
    Harm.HARASSMENT: types.HarmCategory.HARM_CATEGORY_HARASSMENT,
    Harm.HATE_SPEECH: types.HarmCategory.HARM_CATEGORY_HATE_SPEECH,
    Harm.SEXUALLY_EXPLICIT: types.HarmCategory.HARM_CATEGORY_SEXUALLY_EXPLICIT,
    Harm.DANGEROUS_CONTENT: types.HarmCategory.HARM_CATEGORY_DANGEROUS_CONTENT,
}
THRESHOLDS = {
    Threshold.LOW: types.HarmBlockThreshold.BLOCK_LOW_AND_ABOVE,
    Threshold.MEDIUM: types.HarmBlockThreshold.BLOCK_MEDIUM_AND_ABOVE,
    Threshold.HIGH: types.HarmBlockThreshold.BLOCK_ONLY_HIGH,
    Threshold.NONE: types.HarmBlockThreshold.BLOCK_NONE,
    Threshold.OFF: types.HarmBlockThreshold.OFF,
}


def write_parts(request: GenerationRequest, files: Mapping[str, types.Part] | None = None) -> list[types.Part]:
    """Return the references in order, followed by the video and the prompt.

    They are their bytes, untouched, or those of the `files` (by digest) that were sent ahead.
    """
    images = [(files or {}).get(reference.digest) or _inline(reference) for reference in request.references]
    return [*images, *_video(request, files or {}), types.Part.from_text(text=request.prompt)]


def _video(request: GenerationRequest, files: Mapping[str, types.Part]) -> list[types.Part]:
    """Return the video that the settings name, with the part of it that is looked at; none when it was not sent."""
    settings = request.settings
    if settings.video is None:
        return []
    if is_address(settings.video):
        file = types.FileData(file_uri=settings.video, mime_type=mime_of(settings.video))
    elif request.clip is not None and (sent := files.get(request.clip.digest)) is not None and sent.file_data:
        file = sent.file_data
    else:
        return []
    return [types.Part(file_data=file, video_metadata=_span(settings))]


def _span(settings: GenerationSettings) -> types.VideoMetadata | None:
    wanted = {"start_offset": _seconds(settings.video_start), "end_offset": _seconds(settings.video_end)}
    told = {name: value for name, value in {**wanted, "fps": settings.video_fps}.items() if value is not None}
    return types.VideoMetadata(**told) if told else None


def _seconds(moment: float | None) -> str | None:
    return None if moment is None else f"{moment:.3f}".rstrip("0").rstrip(".") + "s"


def _inline(reference: Reference) -> types.Part:
    return types.Part.from_bytes(data=reference.data, mime_type=sniff(reference.data) or reference.mime)


def write_config(settings: GenerationSettings) -> types.GenerateContentConfig:
    """Return the SDK's configuration for settings that the model honours; what is not set is not sent."""
    return types.GenerateContentConfig(
        response_modalities=["IMAGE"] if settings.output == "image" else ["TEXT", "IMAGE"],
        image_config=_image_config(settings),
        thinking_config=_thinking(settings),
        system_instruction=settings.system_instruction,
        safety_settings=_safety(settings.safety),
        tools=_search_tools(settings.search),
        temperature=settings.temperature,
        top_p=settings.top_p,
        seed=settings.seed,
        # A continuation would be a second paid call behind our back.
        automatic_continuation=False,
    )


def write_page(page: Reference, prompt: str, media_resolution: str | None) -> list[types.PartUnionDict]:
    """Return the page's bytes, untouched, with the resolution they are to be looked at in, followed by the prompt."""
    level = f"MEDIA_RESOLUTION_{media_resolution.upper()}" if media_resolution else None
    mime = sniff(page.data) or page.mime
    picture = types.Part.from_bytes(data=page.data, mime_type=mime, media_resolution=level)
    return [picture, types.Part.from_text(text=prompt)]


def write_search(wish: Wish, settings: DetectionSettings, facts: ModelFacts) -> types.GenerateContentConfig:
    """Return the SDK's configuration of a search: JSON after a schema, and settings that the model honours."""
    return types.GenerateContentConfig(
        response_mime_type="application/json",
        response_schema=list[_entry(wish)],  # type: ignore[misc]  # the class is made for this wish
        thinking_config=_thinking_of(settings, facts),
        temperature=settings.temperature,
        # A continuation would be a second paid call behind our back.
        automatic_continuation=False,
    )


def _entry(wish: Wish) -> type[BaseModel]:
    """Return what one entry of the answer looks like; closed labels are an enum."""
    fields: dict[str, Any] = {
        "box_2d": (list[int], Field(min_length=4, max_length=4)),
        "caption": (str, ...),
        "label": (Literal[wish.labels] if wish.labels else str, ...),
    }
    if wish.has_masks:
        fields["mask"] = (str, ...)
    return create_model("Entry", **fields)


def _thinking_of(settings: DetectionSettings, facts: ModelFacts) -> types.ThinkingConfig | None:
    """Return the wish for thinking in the way the model's family takes it: a level, or a budget of tokens."""
    budget = facts.thinking_budgets.get(settings.thinking_level or "")
    if budget is not None:
        return types.ThinkingConfig(thinking_budget=budget)
    return _thinking_level(settings.thinking_level)


def _thinking(settings: GenerationSettings) -> types.ThinkingConfig | None:
    level = _thinking_level(settings.thinking_level)
    if settings.thoughts is None:
        return level
    return (level or types.ThinkingConfig()).model_copy(update={"include_thoughts": settings.thoughts})


def _safety(safety: str | None) -> list[types.SafetySetting] | None:
    rules = [
        types.SafetySetting(category=HARMS[harm], threshold=THRESHOLDS[limit])
        for harm, limit in read_safety(safety).items()
    ]
    return rules or None


def _search_tools(search: str | None) -> types.ToolListUnion | None:
    if search is None:
        return None
    kinds = search.split(",")
    wanted = types.SearchTypes(
        web_search=types.WebSearch() if "web" in kinds else None,
        image_search=types.ImageSearch() if "image" in kinds else None,
    )
    # a plain web search is asked for by the tool alone: not every model knows the kinds of search
    is_plain = kinds == ["web"]
    return [types.Tool(google_search=types.GoogleSearch(search_types=None if is_plain else wanted))]


def _image_config(settings: GenerationSettings) -> types.ImageConfig | None:
    if settings.aspect_ratio is None and settings.image_size is None:
        return None
    return types.ImageConfig(aspect_ratio=settings.aspect_ratio, image_size=settings.image_size)


def _thinking_level(level: str | None) -> types.ThinkingConfig | None:
    return None if level is None else types.ThinkingConfig(thinking_level=types.ThinkingLevel(level.upper()))

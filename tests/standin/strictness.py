"""What the service refuses: unknown fields and values of a request are errors here too."""

from __future__ import annotations

import re
from typing import Any

from core.errors import InvalidImageError, InvalidRequestError
from core.images import verify
from core.models.asset import GenerationSettings
from core.models.catalog import Catalog, ModelFacts, Purpose, Thinking
from tests.standin.records import Recorded
from tests.standin.replies import Reply, as_error
from tests.standin.signatures import refuse_history

TOP = {"contents", "generationConfig", "safetySettings", "tools", "toolConfig", "systemInstruction"}
CONFIG = {
    "responseModalities",
    "imageConfig",
    "thinkingConfig",
    "temperature",
    "topP",
    "topK",
    "seed",
    "candidateCount",
    "responseMimeType",
    "responseSchema",
}
IMAGE_CONFIG = {"aspectRatio", "imageSize"}
THINKING_CONFIG = {"thinkingLevel", "thinkingBudget", "includeThoughts"}
# what SDK 3.4.0 sends in Python's spelling, by the object it stands in; every other name is sent in JSON's
_SCHEMA_SPELT = {"max_items", "min_items", "property_ordering"}
PYTHON_SPELT = {
    "inlineData": {"mime_type"},
    "fileData": {"file_uri", "mime_type"},
    "videoMetadata": {"start_offset", "end_offset"},
    "thinkingConfig": {"thinking_level", "thinking_budget", "include_thoughts"},
    "searchTypes": {"web_search", "image_search"},
    "responseSchema": _SCHEMA_SPELT,
    "items": _SCHEMA_SPELT,
}
PART = {"text", "inlineData", "fileData", "thought", "thoughtSignature", "videoMetadata", "mediaResolution"}
FILE_DATA = {"fileUri", "mimeType"}
VIDEO_METADATA = {"startOffset", "endOffset", "fps"}
YOUTUBE = re.compile(r"https://www\.youtube\.com/watch\?v=[\w-]{6,20}$")
_OFFSET = re.compile(r"\d+(\.\d+)?s$")
MEDIA_RESOLUTION = {"level"}
LEVELS = {f"MEDIA_RESOLUTION_{name}" for name in ("LOW", "MEDIUM", "HIGH", "ULTRA_HIGH")}
SCHEMA = {
    *("type", "format", "title", "description", "nullable", "enum", "items", "minItems", "maxItems"),
    *("properties", "required", "propertyOrdering", "minimum", "maximum", "minLength", "maxLength", "pattern"),
}
TYPES = {"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"}
BUDGETS = {"gemini-2.5-flash": (0, 24_576), "gemini-2.5-pro": (128, 32_768)}
HARM_CATEGORIES = {
    f"HARM_CATEGORY_{name}" for name in ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
}
HARM_THRESHOLDS = {"BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"}
SAMPLING = {"temperature": "temperature", "topP": "top_p", "seed": "seed"}


def refuse(request: Recorded, catalog: Catalog, models: tuple[str, ...]) -> Reply | None:
    """Return the service's refusal of a request, or None when there is nothing to refuse."""
    if request.model not in models:
        return as_error(404, "NOT_FOUND", f"models/{request.model} is not found for API version v1.")
    if request.lacks_file:
        return as_error(
            request.lacks_file,
            "PERMISSION_DENIED",
            "You do not have permission to access the File or it may not exist.",
        )
    problem = _problem(request, catalog.model(request.model))
    return as_error(400, "INVALID_ARGUMENT", problem) if problem else None


def _problem(request: Recorded, facts: ModelFacts) -> str:
    config = request.config
    return (
        _misspelt(request.raw)
        or _unknown(request.body, TOP)
        or _unknown(config, CONFIG)
        or _unknown(config.get("imageConfig", {}), IMAGE_CONFIG)
        or _unknown(config.get("thinkingConfig", {}), THINKING_CONFIG)
        or next((bad for part in request.parts if (bad := _unknown(part, PART))), "")
        or next((bad for part in request.parts if (bad := _unknown(part.get("fileData", {}), FILE_DATA))), "")
        or _bad_values(config, facts)
        or _bad_thinking(config.get("thinkingConfig", {}), facts)
        or _bad_purpose(config, facts)
        or _bad_tools(request.body.get("tools", []), facts)
        or _bad_safety(request.body.get("safetySettings", []))
        or _bad_instruction(request.body.get("systemInstruction"))
        or _bad_schema(config)
        or next((bad for part in request.parts if (bad := _bad_resolution(part, facts))), "")
        or next((bad for part in request.parts if (bad := _bad_video(part, facts))), "")
        or bad_images(request)
        or refuse_history(request)
        or ("" if request.prompt.strip() else "The prompt is empty.")
    )


def _bad_video(part: dict[str, Any], facts: ModelFacts) -> str:
    file, told = part.get("fileData", {}), part.get("videoMetadata", {})
    is_video = file.get("mimeType", "").startswith("video/")
    if told and not is_video:
        return "video_metadata is for videos."
    if YOUTUBE.match(file.get("fileUri", "")) and not is_video:
        return "A YouTube address needs a video's MIME type."
    if is_video and not facts.has_video_input:
        return f"{facts.id} does not support video input."
    offsets = [told[name] for name in ("startOffset", "endOffset") if name in told]
    if not all(isinstance(offset, str) and _OFFSET.match(offset) for offset in offsets):
        return "Invalid duration."
    return _unknown(told, VIDEO_METADATA)


def _misspelt(content: Any, place: str = "") -> str:
    """Refuse a name as Python spells it where the SDK is not known to send it so, however deep it stands."""
    if isinstance(content, list):
        return next((bad for item in content if (bad := _misspelt(item, place))), "")
    if not isinstance(content, dict):
        return ""
    if place == "properties":  # these names are the caller's own
        return next((bad for schema in content.values() if (bad := _misspelt(schema, "items"))), "")
    spelt = {name for name in content if "_" not in name} | PYTHON_SPELT.get(place, set())
    return _unknown(content, spelt) or next((bad for name in content if (bad := _misspelt(content[name], name))), "")


def _unknown(content: dict[str, Any], known: set[str]) -> str:
    extra = sorted(set(content) - known)
    return f'Invalid JSON payload received. Unknown name "{extra[0]}": Cannot find field.' if extra else ""


def _bad_values(config: dict[str, Any], facts: ModelFacts) -> str:
    image = config.get("imageConfig", {})
    level = config.get("thinkingConfig", {}).get("thinkingLevel")
    try:
        facts.check(
            GenerationSettings(
                aspect_ratio=image.get("aspectRatio"),
                image_size=image.get("imageSize"),
                thinking_level=level.lower() if level else None,
            )
        )
    except InvalidRequestError as error:
        return error.message
    unwanted = [name for name, setting in SAMPLING.items() if name in config and not facts.honours(setting)]
    return f"{unwanted[0]} is not supported by this model." if facts.is_known and unwanted else ""


def _bad_thinking(thinking: dict[str, Any], facts: ModelFacts) -> str:
    if "thinkingLevel" in thinking and "thinkingBudget" in thinking:
        return "You can only set only one of thinking budget and thinking level."
    if thinking.get("includeThoughts") and facts.thinking is Thinking.NONE:
        return "Thinking is not enabled for this model."
    if "thinkingLevel" in thinking and facts.thinking is Thinking.BUDGET:
        return "Thinking level is not supported for this model."
    if "thinkingBudget" in thinking:
        least, most = BUDGETS.get(facts.id, (1, 0))
        if not least <= thinking["thinkingBudget"] <= most:
            return f"The thinking budget {thinking['thinkingBudget']} is invalid for this model."
    return ""


def _bad_purpose(config: dict[str, Any], facts: ModelFacts) -> str:
    if facts.is_known and facts.purpose is Purpose.IMAGE and "responseMimeType" in config:
        return "JSON mode is not enabled for this model."
    if facts.is_known and facts.purpose is Purpose.DETECTION and "IMAGE" in config.get("responseModalities", ()):
        return "The requested combination of response modalities is not supported by the model."
    return ""


def _bad_tools(tools: list[dict[str, Any]], facts: ModelFacts) -> str:
    for tool in tools:
        if bad := _unknown(tool, {"googleSearch"}) or _unknown(tool["googleSearch"], {"searchTypes"}):
            return bad
        kinds = tool["googleSearch"].get("searchTypes", {})
        if bad := _unknown(kinds, {"webSearch", "imageSearch"}):
            return bad
        if not facts.has_search or ("imageSearch" in kinds and not facts.has_image_search):
            return "Search Grounding is not supported."
    return ""


def _bad_safety(rules: list[dict[str, Any]]) -> str:
    for rule in rules:
        if bad := _unknown(rule, {"category", "threshold"}):
            return bad
        if rule.get("category") not in HARM_CATEGORIES or rule.get("threshold") not in HARM_THRESHOLDS:
            return "Invalid safety setting."
    return "" if len({rule["category"] for rule in rules}) == len(rules) else "Duplicate safety setting."


def _bad_instruction(instruction: dict[str, Any] | None) -> str:
    if instruction is None:
        return ""
    parts = instruction.get("parts", [])
    return "" if parts and all(set(part) == {"text"} and part["text"] for part in parts) else "Empty instruction."


def _bad_schema(config: dict[str, Any]) -> str:
    if "responseSchema" not in config:
        return ""
    if config.get("responseMimeType") != "application/json":
        return "response_schema is only supported with the response_mime_type application/json."
    return _bad_part_of_schema(config["responseSchema"])


def _bad_part_of_schema(schema: dict[str, Any]) -> str:
    properties = schema.get("properties", {})
    inside = [*properties.values(), *([schema["items"]] if "items" in schema else [])]
    return (
        _unknown(schema, SCHEMA)
        or ("" if schema.get("type") in TYPES else f"Invalid type {schema.get('type')}.")
        or ("" if schema["type"] != "ARRAY" or "items" in schema else "items: missing field.")
        or ("" if set(schema.get("required", ())) <= set(properties) else "required: property is not defined.")
        or ("" if all(schema.get("enum", ("x",))) else "enum: cannot be empty.")
        or next((bad for part in inside if (bad := _bad_part_of_schema(part))), "")
    )


def _bad_resolution(part: dict[str, Any], facts: ModelFacts) -> str:
    if "mediaResolution" not in part:
        return ""
    resolution = part["mediaResolution"]
    if "inlineData" not in part:
        return "media_resolution is only for media."
    if facts.is_known and not facts.media_resolutions:
        return "Per-part media resolution is not supported by this model."
    return _unknown(resolution, MEDIA_RESOLUTION) or ("" if resolution.get("level") in LEVELS else "Invalid level.")


def bad_images(request: Recorded) -> str:
    """Return what is wrong with a request's images, or "": each is whole, and of the type it is said to be."""
    try:
        found = [(mime, verify(data).mime) for mime, data in request.images]
    except (InvalidImageError, ValueError):
        return "Unable to process input image."
    return next((f"The image is {real}, not {said}." for said, real in found if said != real), "")

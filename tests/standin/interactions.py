"""The stand-in's Interactions API: strict about fields, and it keeps what it was asked to keep."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.errors import InvalidRequestError
from core.models.asset import GenerationSettings
from core.models.catalog import Catalog, ModelFacts, Thinking
from tests.standin.extras import SUGGESTIONS, THOUGHT
from tests.standin.faults import WORDS, Picture, find_fault
from tests.standin.pictures import draw_picture
from tests.standin.records import Recorded
from tests.standin.replies import Reply, as_json
from tests.standin.strictness import bad_images

PATH = re.compile(r"^/v1(?:beta1?)?/(?:projects/.+/)?interactions$")
TOP = {
    *("model", "input", "store", "previous_interaction_id", "system_instruction", "response_format"),
    *("generation_config", "tools", "safety_settings"),
}
CONFIG = {"thinking_level", "thinking_summaries", "temperature", "top_p", "seed"}
CONTENT = {"text": {"type", "text"}, "image": {"type", "data", "mime_type", "uri"}}
FORMAT = {"text": {"type"}, "image": {"type", "aspect_ratio", "image_size"}}
SEARCHES = {"web_search", "image_search"}
HARMS = {"hate_speech", "dangerous_content", "harassment", "sexually_explicit"}
THRESHOLDS = {"block_low_and_above", "block_medium_and_above", "block_only_high", "block_none", "off"}
USAGE = {
    "total_input_tokens": 270,
    "total_output_tokens": 1130,
    "total_thought_tokens": 40,
    "output_tokens_by_modality": [{"modality": "image", "tokens": 1120}, {"modality": "text", "tokens": 10}],
}
_SAMPLING = ("temperature", "top_p", "seed")


@dataclass
class Interactions:
    """The interactions that are kept, by id, with those before them; `forget` is what time does to them."""

    kept: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def forget(self) -> None:
        """Keep none of them any more."""
        self.kept.clear()

    def refuse(self, request: Recorded, catalog: Catalog, models: tuple[str, ...]) -> Reply | None:
        """Return the service's refusal of a request, or None when there is nothing to refuse."""
        body = request.raw
        if body.get("model") not in models:
            return _error(404, "not_found", f"models/{body.get('model')} is not found.")
        previous = body.get("previous_interaction_id")
        if previous is not None and previous not in self.kept:
            return _error(404, "not_found", f"Interaction {previous} is not found.")
        if request.lacks_file:
            return _error(403, "permission_denied", "You do not have permission to access the File.")
        problem = _problem(request, catalog.model(str(body["model"])))
        return _error(400, "invalid_request", problem) if problem else None

    def answer(self, request: Recorded, picture: Picture, steps: list[dict[str, Any]] | None = None) -> Reply:
        """Return an interaction, kept under a new id."""
        with self._lock:
            number = f"interaction-{len(self.kept) + 1}-{hashlib.sha256(request.prompt.encode()).hexdigest()[:8]}"
            self.kept[number] = str(request.raw.get("previous_interaction_id", ""))
        return as_interaction(steps or [*_extras(request), _output(request, picture)], id=number)


def as_interaction(steps: list[dict[str, Any]], status: str = "completed", **more: Any) -> Reply:
    """Return an answer of the Interactions API."""
    return as_json({"id": "interaction-x", "status": status, "steps": steps, "usage": USAGE, **more})


def output(*content: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a step in which the model answered."""
    return {"type": "model_output", "content": list(content), **more}


def image(data: bytes, mime: str) -> dict[str, Any]:
    """Return a picture as it stands in a step."""
    return {"type": "image", "data": base64.b64encode(data).decode(), "mime_type": mime}


def text(words: str, **more: Any) -> dict[str, Any]:
    """Return words as they stand in a step."""
    return {"type": "text", "text": words, **more}


def fault_reply(name: str, picture: Picture) -> Reply:
    """Return the answer of a fault: one of this interface's own, else that of its code or line.

    Raises:
        KeyError: there is no such fault.
    """
    if name in INTERACTION_FAULTS:
        return INTERACTION_FAULTS[name](picture)
    if name.startswith("blocked_"):
        how = "blocked_prompt_" if name.startswith("blocked_prompt_") else "blocked_"
        return _blocked(name.removeprefix(how).upper())
    return find_fault(name)(picture)


def _blocked(reason: str) -> Reply:
    errors = [{"code": f"https://ai.google.dev/errors/{reason}", "message": "The prompt was blocked."}]
    return as_interaction([output(text(WORDS))], "failed", errors=errors)


def _stopped(reason: str) -> Reply:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}]
    return as_interaction([output(error={"code": 3, "message": "Stopped.", "details": details})], "failed")


def _error(code: int, name: str, message: str) -> Reply:
    return as_json({"error": {"code": name, "message": message}}, code)


INTERACTION_FAULTS: dict[str, Callable[[Picture], Reply]] = {
    "truncated_image": lambda p: as_interaction([output(image(p.data[: len(p.data) * 2 // 3], p.mime))]),
    "undecodable_image": lambda p: as_interaction([output({**image(p.data, p.mime), "data": "%%%"})]),
    "image_in_thought": lambda p: as_interaction([{"type": "thought", "summary": [image(p.data, p.mime)]}]),
    "thought_before_image": lambda p: as_interaction(
        [{"type": "thought", "summary": [text(THOUGHT)]}, output(image(p.data, p.mime))]
    ),
    "unknown_step": lambda p: as_interaction([{"type": "daydream", "cloud": 9}, output(image(p.data, p.mime))]),
    "unknown_content": lambda p: as_interaction([output({"type": "scent"}, image(p.data, p.mime))]),
    "odd_fields": lambda _: as_json({"id": 7, "status": "completed", "steps": "none", "usage": [1], "errors": {}}),
    "no_image": lambda _: as_interaction([output(text(WORDS))]),
    "no_steps": lambda _: as_interaction([], usage=None),
    "no_content": lambda _: as_json({"status": "completed"}),
    "no_parts": lambda _: as_interaction([{"type": "model_output"}]),
    "stopped_step": lambda _: _stopped("IMAGE_SAFETY"),
    "refused_prompt": lambda _: _error(400, "prohibited_content", "The prompt was blocked."),
    "conflict_409": lambda _: _error(409, "aborted", "Another interaction is under way."),
    "unprocessable_422": lambda _: _error(422, "unprocessable", "Nobody can read this."),
    "teapot_418": lambda _: _error(418, "teapot", "I am a teapot."),
    "json_of_another_shape": lambda _: as_json([1, "two"]),
    **{
        f"interaction_{status}": (lambda _, status=status: as_interaction([output(text(WORDS))], status))
        for status in (
            *("in_progress", "requires_action", "completed", "failed", "cancelled", "incomplete", "budget_exceeded"),
            *("queued", "requires_continuation", "daydreaming"),
        )
    },
}


def _problem(request: Recorded, facts: ModelFacts) -> str:
    body = request.raw
    config = body.get("generation_config", {})
    return (
        _unknown(body, TOP)
        or _unknown(config, CONFIG)
        or ("" if body.get("store") is True else "The next turn could not go on from this one.")
        or ("" if _steps(body.get("input")) == ["user_input"] else "input: one step is expected.")
        or next((bad for step in body["input"] if (bad := _unknown(step, {"type", "content"}))), "")
        or next((bad for item in request.contents if (bad := _unknown(item, CONTENT.get(item.get("type"), set())))), "")
        or next((bad for item in request.formats if (bad := _unknown(item, FORMAT.get(item.get("type"), set())))), "")
        or _bad_values(request, config, facts)
        or _bad_tools(body.get("tools", []), facts)
        or _bad_safety(body.get("safety_settings", []))
        or bad_images(request)
        or ("" if request.prompt.strip() else "The input is empty.")
    )


def _steps(given: Any) -> list[Any]:
    return [step.get("type") for step in given] if isinstance(given, list) else []


def _unknown(content: dict[str, Any], known: set[str]) -> str:
    extra = sorted(set(content) - known)
    return f"Unknown parameter: {extra[0]!r}." if extra else ""


def _bad_values(request: Recorded, config: dict[str, Any], facts: ModelFacts) -> str:
    try:
        facts.check(
            GenerationSettings(
                aspect_ratio=request.image_config.get("aspectRatio"),
                image_size=request.image_config.get("imageSize"),
                thinking_level=config.get("thinking_level"),
            )
        )
    except InvalidRequestError as error:
        return error.message
    if config.get("thinking_summaries", "auto") != "auto" or (
        "thinking_summaries" in config and facts.thinking is Thinking.NONE
    ):
        return "Thinking summaries are not supported."
    unwanted = [name for name in _SAMPLING if name in config and not facts.honours(name)]
    return f"{unwanted[0]} is not supported by this model." if facts.is_known and unwanted else ""


def _bad_tools(tools: list[dict[str, Any]], facts: ModelFacts) -> str:
    for tool in tools:
        if tool.get("type") != "google_search" or _unknown(tool, {"type", "search_types"}):
            return f"Unknown tool: {tool}."
        kinds = set(tool.get("search_types", ()))
        if not kinds <= SEARCHES or not facts.has_search or ("image_search" in kinds and not facts.has_image_search):
            return "Search Grounding is not supported."
    return ""


def _bad_safety(rules: list[dict[str, Any]]) -> str:
    fine = all(
        set(rule) == {"type", "threshold"} and rule["type"] in HARMS and rule["threshold"] in THRESHOLDS
        for rule in rules
    )
    return "" if fine else "Invalid safety setting."


def _output(request: Recorded, picture: Picture) -> dict[str, Any]:
    shown = image(picture.data, picture.mime)
    if all(item.get("type") == "image" for item in request.formats):
        return output(shown)
    cited = [{"type": "url_citation", "url": "https://birds.example/quetzal", "title": "The quetzal"}]
    return output(text("Here it is.", **({"annotations": cited} if request.raw.get("tools") else {})), shown)


def _extras(request: Recorded) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    if request.raw.get("generation_config", {}).get("thinking_summaries"):
        picture = draw_picture(f"thought|{request.prompt}", (256, 256), "image/png")
        steps.append(
            {"type": "thought", "signature": "c2lnbmVk", "summary": [text(THOUGHT), image(picture, "image/png")]}
        )
    if request.raw.get("tools"):
        call = {"type": "google_search_call", "id": "c1", "arguments": {"queries": ["resplendent quetzal"]}}
        found = {"type": "google_search_result", "call_id": "c1", "result": [{"search_suggestions": SUGGESTIONS}]}
        steps += [call, found]
    return steps

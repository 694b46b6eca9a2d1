"""What an interaction answered: the image among its steps, or why there is none.

The SDK hands over what it could not check as it came, so nothing in it is trusted to be there or of its type.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from google.genai import types

from core.engines.gemini.answers import ImageAnswer, ReadPart, chosen_image, read_part
from core.engines.gemini.details import Refusal, error_reasons
from core.engines.gemini.failures import damaged, empty
from core.engines.gemini.groundings import grounding_of
from core.engines.gemini.outcomes import AttemptFailed, Usage
from core.engines.gemini.reasons import block_named, describe_no_image
from core.engines.gemini.redactor import Redactor
from core.errors import NoImageError
from core.models.answer import BlockKind, Grounding


def read_interaction(interaction: Any, redactor: Redactor) -> ImageAnswer:
    """Return the image of an interaction: the first whole one of its output, else the last among its thoughts.

    Raises:
        AttemptFailed: blocked, no image, empty, or an image that is cut short.
    """
    usage = _read_usage(_of(interaction, "usage"))
    said = list(_parts(interaction))
    read = [made for part in said if (made := read_part(part, redactor)) is not None]
    if (image := chosen_image(read)) is None:
        raise _without_image(interaction, said, read, usage, redactor)
    return ImageAnswer(
        text=_words(read),
        finish_reason=redactor.name(_of(interaction, "status")),
        usage=usage,
        warnings=image.warnings,
        data=image.data,
        mime=image.mime,
        image_count=max(1, sum(not part.thought and part.inline_data is not None for part in said)),
        parts=tuple(read),
        grounding=_read_grounding(interaction, redactor),
        searches=_count_searches(interaction),
        interaction=redactor.line(_text(interaction, "id")),
    )


def _parts(interaction: Any) -> Iterator[types.Part]:
    """Yield what a model said and thought, in the shape of the other transport's parts."""
    for step in _list(interaction, "steps"):
        is_thought = _of(step, "type") == "thought"
        if is_thought or _of(step, "type") == "model_output":
            for content in _list(step, "summary" if is_thought else "content"):
                yield from _part(content, is_thought)


def _part(content: Any, is_thought: bool) -> Iterator[types.Part]:
    thought = is_thought or None
    if _of(content, "type") == "text" and _text(content, "text"):
        yield types.Part(text=_text(content, "text"), thought=thought)
    elif _of(content, "type") == "image" and _text(content, "data"):
        blob = types.Blob(data=_decoded(_text(content, "data")), mime_type=_text(content, "mime_type") or None)
        yield types.Part(inline_data=blob, thought=thought)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error):
        return b"\0"  # a picture that came damaged, not none


def _without_image(
    interaction: Any, said: list[types.Part], read: list[ReadPart], usage: Usage, redactor: Redactor
) -> AttemptFailed:
    if not any((_of(interaction, "id"), _of(interaction, "steps"), _of(interaction, "usage"))):
        return empty(200)
    text, status = _words(read), redactor.name(_of(interaction, "status"))
    if (block := block_named(_error_names(interaction), text)) is not None:
        return AttemptFailed(block, status=200, may_be_billed=True, usage=usage)
    if any(part.inline_data for part in said):
        return damaged(usage)
    missing = NoImageError(describe_no_image(status, bool(text)), reason=status, text=text)
    return AttemptFailed(missing, status=200, may_be_billed=True, usage=usage)


def _error_names(interaction: Any) -> Iterator[str]:
    """Yield what the errors of an interaction and of its steps are called."""
    for error in _list(interaction, "errors"):
        yield str(_of(error, "code") or "")
    for step in _list(interaction, "steps"):
        if (status := _of(step, "error")) is not None:
            yield from error_reasons(Refusal(200, "", {"details": _list(status, "details")}))


def _words(read: list[ReadPart]) -> str:
    return "\n".join(made.text for made in read if made.kind is BlockKind.TEXT)


def _read_usage(usage: Any) -> Usage:
    thoughts = _number(usage, "total_thought_tokens")
    output = _number(usage, "total_output_tokens")
    by_modality = _list(usage, "output_tokens_by_modality")
    texts = sum(_number(item, "tokens") or 0 for item in by_modality if _of(item, "modality") == "text")
    return Usage(
        input_tokens=_number(usage, "total_input_tokens"),
        output_tokens=None if output is None and thoughts is None else (output or 0) + (thoughts or 0),
        text_tokens=texts + (thoughts or 0),
    )


def _read_grounding(interaction: Any, redactor: Redactor) -> Grounding | None:
    """Return what an interaction looked up: its searches' suggestions and words, and the pages it cites."""
    suggestions, pages = "", list[tuple[str | None, str | None]]()
    for step in _list(interaction, "steps"):
        for result in _list(step, "result") if _of(step, "type") == "google_search_result" else ():
            suggestions = suggestions or _text(result, "search_suggestions")
        for content in _list(step, "content"):
            pages += [(_text(cited, "url"), _text(cited, "title")) for cited in _list(content, "annotations")]
    return grounding_of(suggestions, (query for _kind, query in _queries(interaction)), pages, redactor)


def _count_searches(interaction: Any) -> int:
    """Return how many searches an interaction took: as the service counted, or more where its steps name more."""
    counted = _list(_of(interaction, "usage"), "grounding_tool_count")
    told = sum(_number(tool, "count") or 0 for tool in counted if _of(tool, "type") == "google_search")
    return max(told, len(set(_queries(interaction))))


def _queries(interaction: Any) -> Iterator[tuple[str, str]]:
    """Yield what an interaction searched for, each with the kind of its search."""
    for step in _list(interaction, "steps"):
        for query in _list(_of(step, "arguments"), "queries") if _of(step, "type") == "google_search_call" else ():
            if query:
                yield _text(step, "search_type"), str(query)


def _of(value: Any, name: str) -> Any:
    """Return a field of a value the SDK made, or of plain JSON it could not make anything of."""
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def _list(value: Any, name: str) -> list[Any]:
    found = _of(value, name)
    return found if isinstance(found, list) else []


def _text(value: Any, name: str) -> str:
    found = _of(value, name)
    return found if isinstance(found, str) else ""


def _number(value: Any, name: str) -> int | None:
    found = _of(value, name)
    return found if isinstance(found, int) else None

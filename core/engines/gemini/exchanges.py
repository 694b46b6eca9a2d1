"""Conversations by chat: what both sides said is kept as JSON without pixels, and goes along again unchanged.

The service notes in a part what it thought (its thought signature) and wants that back, byte for byte, on that part.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from google.genai import types

from core.engines.base import Conversation, GenerationRequest, Speech
from core.engines.gemini.answers import ImageAnswer, read_answer
from core.engines.gemini.contents import write_parts
from core.engines.gemini.failures import UNREADABLE, classify
from core.engines.gemini.outcomes import AttemptFailed
from core.engines.gemini.redactor import Redactor
from core.errors import InvalidRequestError

Files = Mapping[str, types.Part]


def asked(request: GenerationRequest) -> Speech:
    """Return a request's own message as it is kept."""
    return _kept(types.Content(role="user", parts=write_parts(request)), Redactor())


def read_reply(response: types.GenerateContentResponse, redactor: Redactor) -> ImageAnswer:
    """Return the image of an answer, with all that was said as it is kept.

    Raises:
        AttemptFailed: as `read_answer`.
    """
    answer = read_answer(response, redactor)
    contents = (candidate.content for candidate in response.candidates or ())
    said = next((content for content in contents if content is not None and content.parts), types.Content())
    return replace(answer, said=_kept(said, redactor))


def explain(error: Exception, model: str, redactor: Redactor, has_left: bool) -> AttemptFailed:
    """Return what an error of a turn means; a refused one may be so for what was said before it."""
    failed = classify(error, model, redactor, has_left)
    if failed.status == 400 and isinstance(failed.error, InvalidRequestError):
        # what a model noted of its thoughts is another account's or region's
        failed.error = InvalidRequestError(f"{failed.error.message} In a conversation, try the last image alone.")
    return failed


def write_contents(conversation: Conversation, parts: list[Any], files: Files | None = None) -> list[types.Content]:
    """Return all that was said before, unchanged, followed by the new message's parts; `files` were sent ahead."""
    earlier = [speech for turn in conversation.earlier for speech in turn.speeches]
    return [*(_content(speech, files or {}) for speech in earlier), types.Content(role="user", parts=parts)]


def _kept(content: types.Content, redactor: Redactor) -> Speech:
    images: dict[str, bytes] = {}
    parts = [_kept_part(part, images, redactor) for part in content.parts or ()]
    return Speech(json.dumps({"role": content.role or "model", "parts": parts}, ensure_ascii=False), images)


def _kept_part(part: types.Part, images: dict[str, bytes], redactor: Redactor) -> dict[str, Any]:
    kept = part.model_copy(update={"inline_data": None}).model_dump(mode="json", exclude_none=True)
    if "text" in kept:
        kept["text"] = redactor.keyless(kept["text"])
    if (blob := part.inline_data) is not None and blob.data is not None:
        digest = hashlib.sha256(blob.data).hexdigest()
        images[digest] = blob.data
        kept["inline_data"] = {"mime_type": blob.mime_type, "digest": digest}
    return kept


def _content(speech: Speech, files: Files) -> types.Content:
    """Return what one side said; it comes from a file that anybody may have changed.

    Raises:
        AttemptFailed: it is not as it was kept.
    """
    try:
        said = json.loads(speech.content)
        return types.Content(role=said["role"], parts=[_part(kept, speech.images, files) for kept in said["parts"]])
    except UNREADABLE:
        damaged = InvalidRequestError(
            "What was said earlier in the conversation is damaged in the project. Go on from the last picture alone."
        )
    raise AttemptFailed(damaged)


def _part(kept: dict[str, Any], images: Mapping[str, bytes], files: Files) -> types.Part:
    image = kept.pop("inline_data", None)
    part = types.Part.model_validate_json(json.dumps(kept))
    if image is None:
        return part
    if (file := files.get(image["digest"])) is not None:
        return part.model_copy(update={"file_data": file.file_data})
    blob = types.Blob(data=images[image["digest"]], mime_type=image["mime_type"])
    return part.model_copy(update={"inline_data": blob})

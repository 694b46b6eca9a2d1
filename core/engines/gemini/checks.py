"""What is refused before it is sent, because no service could take it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.engines.base import Clip, DetectionRequest, GenerationRequest, Reference
from core.engines.gemini.redactor import Redactor
from core.errors import InvalidRequestError
from core.images import sniff
from core.models.asset import Kind, Role
from core.models.catalog import ModelFacts
from core.models.talk import Transport

ROOM_FOR_WORDS = 200_000  # bytes of a request that are no image
_MODEL_ID = re.compile(r"[\w.\-/@:]+", re.ASCII)


def is_model_id(name: str) -> bool:
    """Tell whether a name can be a model's id; it becomes part of an address."""
    return _MODEL_ID.fullmatch(name) is not None and ".." not in name


def check_model_id(name: str, redactor: Redactor) -> None:
    """Refuse a name that cannot be a model's id.

    Raises:
        InvalidRequestError: it is empty, or holds characters that no id has.
    """
    if not is_model_id(name):
        raise InvalidRequestError(
            f'"{redactor.line(name)}" cannot be the name of a model. See `throughline models`, and choose one.'
        )


def check_request(
    request: GenerationRequest, facts: ModelFacts, others: Sequence[ModelFacts] = (), can_upload: bool = False
) -> None:
    """Refuse settings the model does not have, and more references than it takes.

    The first of the `others` that takes the references is named as a way out. With `can_upload` what is too large for
    one request can be sent ahead.

    Raises:
        InvalidRequestError: says which, and what to change.
    """
    facts.check(request.settings)
    facts.check_references([reference.role for reference in request.references], others)
    if request.settings.video and request.conversation and request.conversation.transport is Transport.INTERACTIONS:
        raise InvalidRequestError("A conversation kept by the service takes no video. Leave it out.")
    if request.clip and not can_upload:
        raise InvalidRequestError("Google Cloud takes no video files here. Give a YouTube address instead.")
    if not can_upload:
        _check_size(sent_images(request), facts.inline_limit_bytes)


def check_search(request: DetectionRequest, facts: ModelFacts) -> None:
    """Refuse settings the model does not have, and a page larger than one request takes.

    Raises:
        InvalidRequestError: says which, and what to change.
    """
    facts.check_detection(request.settings)
    _check_size([request.page], facts.inline_limit_bytes)


def sent_images(request: GenerationRequest) -> list[Reference]:
    """Return all images that a request carries: those of the conversation before it, then its references."""
    earlier = request.conversation.earlier if request.conversation else ()
    images = {digest: data for turn in earlier for said in turn.speeches for digest, data in said.images.items()}
    found = [
        Reference("an earlier image", Role.OTHER, Kind.IMAGE, data, sniff(data) or "image/png", digest)
        for digest, data in images.items()
    ]
    return [*found, *request.references]


def sent_ahead(request: GenerationRequest, images: Sequence[Reference]) -> list[Reference | Clip]:
    """Return what goes ahead as files: those images, and always a video that the model is to look at."""
    clip = request.clip if request.settings.video else None
    return [*images, *([clip] if clip else [])]


def fits_inline(references: Sequence[Reference], facts: ModelFacts) -> bool:
    """Tell whether references fit into one request, beside its words."""
    return _encoded_size(references) <= facts.inline_limit_bytes - ROOM_FOR_WORDS


def is_too_large(page: Reference, facts: ModelFacts) -> bool:
    """Tell whether a page is larger, as it is sent, than one request takes."""
    return not fits_inline([page], facts)


def _check_size(references: Sequence[Reference], limit: int) -> None:
    encoded = _encoded_size(references)
    if encoded > limit:
        raise InvalidRequestError(
            f"The reference images are {encoded / 1e6:.0f} MB together as they are sent; one request takes "
            f"{limit / 1e6:.0f} MB. Leave one out, or use smaller images."
        )


def _encoded_size(references: Sequence[Reference]) -> int:
    return sum(4 * ((len(reference.data) + 2) // 3) for reference in references)

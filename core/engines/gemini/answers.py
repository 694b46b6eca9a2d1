"""What came back: the image of an answer with the text beside it, or why there is none.

Every part of an answer may be missing, empty or of a kind we have not seen; none of that may lose an image.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from google.genai import types

from core.engines.base import Exchange, Generation, Part, Speech
from core.engines.gemini.failures import damaged, empty
from core.engines.gemini.groundings import count_searches, read_grounding
from core.engines.gemini.outcomes import Answer, AttemptFailed, Usage
from core.engines.gemini.reasons import (
    OUTPUT_BLOCKS,
    describe_no_image,
    describe_unreadable,
    output_block,
    prompt_block,
)
from core.engines.gemini.redactor import Redactor
from core.errors import BlockedError, InvalidImageError, NoImageError
from core.images import prepare, sniff, verify_answer
from core.models.answer import BlockKind, Grounding
from core.models.asset import GenerationSettings
from core.models.catalog import ModelFacts

KEPT_AS_IS = ("image/png", "image/jpeg")
READABLE = (*KEPT_AS_IS, "image/webp", "image/gif", "image/tiff", "image/bmp")
FROM_THOUGHTS = "The only image of the answer stood among the model's thoughts; the last one there was taken."


@dataclass(frozen=True)
class ImageAnswer(Answer):
    """One image, untouched unless a warning says so. `image_count` is what is billed, `parts` the whole answer.

    `said` and `interaction` are what the next turn of a conversation needs.
    """

    data: bytes
    mime: str
    image_count: int
    parts: tuple[Part, ...] = ()
    grounding: Grounding | None = None
    said: Speech | None = None
    interaction: str = ""

    def cost(self, facts: ModelFacts, settings: GenerationSettings, factor: float = 1.0) -> float:
        """Return what the answer costs in USD: images by list price, text and input by tokens, and what was looked up.

        `factor` is of all but the searches: the service takes those in full in a batch too.
        """
        tokens = facts.token_cost(self.usage.input_tokens or 0, self.usage.text_tokens)
        alone = self.image_count * facts.image_price(settings) + tokens
        return factor * alone + facts.search_cost(self.searches)

    def generation(self, cost_usd: float, notes: tuple[str, ...] = (), exchange: Exchange | None = None) -> Generation:
        """Return the answer as an engine gives it; `notes` come before its own warnings."""
        return Generation(
            data=self.data,
            mime=self.mime,
            text=self.text,
            finish_reason=self.finish_reason,
            input_tokens=self.usage.input_tokens,
            output_tokens=self.usage.output_tokens,
            cost_usd=cost_usd,
            warnings=(*notes, *self.warnings),
            parts=self.parts,
            grounding=self.grounding,
            exchange=exchange,
        )


@dataclass(frozen=True)
class ReadPart(Part):
    """A part with what had to be changed to keep it."""

    warnings: tuple[str, ...] = ()


def read_answer(response: types.GenerateContentResponse, redactor: Redactor) -> ImageAnswer:
    """Return the image of an answer: the first whole one, else the last whole one among the thoughts.

    The image's bytes are the service's; every word beside them goes through `redactor`.

    Raises:
        AttemptFailed: blocked, no image, empty, or an image that is cut short.
    """
    usage = read_usage(response)
    said = tuple(parts_of(response))
    read = [made for part in said if (made := read_part(part, redactor)) is not None]
    if (image := chosen_image(read)) is not None:
        return ImageAnswer(
            text=redactor.text(text_of(said)),
            finish_reason=redactor.name(finish_reason_of(response)),
            usage=usage,
            warnings=image.warnings,
            data=image.data,
            mime=image.mime,
            image_count=max(1, sum(not part.thought and _image_bytes(part) is not None for part in said)),
            parts=tuple(read),
            grounding=read_grounding(response, redactor),
            searches=count_searches(response),
        )
    if any(_image_bytes(part) for part in said):
        raise damaged(usage)
    if not has_content(response):
        raise empty(200)
    raise AttemptFailed(_missing(response, said, redactor), status=200, may_be_billed=True, usage=usage)


def chosen_image(read: Sequence[ReadPart]) -> ReadPart | None:
    """Return the first image of an answer, else the last among its thoughts, with a warning that says so."""
    finished = next((made for made in read if made.kind is BlockKind.IMAGE), None)
    thought = next((made for made in reversed(read) if made.kind is BlockKind.THOUGHT_IMAGE), None)
    if finished is not None or thought is None:
        return finished
    return replace(thought, warnings=(FROM_THOUGHTS, *thought.warnings))


def parts_of(response: types.GenerateContentResponse) -> Iterator[types.Part]:
    """Yield every part of an answer."""
    for candidate in response.candidates or ():
        if candidate.content and candidate.content.parts:
            yield from candidate.content.parts


def _image_bytes(part: types.Part) -> bytes | None:
    """Return the part's bytes when they are an image we read, by their own or by their declared type."""
    blob = part.inline_data
    if blob is None or not blob.data:
        return None
    return blob.data if sniff(blob.data) is not None or blob.mime_type in READABLE else None


def _unreadable_type(parts: Iterable[types.Part]) -> str:
    """Return the declared type of the first image that is of no kind we read, or ""."""
    declared = (part.inline_data.mime_type or "" for part in parts if part.inline_data and part.inline_data.data)
    return next((mime for mime in declared if mime.startswith("image/")), "")


def text_of(parts: Iterable[types.Part]) -> str:
    """Return the words of an answer, thoughts left out."""
    return "\n".join(part.text for part in parts if part.text and not part.thought)


def read_part(part: types.Part, redactor: Redactor) -> ReadPart | None:
    """Return a part as words or as a whole image; None when it is neither."""
    if blob := _image_bytes(part):
        try:
            data, mime, changes = _storable(blob)
        except InvalidImageError:
            return None
        kind = BlockKind.THOUGHT_IMAGE if part.thought else BlockKind.IMAGE
        return ReadPart(kind, data=data, mime=mime, warnings=changes)
    words = redactor.text(part.text or "")
    return ReadPart(BlockKind.THOUGHT if part.thought else BlockKind.TEXT, text=words) if words else None


def _storable(data: bytes) -> tuple[bytes, str, tuple[str, ...]]:
    """Return a whole image as PNG or JPEG bytes, with a warning when it had to be re-encoded.

    Raises:
        InvalidImageError: it is damaged, cut short, or no image.
    """
    facts = verify_answer(data)
    if facts.mime in KEPT_AS_IS:
        return data, facts.mime, ()
    made = prepare(data)
    return made.data, made.facts.mime, (f"The answer was {facts.mime}; it was stored as {made.facts.mime}.",)


def finish_reason_of(response: types.GenerateContentResponse) -> object:
    """Return why the model stopped, or None when it did not say."""
    return next((c.finish_reason for c in response.candidates or () if c.finish_reason), None)


def read_usage(response: types.GenerateContentResponse) -> Usage:
    """Return the tokens the service counted."""
    counted = response.usage_metadata
    if counted is None:
        return Usage()
    thoughts = counted.thoughts_token_count or 0
    details = counted.candidates_tokens_details or ()
    texts = sum(item.token_count or 0 for item in details if item.modality == types.MediaModality.TEXT)
    output = counted.candidates_token_count
    return Usage(
        input_tokens=counted.prompt_token_count,
        output_tokens=None if output is None and not thoughts else (output or 0) + thoughts,
        text_tokens=texts + thoughts,
    )


def _missing(
    response: types.GenerateContentResponse, parts: Sequence[types.Part], redactor: Redactor
) -> BlockedError | NoImageError:
    """Return why an answer that has content holds no image we read."""
    if (block := find_block(response, redactor)) is not None:
        return block
    text = redactor.text(text_of(parts))
    reason = redactor.name(finish_reason_of(response))
    if mime := _unreadable_type(parts):
        return NoImageError(describe_unreadable(redactor.line(mime)), reason=reason, text=text)
    return NoImageError(describe_no_image(reason, bool(text)), reason=reason, text=text)


def find_block(response: types.GenerateContentResponse, redactor: Redactor) -> BlockedError | None:
    """Return the rule that stopped the prompt or the answer, or None when none did."""
    text = redactor.text(text_of(parts_of(response)))
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason:
        reason = redactor.name(feedback.block_reason)
        return prompt_block(reason, text or redactor.text(feedback.block_reason_message or ""))
    reason = redactor.name(finish_reason_of(response))
    return output_block(reason, text) if reason in OUTPUT_BLOCKS else None


def has_content(response: types.GenerateContentResponse) -> bool:
    """Tell an answer that merely has no candidates from an empty body."""
    said = response.prompt_feedback or response.usage_metadata or response.model_version
    return response.candidates is not None or bool(said)

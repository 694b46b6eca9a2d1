"""What both engines promise: a request in, an image out, or a typed error.

An engine knows nothing of projects, files or databases. It is handed the bytes of its references, reports every
attempt to an observer *before* it is made (so that nothing is ever charged without a trace), and stops at once when
its task is cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.errors import StudioError
from core.models.answer import BlockKind, Grounding
from core.models.asset import EngineName, GenerationSettings, Kind, Role
from core.models.region import DetectionSettings, Wish
from core.models.talk import Transport


@dataclass(frozen=True)
class Origin:
    """The page that a reference was cut from (its file's bytes), and where: left, top, right, bottom in its pixels."""

    page: bytes
    place: tuple[int, int, int, int]


@dataclass(frozen=True)
class Reference:
    """One source image: its file's bytes as stored without our chunks, and what it is for.

    `origin` is for the draft engine, which straightens a crop by its page; it is never sent anywhere.
    """

    name: str
    role: Role
    kind: Kind
    data: bytes
    mime: str
    digest: str
    origin: Origin | None = None


@dataclass(frozen=True)
class Clip:
    """A video that is looked at: a file's bytes."""

    name: str
    data: bytes
    mime: str
    digest: str


@dataclass(frozen=True)
class Speech:
    """What one side said in a conversation, as its engine wants it back unchanged.

    `content` is JSON that only the engine reads; images stand in it by their sha256 and are in `images` by it.
    """

    content: str
    images: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Exchange:
    """One turn of a conversation: what both sides said, or the name under which the service keeps it."""

    asked: Speech | None = None
    said: Speech | None = None
    interaction: str = ""

    @property
    def speeches(self) -> tuple[Speech, ...]:
        """What both sides said, in order."""
        return tuple(speech for speech in (self.asked, self.said) if speech is not None)


@dataclass(frozen=True)
class Conversation:
    """What a request goes on from: by chat all earlier exchanges, oldest first; by interactions the last one's name."""

    transport: Transport = Transport.CHAT
    earlier: tuple[Exchange, ...] = ()
    previous: str = ""


@dataclass(frozen=True)
class GenerationRequest:
    """One image to make.

    `prompt` is the composed text, `typed` what the person wrote; `seed` is the fingerprint (hex). `conversation` is
    None for an image that stands alone, `clip` the video that the settings name, when it is no address.
    """

    kind: Kind
    name: str
    prompt: str
    typed: str
    references: tuple[Reference, ...]
    model: str
    settings: GenerationSettings
    seed: str
    conversation: Conversation | None = None
    clip: Clip | None = None


@dataclass(frozen=True)
class Part:
    """One part of an answer: words, or a whole image as encoded PNG or JPEG bytes."""

    kind: BlockKind
    text: str = ""
    data: bytes = b""
    mime: str = ""


@dataclass(frozen=True)
class Generation:
    """One image that was made: encoded PNG or JPEG bytes, and what came with it. Cost in USD.

    `parts` are all parts of the answer in their order, the image among them; empty where nothing but it was answered.
    `exchange` is what the next turn of a conversation needs of this one, None outside of one.
    """

    data: bytes
    mime: str
    text: str = ""
    finish_reason: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float = 0.0
    warnings: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    grounding: Grounding | None = None
    exchange: Exchange | None = None


@dataclass(frozen=True)
class DetectionRequest:
    """One page to search: `page` is its image, `wish` what to find on it."""

    page: Reference
    wish: Wish
    model: str
    settings: DetectionSettings


@dataclass(frozen=True)
class Finding:
    """One object as an engine answered it, not yet trusted: `box_2d` may be reversed, out of range or not four numbers.

    `mask` is a PNG that covers the box, 255 where the object is; empty when none was asked for or it was unreadable.
    """

    box_2d: tuple[float, ...]
    label: str = ""
    caption: str = ""
    score: float | None = None
    mask: bytes = b""


@dataclass(frozen=True)
class Findings:
    """What was found on a page, in the order answered, and what came with it. Cost in USD."""

    found: tuple[Finding, ...]
    prompt: str = ""
    text: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float = 0.0
    warnings: tuple[str, ...] = ()


class AttemptOutcome(StrEnum):
    """How one attempt ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    BLOCKED = "blocked"
    NO_IMAGE = "no_image"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class AttemptReport:
    """How one attempt ended: error code of `core.errors` ("" when it succeeded), tokens, cost in USD, seconds.

    `searches` is how many it took, as they are billed.
    """

    outcome: AttemptOutcome
    error: str = ""
    status: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float = 0.0
    searches: int = 0
    may_be_billed: bool = False
    seconds: float = 0.0
    details: dict[str, str] = field(default_factory=dict)


class BatchState(StrEnum):
    """How a batch stands at the service."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTLY_SUCCEEDED = "partly_succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def has_ended(self) -> bool:
        """Nothing more will come."""
        return self not in (BatchState.WAITING, BatchState.RUNNING)


@dataclass(frozen=True)
class BatchItem:
    """What became of one request of a batch: its image, or why there is none; and what the ledger is told."""

    report: AttemptReport
    generation: Generation | None = None
    error: StudioError | None = None


@dataclass(frozen=True)
class BatchReading:
    """How a batch stands; once it has ended, `items` has one entry a request, in their order."""

    state: BatchState
    items: tuple[BatchItem, ...] = ()


class Observer(Protocol):
    """Who is told what an engine does. `attempt_started` may raise BudgetExceededError; then the call is not made."""

    def attempt_started(self, estimate_usd: float) -> str:
        """Record an attempt before its call and return its id."""
        ...

    def attempt_finished(self, attempt_id: str, report: AttemptReport) -> None:
        """Record how the attempt ended."""
        ...

    def waiting(self, seconds: float, reason: str) -> None:
        """Tell that the engine waits `seconds` before the next attempt; `reason` is an error code."""
        ...


class Engine(Protocol):
    """Makes images. Both engines are alike to the caller."""

    name: EngineName

    async def default_model(self) -> str:
        """Return the model used when nobody named one."""
        ...

    def honoured(self, model: str, settings: GenerationSettings) -> GenerationSettings:
        """Return `settings` without those the model does not honour."""
        ...

    def price(self, model: str, settings: GenerationSettings) -> float:
        """Return about what one image costs in USD: its list price, and the searches it may take."""
        ...

    async def generate(self, request: GenerationRequest, observer: Observer) -> Generation:
        """Make one image.

        Raises:
            EngineError: one of its children says why there is no image.
            BudgetExceededError: the observer refused the attempt.
            asyncio.CancelledError: the task was cancelled; the open connection is dropped and the attempt recorded.
        """
        ...

    async def default_detection_model(self) -> str:
        """Return the model that finds objects when nobody named one."""
        ...

    async def detect(self, request: DetectionRequest, observer: Observer) -> Findings:
        """Find objects on a page; a page with nothing on it gives no findings and no error.

        Raises:
            UnreadableAnswerError: the answer was no list of objects, also when asked again; it carries the words.
            EngineError: one of its children says why there is no answer.
            BudgetExceededError: the observer refused the attempt.
            asyncio.CancelledError: the task was cancelled; the open connection is dropped and the attempt recorded.
        """
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...

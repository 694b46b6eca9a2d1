"""What an image is: an asset with the recipe it was made from and what came back.

A fingerprint names a recipe's content. Two recipes with the same fingerprint ask for the same image, so the one that
was made before is used again, at no cost.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from core.models.value import Value
from core.models.video import read_video

FINGERPRINT_VERSION = 1
LARGEST_SEED = 2**31 - 1  # the service takes 32 bits with a sign


class Kind(StrEnum):
    """What sort of step made an image."""

    ARCHIVE = "archive"
    CUTOUT = "cutout"
    CHARACTER_SHEET = "character_sheet"
    ACCESSORY_SHEET = "accessory_sheet"
    SCENE = "scene"
    PAGE = "page"
    CROP = "crop"
    RESTORATION = "restoration"
    COLOURISATION = "colourisation"
    TRANSFORMATION = "transformation"
    CINEMATIC = "cinematic"
    IMAGE = "image"


class Role(StrEnum):
    """What a source image is for in the step that uses it."""

    ARCHIVE = "archive"
    CHARACTER = "character"
    OBJECT = "object"
    SCENE = "scene"
    STYLE = "style"
    BACKGROUND = "background"
    POSE = "pose"
    PAGE = "page"
    PLATE = "plate"
    OTHER = "other"


class EngineName(StrEnum):
    """Who made an image."""

    GEMINI = "gemini"
    DRAFT = "draft"


class Harm(StrEnum):
    """What a safety setting is about."""

    HARASSMENT = "harassment"
    HATE_SPEECH = "hate_speech"
    SEXUALLY_EXPLICIT = "sexually_explicit"
    DANGEROUS_CONTENT = "dangerous_content"


class Threshold(StrEnum):
    """From which likelihood on harm is blocked."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    NONE = "none"
    OFF = "off"


class GenerationSettings(Value):
    """The controls of one image; None means "not set": it is neither sent nor stored.

    `thoughts` asks the model to show them, `search` lets it look things up, `output` "image" asks for no words.
    `safety` is written "harassment=high,hate_speech=none": from which likelihood on each harm is blocked. `video` is a
    YouTube address or the name of a video kept with the project; of it is looked at what lies between two moments (in
    seconds), so many frames a second.
    """

    aspect_ratio: str | None = None
    image_size: str | None = None
    thinking_level: str | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = None
    thoughts: bool | None = None
    search: Literal["web", "image", "web,image"] | None = None
    output: Literal["image"] | None = None
    system_instruction: str | None = Field(default=None, max_length=20_000)
    safety: str | None = None
    video: str | None = None
    video_start: float | None = Field(default=None, ge=0)
    video_end: float | None = Field(default=None, gt=0)
    video_fps: float | None = Field(default=None, gt=0, le=24)

    @field_validator("thoughts", "search", "output", "system_instruction", "safety", "video", mode="before")
    @classmethod
    def _unset(cls, value: Any) -> Any:
        """Take what asks for nothing as not set; two settings that ask for the same are one."""
        return (value.strip() if isinstance(value, str) else value) or None

    @field_validator("search", mode="before")
    @classmethod
    def _ordered(cls, value: Any) -> Any:
        words = {word.strip() for word in value.split(",")} if isinstance(value, str) else set()
        return "web,image" if words == {"web", "image"} else value

    @field_validator("safety")
    @classmethod
    def _known_harms(cls, value: str | None) -> str | None:
        return ",".join(f"{harm}={limit}" for harm, limit in sorted(read_safety(value).items())) or None

    @field_validator("video")
    @classmethod
    def _readable_video(cls, value: str | None) -> str | None:
        return None if value is None else read_video(value)

    @field_validator("video_end")
    @classmethod
    def _ends_after_start(cls, value: float | None, info: ValidationInfo) -> float | None:
        start = info.data.get("video_start")
        if value is not None and start is not None and value <= start:
            raise ValueError("a part of a video ends after it starts")
        return value

    def set_values(self) -> dict[str, Any]:
        """Return only the settings that are set."""
        return self.model_dump(exclude_none=True)

    def over(self, defaults: GenerationSettings) -> GenerationSettings:
        """Return these settings, filled up with `defaults` where they are not set."""
        return GenerationSettings(**{**defaults.set_values(), **self.set_values()})


def read_safety(text: str | None) -> dict[Harm, Threshold]:
    """Return the thresholds of a safety setting, such as "harassment=high,hate_speech=none".

    Raises:
        ValueError: a harm or a threshold is none of ours.
    """
    pairs = (pair.partition("=") for pair in (text or "").split(",") if pair.strip())
    return {Harm(harm.strip()): Threshold(limit.strip()) for harm, _, limit in pairs}


class Origin(Value):
    """Where a picture that was brought in comes from, in the words of whoever holds it; "" is not known.

    `page` is its place in what it came with (a PDF, a manifest), from 1; `place` that document's name or address.
    """

    title: str = ""
    source: str = ""
    credit: str = ""
    rights: str = ""
    place: str = ""
    page: int | None = None


class Source(Value):
    """One source image of a recipe, with what it is for and the digest it had."""

    asset_id: str
    role: Role = Role.OTHER
    digest: str = ""
    name: str = ""


class Recipe(Value):
    """Everything an image was made from.

    `prompt` is what the person typed, `composed` what was sent (the typed text with its "Image n:" lines). `story` and
    `step` say where the image belongs, `origin` where a picture brought in comes from; they, `name` and the sources'
    ids are not part of the fingerprint. `turn` names the turn of a conversation ("<conversation>/<turn>"): what was
    said before it decides the image too, so it is part of the fingerprint where there is one.
    """

    kind: Kind
    name: str = ""
    prompt: str = ""
    composed: str = ""
    sources: tuple[Source, ...] = ()
    engine: EngineName | None = None
    model: str = ""
    settings: GenerationSettings = GenerationSettings()
    attempt: int = Field(default=1, ge=1)
    story: str = ""
    step: str = ""
    origin: Origin | None = None
    turn: str | None = None

    @property
    def fingerprint(self) -> str:
        """sha256 (hex) of the canonical JSON of what decides the image."""
        return hashlib.sha256(self._canonical(self.attempt)).hexdigest()

    @property
    def plan(self) -> str:
        """The fingerprint with the attempt left out: the same for every try of one recipe."""
        return hashlib.sha256(self._canonical(0)).hexdigest()

    def _canonical(self, attempt: int) -> bytes:
        content = {
            "version": FINGERPRINT_VERSION,
            "kind": self.kind,
            "prompt": self.composed,
            "sources": [[source.role, source.digest] for source in self.sources],
            "engine": self.engine,
            "model": self.model,
            "settings": self.settings.set_values(),
            "attempt": attempt,
            **({"turn": self.turn} if self.turn else {}),
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


class Result(Value):
    """What came back when the image was made. Costs in USD, times in seconds, sizes in pixels."""

    mime: str = ""
    width: int = 0
    height: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float = 0.0
    seconds: float = 0.0
    finish_reason: str = ""
    text: str = ""
    warnings: tuple[str, ...] = ()
    created: datetime | None = None


class Asset(Value):
    """One image of a project. `id` is the file's stem, `digest` the sha256 of the file without our own chunks."""

    id: str
    digest: str
    recipe: Recipe
    result: Result

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Ids of the assets this one was made from, in order."""
        return tuple(source.asset_id for source in self.recipe.sources)

    @property
    def file_name(self) -> str:
        """Name of the asset's file inside `assets/`."""
        return self.id + (".jpg" if self.result.mime == "image/jpeg" else ".png")

"""Regions of a page: where an object is, what it is called, and how a set of them was found.

A box is `[ymin, xmin, ymax, xmax]` on a scale of 0 to 1000 of the page's height and width, whatever its pixels: the
order and scale that Gemini models use. Values may have decimals; they are rounded only where they are printed.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from core.models.asset import EngineName
from core.models.value import Value

SCALE = 1000.0


class Box(Value):
    """A rectangle on a page, in thousandths of its height (y) and width (x); never empty or reversed."""

    ymin: float = Field(ge=0, le=SCALE)
    xmin: float = Field(ge=0, le=SCALE)
    ymax: float = Field(ge=0, le=SCALE)
    xmax: float = Field(ge=0, le=SCALE)

    @model_validator(mode="after")
    def _has_area(self) -> Box:
        if self.ymax <= self.ymin or self.xmax <= self.xmin:
            raise ValueError("a box has its smaller values first, and an area")
        return self

    @classmethod
    def of_pixels(cls, left: float, top: float, right: float, bottom: float, width: int, height: int) -> Box:
        """Return the box of a rectangle in pixels of a page of `width` x `height`."""
        return cls(
            ymin=top / height * SCALE,
            xmin=left / width * SCALE,
            ymax=bottom / height * SCALE,
            xmax=right / width * SCALE,
        )

    @property
    def box_2d(self) -> list[int]:
        """The box as a model writes it: four whole numbers, ymin first."""
        return [round(value) for value in (self.ymin, self.xmin, self.ymax, self.xmax)]

    @property
    def area(self) -> float:
        """Share of the page, 0 to 1."""
        return (self.ymax - self.ymin) * (self.xmax - self.xmin) / SCALE**2

    def pixels(self, width: int, height: int, margin: int = 0) -> tuple[int, int, int, int]:
        """Return (left, top, right, bottom) in pixels of a page, widened by `margin` pixels as far as the page goes."""
        left = round(self.xmin * width / SCALE) - margin
        top = round(self.ymin * height / SCALE) - margin
        right = round(self.xmax * width / SCALE) + margin
        bottom = round(self.ymax * height / SCALE) + margin
        left, top = max(0, left), max(0, top)
        return left, top, min(width, max(right, left + 1)), min(height, max(bottom, top + 1))

    def intersection(self, other: Box) -> float:
        """Return the share of the page that two boxes have in common, 0 to 1."""
        height = min(self.ymax, other.ymax) - max(self.ymin, other.ymin)
        width = min(self.xmax, other.xmax) - max(self.xmin, other.xmin)
        return max(0.0, height) * max(0.0, width) / SCALE**2

    def iou(self, other: Box) -> float:
        """Return intersection over union, 0 to 1."""
        common = self.intersection(other)
        return common / (self.area + other.area - common)


NO_TESSERACT = "Captions are empty: Tesseract is not installed. Install it (tesseract on the PATH) to have them read."
FREE_TEXT = (
    "The draft engine cannot read what is described; it looked for what its preset names. "
    "Search with gemini to find things by words."
)
NO_LABEL_FITS = (
    "The draft engine cannot tell what a picture shows, so none of your labels was given. "
    "Label the objects yourself, or search with gemini."
)
FAILED_TESSERACT = "Some captions are empty: Tesseract failed or took too long. Type them in the table."


class Flag(StrEnum):
    """What was odd about a box as it was answered, or what became of it."""

    REVERSED = "reversed"
    OUT_OF_RANGE = "out_of_range"
    EMPTY = "empty"
    DUPLICATE = "duplicate"
    WHOLE_PAGE = "whole_page"
    SWALLOWED = "swallowed"
    UNREADABLE = "unreadable"
    LABEL_NOT_ALLOWED = "label_not_allowed"


class Region(Value):
    """One object on a page. `id` is its own within the page, `mask` the digest of its mask's file ("" is none).

    `caption` is verbatim, line breaks included; `score` is 0 to 1 where the engine knows one.
    """

    id: str
    box: Box
    label: str = ""
    caption: str = ""
    score: float | None = Field(default=None, ge=0, le=1)
    mask: str = ""
    flags: tuple[Flag, ...] = ()


class Preset(StrEnum):
    """What is looked for, where nothing else is said."""

    ILLUSTRATIONS = "illustrations"
    ENGRAVINGS = "engravings"
    PHOTOGRAPHS = "photographs"
    COMPONENTS = "components"


class Wish(Value):
    """What to find on a page. Empty texts are the preset's own words; `labels` closes the list of labels."""

    preset: Preset = Preset.ILLUSTRATIONS
    what: str = ""
    caption_means: str = ""
    label_means: str = ""
    labels: tuple[str, ...] = ()
    is_exhaustive: bool = False
    has_masks: bool = False


class DetectionSettings(Value):
    """The controls of one detection; None means "not set": it is neither sent nor stored."""

    thinking_level: str | None = None
    media_resolution: Literal["low", "medium", "high", "ultra_high"] | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)


class Detection(Value):
    """The regions of one page at one time, in reading order. An edit makes a new detection.

    `prompt` is what was sent ("" for the draft engine and for edits by hand), `repairs` counts by flag what was wrong
    with the answer, `basis` is the number of the detection it was edited from. Costs in USD, times in seconds.
    """

    number: int = Field(ge=1)
    page: str
    digest: str
    regions: tuple[Region, ...] = ()
    wish: Wish = Wish()
    engine: EngineName | None = None
    model: str = ""
    settings: DetectionSettings = DetectionSettings()
    prompt: str = ""
    repairs: dict[Flag, int] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    basis: int | None = None
    cost_usd: float = 0.0
    seconds: float = 0.0
    created: datetime | None = None

"""The work on the plates of a book: a chain of steps that every object cut from a page goes through."""

from __future__ import annotations

from enum import StrEnum

from core.models.asset import GenerationSettings, Kind
from core.models.value import Value

# of draft; compared with what a picture's warnings say, so it is never reworded
NOT_COMPLETED = "Draft does not take away what lies over a picture, and completes nothing. Gemini can do both."
PLATE_KINDS = (Kind.RESTORATION, Kind.COLOURISATION, Kind.TRANSFORMATION, Kind.CINEMATIC)


class Framing(StrEnum):
    """How a picture stands on its canvas: with an even white margin, up to every edge, or as its kind usually does."""

    BY_TYPE = "by_type"
    MARGIN = "margin"
    FULL_BLEED = "full_bleed"


class ChainStep(Value):
    """One step of the chain; `name` heads its column, `prompt` is what every object gets unless its own is typed."""

    id: str
    kind: Kind
    name: str
    prompt: str
    model: str = ""
    settings: GenerationSettings = GenerationSettings()


class Chain(Value):
    """The steps in their order: each is made from the one before it, the first from the cut-out object."""

    steps: tuple[ChainStep, ...] = ()

    def step(self, step_id: str) -> ChainStep | None:
        """Return a step by its id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)

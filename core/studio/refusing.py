"""What stands in place of an engine whose account cannot be used: it makes nothing, and what is there still serves."""

from __future__ import annotations

from dataclasses import dataclass

from core.engines.base import DetectionRequest, Findings, Generation, GenerationRequest, Observer
from core.errors import StudioError


@dataclass(frozen=True)
class Refusing:
    """Refuses every call with the error that stopped the engine, before any attempt is made."""

    error: StudioError

    async def generate(self, request: GenerationRequest, observer: Observer) -> Generation:
        """Make no image.

        Raises:
            StudioError: always, and the same one.
        """
        raise self.error

    async def detect(self, request: DetectionRequest, observer: Observer) -> Findings:
        """Search no page.

        Raises:
            StudioError: always, and the same one.
        """
        raise self.error

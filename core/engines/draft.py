"""The draft engine: image processing, drawing and finding on this machine, without a key, a network or a cost.

It is no AI and never pretends to be: every image carries a small "draft" mark. The same request gives the same bytes.
"""

from __future__ import annotations

import asyncio

from core.engines.attempt import observed
from core.engines.base import DetectionRequest, Findings, Generation, GenerationRequest, Observer
from core.engines.vision.looks.wishes import asks_to_uncover
from core.errors import InvalidRequestError
from core.models.asset import EngineName, GenerationSettings, Kind
from core.models.catalog import Catalog, load_catalog
from core.models.plates import NOT_COMPLETED

MODEL = "draft"


class DraftEngine:
    """Draws storyboard roughs and finds pictures on pages; fulfils `core.engines.base.Engine`."""

    name = EngineName.DRAFT

    def __init__(self, catalog: Catalog | None = None) -> None:
        self._facts = (catalog or load_catalog()).model(MODEL)

    async def default_model(self) -> str:
        """Return the engine's only model."""
        return MODEL

    def honoured(self, model: str, settings: GenerationSettings) -> GenerationSettings:
        """Keep ratio and size; nothing else changes a drawing."""
        return GenerationSettings(aspect_ratio=settings.aspect_ratio, image_size=settings.image_size)

    def price(self, model: str, settings: GenerationSettings) -> float:
        """Return 0: drafts are free."""
        return 0.0

    async def generate(self, request: GenerationRequest, observer: Observer) -> Generation:
        """Draw one image in a thread.

        Raises:
            InvalidImageError: a reference cannot be read.
            InvalidRequestError: there is no such ratio or size, or the drawing failed.
            BudgetExceededError: the observer refused the attempt.
            asyncio.CancelledError: the task was cancelled; the drawing thread finishes unheard.
        """
        data = await observed(lambda: asyncio.to_thread(self._draw, request), observer)
        return Generation(data=data, mime="image/png", finish_reason="STOP", warnings=_left_out(request))

    async def default_detection_model(self) -> str:
        """Return the engine's only model."""
        return MODEL

    async def detect(self, request: DetectionRequest, observer: Observer) -> Findings:
        """Find pictures or parts on a page in a thread.

        Raises:
            InvalidImageError: the page cannot be read.
            InvalidRequestError: the search failed.
            BudgetExceededError: the observer refused the attempt.
            asyncio.CancelledError: the task was cancelled; the thread finishes unheard.
        """
        return await observed(lambda: asyncio.to_thread(_found, request), observer)

    async def aclose(self) -> None:
        """Do nothing: a drawing holds no connection."""

    def _draw(self, request: GenerationRequest) -> bytes:
        # Imported here, in the thread: OpenCV takes longer to load than most commands to run.
        import cv2

        from core.engines.drawing.drafting import draw

        try:
            return draw(request, self._facts)
        except (cv2.error, ValueError, ArithmeticError, IndexError, MemoryError) as error:
            raise InvalidRequestError(
                f"The draft engine could not draw {request.name or 'this image'!r} ({type(error).__name__}). "
                "Try another size or other references."
            ) from error


def _left_out(request: GenerationRequest) -> tuple[str, ...]:
    """Say what was asked for and cannot be drawn: what lies over a plate stays, and nothing is completed."""
    is_asked = request.kind is Kind.RESTORATION and asks_to_uncover(request.typed)
    return (NOT_COMPLETED,) if is_asked else ()


def _found(request: DetectionRequest) -> Findings:
    import cv2

    from core.engines.vision.detect import find

    try:
        return find(request.page.data, request.wish, request.page.name)
    except (cv2.error, ValueError, ArithmeticError, IndexError, MemoryError) as error:
        raise InvalidRequestError(
            f"The draft engine could not search {request.page.name or 'this page'!r} ({type(error).__name__}). "
            "Try a smaller copy of the page, or the gemini engine."
        ) from error

"""Turning a cut-out: the same silhouette from behind, from the side, at three quarters.

Nothing is invented: side views are the drawing foreshortened and shaded, the back is its outline and big areas.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from core.engines.drawing.back import from_behind
from core.engines.drawing.cutout import Subject


class View(StrEnum):
    """From where a subject is seen."""

    FRONT = "front"
    BACK = "back"
    LEFT = "left"
    RIGHT = "right"
    THREE_QUARTER = "three_quarter"


def turned(subject: Subject, view: View) -> Subject:
    """Return the subject as it may look from a side."""
    if view is View.FRONT:
        return subject
    if view is View.BACK:
        return from_behind(subject)
    narrow, far_side = (0.84, 0.20) if view is View.THREE_QUARTER else (0.60, 0.34)
    squeezed = subject.scaled(max(2, round(subject.width * narrow)), subject.height)
    shaded = _shaded_side(squeezed, far_side)
    return shaded.mirrored() if view is View.LEFT else shaded


def _shaded_side(subject: Subject, strength: float) -> Subject:
    fall = np.linspace(1 - strength, 1.03, subject.width, dtype=np.float32)[None, :, None]
    return Subject(np.clip(subject.colour * np.sqrt(fall), 0, 255).astype(np.uint8), subject.alpha)

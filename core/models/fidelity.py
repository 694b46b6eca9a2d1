"""How true a restoration is to the crop it was made from, and when it is too poor to build on.

Structure is edges, not tones: a colourised plate that keeps every line is as true as a grey one.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.models.value import Value

LEAST_AGREEMENT = 0.6
"""Below it, four edges in ten of either picture have no counterpart: it is another drawing."""
MOST_MISSING = 0.15
"""Above it, more than about a seventh of what was printed is gone; dust and bleed-through make a few hundredths."""
MOST_INVENTED = 0.15
"""Above it, more than about a seventh of what is shown was never printed."""
LARGEST_PATCH = 0.025
"""Above it, one whole part of the picture, a fortieth of it, is gone or was added. A frame left out stays below."""
MOST_DRIFT = 0.1
"""Above it the picture is stretched by more than a tenth; taking out perspective stays below."""


class Fault(StrEnum):
    """What makes a restoration poor."""

    UNALIGNED = "unaligned"
    UNLIKE = "unlike"
    MISSING = "missing"
    INVENTED = "invented"
    STRETCHED = "stretched"


class Fidelity(Value):
    """What a restoration shares with its crop.

    `edge_agreement` is 0 (as alike as two other pictures) to 1. `missing` is the share (0 to 1) of the crop's structure
    that the restoration lacks, `invented` the share of the restoration's that the crop lacks; the patches are the
    largest single parts of that, as shares of the picture's area. `aspect_drift` is how far one side was stretched
    against the other (0.1 is a tenth). `heat_map` is a PNG of the crop's size: missing in orange, invented in blue.
    When `is_aligned` is false, the two were laid over each other by their outlines only, and the rest is a guess.
    """

    is_aligned: bool
    edge_agreement: float = Field(ge=0, le=1)
    missing: float = Field(ge=0, le=1)
    invented: float = Field(ge=0, le=1)
    missing_patch: float = Field(default=0.0, ge=0, le=1)
    invented_patch: float = Field(default=0.0, ge=0, le=1)
    aspect_drift: float = Field(ge=0)
    heat_map: bytes = Field(default=b"", repr=False)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is poor about it, worst first; empty for a restoration to build on."""
        checks = (
            (Fault.UNALIGNED, not self.is_aligned),
            (Fault.UNLIKE, self.edge_agreement < LEAST_AGREEMENT),
            (Fault.MISSING, self.missing > MOST_MISSING or self.missing_patch > LARGEST_PATCH),
            (Fault.INVENTED, self.invented > MOST_INVENTED or self.invented_patch > LARGEST_PATCH),
            (Fault.STRETCHED, self.aspect_drift > MOST_DRIFT),
        )
        return tuple(fault for fault, is_so in checks if is_so)

    @property
    def is_poor(self) -> bool:
        """Whether to warn before further steps build on it."""
        return bool(self.faults)

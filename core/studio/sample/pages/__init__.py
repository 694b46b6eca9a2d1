"""Sample pages drawn by our own code, with the true place of every picture on them.

Importing this loads nothing heavy; drawing a page takes a second or two.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.models.asset import Origin
from core.models.region import Box, Preset, Region

if TYPE_CHECKING:
    from core.studio.sample.pages.typeset import Placed

CREDIT = "Drawn by Throughline"
_QUALITY = 92


@dataclass(frozen=True)
class DrawnPage:
    """A sample page as a JPEG file, its size in pixels, and its regions in reading order."""

    data: bytes
    width: int
    height: int
    regions: tuple[Region, ...]


@dataclass(frozen=True)
class SamplePage:
    """A page that can be drawn: its name (the stem of its file), its title, and what there is to find on it."""

    name: str
    title: str
    preset: Preset
    number: int

    @property
    def origin(self) -> Origin:
        """Where it comes from."""
        return Origin(
            title=self.title,
            source="Throughline",
            credit=CREDIT,
            rights="Apache-2.0",
            place="samples",
            page=self.number,
        )

    def draw(self) -> DrawnPage:
        """Draw the page: always the same."""
        # Imported here: drawing needs OpenCV, which takes longer to load than a page.
        from PIL import Image

        from core.studio.sample.pages import books
        from core.studio.sample.pages.circuit import circuit

        draw = {
            "lighthouse": books.engravings,
            "balloon": books.tilted,
            "barque": books.curled,
            "spread": books.spread,
            "circuit": circuit,
        }[self.name]
        pixels, placed = draw()
        height, width = pixels.shape[:2]
        buffer = io.BytesIO()
        image = Image.fromarray(pixels[..., ::-1].copy())
        image.save(buffer, "JPEG", quality=_QUALITY, subsampling=0, dpi=(300, 300))
        return DrawnPage(buffer.getvalue(), width, height, _regions(placed, width, height))


def sample_pages() -> list[SamplePage]:
    """Return the pages that can be drawn."""
    shown = (
        ("lighthouse", "The keeper of the light: an old page with three engravings", Preset.ENGRAVINGS),
        ("balloon", "A morning aloft: a page photographed at an angle", Preset.ENGRAVINGS),
        ("barque", "The Patient Margaret: a page that bends into its binding", Preset.ENGRAVINGS),
        ("spread", "Hill and shore: a book lying open", Preset.ILLUSTRATIONS),
        ("circuit", "A circuit board with chips, resistors and capacitors", Preset.COMPONENTS),
    )
    return [SamplePage(name, title, preset, number) for number, (name, title, preset) in enumerate(shown, 1)]


def _regions(placed: Sequence[Placed], width: int, height: int) -> tuple[Region, ...]:
    return tuple(
        Region(id=f"r{number}", box=Box.of_pixels(*item.area, width, height), label=item.label, caption=item.caption)
        for number, item in enumerate(placed, 1)
    )

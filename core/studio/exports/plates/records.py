"""What an export says of a plate: plain values, gathered by whoever knows the page."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from core.models.asset import Asset, Origin
from core.models.region import Region
from core.store.ids import clean_id


@dataclass(frozen=True)
class PlateRecord:
    """One plate: the page it is on and that page's size in pixels, its region, and its pictures from crop to last step.

    `origin` is what is to be credited: see `core.studio.pages.origins`.
    """

    page: Asset
    region: Region
    page_size: tuple[int, int]
    images: tuple[Asset, ...] = ()
    origin: Origin = Origin()  # noqa: RUF009 - it is frozen

    @property
    def name(self) -> str:
        """What names the plate within its project: its page and its region."""
        return f"{self.page.id}/{self.region.id}"

    @property
    def stem(self) -> str:
        """A file name for the plate, without ending."""
        return clean_id("-".join(filter(None, (self.page.id, self.region.id, line(self.region.label)[:30]))))

    @property
    def label(self) -> str:
        """What it is called, on one line."""
        return line(self.region.label)

    @property
    def pixels(self) -> tuple[int, int, int, int]:
        """Its rectangle on the page: left, top, right, bottom."""
        return self.region.box.pixels(*self.page_size)

    @property
    def credit(self) -> str:
        """Who is to be named, on one line: credit, source, rights and place, as far as they are known."""
        said = (self.origin.title, self.origin.credit, self.origin.source, self.origin.rights, self.origin.place)
        return " · ".join(dict.fromkeys(filter(None, map(line, said))))


def line(text: str) -> str:
    """Return a text on one line, without characters that no reader sees."""
    return " ".join(clean(text).split())


def clean(text: str) -> str:
    """Return a text without control and invisible characters; its lines stay."""
    return "".join(
        char
        for char in text.replace("\r\n", "\n")
        if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs"}
    )

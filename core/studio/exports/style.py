"""The studio's colours and words for pictures that leave it; the same tokens as on every page."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from core.studio.states import State


@dataclass(frozen=True)
class Theme:
    """The colours of paper, ink and thread, as #RRGGBB."""

    paper: str
    panel: str
    ink: str
    quiet: str
    thread: str
    border: str

    def css(self) -> str:
        """Return the colours as CSS custom properties."""
        return "".join(f"--{name}:{colour};" for name, colour in asdict(self).items())


LIGHT = Theme("#FBF9F5", "#F1EDE4", "#1E2126", "#6B6862", "#B4431F", "#DDD6C8")
DARK = Theme("#16171A", "#202227", "#ECE9E2", "#9C988F", "#F0885A", "#34363C")

STATE_COLOURS = {
    State.ARCHIVE: "#34A853",
    State.GENERATED: "#4285F4",
    State.DRAFT: "#8A867E",
    State.MISSING: "#A39E93",
}
STATE_WORDS = {
    State.ARCHIVE: "Archive",
    State.GENERATED: "Generated",
    State.DRAFT: "Draft",
    State.MISSING: "Not in this project",
}
NOTHING_YET = "Nothing here yet."
HOW_TO_BEGIN = "Import a picture or make one. It will stand here with everything it was made from."
UNREADABLE = "Picture cannot be read"


def rgb(colour: str) -> tuple[int, int, int]:
    """Return a #RRGGBB colour as red, green and blue from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)

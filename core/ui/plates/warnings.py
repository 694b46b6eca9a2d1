"""What an engine left out, in the visitor's language where the words are ours."""

from __future__ import annotations

from core.models.plates import NOT_COMPLETED
from core.models.region import FAILED_TESSERACT, FREE_TEXT, NO_LABEL_FITS, NO_TESSERACT
from core.ui.texts import _


def warning_text(warning: str) -> str:
    """Return a warning in the interface's language where it is one of ours; a service's words stay as they are."""
    ours = {
        FREE_TEXT: _(
            "Draft cannot read what is described; it looked for what is chosen above. "
            "Search with Gemini to find things by words."
        ),
        NO_TESSERACT: _("Captions are empty: Tesseract is not installed. Install it to have them read."),
        NO_LABEL_FITS: _(
            "Draft cannot tell what a picture shows, so none of your labels was given. "
            "Label the objects here, or search with Gemini."
        ),
        FAILED_TESSERACT: _("Some captions are empty: Tesseract failed or took too long. Type them in the table."),
        NOT_COMPLETED: _(
            "Draft does not take away what lies over a picture, and completes nothing. Gemini can do both."
        ),
    }
    return ours.get(warning, warning)

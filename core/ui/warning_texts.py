"""What an engine left out, in the visitor's language where the words are ours."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.models.plates import NOT_COMPLETED
from core.models.region import FAILED_TESSERACT, FREE_TEXT, NO_LABEL_FITS, NO_TESSERACT
from core.ui.labels import setting_name
from core.ui.texts import _

# sentences with names and figures in them, as they are written where they arise
_UNHEEDED = re.compile(r"(?P<title>.+) does not heed (?P<setting>\w+) (?P<value>.+): (it was )?left out\.")
_TOO_MANY = re.compile(r"The answer named (?P<count>\d+) objects; the first (?P<taken>\d+) were taken\.")
_NO_MASKS = re.compile(
    r"(?P<count>\d+) of (?P<total>\d+) masks were missing or could not be read; their boxes are used\."
)


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
    return ours.get(warning) or _with_figures(warning)


def _with_figures(warning: str) -> str:
    sentences: tuple[tuple[re.Pattern[str], Callable[[], str]], ...] = (
        (_UNHEEDED, lambda: _("{title} does not heed {setting} {value}: it was left out.")),
        (_TOO_MANY, lambda: _("The answer named {count} objects; the first {taken} were taken.")),
        (_NO_MASKS, lambda: _("{count} of {total} masks were missing or could not be read; their boxes are used.")),
    )
    for pattern, words in sentences:
        if found := pattern.fullmatch(warning):
            parts = found.groupdict()
            if "setting" in parts:
                parts["setting"] = setting_name(parts["setting"]).lower()
            return words().format(**parts)
    return warning

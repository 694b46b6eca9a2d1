"""What differs between two prompts, shown in one text: what came is underlined, what went is struck through."""

from __future__ import annotations

from core.studio.prompting.word_diff import word_diff
from core.ui.components.component import front, registered
from core.ui.texts import _

_words = registered("words", *front("shared/base.css", "words/view.html", "words/view.css", "words/view.js"))


def word_difference(before: str, after: str, *, key: str) -> None:
    """Show the words of `after`, with those of `before` that are gone among them."""
    pieces = [{"change": piece.change.value, "text": piece.text} for piece in word_diff(before, after)]
    _words(key=key, data={"pieces": pieces, "label": _("What differs between the two prompts")})

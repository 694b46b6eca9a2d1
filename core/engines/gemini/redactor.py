"""What others wrote, made fit to show and to keep: no key, no control characters, no markup in messages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import Enum

STARS = "***"
MOST_WORDS = 240
UNREADABLE_NAME = "UNREADABLE"
_KEY = re.compile(r"AIza[0-9A-Za-z_\-]{20,}|AQ\.[0-9A-Za-z_\-]{20,}|ya29\.[0-9A-Za-z_\-.]+")
_TAG = re.compile(r"<[^>]*>")
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")


@dataclass(frozen=True)
class Redactor:
    """Cleans the words of a service. `secret` is the very key in use; keys of others are told by their shape."""

    secret: str | None = field(default=None, repr=False)

    def text(self, words: str) -> str:
        """Return a text with its lines and tabs, without other control characters and without keys."""
        kept = "".join(c for c in words if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
        return self.keyless(kept).strip()

    def line(self, words: str) -> str:
        """Return words as one short line of a message: no markup, nothing that does not print, no keys."""
        printed = "".join(c if c.isprintable() else " " for c in words)
        plain = self.keyless(" ".join(_TAG.sub(" ", printed).split()))
        return plain if len(plain) <= MOST_WORDS else plain[: MOST_WORDS - 1] + "…"

    def name(self, value: object) -> str:
        """Return the name of an enum's value, known or not; "" for None, and a stand-in for what cannot be a name."""
        if value is None:
            return ""
        said = self.keyless(str(value.value) if isinstance(value, Enum) else str(value))
        return said if _NAME.fullmatch(said) else UNREADABLE_NAME

    def keyless(self, words: str) -> str:
        """Return words as they are, but without keys."""
        # After the cleaning, so that a key with a control character inside does not get whole again.
        return _KEY.sub(STARS, words.replace(self.secret, STARS) if self.secret else words)

"""What differs between two prompts, word by word; of scripts without spaces, character by character."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from core.studio.prompts import WORD

# a word or a sign; the space around it belongs to it
_TOKEN = re.compile(rf"\s*(?:{WORD}|[^\w\s])\s*|\s+")
_LONG = 2000  # tokens; beyond them the exact comparison would keep a page waiting


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """Some words in a row that stayed, came or went."""

    change: Change
    text: str


def word_diff(before: str, after: str) -> tuple[Piece, ...]:
    """Return both prompts as one text in pieces; without the removed ones it reads as `after` does."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    matcher = SequenceMatcher(None, _words(old), _words(new), autojunk=max(len(old), len(new)) > _LONG)
    pieces: list[Piece] = []
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece(Change.SAME, "".join(new[new_from:new_to])))
        else:
            pieces.extend(_changed("".join(old[old_from:old_to]), "".join(new[new_from:new_to])))
    return tuple(pieces)


def _changed(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece(Change.REMOVED, removed)
    if added:
        yield Piece(Change.ADDED, added)


def _words(tokens: list[str]) -> list[str]:
    """Return the words alone: where a line breaks is no difference."""
    return [token.strip() for token in tokens]

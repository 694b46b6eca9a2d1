"""From the text a person typed to the text that is sent: one line a source before it, so that each image has a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.models.asset import Kind, Role, Source

_NAMES_ITS_IMAGES = re.compile(r"^\s*(?:[-*•]\s*)?Image\s+\d+\s*:", re.MULTILINE | re.IGNORECASE)

# one character of a script written without spaces, or a word of another
WORD = r"[\u3400-\u9fff\u3040-\u30ff]|[^\W\u3400-\u9fff\u3040-\u30ff]+(?:['’-]\w+)*"
_WORD = re.compile(WORD)

_ROLE_OF_KIND = {
    Kind.ARCHIVE: Role.ARCHIVE,
    Kind.CUTOUT: Role.CHARACTER,
    Kind.CHARACTER_SHEET: Role.CHARACTER,
    Kind.ACCESSORY_SHEET: Role.OBJECT,
    Kind.SCENE: Role.SCENE,
    Kind.PAGE: Role.PAGE,
    Kind.CROP: Role.PLATE,
    Kind.RESTORATION: Role.PLATE,
    Kind.COLOURISATION: Role.PLATE,
    Kind.TRANSFORMATION: Role.PLATE,
    Kind.CINEMATIC: Role.SCENE,
}
_WORDING = {
    Role.ARCHIVE: "Archive picture.",
    Role.CHARACTER: "{name} character sheet.",
    Role.OBJECT: "{name}, an object to keep as it is.",
    Role.SCENE: "Previous scene.",
    Role.STYLE: "{name}, for its style only.",
    Role.BACKGROUND: "{name}, for the background.",
    Role.POSE: "{name}, for the pose only.",
    Role.PAGE: "Photographed page.",
    Role.PLATE: "{name}, the picture to work on.",
    Role.OTHER: "{name}.",
}


def role_of(kind: Kind) -> Role:
    """Return what an image of a kind is for in the step that uses it, unless the step says otherwise."""
    return _ROLE_OF_KIND.get(kind, Role.OTHER)


def compose(typed: str, sources: Sequence[Source], kinds: Sequence[Kind]) -> str:
    """Return the text that is sent: a line a source, then what was typed.

    It is left alone when a typed line names its images already ("Image 1: ..."), bullet or not. `kinds` are the
    kinds of the sources, in the same order.
    """
    text = typed.strip()
    if not sources or _NAMES_ITS_IMAGES.search(text):
        return text
    scenes = sum(source.role is Role.SCENE for source in sources)
    lines = [
        f"- Image {number}: {_wording(source, kind, scenes)}"
        for number, (source, kind) in enumerate(zip(sources, kinds, strict=True), 1)
    ]
    return "\n".join([*lines, text])


def count_words(text: str) -> int:
    """Return how many words a text has; a Chinese or Japanese character counts as one."""
    return len(_WORD.findall(text))


def first_words(text: str, count: int = 6, length: int = 60) -> str:
    """Return how a prompt begins, as a name: its first words, without what names its images; "image" for none."""
    lines = [line for line in text.splitlines() if not _NAMES_ITS_IMAGES.match(line)]
    words = _WORD.findall(" ".join(lines))
    wide = any("\u3040" <= word <= "\u9fff" for word in words[:count])
    return ("".join(words[: 2 * count]) if wide else " ".join(words[:count]))[:length].strip() or "image"


def _wording(source: Source, kind: Kind, scenes: int) -> str:
    if source.role is Role.SCENE and scenes > 1:
        return f"Previous scene, {source.name}."
    if source.role is Role.OBJECT and kind is Kind.ACCESSORY_SHEET:
        return f"{source.name} accessory sheet."
    if source.role is Role.CHARACTER and kind is not Kind.CHARACTER_SHEET:
        return f"{source.name}, the character."
    return _WORDING[source.role].format(name=source.name)

"""Which look a prompt's words ask for, in English and Chinese.

What is to come ("into a watercolour") counts before what is.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypeVar

from core.models.plates import Framing

MAX_TEXT = 20_000
_TARGET = re.compile(r"\binto\b|\bas an?\b|\bstyle of\b|变成|变为|转换?[为成]|改成|画成|做成")
_FULL_BLEED = r"\b(?:every|all four) edges?\b|\bfull[- ]bleed\b|\bedge to edge\b|\bborderless\b|满版|出血|铺满画布"
_NO_MARGIN = r"\b(?:no|without(?: any| an?)?)(?: white)? (?:margin|border)s?\b|不留白边|不加边框|没有白边|无白边"
_MARGIN = r"\bmargins?\b|\bwhite borders?\b|白边|边距"
_COVERED = r"\bwhat (?:it|they) hides?\b|\blies over the picture\b|\bis covered by\b|遮住|遮挡|盖住"
Named = TypeVar("Named", bound=StrEnum)


class Tint(StrEnum):
    """How a plate is coloured."""

    HAND = "hand"
    DUOTONE = "duotone"
    PLATE = "plate"


class Technique(StrEnum):
    """What a plate is turned into."""

    WATERCOLOUR = "watercolour"
    PAINTING = "painting"
    GRAPHIC = "graphic"
    PHOTOGRAPH = "photograph"


_TINTS: dict[Tint, str] = {
    Tint.DUOTONE: r"duo[- ]?tones?|two[- ]colou?rs?|bi[- ]?colou?r|双色|双色调",
    Tint.PLATE: r"plate tint|tint(?:ed)? plate|mono[- ]?chrom\w*|\bsepia\b|cyanotype|single colou?r|one colou?r|"
    r"单色|棕褐|泛黄|蓝晒|底色",
    Tint.HAND: r"hand[- ](?:tint|colou?r|paint)\w*|手工(?:上|着|填)色|手绘上色",
}
_TECHNIQUES: dict[Technique, str] = {
    Technique.WATERCOLOUR: r"water[- ]?colou?rs?|aquarelle|gouache|水彩|水粉",
    Technique.GRAPHIC: r"\bgraphics?\b|\bflat\b|\bvectors?\b|\bdigital\b|\bposters?\b|\bicons?\b|minimalis\w+|"
    r"扁平|矢量|数字(?:图形|插画)|海报|图标",
    Technique.PAINTING: r"\boils?\b|\bacrylics?\b|\bpaint(?:ing|ings|ed|erly)?\b|impasto|油画|绘画|画作|丙烯",
    Technique.PHOTOGRAPH: r"\bphoto(?:s|graphs?|graphic|realis\w+|[- ]?real)?\b|照片|摄影|写实|逼真",
}
_COLOURS: dict[str, tuple[str, tuple[float, float, float]]] = {
    "sepia": (r"\bsepia\b|\bbrown\b|棕|褐", (38, 66, 104)),
    "blue": (r"\bblue\b|cyanotype|\bindigo\b|\bnavy\b|蓝|靛", (112, 62, 24)),
    "green": (r"\bgreen\b|\bteal\b|\bolive\b|绿", (52, 82, 40)),
    "red": (r"\bred\b|\bcrimson\b|\bsanguine\b|\brust\b|红|赭", (36, 42, 140)),
    "orange": (r"\borange\b|\bgold(?:en)?\b|\bamber\b|橙|金", (30, 104, 190)),
    "violet": (r"\bviolet\b|\bpurple\b|\bplum\b|紫", (104, 46, 84)),
    "yellow": (r"\byellow\b|\bbuff\b|\bcream\b|黄", (40, 130, 170)),
}


def tint_asked(text: str) -> Tint:
    """Return how a prompt wants a plate coloured; by hand if it does not say."""
    return _first(_TINTS, text) or Tint.HAND


def technique_asked(text: str) -> Technique:
    """Return what a prompt wants a plate turned into; a watercolour if it does not say."""
    return _first(_TECHNIQUES, text) or Technique.WATERCOLOUR


def framing_asked(text: str) -> Framing:
    """Return how a prompt wants a picture to stand on its canvas; one that says both, or nothing, leaves it open."""
    words = text[:MAX_TEXT].lower()
    has_bleed = re.search(_FULL_BLEED, words) is not None
    has_margin = re.search(_MARGIN, re.sub(_NO_MARGIN, " ", words)) is not None
    if has_bleed == has_margin:
        return Framing.BY_TYPE
    return Framing.FULL_BLEED if has_bleed else Framing.MARGIN


def asks_to_uncover(text: str) -> bool:
    """Tell whether a prompt wants something taken away that lies over the picture, and what it hides completed."""
    return re.search(_COVERED, text[:MAX_TEXT].lower()) is not None


def inks_asked(text: str) -> tuple[tuple[float, float, float], ...]:
    """Return the inks (BGR) a prompt names, in its order."""
    words = text[:MAX_TEXT].lower()
    found = ((match.start(), ink) for pattern, ink in _COLOURS.values() if (match := re.search(pattern, words)))
    return tuple(ink for _, ink in sorted(found))


def _first(patterns: dict[Named, str], text: str) -> Named | None:
    """Return the first of the table that is named after "into" or the like, else anywhere."""
    words = text[:MAX_TEXT].lower()
    for part in (_TARGET.split(words, maxsplit=1)[1:], [words]):
        for name, pattern in patterns.items():
            if any(re.search(pattern, each) for each in part):
                return name
    return None

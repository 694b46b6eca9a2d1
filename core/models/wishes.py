"""What is asked of a model that finds objects: the words of a wish, and about what its answer will cost.

Pure text and arithmetic, so that a page can show both before anything is sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.models.asset import EngineName
from core.models.catalog import Catalog
from core.models.region import DetectionSettings, Preset, Wish

_LETTERS_A_TOKEN = 3
_USUAL_PAGE_TOKENS = 1120
_USUAL_OBJECTS = 12
_ALL_OBJECTS = 60
_OBJECT_TOKENS = 60
_MASK_TOKENS = 700
# what a model thinks before it answers, where nothing says how much it may
_USUAL_THOUGHTS = 2000
_THOUGHTS = {"minimal": 0, "low": 1000, "medium": 3000, "high": 8000}


@dataclass(frozen=True)
class Words:
    """What a preset looks for, and what its captions and labels mean."""

    what: str
    caption_means: str
    label_means: str


PRESETS: dict[Preset, Words] = {
    Preset.ILLUSTRATIONS: Words(
        what="illustration: any drawn, painted, engraved or photographed picture, map, diagram or ornament "
        "that stands by itself on the page",
        caption_means="the printed words that belong to the picture, such as the line that names or explains it",
        label_means="one word for what the picture shows, in the singular",
    ),
    Preset.ENGRAVINGS: Words(
        what="engraving, etching, woodcut or other printed line picture, decorated initials and vignettes included",
        caption_means="the printed words that belong to the engraving: its title, number, explanation or signature",
        label_means="one word for what the engraving shows, in the singular",
    ),
    Preset.PHOTOGRAPHS: Words(
        what="photograph: one that is printed on the page, or a print that is pasted or laid onto it; its mount, frame "
        "and album corners do not count as part of it",
        caption_means="the printed or handwritten words that belong to the photograph",
        label_means="one word for what the photograph shows, in the singular",
    ),
    Preset.COMPONENTS: Words(
        what="electronic component on the circuit board, from the largest chip and connector to the smallest resistor",
        caption_means="the marking printed on the component itself, whichever way up it is to be read",
        label_means="one word for the type of the component, such as resistor, capacitor, diode or connector",
    ),
}


def words_of(wish: Wish) -> Words:
    """Return the words of a wish: those that were typed, else the preset's own."""
    own = PRESETS[wish.preset]
    return Words(
        what=wish.what.strip() or own.what,
        caption_means=wish.caption_means.strip() or own.caption_means,
        label_means=wish.label_means.strip() or own.label_means,
    )


def detection_prompt(wish: Wish) -> str:
    """Return the whole prompt for a wish, as it is sent after the page."""
    words = words_of(wish)
    lines = [
        "The picture is one page. Look for this on it:",
        words.what,
        "",
        _how_many(wish),
        "",
        "Answer with a list that has one entry for each object found, in the order in which a reader comes to them. "
        "An entry has:",
        "- box_2d: the object's bounding box as [ymin, xmin, ymax, xmax], four whole numbers on a scale from 0 to "
        "1000, where 0 is the page's top or left edge and 1000 its bottom or right edge. Draw it tight: to the "
        "object's outermost marks, also where it is tilted or the page is curved, and no further. Words that stand "
        "beside it, such as a caption below it, stay outside.",
        f"- caption: {words.caption_means}. Copy it letter for letter, in its own language and spelling, with a line "
        "break wherever the original has one. Leave it empty where there is none; never make one up.",
        f"- label: {words.label_means}.{_choice(wish)}",
    ]
    if wish.has_masks:
        lines.append(
            "- mask: a segmentation mask of the object within its box, as a base64 PNG in grey: 255 where the object "
            "is, 0 where it is not."
        )
    return "\n".join([*lines, "", "If there is no such object on the page, answer with an empty list."])


def estimated_tokens(catalog: Catalog, model: str, wish: Wish, settings: DetectionSettings) -> tuple[int, int]:
    """Return about how many tokens one page's call takes in, and gives out with its thoughts."""
    facts = catalog.model(model)
    usual = facts.page_tokens.get("", _USUAL_PAGE_TOKENS)
    page = facts.page_tokens.get(settings.media_resolution or "", usual)
    each = _OBJECT_TOKENS + (_MASK_TOKENS if wish.has_masks else 0)
    objects = _ALL_OBJECTS if wish.is_exhaustive else _USUAL_OBJECTS
    thoughts = _THOUGHTS.get(settings.thinking_level or "", _USUAL_THOUGHTS)
    return page + len(detection_prompt(wish)) // _LETTERS_A_TOKEN, objects * each + thoughts


def detection_price(catalog: Catalog, engine: EngineName, model: str, wish: Wish, settings: DetectionSettings) -> float:
    """Return about what one page's search costs in USD, before it is made; the draft engine is free."""
    if engine is EngineName.DRAFT:
        return 0.0
    return catalog.text_cost(model, *estimated_tokens(catalog, model, wish, settings))


def _how_many(wish: Wish) -> str:
    if wish.is_exhaustive:
        return (
            "Find all of them, exhaustively. Go over the page part by part, from its top left to its bottom right and "
            "into every corner; the tiny, the faint, the turned, the overlapped and the cut off count as much as the "
            "large. Give each one an entry of its own, never one for a group, and none twice."
        )
    return "Give each one an entry of its own, never one for a group, and none twice."


def _choice(wish: Wish) -> str:
    if not wish.labels:
        return ""
    return f" It is one of these, exactly as written: {', '.join(wish.labels)}."

"""Texts from below the interface that people read in it: the models' notes, and what the presets look for."""

from __future__ import annotations

from collections.abc import Callable

from core.ui.texts import _ as translated


def known_text(text: str) -> str:
    """Return such a text in the visitor's language; a note of somebody's own catalog stays as it is written."""
    return translated(text) if text in {*_notes(str), *_presets(str)} else text


# called with `str`: `_` is what marks them for translation
def _notes(_: Callable[[str], str]) -> tuple[str, ...]:
    return (
        _("The service's own recommendation."),
        _("Takes neither temperature nor top_p; seed is not documented and not sent."),
        _(
            "Price at 1K from one third-party source; "
            "2K and 4K prices are not known and are estimated by the 3.1 Flash steps."
        ),
        _("Third parties report the shutdown on 2026-10-29; the service has not been asked."),
        _("Seed is not documented for image models and not sent."),
        _("Always thinks; the amount cannot be set."),
        _("May answer JPEG, and text and images in turn."),
        _("Weak on many references and many turns."),
        _("Sampling settings are not documented and not sent."),
        _("Shut down on the Gemini API; it may remain on Google Cloud."),
        _("Has one size and no control for it."),
        _("Built in: no key, no network, no cost. Real image processing, no AI."),
        _("Temperature is not documented and not sent."),
        _("Price not known."),
        _("A preview: on Google Cloud only in the location `global`."),
        _("Output price not known."),
        _("Has no media resolution of a part; a page takes six tiles of 258 tokens."),
    )


def _presets(_: Callable[[str], str]) -> tuple[str, ...]:
    return (
        _(
            "illustration: any drawn, painted, engraved or photographed picture, map, diagram or ornament "
            "that stands by itself on the page"
        ),
        _("the printed words that belong to the picture, such as the line that names or explains it"),
        _("one word for what the picture shows, in the singular"),
        _("engraving, etching, woodcut or other printed line picture, decorated initials and vignettes included"),
        _("the printed words that belong to the engraving: its title, number, explanation or signature"),
        _("one word for what the engraving shows, in the singular"),
        _(
            "photograph: one that is printed on the page, or a print that is pasted or laid onto it; its mount, frame "
            "and album corners do not count as part of it"
        ),
        _("the printed or handwritten words that belong to the photograph"),
        _("one word for what the photograph shows, in the singular"),
        _("electronic component on the circuit board, from the largest chip and connector to the smallest resistor"),
        _("the marking printed on the component itself, whichever way up it is to be read"),
        _("one word for the type of the component, such as resistor, capacitor, diode or connector"),
    )

"""Small parts that look the same on every page: states, prices, errors, empty places.

Text from people and models goes through `st.text` or `plain`, never through Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

import streamlit as st

from core.errors import (
    BlockedError,
    BudgetExceededError,
    MissingApiKeyError,
    NoImageError,
    StudioError,
    UnreadableAnswerError,
)
from core.models.asset import Asset, EngineName, Kind
from core.models.catalog import Catalog, ModelFacts
from core.ui.block_words import block_advice, block_lines, usual_advice
from core.ui.errors_text import error_detail, error_text
from core.ui.session import language
from core.ui.texts import _, ngettext

_USUAL = ("jpg", "png", "pdf", "zip", "json", "tif", "heic", "webp")
_DRAWING_WIDTH = 420  # CSS pixels, or as wide as a phone
_STYLE = Path(__file__).with_name("components") / "style.css"
_MARKDOWN = set("\\`*_{}[]()<>#+-.!|~$:@&")
# after Markdown, browsers get links, icons, emoji and arrows made of the text itself: no backslash helps against that,
# but a character without width inside of what would be changed does
_BREAK = "\u2060"
_LIVE = re.compile(
    r"(?<=:)(?=//|[\w+/-]+:)"  # an address, an icon, an emoji
    r"|(?<=www)(?=\.)|(?<=@)(?=\w)"  # an address without its beginning, a mail address
    r"|(?<=[-<>=~])(?=[-<>=~])",  # an arrow, a dash, a comparison
    re.IGNORECASE,
)


@cache
def _css() -> str:
    return _STYLE.read_text(encoding="utf-8")


def style() -> None:
    """Add the studio's own style to the page."""
    st.html(f"<style>{_css()}</style>")


def plain(text: str) -> str:
    """Return text from people or models so that it is shown as it is, in headings, labels, captions and toasts."""
    broken = _LIVE.sub(_BREAK, " ".join(text.split()))
    return "".join("\\" + char if char in _MARKDOWN else char for char in broken)


def price(usd: float, is_actual: bool = False, has_search: bool = False) -> str:
    """Return a price as people read it: "free", "$0.034", "about $0.27", or "up to $0.11 with search".

    Searches are the model's to make, and the month's first ones are free: with them a price is the most to reckon with.
    """
    if usd == 0:
        return _("free")
    if has_search:
        return _("up to {amount} with search").format(amount=amount(usd))
    return amount(usd) if is_actual else _("about {amount}").format(amount=amount(usd))


def amount(usd: float) -> str:
    """Return what was spent: "$0.00", "$0.034" or "$1.77"."""
    return f"${usd:.3f}" if 0 < usd < 0.1 else f"${usd:.2f}"


def search_terms(catalog: Catalog, facts: ModelFacts) -> str:
    """Return what a model's searches cost, what of them is free, and how many are counted beforehand."""
    return _(
        "Search: {amount} a query; the month's first {free} prompts that search are free. A model makes as many "
        "queries as it likes: {count} an image are counted beforehand, afterwards those that it made."
    ).format(
        amount=amount(facts.search_cost(1)),
        free=f"{catalog.search_free_per_month:,}",
        count=facts.searches_per_answer,
    )


def images(count: int) -> str:
    """Return "1 image", "4 images"."""
    return ngettext("{count} image", "{count} images", count).format(count=count)


def ago(moment: datetime | None) -> str:
    """Return how long ago something was, in one word or two."""
    if moment is None:
        return ""
    seconds = max(0, (datetime.now(UTC) - moment).total_seconds())
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return _("{count} min ago").format(count=int(seconds // 60))
    if seconds < 86_400:
        return _("{count} h ago").format(count=int(seconds // 3600))
    return _("{count} d ago").format(count=int(seconds // 86_400))


def kind_name(kind: Kind) -> str:
    """Return a kind in the visitor's language."""
    return _kind_names(language())[kind]


@cache
def _kind_names(_language: str) -> dict[Kind, str]:
    return {
        Kind.ARCHIVE: _("Archive picture"),
        Kind.CUTOUT: _("Cut-out"),
        Kind.CHARACTER_SHEET: _("Character sheet"),
        Kind.ACCESSORY_SHEET: _("Accessory sheet"),
        Kind.SCENE: _("Scene"),
        Kind.PAGE: _("Page"),
        Kind.CROP: _("Crop"),
        Kind.RESTORATION: _("Restoration"),
        Kind.COLOURISATION: _("Colourisation"),
        Kind.TRANSFORMATION: _("Transformation"),
        Kind.CINEMATIC: _("Cinematic still"),
        Kind.IMAGE: _("Image"),
    }


def upload_types(suffixes: Iterable[str]) -> list[str]:
    """Return file endings without their dots, those first that people bring most: an uploader shows only a few."""
    endings = {suffix.removeprefix(".") for suffix in suffixes}
    return sorted(endings, key=lambda ending: (_USUAL.index(ending) if ending in _USUAL else len(_USUAL), ending))


def state_badge(asset: Asset | None, is_stale: bool = False, is_locked: bool = False) -> None:
    """Show an image's state as a badge: a word and a shape beside the colour."""
    if is_locked:
        st.badge(_("locked"), icon=":material/lock:", color="violet")
    if asset is None:
        st.badge(_("to be made"), icon=":material/circle:", color="grey")
    elif is_stale:
        st.badge(_("stale"), icon=":material/history:", color="orange")
    elif asset.recipe.engine is EngineName.DRAFT:
        st.badge(_("draft"), icon=":material/texture:", color="grey")
    elif asset.recipe.engine is EngineName.GEMINI:
        st.badge(_("generated"), icon=":material/auto_awesome:", color="blue")
    else:
        st.badge(_("archive"), icon=":material/inventory_2:", color="green")


def show_error(error: StudioError, show_ways: Callable[[BlockedError | NoImageError], None] | None = None) -> None:
    """Show an error as a sentence and a next step; a block as a receipt, in which `show_ways` shows the ways out."""
    if isinstance(error, (BlockedError, NoImageError)):
        _show_receipt(error, show_ways)
        return
    box = st.warning if isinstance(error, (MissingApiKeyError, BudgetExceededError)) else st.error
    box(plain(error_text(error)), icon=":material/info:")
    if isinstance(error, UnreadableAnswerError) and error.text:
        with st.expander(_("The answer as it came")):
            st.code(error.text, language=None, wrap_lines=True)
    _show_detail(error)


def main_type(is_on: bool) -> Literal["primary", "secondary"]:
    """Return the type of a page's main button; while it is off it is a plain one, for Streamlit writes white on it."""
    return "primary" if is_on else "secondary"


def empty_place(
    sentence: str, button: str = "", on_click: Callable[[], object] | None = None, picture: str = ""
) -> None:
    """Show what an empty page is for: one sentence, one picture of ours, one button."""
    with st.container(border=True, horizontal_alignment="center"):
        if picture:
            st.image(picture, width=_DRAWING_WIDTH, alt=sentence)
        st.text(sentence, width="content")
        if button and st.button(button, type="primary") and on_click is not None:
            on_click()
            st.rerun()


def _show_detail(error: StudioError) -> None:
    detail = error_detail(error)
    if detail:
        with st.expander(_("Details in English")):
            st.text(detail)


def _show_receipt(
    error: BlockedError | NoImageError, show_ways: Callable[[BlockedError | NoImageError], None] | None
) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(":material/receipt_long: **{}**".format(_("The service made no image")))
        for line in block_lines(error):
            st.text(line)
        if error.text:
            st.caption(_("The model's words"))
            st.text(error.text)
        st.caption(_("What to try"))
        if advice := block_advice(error) or ("" if show_ways else usual_advice()):
            st.text(advice)
        if show_ways is not None:
            show_ways(error)
        st.caption(_("The attempt may still be billed."))
        if language() != "en":
            _show_detail(error)

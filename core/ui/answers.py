"""All that a model answered beside an image: words and images in their order, thoughts, what it looked up.

`name` keeps the parts of one place on a page apart from those of another.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.models.answer import Answer, Block, BlockKind, Grounding
from core.models.asset import Asset
from core.ui.components.pictures import zoom_picture
from core.ui.components.suggestions import search_suggestions
from core.ui.pictures import answer_url
from core.ui.session import studio
from core.ui.texts import _
from core.ui.widgets import plain

_SAID = (BlockKind.TEXT, BlockKind.IMAGE)
_WIDTH, _SMALL = 360, 200  # CSS pixels


def show_answer(shown: Asset, name: str) -> None:
    """Show all that was answered, in its order; the thoughts apart from it."""
    answer = studio().workspace.answers.find(shown.id)
    if answer is None:
        _show_words(shown)
        return
    said, thoughts = _parts(answer)
    if said:
        with st.expander(_("The whole answer"), expanded=sum(block.kind is BlockKind.IMAGE for block in said) > 1):
            _blocks(shown, said, name)
    if thoughts:
        with st.expander(_("The model's thoughts")):
            _blocks(shown, thoughts, name)
    if answer.grounding is not None:
        _suggestions(shown, answer.grounding, name)
        if answer.grounding.has_sources:
            with st.expander(_("Sources")):
                _sources(answer.grounding)


def show_answer_quietly(shown: Asset, name: str) -> None:
    """Show the same in one closed box, where there is something; only search suggestions stand open, as they must."""
    answer = studio().workspace.answers.find(shown.id)
    if answer is None:
        _show_words(shown)
        return
    said, thoughts = _parts(answer)
    looked_up = answer.grounding if answer.grounding and answer.grounding.has_sources else None
    if said or thoughts or looked_up:
        with st.expander(_("The whole answer")):
            _blocks(shown, said, name, _SMALL)
            if thoughts:
                st.caption(_("The model's thoughts"))
                _blocks(shown, thoughts, name, _SMALL)
            if looked_up is not None:
                st.caption(_("Sources"))
                _sources(looked_up)
    if answer.grounding is not None:
        _suggestions(shown, answer.grounding, name)


def _show_words(shown: Asset) -> None:
    if shown.result.text:
        with st.expander(_("The model's words")):
            st.text(shown.result.text)


def _parts(answer: Answer) -> tuple[list[Block], list[Block]]:
    """Return what was said, nothing where that is the image alone, and what was thought before."""
    said = [block for block in answer.blocks if block.kind in _SAID]
    return said if len(said) > 1 else [], [block for block in answer.blocks if block.kind not in _SAID]


def _blocks(shown: Asset, blocks: Sequence[Block], name: str, size: int = _WIDTH) -> None:
    for number, block in enumerate(blocks):
        if block.text:
            st.text(block.text)
        elif block.file:
            st.image(answer_url(studio().workspace, shown, block.file), width=size, alt=_("An image of the answer"))
        else:
            key = f"{name}-block-{block.kind}-{number}"
            zoom_picture(studio().workspace, shown, key=key, max_height=size * 2 // 3)


def _suggestions(shown: Asset, grounding: Grounding, name: str) -> None:
    if grounding.suggestions:
        st.caption(_("Search suggestions"))
        search_suggestions(grounding.suggestions, key=f"{name}-suggestions-{shown.id}")


def _sources(grounding: Grounding) -> None:
    """Show what was searched for, and the pages that were found."""
    if grounding.queries:
        st.caption(_("Searched for: {queries}").format(queries=plain("; ".join(grounding.queries))))
    for link in grounding.links:
        st.link_button(plain(link.title or link.uri), link.uri, icon=":material/link:", type="tertiary")

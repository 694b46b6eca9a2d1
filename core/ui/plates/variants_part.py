"""One more try of a cell, or several at once to choose among."""

from __future__ import annotations

import streamlit as st

from core.models.asset import EngineName
from core.studio.boards import Card, CardState
from core.studio.plates.variants import MOST_VARIANTS, begin_variants
from core.ui.plates.matrix_part import begin
from core.ui.plates.view import View
from core.ui.plates.ways import ways_on_cell
from core.ui.session import kept, remember_place, studio
from core.ui.telling import attempt, noted_button
from core.ui.texts import _
from core.ui.tries import current_run, note_run, show_run
from core.ui.widgets import images, plain, price

_COUNT = "plates/variants"


def show_tries(view: View, card: Card, label: str) -> None:
    """Show the button that makes a cell's picture, called `label` for a single one, and how many are made at once.

    Draft draws the same picture every time, so there it is one.
    """
    run = current_run(_name(card))
    is_off = view.is_running or card.state is CardState.LOCKED or (run is not None and run.is_active)
    count = _count() if _can_be_several(view, card) else 1
    words = _("Make {images} to choose among · {price}")
    several = words.format(images=images(count), price=price(count * card.price_usd))
    said = plain(several if count > 1 else label)
    icon = "brush" if card.is_to_make else "refresh"
    # as many are made as the button said when it was clicked
    asked = noted_button(said, f"plates/make/{card.step.id}", count, icon=f":material/{icon}:", disabled=is_off)
    if asked is None or is_off:
        return
    if asked > 1:
        attempt(lambda: _begin(view, card, asked))
    else:
        begin(view, (card.step.id,), again=not card.is_to_make)
    st.rerun()


def show_tries_under_way(view: View, card: Card) -> None:
    """Show the tries under way, and afterwards those that came to nothing."""
    show_run(_name(card), current_run(_name(card)), lambda _recipe: ways_on_cell(view, card))


def _name(card: Card) -> str:
    return f"{_COUNT}/{card.step.id}"


def _can_be_several(view: View, card: Card) -> bool:
    """Tell whether nothing else has to be made first."""
    if view.options.engine is not EngineName.GEMINI or view.matrix.board is None:
        return False
    return len(view.matrix.board.needed((card.step.id,))) == 1


def _count() -> int:
    found = kept(
        st.segmented_control,
        _("Tries at once"),
        _COUNT,
        1,
        options=list(range(1, MOST_VARIANTS + 1)),
        required=True,
    )
    return int(found or 1)


def _begin(view: View, card: Card, count: int) -> None:
    here = studio()
    run = begin_variants(here.studio, view.workspace, view.plate, view.order, card.step.id, count)
    note_run(_name(card), run, card.price_usd)
    here.run = run
    remember_place()

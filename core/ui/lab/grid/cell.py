"""The open cell: its picture large with all that can be done with it, or why there is none and how to make it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.models.asset import Asset
from core.studio.grids import GridCell
from core.studio.made_before import is_used_up
from core.ui.answers import show_answer_quietly
from core.ui.components.pictures import zoom_picture
from core.ui.lab.actions import show_actions, show_facts
from core.ui.lab.compare import compared_with, show_comparison, show_difference
from core.ui.lab.form import show_on_bench
from core.ui.lab.grid.form import add_model
from core.ui.lab.grid.matrix import CELL, cell_words, cells_price, column_words
from core.ui.lab.grid.prompts import NAME
from core.ui.lab.grid.view import View, begin_cell, open_cell
from core.ui.lab.ways import ways_on
from core.ui.made_before import offer_made_before
from core.ui.session import studio
from core.ui.texts import _
from core.ui.widgets import plain, show_error

_TALLEST = 460


def show_cell(view: View, to_bench: Callable[[], None]) -> None:
    """Show the open cell, when one is open; `to_bench` leads to the form for single images."""
    cell = view.opened
    if cell is None:
        return
    with st.container(border=True, key=CELL):
        _title(view, cell)
        if cell.asset is None:
            _missing(view, cell)
        else:
            _made(view, cell.asset, to_bench)


def _title(view: View, cell: GridCell) -> None:
    row, column = view.grid.place(cell)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container():
            st.subheader(_("Prompt {number}").format(number=row.number), anchor=False)
            line = " · ".join(filter(None, [column.facts.title, column_words(view, column)]))
            st.caption(plain(line))
        st.button(_("Close"), icon=":material/close:", key="grid-close", on_click=open_cell, args=("",))


def _missing(view: View, cell: GridCell) -> None:
    error = view.error(cell)
    if error is not None:
        row, _column = view.grid.place(cell)
        field = _("Prompt {number}").format(number=row.number)
        show_error(error, ways_on(NAME, field, add_model)(cell.recipe))
        if is_used_up(error):
            _offer_made_before(view, cell)
    st.code(cell.recipe.composed, language=None, wrap_lines=True)
    if view.is_waiting(cell):
        st.text(_("It is being made.") if view.is_being_made(cell) else _("It waits for its turn."))
        return
    if cell.id in view.batched:
        st.text(_("It is under way in a batch."))
        return
    words = _("Try again · {price}") if error else _("Make this image · {price}")
    st.button(
        words.format(price=cells_price([cell])).replace("$", r"\$"),
        icon=":material/refresh:" if error else ":material/brush:",
        key="grid-make-one",
        disabled=view.is_running,
        on_click=begin_cell,
        args=(cell.id,),
    )


def _offer_made_before(view: View, cell: GridCell) -> None:
    """Offer what a cell's recipe made before; what other cells show is none of it."""
    shown = [other.asset for other in view.grid.cells if other.asset is not None]
    taken = offer_made_before([cell.recipe], f"grid-made-before-{cell.id}", shown)
    if taken is None:
        return
    if taken.recipe.fingerprint != cell.recipe.fingerprint:  # of another try: the bench shows it
        show_on_bench(taken.id)
    st.rerun()


def _made(view: View, shown: Asset, to_bench: Callable[[], None]) -> None:
    made = {cell.asset.id: cell for cell in view.grid.cells if cell.asset is not None}
    others = [cell.asset for cell in made.values() if cell.asset is not None]
    other = compared_with(NAME, shown, others)
    picture, words = st.columns([3, 2], gap="large")
    with picture:
        if other is not None:
            show_comparison(NAME, other, shown, max_height=_TALLEST)
        else:
            zoom_picture(studio().workspace, shown, key="grid-picture", max_height=_TALLEST)
    with words:
        show_facts(shown)
        said = {name: cell_words(view, cell) for name, cell in made.items()}
        show_actions(NAME, shown, others, to_bench, said)
        if other is not None:
            show_difference(NAME, other, shown)
        else:
            st.code(shown.recipe.prompt, language=None, wrap_lines=True)
        show_answer_quietly(shown, NAME)

"""The matrix of objects and steps: pictures, states and prices; runs of a cell, a row, a column, everything."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.models.asset import Kind
from core.models.plates import ChainStep
from core.models.region import Region
from core.studio.background import begin_story
from core.studio.boards import Card, CardState
from core.studio.plates.cutting import MOST_MARGIN, cut_out, region_name
from core.studio.plates.fidelity import is_poor
from core.studio.plates.matrix import Row
from core.studio.plates.runs import plates_spec
from core.ui.batching import story_batch_button, warn_of_paying_twice
from core.ui.components.grid import GridAct, GridCell, GridHead, picture_grid
from core.ui.components.marks import Mark
from core.ui.pictures import picture_url
from core.ui.plates.view import BY_MASK, CELL, MARGIN, View, choose, wanted_cut
from core.ui.sequencer.board import card_line, card_mark
from core.ui.session import kept, remember_place, studio
from core.ui.telling import attempt
from core.ui.texts import _
from core.ui.widgets import images, kind_name, main_type, plain, price

CROP = "crop/"


def show_matrix(view: View) -> None:
    """Show the matrix with its bar above, and what to look at before more is built on it."""
    _cut_bar(view)
    _warn(view)
    chain = view.matrix.chain
    columns = [GridHead(_("Object")), GridHead(_("Cut-out"), _("free")), *(_column(view, step) for step in chain.steps)]
    rows = [_row(view, number, row) for number, row in enumerate(view.matrix.rows, 1)]
    chosen = st.query_params.get(CELL, "")
    picture_grid(
        columns,
        rows,
        key=f"matrix-{view.page.id}",
        label=_("Objects and steps"),
        chosen=chosen,
        on_act=lambda action, name: _act(view, action, name),
    )


def begin(view: View, only: tuple[str, ...] = (), again: bool = False) -> None:
    """Start making cells; what went wrong is told on the page's next showing."""
    here = studio()

    def act() -> None:
        spec = plates_spec(here.studio, view.workspace, view.plate, view.order, only, again)
        here.run = begin_story(here.studio, spec)
        remember_place()

    attempt(act)


def is_crop_cell(row: Row, name: str) -> bool:
    """Tell whether a cell's name is that of a row's cut-out."""
    return name == CROP + row.region.id


def _cut_bar(view: View) -> None:
    missing = view.matrix.to_cut
    with st.container(horizontal=True, vertical_alignment="bottom", key="plates-cut"):
        kept(
            st.number_input,
            _("Margin around each object, pixels"),
            MARGIN,
            10,
            min_value=0,
            max_value=MOST_MARGIN,
            step=5,
        )
        if any(region.mask for region in view.regions):
            kept(st.checkbox, _("Cut along the outline"), BY_MASK, False)
        label = _("Cut out {count} · free").format(count=len(missing)) if missing else _("All objects are cut out")
        if st.button(plain(label), icon=":material/content_cut:", disabled=not missing, key="plates/cut"):
            attempt(lambda: cut_out(view.workspace, view.page, missing, wanted_cut(), view.plate.masks))
            st.rerun()
        _make_all(view)


def _make_all(view: View) -> None:
    """Show the button that makes every cell of this page that lacks its picture."""
    board = view.matrix.board
    to_make = [card for card in board.to_make if card.step.id not in view.held] if board else []
    if not to_make:
        return
    cost = price(sum(card.price_usd for card in to_make))
    label = _("Make all that is missing · {images} · {price}").format(images=images(len(to_make)), price=cost)
    is_off = view.is_running
    warn_of_paying_twice(to_make)
    if st.button(
        plain(label), type=main_type(not is_off), icon=":material/brush:", disabled=is_off, key="plates/make-all"
    ):
        begin(view)
        st.rerun()
    if board and not is_off:
        here, only = studio(), tuple(card.step.id for card in to_make)
        story_batch_button(
            board,
            view.order.options,
            lambda: plates_spec(here.studio, view.workspace, view.plate, view.order, only),
            "plates/batch",
            view.held,
        )


def _warn(view: View) -> None:
    """Name the restorations that stray from what they were made from, while steps wait to be built on them."""
    straying = {cell.step.id for cell in view.held.values()}
    names = [
        f"{number} {region_name(row.region)} ({kind_name(cell.step.kind)})"
        for number, row in enumerate(view.matrix.rows, 1)
        for cell in row.cells
        if cell.step.id in straying
    ]
    if names:
        said = _("Look at these before further steps build on them; they stray from what they were made from: {names}")
        with st.container(border=True, key="plates-strays"):
            st.text(said.format(names=", ".join(names)))


def _strays(view: View, card: Card) -> bool:
    before = view.matrix.board.picture(card.step.sources[0].id) if view.matrix.board else None
    return is_poor(studio().studio, before, card.asset)


def price_of(view: View, cells: Sequence[Card]) -> str:
    """Return what making cells costs, with those before them that are not up to date."""
    return price(sum(card.price_usd for card in _needed(view, cells)))


def _needed(view: View, cells: Sequence[Card]) -> list[Card]:
    """Return what is made for these cells: those that do not wait for a look, and what lacks before them."""
    if view.matrix.board is None:
        return []
    needed = view.matrix.board.needed([card.step.id for card in _free(view, cells)])
    return [card for card in needed if card.is_to_make]


def _free(view: View, cells: Sequence[Card]) -> list[Card]:
    return [card for card in cells if card.is_to_make and card.step.id not in view.held]


def _make_act(view: View, kind: str, name: str, cells: Sequence[Card]) -> GridAct | None:
    """Return the button of a row or a column; None when nothing of it is to be made."""
    needed = _needed(view, cells)
    cost = price(sum(card.price_usd for card in needed))
    label = _("Make {images} · {price}").format(images=images(len(needed)), price=cost)
    return GridAct(kind, name, label, view.is_running) if needed else None


def _column(view: View, step: ChainStep) -> GridHead:
    act = _make_act(view, "column", step.id, view.matrix.column(step.id))
    return GridHead(step.name, kind_name(step.kind), act)


def _row(view: View, number: int, row: Row) -> GridHead:
    region = row.region
    act = _make_act(view, "row", region.id, row.cells)
    cells = (_crop_cell(view, row), *(_cell(view, region, cell) for cell in row.cells))
    return GridHead(f"{number} {region_name(region)}", "", act, cells)


def _crop_cell(view: View, row: Row) -> GridCell:
    name = region_name(row.region)
    if row.crop is None:
        return GridCell(CROP + row.region.id, _("not cut out yet"), Mark.MISSING, name, blank=_("no picture yet"))
    line = f"{row.crop.result.width} × {row.crop.result.height} px"
    mark = Mark.ARCHIVE if row.is_crop_current else Mark.STALE
    return GridCell(
        CROP + row.region.id,
        line if row.is_crop_current else _("stale") + f" · {line}",
        mark,
        _("{kind}: {name}").format(kind=_("Cut-out"), name=name),
        picture_url(view.workspace, row.crop),
    )


def _cell(view: View, region: Region, card: Card) -> GridCell:
    line = card_line(card)
    if card.asset is not None and card.state in (CardState.CURRENT, CardState.LOCKED) and card.asset.result.seconds:
        line += f" · {card.asset.result.seconds:.1f}\N{NO-BREAK SPACE}s"
    return GridCell(
        card.step.id,
        line,
        card_mark(card),
        _("{kind}: {name}").format(kind=kind_name(card.step.kind), name=region_name(region)),
        picture_url(view.workspace, card.asset) if card.asset else "",
        _("being made") if card.state is CardState.RUNNING else _("no picture yet"),
        _warning(view, card),
    )


def _warning(view: View, card: Card) -> str:
    straying = view.held.get(card.step.id)
    if straying is None:
        return _("strays") if _strays(view, card) else ""
    if straying.step.kind is Kind.RESTORATION:
        return _("waits: its restoration strays; look at it")
    return _("waits: what it is made from strays; look at it")


def _act(view: View, action: str, name: str) -> None:
    if action == "open":
        choose(CELL, name)
    elif action == "column":
        begin(view, tuple(cell.step.id for cell in _free(view, view.matrix.column(name))))
    elif action == "row":
        row = next(row for row in view.matrix.rows if row.region.id == name)
        begin(view, tuple(cell.step.id for cell in _free(view, row.cells)))

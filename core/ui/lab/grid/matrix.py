"""The grid as a matrix: prompts down, models with their settings and tries across."""

from __future__ import annotations

from collections.abc import Sequence

from core.studio.grids import GridCell, GridColumn, GridRow
from core.ui.components import grid as component
from core.ui.components.grid import GridAct, GridHead, picture_grid
from core.ui.components.marks import Mark, mark_name, mark_of
from core.ui.errors_text import error_text
from core.ui.lab.grid.prompts import NAME
from core.ui.lab.grid.view import View, begin_line, open_cell
from core.ui.lab.stars import STAR, starred_ids
from core.ui.labels import settings_words
from core.ui.pictures import picture_url
from core.ui.session import studio
from core.ui.texts import _
from core.ui.widgets import images, price

CELL = f"{NAME}-cell"
_LONGEST_REASON = 60


def show_matrix(view: View) -> None:
    """Show the matrix; a row and a column can be made alone, a cell opens."""
    grid, stars = view.grid, starred_ids()
    columns = [GridHead(_("Prompt")), *(_column(view, place) for place in range(len(grid.columns)))]
    rows = [_row(view, place, row, stars) for place, row in enumerate(grid.rows)]
    opened = view.opened
    picture_grid(
        columns,
        rows,
        key="grid-matrix",
        label=_("Prompts and models"),
        chosen=opened.id if opened else "",
        below=CELL,
        arrival=view.run.id if view.run is not None else "",
        on_act=_act,
    )


def column_words(view: View, column: GridColumn) -> str:
    """Return what tells a column from others of its model: settings, and which try it is."""
    words = settings_words(column.settings)
    if view.order.attempts > 1:
        words.append(_("try {number}").format(number=column.attempt))
    return " · ".join(words)


def _column(view: View, place: int) -> GridHead:
    column = view.grid.columns[place]
    cost = price(column.price_usd, has_search=column.settings.search is not None)
    line = " · ".join(filter(None, [column_words(view, column), cost]))
    return GridHead(column.facts.title, line, _make(view, "column", place))


def _row(view: View, place: int, row: GridRow, stars: frozenset[str]) -> GridHead:
    cells = tuple(_cell(view, cell, stars) for cell in row.cells)
    return GridHead(str(row.number), row.prompt, _make(view, "row", place), cells)


def _make(view: View, action: str, place: int) -> GridAct | None:
    """Return the button that makes what is missing of a row or column, unless that is all or is under way."""
    line = view.grid.line(action, place)
    missing = [cell for cell in view.to_make if cell in line]
    if not missing or view.is_running or len(missing) == len(view.to_make):
        return None
    label = _("Make {images} · {price}").format(images=images(len(missing)), price=cells_price(missing))
    return GridAct(action, str(place), label)


def cells_price(cells: Sequence[GridCell]) -> str:
    """Return what making cells costs, in words."""
    has_search = any(cell.recipe.settings.search for cell in cells)
    return price(sum(cell.price_usd for cell in cells), has_search=has_search)


def cell_words(view: View, cell: GridCell) -> str:
    """Return what tells a cell from the others: its prompt's number, its model, its settings, which try it is."""
    row, column = view.grid.place(cell)
    name = " · ".join(filter(None, [column.facts.title, column_words(view, column)]))
    return _("Prompt {number}: {name}").format(number=row.number, name=name)


def _cell(view: View, cell: GridCell, stars: frozenset[str]) -> component.GridCell:
    alt = cell_words(view, cell)
    if cell.asset is not None:
        mark = mark_of(cell.asset)
        star = f"{STAR} " if cell.asset.id in stars else ""
        line = f"{star}{mark_name(mark)} · {price(cell.asset.result.cost_usd, is_actual=True)}"
        return component.GridCell(cell.id, line, mark, alt, picture_url(studio().workspace, cell.asset))
    mark, line = _state(view, cell)
    error = view.error(cell) if mark is Mark.FAILED else None
    reason = _short(error_text(error)) if error else ""
    return component.GridCell(cell.id, line, mark, alt, blank=_("no picture yet"), warning=reason)


def _state(view: View, cell: GridCell) -> tuple[Mark, str]:
    if view.is_being_made(cell):
        return Mark.RUNNING, mark_name(Mark.RUNNING)
    if view.is_waiting(cell):
        return Mark.MISSING, _("waiting")
    if cell.id in view.batched:
        return Mark.MISSING, _("in a batch")
    if view.error(cell) is not None:
        return Mark.FAILED, mark_name(Mark.FAILED)
    return Mark.MISSING, cells_price([cell])


def _short(reason: str) -> str:
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON].rstrip()}…"


def _act(action: str, name: str) -> None:
    if action == "open":
        open_cell(name)
    else:
        begin_line(action, int(name))

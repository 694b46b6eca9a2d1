"""What the grid shows at this moment: its cells, what the last runs say of them, and which one is open."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from core.errors import StudioError, from_plain
from core.studio.background import RunView, view_run
from core.studio.grids import Grid, GridCell, GridOrder, begin_grid, cell_id, expand
from core.studio.planning import StepStatus
from core.studio.specs import StepOutcome
from core.ui.batching import open_batches
from core.ui.desk import desk
from core.ui.lab.grid.form import wanted_order
from core.ui.lab.grid.prompts import NAME
from core.ui.session import kept_value, set_kept, studio
from core.ui.telling import attempt

_RUNS, _OPEN = f"{NAME}/runs", f"{NAME}/open"
_MOST_RUNS = 8


@dataclass(frozen=True)
class View:
    """One reading of a grid for one showing of the page.

    `outcomes` are the newest of cells, by cell; `batched` the ids of cells that are under way in a batch.
    """

    order: GridOrder
    grid: Grid
    run: RunView | None
    outcomes: dict[str, StepOutcome]
    batched: frozenset[str]

    @property
    def to_make(self) -> tuple[GridCell, ...]:
        """The cells that are missing and not under way in a batch."""
        return tuple(cell for cell in self.grid.missing if cell.id not in self.batched)

    @property
    def is_running(self) -> bool:
        """True while a run of this grid is under way."""
        return self.run is not None and self.run.is_active

    @property
    def opened(self) -> GridCell | None:
        """The cell that is open, or None."""
        return self.grid.cell(kept_value(_OPEN, ""))

    def is_waiting(self, cell: GridCell) -> bool:
        """Tell whether a cell is yet to be made by the run under way."""
        return self.run is not None and self.run.is_active and cell.id in self.run.steps and not self._ended(cell)

    def is_being_made(self, cell: GridCell) -> bool:
        """Tell whether a cell is being made at this moment."""
        return self.run is not None and self.is_waiting(cell) and cell.id in self.run.started

    def error(self, cell: GridCell) -> StudioError | None:
        """Return why a cell could not be made the last time, or None."""
        outcome = self.outcomes.get(cell.id)
        if cell.asset is not None or self.is_waiting(cell) or outcome is None or outcome.error is None:
            return None
        return from_plain(outcome.error) if outcome.status is StepStatus.FAILED else None

    def _ended(self, cell: GridCell) -> bool:
        return self.run is not None and cell.id in self.run.outcomes


def read_view(order: GridOrder) -> View:
    """Read an order's grid as it stands.

    Raises:
        StudioError: the order cannot be met.
    """
    here = studio()
    grid = expand(here.studio, here.workspace, order, is_only_priced=True)
    # older runs only say why a cell is missing
    names = _run_names() if grid.missing else _run_names()[:1]
    runs = [run for name in names if (run := _run(name)) is not None]
    outcomes = {name: outcome for run in reversed(runs) for name, outcome in run.outcomes.items()}
    open_entries = (entry for batch in open_batches() for entry in batch.entries if entry.is_open)
    batched = frozenset(cell_id(entry.recipe) for entry in open_entries)
    return View(order, grid, runs[0] if runs else None, outcomes, batched)


def begin_all() -> None:
    """Start making all missing cells; for callbacks, as all that begins here.

    A callback runs once a click and nothing cuts it off, while Streamlit hands the click of a run that was cut off to
    the next one as well: there it would be paid for twice. It reads the form anew, for what was typed last may come
    with the click. What went wrong is told on the page.
    """
    _begin(lambda view: view.to_make)


def begin_line(kind: str, place: int) -> None:
    """Start making what is missing of a "row" or a "column"."""
    _begin(lambda view: view.grid.line(kind, place))


def begin_cell(name: str) -> None:
    """Start making one cell."""
    _begin(lambda view: [cell for cell in view.grid.cells if cell.id == name])


def _begin(choose: Callable[[View], Collection[GridCell]]) -> None:
    """Start making the cells that are chosen of the grid as it stands, unless a run goes on or they are there."""

    def act() -> None:
        here, view = studio(), read_view(wanted_order())
        cells = choose(view)
        only = [cell.id for cell in view.to_make if cell in cells]
        if only and not view.is_running:
            run = begin_grid(desk(), here.workspace, view.order, here.user, here.key, only)
            set_kept(_RUNS, [run, *_run_names()][:_MOST_RUNS])

    attempt(act)


def open_cell(name: str) -> None:
    """Open a cell, or none with ""."""
    set_kept(_OPEN, name)


def _run_names() -> list[str]:
    return [name for name in kept_value(_RUNS, []) if isinstance(name, str)][:_MOST_RUNS]


def _run(name: str) -> RunView | None:
    try:
        return view_run(desk(), name)
    except StudioError:  # of a home that was cleared since
        return None

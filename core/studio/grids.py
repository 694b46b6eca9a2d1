"""Grids: several prompts, each by several models in several settings and tries, side by side in one run.

A row is a prompt, a column a model with its settings and the number of the try. What was made before is used again, so
a grid can be widened by a row or a column and only that is paid for.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.errors import InvalidRequestError
from core.models.asset import Asset, EngineName, GenerationSettings, Recipe, Source
from core.models.catalog import ModelFacts
from core.store.workspace import Workspace
from core.studio.background import begin_recipes
from core.studio.context import Studio
from core.studio.lab import Fit, LabOrder, composed, fitted, recipe_of, recipes_spec
from core.studio.single import attempts_at

MOST_CELLS = 64
_ID_LENGTH = 16


@dataclass(frozen=True)
class GridOrder:
    """What a grid compares: prompts, models (`""` is the default), variations of the settings, and tries of each.

    All cells work on the same references, in their order.
    """

    prompts: tuple[str, ...]
    references: tuple[Source, ...] = ()
    engine: EngineName = EngineName.DRAFT
    models: tuple[str, ...] = ("",)
    variations: tuple[GenerationSettings, ...] = (GenerationSettings(),)
    attempts: int = 1


@dataclass(frozen=True)
class GridColumn:
    """A model with the settings it honours, and which try of it; `price_usd` is of one image."""

    facts: ModelFacts
    settings: GenerationSettings
    attempt: int
    price_usd: float


@dataclass(frozen=True)
class GridCell:
    """One image of a grid: its recipe, its list price in USD, and the asset when it was made before."""

    recipe: Recipe
    price_usd: float
    asset: Asset | None

    @cached_property
    def id(self) -> str:
        """What the cell is called in a run: the same wherever it stands in a grid, another for another recipe."""
        return cell_id(self.recipe)


@dataclass(frozen=True)
class GridRow:
    """A prompt with its cells, one a column; `number` is its place among the prompts of the order, from 1."""

    number: int
    prompt: str
    cells: tuple[GridCell, ...]


@dataclass(frozen=True)
class Unheeded:
    """A setting that was varied and that a model does not heed: what would differ by it alone is made once."""

    title: str
    setting: str
    values: tuple[object, ...]


@dataclass(frozen=True)
class Grid:
    """A grid as it stands in a project; `left_out` says why columns that were asked for cannot be."""

    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    unheeded: tuple[Unheeded, ...] = ()
    left_out: tuple[InvalidRequestError, ...] = ()

    @property
    def cells(self) -> tuple[GridCell, ...]:
        """All cells, row by row."""
        return tuple(cell for row in self.rows for cell in row.cells)

    @property
    def missing(self) -> tuple[GridCell, ...]:
        """The cells to be made."""
        return tuple(cell for cell in self.cells if cell.asset is None)

    def cell(self, name: str) -> GridCell | None:
        """Return a cell by its id, or None."""
        return next((cell for cell in self.cells if cell.id == name), None)

    def line(self, kind: str, place: int) -> tuple[GridCell, ...]:
        """Return the cells of a "row" or a "column" by its place; none where there is no such one."""
        lines = [row.cells for row in self.rows]
        if kind == "column":
            lines = list(zip(*lines, strict=True))
        return lines[place] if place < len(lines) else ()

    def place(self, cell: GridCell) -> tuple[GridRow, GridColumn]:
        """Return the row and the column a cell stands in."""
        row = next(row for row in self.rows if cell in row.cells)
        return row, self.columns[row.cells.index(cell)]


def cell_id(recipe: Recipe) -> str:
    """Return the id of the cell that holds a recipe's image."""
    return recipe.fingerprint[:_ID_LENGTH]


def variations(**axes: Sequence[Any]) -> tuple[GenerationSettings, ...]:
    """Return the settings in every combination of the values given; a setting without values is not set."""
    named = [[(name, value) for value in dict.fromkeys(values)] for name, values in axes.items() if values]
    return tuple(GenerationSettings(**dict(pairs)) for pairs in itertools.product(*named))


def expand(studio: Studio, workspace: Workspace, order: GridOrder, is_only_priced: bool = False) -> Grid:
    """Return an order's grid as it stands in a project: what is there, what is missing, and what that costs.

    With `is_only_priced` no account is needed, and nothing is asked over the network.

    Raises:
        MissingApiKeyError: gemini is asked for and no account is configured.
        InvalidApiKeyError: the service does not accept the key.
        InvalidRequestError: every prompt is empty, no model can make it, or it would hold too many images.
    """
    prompts: dict[str, int] = {}
    for number, prompt in enumerate(order.prompts, 1):
        if prompt.strip():
            prompts.setdefault(prompt.strip(), number)
    if not prompts:
        raise InvalidRequestError("Every prompt is empty. Say what the pictures show.")
    fits, left_out = _fits(studio, order, is_only_priced)
    if not fits:
        raise left_out[0]
    tries = max(1, order.attempts)
    _check_size(len(prompts) * len(fits) * tries)
    columns = tuple(
        GridColumn(fit.facts, fit.settings, attempt, fit.price_usd) for fit in fits for attempt in range(1, tries + 1)
    )
    rows = tuple(
        GridRow(number, prompt, tuple(_cells(workspace, order, prompt, fits))) for prompt, number in prompts.items()
    )
    return Grid(columns, rows, _unheeded(fits, order), left_out)


def begin_grid(
    studio: Studio, workspace: Workspace, order: GridOrder, user: str, key: str = "", only: Collection[str] = ()
) -> str:
    """Start making a grid's missing cells, or only some of them by id, and return the run's id at once.

    `key` names a key kept for a session.

    Raises:
        StudioError: as `expand`, or nothing is missing.
    """
    grid = expand(studio.with_key(key), workspace, order)
    recipes = {cell.id: cell.recipe for cell in grid.missing if not only or cell.id in only}
    if not recipes:
        raise InvalidRequestError("These images are there already. Change a prompt, or ask for more tries.")
    return begin_recipes(studio, recipes_spec(studio, workspace, recipes, user, key))


def _fits(
    studio: Studio, order: GridOrder, is_only_priced: bool
) -> tuple[tuple[Fit, ...], tuple[InvalidRequestError, ...]]:
    """Return the models with the settings they honour, each combination once, and why others cannot be."""
    found: dict[tuple[str, GenerationSettings], Fit] = {}
    wrong: dict[str, InvalidRequestError] = {}
    for model, settings in itertools.product(dict.fromkeys(order.models), order.variations):
        wanted = LabOrder("", order.references, order.engine, model, settings)
        try:
            fit = fitted(studio, wanted, is_only_priced)
        except InvalidRequestError as error:
            wrong.setdefault(error.message, error)  # one sentence, however many columns it takes away
        else:
            found.setdefault((fit.facts.id, fit.settings), fit)
    return tuple(found.values()), tuple(wrong.values())


def _check_size(count: int) -> None:
    """Refuse a grid of too many cells.

    Raises:
        InvalidRequestError: it has more than `MOST_CELLS`.
    """
    if count > MOST_CELLS:
        raise InvalidRequestError(
            f"This grid would hold {count} images, and {MOST_CELLS} are the most. "
            "Leave out a prompt, a model, a setting or a try."
        )


def _cells(workspace: Workspace, order: GridOrder, prompt: str, fits: Sequence[Fit]) -> Iterator[GridCell]:
    wanted = LabOrder(prompt, order.references, order.engine)
    sent = composed(workspace, wanted)
    for fit in fits:
        # the first tries, whoever made them: what is there is used again
        for recipe in attempts_at(workspace, recipe_of(wanted, fit, sent), max(1, order.attempts), is_new=False):
            made = workspace.with_fingerprint(recipe.fingerprint)
            yield GridCell(recipe, fit.price_usd, made[-1] if made else None)


def _unheeded(fits: Sequence[Fit], order: GridOrder) -> tuple[Unheeded, ...]:
    found: dict[str, Unheeded] = {}
    for facts in {fit.facts.id: fit.facts for fit in fits}.values():
        for settings in order.variations:
            for name, value in facts.unheeded(settings).items():
                known = found.get(f"{facts.id}/{name}", Unheeded(facts.title, name, ()))
                values = tuple(dict.fromkeys((*known.values, value)))
                found[f"{facts.id}/{name}"] = Unheeded(facts.title, name, values)
    return tuple(found.values())

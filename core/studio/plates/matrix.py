"""A page's plates as a matrix: a row an object, a column a step of the chain, a cell an image and how it stands.

The matrix is a story like any other, kept in the project as `stories/plates-<page>.yaml`: it starts from the cut-out
objects, each step is made from the one before it, and so runs, versions, stale marks and locks are those of stories.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.models.asset import Asset, Role
from core.models.catalog import Catalog
from core.models.plates import Chain, ChainStep
from core.models.region import Region
from core.models.story import Step, StepSource, Story, StorySource
from core.store.plates import PlatesFile
from core.store.workspace import Workspace
from core.studio.boards import Board, Card, read_board
from core.studio.planning import RunOptions, model_of, planned
from core.studio.plates.cutting import Cut, cut_out_of, cut_recipe, plates_slug, stem_of
from core.studio.plates.presets import first_chain

if TYPE_CHECKING:
    from core.studio.background import RunView


_PLATE = "plate"


@dataclass(frozen=True)
class Row:
    """One object: its cut-out, whether that shows the box as it is now, and its cells in the order of the chain."""

    region: Region
    crop: Asset | None
    is_crop_current: bool
    cells: tuple[Card, ...]


@dataclass(frozen=True)
class Matrix:
    """A page's objects and steps. `board` is the story behind them, None while nothing was cut out."""

    page: Asset
    slug: str
    chain: Chain
    rows: tuple[Row, ...]
    board: Board | None

    @property
    def to_cut(self) -> tuple[Region, ...]:
        """The objects whose cut-out is missing or out of date."""
        return tuple(row.region for row in self.rows if not row.is_crop_current)

    def cell(self, region_id: str, step_id: str) -> Card | None:
        """Return one cell, or None."""
        return self.board.card(cell_id(self.page, region_id, step_id)) if self.board else None

    def column(self, step_id: str) -> tuple[Card, ...]:
        """Return the cells of one step, from the first object to the last."""
        cells = (self.cell(row.region.id, step_id) for row in self.rows)
        return tuple(cell for cell in cells if cell is not None)


def cell_id(page: Asset, region_id: str, step_id: str) -> str:
    """Return the id of the story's step that makes a cell; images are called by it, so it names the page."""
    return f"{stem_of(page)}-{region_id}-{step_id}"


def read_chain(workspace: Workspace, language: str) -> Chain:
    """Return the project's chain; until one is set, the first one in a language of the interface.

    Raises:
        WorkspaceError: `plates.json` is damaged.
    """
    return PlatesFile(workspace.folder).read().chain or first_chain(language)


def set_chain(workspace: Workspace, chain: Chain) -> None:
    """Make this the project's chain; what was made by earlier ones stays."""
    PlatesFile(workspace.folder).set_chain(chain)


def keep_chain(workspace: Workspace, chain: Chain) -> None:
    """Keep the chain that images are made by, unless one is kept: in another language its prompts are other ones."""
    if PlatesFile(workspace.folder).read().chain is None:
        set_chain(workspace, chain)


def read_matrix(
    workspace: Workspace,
    page: Asset,
    regions: Sequence[Region],
    chain: Chain,
    cut: Cut,
    options: RunOptions,
    catalog: Catalog,
    run: RunView | None = None,
) -> Matrix:
    """Read a page's matrix; nothing is written. `run` is the newest run of its story.

    Raises:
        StudioError: the story's file or the project's choices are damaged.
    """
    slug = plates_slug(page)
    story = plates_story(workspace, page, regions, chain)
    board = read_board(workspace, story, slug, options, catalog, run) if regions and chain.steps else None
    rows = [_row(workspace, page, region, chain, cut, board) for region in regions]
    return Matrix(page, slug, chain, tuple(rows), board)


def chain_price(page: Asset, chain: Chain, options: RunOptions, catalog: Catalog) -> float:
    """Return about what taking one object through the whole chain costs, in USD."""
    story = whole_story(page, chain)
    return sum(planned(story, step, None, options, catalog).cost_usd for step in story.steps)


def ready_price(page: Asset, chain: Chain, options: RunOptions, catalog: Catalog) -> float:
    """Return at most what the next image of one object costs in a batch, in USD: that of the dearest step."""
    story = whole_story(page, chain)
    prices = []
    for step in story.steps:
        facts = catalog.model(model_of(story, step, options, ""))
        prices.append(facts.batch_price(facts.honoured(step.settings.over(story.settings))))
    return max(prices, default=0.0)


def plates_story(workspace: Workspace, page: Asset, regions: Sequence[Region], chain: Chain) -> Story:
    """Return the story of a page's plates as objects and chain are now; a prompt typed for one cell stays its own."""
    own = PlatesFile(workspace.folder).read().own.get(page.id, {})
    return Story(
        title=page.recipe.name or page.id,
        sources=tuple(
            StorySource(id=region.id, path=f"../assets/{stem_of(page)}-{region.id}.png") for region in regions
        ),
        steps=tuple(
            _step(page, region, chain, number, own) for region in regions for number in range(len(chain.steps))
        ),
    )


def whole_story(picture: Asset, chain: Chain) -> Story:
    """Return the story that takes a picture through the chain as it is."""
    before, steps = _PLATE, []
    for wanted in chain.steps:
        step = _made_from(before, f"{stem_of(picture)}-{wanted.id}", wanted, wanted.prompt)
        steps.append(step)
        before = step.id
    return Story(
        title=picture.recipe.name or picture.id,
        sources=(StorySource(id=_PLATE, path=f"../assets/{picture.file_name}"),),
        steps=tuple(steps),
    )


def set_cell_prompt(workspace: Workspace, page: Asset, step_id: str, prompt: str) -> None:
    """Give one cell a prompt of its own; an empty one goes back to the chain's."""
    PlatesFile(workspace.folder).set_own(page.id, step_id, prompt.strip())


def _step(page: Asset, region: Region, chain: Chain, number: int, own: Mapping[str, str]) -> Step:
    wanted: ChainStep = chain.steps[number]
    before = cell_id(page, region.id, chain.steps[number - 1].id) if number else region.id
    name = cell_id(page, region.id, wanted.id)
    return _made_from(before, name, wanted, own.get(name, wanted.prompt))


def _made_from(before: str, name: str, wanted: ChainStep, prompt: str) -> Step:
    return Step(
        id=name,
        kind=wanted.kind,
        prompt=prompt,
        sources=(StepSource(id=before, role=Role.PLATE),),
        model=wanted.model,
        settings=wanted.settings,
    )


def _row(workspace: Workspace, page: Asset, region: Region, chain: Chain, cut: Cut, board: Board | None) -> Row:
    crop = cut_out_of(workspace, page, region)
    is_current = crop is not None and crop.recipe.fingerprint == cut_recipe(page, region, cut).fingerprint
    cells = [board.card(cell_id(page, region.id, step.id)) for step in chain.steps] if board else []
    return Row(region, crop, is_current, tuple(cell for cell in cells if cell is not None))

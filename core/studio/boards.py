"""One look at a story's board: every step with its picture, its state, its price and its versions.

The project is read once, whatever the number of steps: one query for all assets, one reading of the choices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from core.errors import StudioError, from_plain
from core.models.asset import Asset, EngineName, Kind, Role
from core.models.catalog import Catalog
from core.models.story import Step, Story
from core.store.choices import Choices
from core.store.workspace import Workspace
from core.studio.lanes import Place, places
from core.studio.planning import PlannedStep, Planner, RunOptions, StepStatus, named_sources, planned
from core.studio.prompts import compose, role_of

if TYPE_CHECKING:
    from core.studio.background import RunView


class CardState(StrEnum):
    """What a scene needs; `drafted` has a rough and waits for the engine that is chosen now."""

    CURRENT = "current"
    STALE = "stale"
    DRAFTED = "drafted"
    MISSING = "missing"
    LOCKED = "locked"
    RUNNING = "running"
    FAILED = "failed"


@dataclass(frozen=True)
class Card:
    """One step on the board. `price_usd` is what making its image costs, `following` the steps made from it.

    `search_usd` is how much of the price is for searches, which the month's free ones may cover.
    `asset` is the picture shown; `planned` the one a run would settle on, None when it would be made.
    """

    step: Step
    place: Place
    state: CardState
    asset: Asset | None
    planned: Asset | None
    versions: tuple[Asset, ...]
    following: tuple[str, ...]
    price_usd: float
    error: StudioError | None = None
    started: datetime | None = None
    search_usd: float = 0.0

    @property
    def is_to_make(self) -> bool:
        """True when a run would make its image."""
        return self.planned is None

    @property
    def is_to_return(self) -> bool:
        """True when a run would choose a picture made before, at no cost."""
        return self.planned is not None and (self.asset is None or self.planned.id != self.asset.id)


@dataclass(frozen=True)
class Board:
    """A story as cards, in the order written; `starting` are the images it starts from, None where one is gone."""

    story: Story
    slug: str
    cards: tuple[Card, ...]
    starting: dict[str, Asset | None]
    places: dict[str, Place]

    @property
    def to_make(self) -> tuple[Card, ...]:
        """The cards whose image a run would make."""
        return tuple(card for card in self.cards if card.is_to_make)

    @property
    def ready(self) -> tuple[Card, ...]:
        """The cards whose image a run would make, and that wait for no other of them."""
        waiting = {card.step.id for card in self.to_make}
        return tuple(card for card in self.to_make if not waiting.intersection(self.story.parents(card.step)))

    @property
    def to_return(self) -> tuple[Card, ...]:
        """The cards that would get a picture made before."""
        return tuple(card for card in self.cards if card.is_to_return)

    @property
    def cost_usd(self) -> float:
        """What a run of the whole story would cost, in USD."""
        return sum(card.price_usd for card in self.to_make)

    def card(self, step_id: str) -> Card | None:
        """Return a step's card, or None."""
        return self._by_id.get(step_id)

    def needed(self, only: Sequence[str]) -> tuple[Card, ...]:
        """Return the cards of some steps and, of those before them, the ones that are not up to date.

        An image made from others that are stale would be stale the moment those are made.
        """
        wanted: set[str] = set()
        frontier = list(only)
        while frontier:
            step_id = frontier.pop()
            wanted.add(step_id)
            before = [self._by_id[name] for name in self.story.parents(self._by_id[step_id].step)]
            frontier.extend(
                card.step.id for card in before if card.step.id not in wanted and (card.is_to_make or card.is_to_return)
            )
        return tuple(card for card in self.cards if card.step.id in wanted)

    @cached_property
    def _by_id(self) -> dict[str, Card]:
        return {card.step.id: card for card in self.cards}

    def picture(self, name: str) -> Asset | None:
        """Return the picture of a step or starting image, or None."""
        card = self.card(name)
        return card.asset if card else self.starting.get(name)


def roles_of(board: Board, card: Card) -> tuple[Role, ...]:
    """Return what each source of a scene is for, by its kind where nobody said; its picture need not be there yet."""
    kinds = {name: asset.recipe.kind for name, asset in board.starting.items() if asset is not None}
    kinds |= {step.id: step.kind for step in board.story.steps}
    return tuple(source.role or role_of(kinds.get(source.id, Kind.ARCHIVE)) for source in card.step.sources)


def composed_text(board: Board, card: Card) -> str | None:
    """Return the text that would be sent for a scene; None while one of the images it is made from is missing."""
    assets = [asset for source in card.step.sources if (asset := board.picture(source.id)) is not None]
    if len(assets) < len(card.step.sources):
        return None
    named = named_sources(card.step, assets)
    return compose(card.step.prompt, named, [asset.recipe.kind for asset in assets])


class Reading:
    """A project as it was read once; what a planner looks up."""

    def __init__(self, assets: Sequence[Asset], choices: Choices) -> None:
        self._choices = choices
        self._by_id = {asset.id: asset for asset in assets}
        self._by_plan: dict[str, list[Asset]] = defaultdict(list)
        self._by_step: dict[tuple[str, str], list[Asset]] = defaultdict(list)
        for asset in assets:
            self._by_plan[asset.recipe.plan].append(asset)
            self._by_step[asset.recipe.story, asset.recipe.step].append(asset)

    @property
    def choices(self) -> Reading:
        """Which versions are chosen and locked; `read` returns them."""
        return self

    def read(self) -> Choices:
        """Return the choices as they were."""
        return self._choices

    def find(self, asset_id: str) -> Asset | None:
        """Return one asset, or None."""
        return self._by_id.get(asset_id)

    def with_plan(self, plan: str) -> list[Asset]:
        """Return the assets made from this recipe in any attempt, oldest first."""
        return self._by_plan.get(plan, [])

    def versions(self, story: str, step: str) -> list[Asset]:
        """Return every version made for a step, oldest first."""
        return self._by_step.get((story, step), [])


def read_board(
    workspace: Workspace, story: Story, slug: str, options: RunOptions, catalog: Catalog, run: RunView | None = None
) -> Board:
    """Read a story's board; `run` is its newest run, which says what is being made and what failed.

    Raises:
        WorkspaceError: the project's choices are damaged.
    """
    reading = Reading(workspace.assets(), workspace.choices.read())
    starting = {source.id: _starting(reading, slug, source.id, source.path) for source in story.sources}
    planner = Planner(reading, story, slug, options, catalog)
    plan = {line.step.id: line for line in planner.plan({name: asset for name, asset in starting.items() if asset})}
    where = places(story)
    following = _following(story)
    cards = [
        _card(planner, reading, plan[step.id], where[step.id], tuple(following[step.id]), run) for step in story.steps
    ]
    return Board(story, slug, tuple(cards), starting, where)


def _card(
    planner: Planner, reading: Reading, line: PlannedStep, place: Place, following: tuple[str, ...], run: RunView | None
) -> Card:
    step, slug = line.step, planner.slug
    asset = planner.chosen(step)
    versions = reading.versions(slug, step.id)
    if asset is not None and asset not in versions:
        versions = [*versions, asset]
    priced = planned(planner.story, step, None, planner.options, planner.catalog)
    error = _error(run, step) if _is_older(line.asset, run) else None
    started = run.started.get(step.id) if run and run.is_active else None
    return Card(
        step=step,
        place=place,
        state=_state(planner, line, asset, error, started),
        asset=asset or line.asset,
        planned=line.asset,
        versions=tuple(versions),
        following=following,
        price_usd=priced.cost_usd,
        search_usd=priced.search_usd,
        error=error,
        started=started,
    )


def _state(
    planner: Planner, line: PlannedStep, asset: Asset | None, error: StudioError | None, started: datetime | None
) -> CardState:
    if started is not None:
        return CardState.RUNNING
    if error is not None:
        return CardState.FAILED
    if asset is None and line.asset is None:
        return CardState.MISSING
    if planner.workspace.choices.read().is_locked(planner.slug, line.step.id):
        return CardState.LOCKED
    if asset is not None and line.asset is not None and asset.id == line.asset.id:
        return CardState.CURRENT
    shown = asset or line.asset
    is_rough = shown is not None and shown.recipe.engine is EngineName.DRAFT
    return CardState.DRAFTED if is_rough and planner.options.engine is EngineName.GEMINI else CardState.STALE


def _is_older(asset: Asset | None, run: RunView | None) -> bool:
    """Tell whether a step's image was there before the newest run: one that run was to make again, and did not."""
    created = asset.result.created if asset else None
    return run is not None and (created is None or created < run.began)


def _error(run: RunView | None, step: Step) -> StudioError | None:
    """Return why the newest run did not make a step, as long as the step is what was asked for then."""
    outcome = run.outcomes.get(step.id) if run else None
    if run is None or outcome is None or outcome.error is None or outcome.status is not StepStatus.FAILED:
        return None
    asked = next((known for known in run.story.steps if known.id == step.id), None) if run.story else None
    same = asked is not None and asked.model_copy(update={"line": step.line}) == step
    return from_plain(outcome.error) if same else None


def _following(story: Story) -> dict[str, list[str]]:
    following: dict[str, list[str]] = {step.id: [] for step in story.steps}
    for step in story.steps:
        for parent in story.parents(step):
            following[parent].append(step.id)
    return following


def _starting(reading: Reading, slug: str, source_id: str, path: str) -> Asset | None:
    """Return a starting image: as recorded when the story was taken in, else the asset its path names."""
    recorded = reading.read().asset_id(slug, source_id)
    return reading.find(recorded or "") or reading.find(PurePosixPath(path).stem)

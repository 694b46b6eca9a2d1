"""What a run of a story will do: which steps are reused, which are made, and what that costs.

A step is stale when its chosen asset's recipe, attempt aside, differs from today's plan, or when a step it is made
from is stale. Model and settings that nobody names are those the step was first made with: a changed default makes
nothing stale. Nor does a lost key: what gemini made stays while the draft engine is the one at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from core.errors import ConfigurationError, InvalidRequestError, StoryError
from core.models.asset import Asset, EngineName, Kind, Recipe, Source
from core.models.catalog import Catalog, ModelFacts
from core.models.story import Step, Story
from core.models.value import Value
from core.store.choices import Choices
from core.studio.prompts import compose, role_of

DRAFT_MODEL = "draft"


class StepStatus(StrEnum):
    """What became of a step in a run; `planned` only in a dry run.

    `held` is a plate's step that waits for a person's look at the picture it would be made from.
    """

    GENERATED = "generated"
    REUSED = "reused"
    FAILED = "failed"
    SKIPPED = "skipped"
    HELD = "held"
    CANCELLED = "cancelled"
    PLANNED = "planned"


class RunOptions(Value):
    """What a person asked for on top of the story; flags beat what the story says.

    `default_model` is used where nobody names a model; `again` are steps to be made again although they are current,
    `started` is when the run began.
    """

    engine: EngineName
    model: str = ""
    default_model: str = ""
    again: tuple[str, ...] = ()
    started: datetime | None = None


@dataclass(frozen=True)
class Decision:
    """What to do for one step: reuse `asset`, or make `recipe` when there is none; `notes` say what it leaves out."""

    recipe: Recipe
    asset: Asset | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedStep:
    """One step of a plan: reused (with its asset) or planned, and its price in USD with the day it was seen.

    `search_usd` is how much of the price is for searches, which the month's free ones may cover.
    """

    step: Step
    status: StepStatus
    asset: Asset | None
    cost_usd: float
    price_date: date | None = None
    is_price_unsure: bool = False
    search_usd: float = 0.0


class ReadsChoices(Protocol):
    """Says which versions are chosen and locked."""

    def read(self) -> Choices:
        """Return the choices as they are now."""
        ...


class Pictures(Protocol):
    """What is looked up in a project: its files as they are now, or one reading of them."""

    @property
    def choices(self) -> ReadsChoices:
        """Which versions are chosen and locked."""
        ...

    def find(self, asset_id: str) -> Asset | None:
        """Return one asset, or None."""
        ...

    def with_plan(self, plan: str) -> list[Asset]:
        """Return the assets made from this recipe in any attempt, oldest first."""
        ...

    def versions(self, story: str, step: str) -> list[Asset]:
        """Return every version made for a step, oldest first."""
        ...


@dataclass(frozen=True)
class Planner:
    """Decides for the steps of one story in one project; `slug` is the story's name in the project."""

    workspace: Pictures
    story: Story
    slug: str
    options: RunOptions
    catalog: Catalog

    def decide(self, step: Step, sources: Sequence[Asset]) -> Decision:
        """Decide whether a step's image is there already, given the images it is made from, in their order."""
        chosen = self.chosen(step)
        if chosen is not None and self.workspace.choices.read().is_locked(self.slug, step.id):
            return Decision(chosen.recipe, chosen)
        recipe = self.recipe(step, sources)
        tries = self.workspace.with_plan(recipe.plan)
        if step.id in self.options.again:
            return self._again(recipe, tries)
        if chosen is not None and not differs(chosen.recipe, recipe, self.catalog):
            return Decision(chosen.recipe, chosen)
        there = self._finished(step, recipe) or tries
        return Decision(recipe, there[-1] if there else None)

    def chosen(self, step: Step) -> Asset | None:
        """Return the chosen version of a step: as recorded, else the newest one made for it, else None."""
        recorded = self.workspace.choices.read().asset_id(self.slug, step.id)
        asset = self.workspace.find(recorded) if recorded else None
        return asset or next(iter(reversed(self.workspace.versions(self.slug, step.id))), None)

    def recipe(self, step: Step, sources: Sequence[Asset]) -> Recipe:
        """Return today's recipe of a step, made from these images, first attempt."""
        model = model_of(self.story, step, self.options, self._first_model(step))
        named = named_sources(step, sources)
        return Recipe(
            kind=step.kind,
            name=step.label,
            prompt=step.prompt,
            composed=compose(step.prompt, named, [asset.recipe.kind for asset in sources]),
            sources=named,
            engine=self.options.engine,
            model=model,
            settings=self.catalog.model(model).honoured(step.settings.over(self.story.settings)),
            story=self.slug,
            step=step.id,
        )

    def notes(self, step: Step, recipe: Recipe) -> tuple[str, ...]:
        """Return a sentence for each setting of a step that the recipe's model leaves out."""
        facts = self.catalog.model(recipe.model)
        dropped = facts.unheeded(step.settings.over(self.story.settings))
        return tuple(f"{facts.title} does not heed {name} {value}: it was left out." for name, value in dropped.items())

    def plan(self, starting: Mapping[str, Asset]) -> list[PlannedStep]:
        """Return what a run would do, step by step; nothing is made. `starting` are the story's imported sources."""
        made = dict(starting)
        plan: list[PlannedStep] = []
        for step in self.story.ordered():
            asset = None
            if all(source.id in made for source in step.sources):
                asset = self.decide(step, [made[source.id] for source in step.sources]).asset
            if asset is not None:
                made[step.id] = asset
            plan.append(planned(self.story, step, asset, self.options, self.catalog))
        return plan

    def _first_model(self, step: Step) -> str:
        made = [asset for asset in self.workspace.versions(self.slug, step.id) if asset.recipe.model]
        of_engine = [asset.recipe.model for asset in made if asset.recipe.engine is self.options.engine]
        return of_engine[-1] if of_engine else ""

    def _finished(self, step: Step, draft: Recipe) -> list[Asset]:
        """Return the images by gemini that this draft would only stand in for, oldest first."""
        versions = self.workspace.versions(self.slug, step.id)
        outranking = (asset for asset in versions if _outranks(asset.recipe, draft))
        return [asset for asset in outranking if not differs(asset.recipe, draft, self.catalog)]

    def _again(self, recipe: Recipe, tries: Sequence[Asset]) -> Decision:
        """One more attempt; after a crash, the one this very run has made already."""
        newest = tries[-1] if tries else None
        started = self.options.started
        if newest and started and newest.result.created and newest.result.created >= started:
            return Decision(newest.recipe, newest)
        attempt = max((asset.recipe.attempt for asset in tries), default=0) + 1
        return Decision(recipe.model_copy(update={"attempt": attempt}), None)


def named_sources(step: Step, assets: Sequence[Asset]) -> tuple[Source, ...]:
    """Return a step's sources with their roles and names, given the images it is made from, in their order."""
    return tuple(
        Source(
            asset_id=asset.id,
            role=wanted.role or role_of(asset.recipe.kind),
            digest=asset.digest,
            name=wanted.name or asset.recipe.name or asset.id,
        )
        for wanted, asset in zip(step.sources, assets, strict=True)
    )


def planned(story: Story, step: Step, asset: Asset | None, options: RunOptions, catalog: Catalog) -> PlannedStep:
    """Return a step's line in a plan: reused with its asset, or to be made at its price."""
    if asset is not None:
        return PlannedStep(step, StepStatus.REUSED, asset, 0.0)
    facts = catalog.model(model_of(story, step, options, ""))
    settings = facts.honoured(step.settings.over(story.settings))
    price, search = facts.price(settings), facts.search_price(settings)
    if not price:
        return PlannedStep(step, StepStatus.PLANNED, None, price)
    return PlannedStep(step, StepStatus.PLANNED, None, price, facts.price_date, facts.is_price_unsure, search)


def differs(made: Recipe, today: Recipe, catalog: Catalog) -> bool:
    """Tell whether an image made from `made` is stale against today's recipe; attempt and wording of ours aside.

    A draft of today is no better than what gemini made: there only what both heed counts, not who makes it.
    """
    if not _outranks(made, today):
        return _significant(made) != _significant(today)
    both = (catalog.model(made.model), catalog.model(today.model))
    return _content(made, both) != _content(today, both)


def model_of(story: Story, step: Step, options: RunOptions, first: str) -> str:
    """Return a step's model: flag, step, story, the one it was first made with, else the default."""
    if options.engine is EngineName.DRAFT:
        return DRAFT_MODEL
    # a story planned with draft may name it: no other engine has such a model
    named = (name for name in (options.model, step.model, story.model) if name != DRAFT_MODEL)
    return next(filter(None, named), "") or first or options.default_model


def check_draft_model(engine: EngineName, model: str, what: str) -> None:
    """Refuse a model that somebody named when draft would make `what` ("this story"): it would be made without it.

    Raises:
        ConfigurationError: the draft engine is to use a model of another.
    """
    if engine is EngineName.DRAFT and model not in ("", DRAFT_MODEL):
        raise ConfigurationError(
            f"The model {model!r} was asked for, but the draft engine would make {what}. "
            "Set GEMINI_API_KEY (or GOOGLE_CLOUD_PROJECT), or leave the model out."
        )


def check_settings(story: Story, options: RunOptions, catalog: Catalog, path: str) -> None:
    """Refuse what a step's model cannot do before anything is made.

    Raises:
        StoryError: a ratio, a size or a number of sources that the model does not have.
    """
    kinds = {step.id: step.kind for step in story.steps}
    others = catalog.recommended(date.today())
    for step in story.steps:
        facts = catalog.model(model_of(story, step, options, ""))
        roles = [source.role or role_of(kinds.get(source.id, Kind.ARCHIVE)) for source in step.sources]
        try:
            facts.check(facts.honoured(step.settings.over(story.settings)))
            facts.check_references(roles, others)
        except InvalidRequestError as error:
            raise StoryError(f"{path}, line {step.line}: step {step.id!r}: {error.message}", path, step.line) from None


def _outranks(made: Recipe, today: Recipe) -> bool:
    return made.engine is EngineName.GEMINI and today.engine is EngineName.DRAFT


def _significant(recipe: Recipe) -> tuple[object, ...]:
    return recipe.engine, recipe.model, _content(recipe)


def _content(recipe: Recipe, models: tuple[ModelFacts, ...] = ()) -> tuple[object, ...]:
    """Return what a recipe asks for, whoever makes it; of the settings what all these models honour."""
    settings = recipe.settings
    for facts in models:
        settings = facts.honoured(settings)
    sources = [(source.role, source.digest, source.name) for source in recipe.sources]
    return recipe.kind, recipe.prompt, sources, settings

"""Single images from a prompt: what the prompt lab makes, and `throughline generate`."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import InvalidRequestError
from core.models.asset import Asset, EngineName, GenerationSettings, Kind, Recipe, Role, Source
from core.models.catalog import ModelFacts
from core.store.workspace import Workspace
from core.studio.account_models import known_models
from core.studio.background import begin_recipes
from core.studio.context import Studio
from core.studio.jobs import start_run
from core.studio.prompts import compose, first_words
from core.studio.runner import Progress, Runner
from core.studio.runs import RunReport, finish, report
from core.studio.single import attempts_at, model_for
from core.studio.specs import RecipesSpec

# the story of single images; it has no file and no steps, and what else the lab makes has one that begins like it
LAB = "prompt_lab"
MOST_VARIANTS = 8


@dataclass(frozen=True)
class LabOrder:
    """What is to be made: a prompt, what it works on in order, controls (`model` "" is the default), and how many."""

    prompt: str
    references: tuple[Source, ...] = ()
    engine: EngineName = EngineName.DRAFT
    model: str = ""
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    variants: int = 1


@dataclass(frozen=True)
class Fit:
    """The model that makes an order, with as much of its settings as that honours."""

    facts: ModelFacts
    settings: GenerationSettings

    @property
    def price_usd(self) -> float:
        """About what one image costs in USD: its list price, and the searches it may take."""
        return self.facts.price(self.settings)


@dataclass(frozen=True)
class Advance:
    """What an order comes to before it is made: its recipes, what they cost (USD), and what to know beforehand.

    `search_usd` is how much of the cost is for searches, which the month's free ones may cover.
    """

    recipes: tuple[Recipe, ...]
    cost_usd: float
    warnings: tuple[str, ...]
    search_usd: float = 0.0


def reference_to(asset: Asset, role: Role, name: str = "") -> Source:
    """Return an image as a reference with what it is for."""
    return Source(asset_id=asset.id, role=role, digest=asset.digest, name=name or asset.recipe.name or asset.id)


def composed(workspace: Workspace, order: LabOrder) -> str:
    """Return what is sent for an order: its prompt with its references named before it."""
    assets = [workspace.find(source.asset_id) for source in order.references]
    kinds = [asset.recipe.kind if asset else Kind.ARCHIVE for asset in assets]
    return compose(order.prompt, order.references, kinds)


def earlier_words(workspace: Workspace, references: Sequence[Source]) -> tuple[str, ...]:
    """Return the prompts of the previous scenes among some references, the last one first."""
    scenes = (workspace.find(source.asset_id) for source in reversed(references) if source.role is Role.SCENE)
    return tuple(scene.recipe.prompt for scene in scenes if scene is not None and scene.recipe.prompt)


def advance(
    studio: Studio, workspace: Workspace, order: LabOrder, is_new: bool = True, is_only_priced: bool = False
) -> Advance:
    """Return what making an order comes to; with `is_new` attempts that nobody made, else the first ones.

    With `is_only_priced` no account is needed, and nothing is asked over the network.

    Raises:
        MissingApiKeyError: gemini is asked for and no account is configured.
        InvalidApiKeyError: the service does not accept the key.
        InvalidRequestError: the prompt is empty, or the model lacks a setting or takes fewer references.
    """
    facts, recipe = prepared(studio, workspace, order, is_only_priced)
    recipes = attempts_at(workspace, recipe, min(max(1, order.variants), MOST_VARIANTS), is_new)
    to_make = sum(not workspace.with_fingerprint(one.fingerprint) for one in recipes)
    aside = [
        f"{facts.title} keeps no places for {role} images: they count as any other." for role in placeless(facts, order)
    ]
    warnings = (*about_model(studio, facts), *unheeded(facts, order), *aside)
    price, search = facts.price(recipe.settings), facts.search_price(recipe.settings)
    return Advance(recipes, to_make * price, warnings, to_make * search)


def prepared(
    studio: Studio, workspace: Workspace, order: LabOrder, is_only_priced: bool = False
) -> tuple[ModelFacts, Recipe]:
    """Return an order's model and its recipe in a first attempt.

    Raises:
        StudioError: as `advance`.
    """
    if not order.prompt.strip():
        raise InvalidRequestError("The prompt is empty. Say what the picture shows.")
    fit = fitted(studio, order, is_only_priced)
    return fit.facts, recipe_of(order, fit, composed(workspace, order))


def fitted(studio: Studio, order: LabOrder, is_only_priced: bool = False) -> Fit:
    """Return the model that makes an order and the settings it honours; with `is_only_priced` as `advance`.

    Raises:
        MissingApiKeyError: gemini is asked for and no account is configured.
        InvalidApiKeyError: the service does not accept the key.
        InvalidRequestError: the model lacks a setting's value, or takes fewer references.
    """
    facts = studio.catalog.model(model_for(studio, order.engine, order.model, is_only_priced))
    settings = facts.honoured(order.settings)
    facts.check(settings)
    roles = [source.role for source in order.references]
    facts.check_references(roles, studio.catalog.recommended(studio.today(), engine=order.engine))
    return Fit(facts, settings)


def recipe_of(order: LabOrder, fit: Fit, sent: str) -> Recipe:
    """Return an order's recipe in its first attempt; `sent` is what `composed` returns for it."""
    return Recipe(
        kind=Kind.IMAGE,
        name=first_words(order.prompt),
        prompt=order.prompt.strip(),
        composed=sent,
        sources=order.references,
        engine=order.engine,
        model=fit.facts.id,
        settings=fit.settings,
        story=LAB,
    )


def unheeded(facts: ModelFacts, order: LabOrder) -> tuple[str, ...]:
    """Return what to know of an order's settings that its model does not heed."""
    left_out = facts.unheeded(order.settings)
    return tuple(f"{facts.title} does not heed {name} {value}: left out." for name, value in left_out.items())


def about_model(studio: Studio, facts: ModelFacts) -> tuple[str, ...]:
    """Return what to know of a model that is past its shutdown date, not listed, or not in the account."""
    account, said = known_models(studio), []
    if facts.is_past(studio.today()):
        how = "is reported to have been" if facts.is_shutdown_unsure else "was"
        instead = f" Use {facts.replacement} instead." if facts.replacement else ""
        said.append(f"{facts.title} {how} shut down on {facts.shutdown}.{instead}")
    if not facts.is_known:
        said.append(f"{facts.id} is not in the list of models: its limits and its price are careful guesses.")
    if account is not None and facts.engine is EngineName.GEMINI and facts.id not in account.ids:
        able = studio.catalog.stand_in(facts, studio.today(), account.ids)
        instead = f" Use {able.id} instead." if able else ""
        said.append(f"{facts.id} is not among the models of this account.{instead} `throughline models` has them.")
    return tuple(said)


def placeless(facts: ModelFacts, order: LabOrder) -> tuple[Role, ...]:
    """Return what references are for of which the model keeps no places: they count as any other."""
    limits = facts.references
    places = {Role.CHARACTER: limits.characters, Role.OBJECT: limits.objects, Role.STYLE: limits.styles}
    given = {source.role for source in order.references}
    return tuple(role for role, count in places.items() if count == 0 and role in given)


def begin_lab(studio: Studio, workspace: Workspace, order: LabOrder, user: str, key: str = "") -> str:
    """Start making an order's images and return the run's id at once; `key` names a key kept for a session.

    Raises:
        StudioError: as `advance`.
    """
    recipes = advance(studio.with_key(key), workspace, order).recipes
    return begin_recipes(studio, recipes_spec(studio, workspace, _numbered(recipes), user, key))


def make_lab(studio: Studio, workspace: Workspace, recipes: Sequence[Recipe], progress: Progress | None) -> RunReport:
    """Make single images and wait for them; `progress` is told of each. Ctrl-C cancels them.

    Raises:
        StudioError: the run broke off.
    """
    started, run, runner = time.monotonic(), f"images-{uuid.uuid4().hex[:12]}", Runner.obtain(studio)
    with runner.stopped_by_ctrl_c():
        start_run(runner, run, recipes_spec(studio, workspace, _numbered(recipes), studio.user), progress)
        if (handle := runner.handle(run)) is not None:
            finish(studio, run, handle)
        return report(studio, [run], run, started)


def history(workspace: Workspace) -> list[Asset]:
    """Return the images made in the lab, single ones and views of turntables, newest first."""
    return [asset for asset in reversed(workspace.assets()) if is_of_lab(asset)]


def is_of_lab(asset: Asset) -> bool:
    """Tell whether an image was made in the lab, outside of a conversation."""
    return asset.recipe.story.partition("/")[0] == LAB


def recipes_spec(
    studio: Studio, workspace: Workspace, recipes: Mapping[str, Recipe], user: str, key: str = ""
) -> RecipesSpec:
    """Return the run that makes these recipes, by the names its steps get; it is called like the first of them."""
    return RecipesSpec(
        project=str(workspace.folder),
        title=next(iter(recipes.values())).name,
        recipes=dict(recipes),
        concurrency=studio.settings.concurrency,
        user=user,
        key=key,
    )


def _numbered(recipes: Sequence[Recipe]) -> dict[str, Recipe]:
    return {f"{number}": recipe for number, recipe in enumerate(recipes, 1)}

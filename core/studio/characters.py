"""Characters: their sheets made in several tries, and the one try that is kept.

A character is a step of the story called "characters"; its tries are the step's versions, the kept one its choice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.errors import InvalidRequestError
from core.models.asset import Asset, EngineName, GenerationSettings, Kind, Recipe, Source
from core.models.story import CHARACTERS
from core.store.ids import clean_id
from core.store.workspace import Workspace
from core.studio.background import begin_recipes
from core.studio.context import Studio
from core.studio.prompts import compose, role_of
from core.studio.sheet_prompts import label
from core.studio.single import attempts_at, model_for
from core.studio.specs import RecipesSpec

MOST_VARIANTS = 4
SHEET_KINDS = (Kind.CUTOUT, Kind.CHARACTER_SHEET, Kind.ACCESSORY_SHEET)


@dataclass(frozen=True)
class SheetOrder:
    """What is to be made of a picture: kind, prompt, controls (`model` "" is the default), and how many tries."""

    name: str
    kind: Kind
    prompt: str
    source: Asset
    engine: EngineName
    model: str = ""
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    variants: int = 1


@dataclass(frozen=True)
class Character:
    """A kept character: its name, its step among the characters, and its picture."""

    name: str
    step: str
    asset: Asset


def begin_sheet(studio: Studio, workspace: Workspace, order: SheetOrder, user: str, key: str = "") -> str:
    """Start making an order's tries and return the run's id at once; `key` names a key kept for a session.

    Raises:
        MissingApiKeyError: gemini is asked for and no account is configured.
        InvalidApiKeyError: the service does not accept the key.
        InvalidRequestError: the prompt is empty, or the model lacks a ratio or size.
    """
    recipes = sheet_recipes(studio.with_key(key), workspace, order)
    spec = RecipesSpec(
        project=str(workspace.folder),
        title=label(order.name),
        recipes={f"{recipe.step}-{recipe.attempt}": recipe for recipe in recipes},
        concurrency=studio.settings.concurrency,
        user=user,
        key=key,
    )
    return begin_recipes(studio, spec)


def sheet_recipes(studio: Studio, workspace: Workspace, order: SheetOrder) -> tuple[Recipe, ...]:
    """Return the recipes of an order's tries: attempts that nobody made before.

    Raises:
        StudioError: as `begin_sheet`.
    """
    if not order.prompt.strip():
        raise InvalidRequestError("The prompt is empty. Say what the sheet shows, or go back to the form's words.")
    recipe = _recipe(order, model_for(studio, order.engine, order.model), studio)
    return attempts_at(workspace, recipe, min(max(1, order.variants), MOST_VARIANTS))


def composed(prompt: str, source: Asset) -> str:
    """Return what is sent for a prompt: the typed text with its picture named before it."""
    return compose(prompt, [_source(source)], [source.recipe.kind])


def character_step(name: str) -> str:
    """Return the step of a character's name."""
    return clean_id(label(name))


def tries(workspace: Workspace, name: str) -> list[Asset]:
    """Return every try of a character, oldest first."""
    return workspace.versions(CHARACTERS, character_step(name))


def keep(workspace: Workspace, asset: Asset) -> Character:
    """Make one try the character's picture."""
    workspace.choices.choose(CHARACTERS, asset.recipe.step, asset.id)
    return _character(asset.recipe.step, asset)


def kept_try(workspace: Workspace, name: str) -> Asset | None:
    """Return the try that was kept for a character, or None."""
    asset_id = workspace.choices.read().asset_id(CHARACTERS, character_step(name))
    return workspace.find(asset_id) if asset_id else None


def list_characters(workspace: Workspace) -> list[Character]:
    """Return the kept characters, by name."""
    steps = workspace.choices.read().chosen.get(CHARACTERS, {})
    found = [_character(step, asset) for step, asset_id in steps.items() if (asset := workspace.find(asset_id))]
    return sorted(found, key=lambda character: character.name.casefold())


def _character(step: str, asset: Asset) -> Character:
    return Character(asset.recipe.name or step, step, asset)


def _recipe(order: SheetOrder, model: str, studio: Studio) -> Recipe:
    facts = studio.catalog.model(model)
    settings = facts.honoured(order.settings)
    facts.check(settings)
    source = _source(order.source)
    return Recipe(
        kind=order.kind,
        name=label(order.name),
        prompt=order.prompt.strip(),
        composed=compose(order.prompt, [source], [order.source.recipe.kind]),
        sources=(source,),
        engine=order.engine,
        model=model,
        settings=settings,
        story=CHARACTERS,
        step=character_step(order.name),
    )


def _source(asset: Asset) -> Source:
    name = asset.recipe.name or asset.id
    return Source(asset_id=asset.id, role=role_of(asset.recipe.kind), digest=asset.digest, name=name)

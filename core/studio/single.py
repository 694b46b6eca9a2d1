"""Images that are made one by one, outside of a story: which model makes them, and in which attempts."""

from __future__ import annotations

import asyncio

from core.models.asset import EngineName, Recipe
from core.settings import EngineChoice
from core.store.workspace import Workspace
from core.studio.account_models import default_model
from core.studio.context import Studio
from core.studio.planning import DRAFT_MODEL, check_draft_model


def model_for(studio: Studio, engine: EngineName, named: str, is_only_priced: bool = False) -> str:
    """Return the model: the one named, else the configured one, else the service's best that this account has.

    With `is_only_priced` no account is needed, and nothing is asked: what is remembered of it stands for it.

    Raises:
        ConfigurationError: the draft engine is to use a model of another.
        MissingApiKeyError: gemini is asked for and no account is configured.
        InvalidApiKeyError: the service does not accept the key.
    """
    check_draft_model(engine, named, "these images")
    if engine is EngineName.DRAFT:
        return DRAFT_MODEL
    studio.engine_name(EngineChoice(engine), is_only_priced)
    if known := named or studio.settings.model:
        return known
    if is_only_priced:
        return default_model(studio).id
    return asyncio.run(studio.engine(engine).default_model())


def attempts_at(workspace: Workspace, recipe: Recipe, count: int, is_new: bool = True) -> tuple[Recipe, ...]:
    """Return a recipe in so many attempts: those that nobody made before, or with `is_new` off the first ones."""
    made = max((asset.recipe.attempt for asset in workspace.with_plan(recipe.plan)), default=0) if is_new else 0
    return tuple(recipe.model_copy(update={"attempt": made + number}) for number in range(1, count + 1))

"""An image made before from what is asked for now: what can be used when a quota or a budget allows no call today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import BudgetExceededError, QuotaExceededError, StudioError
from core.models.asset import Asset, Recipe
from core.store.workspace import Workspace


@dataclass(frozen=True)
class MadeBefore:
    """An image, and the project it is in."""

    workspace: Workspace
    asset: Asset


def is_used_up(error: StudioError) -> bool:
    """Tell whether an image was not made because a quota, the account's credit or a budget is used up."""
    return isinstance(error, (QuotaExceededError, BudgetExceededError))


def made_before(workspace: Workspace, recipe: Recipe, others: Iterable[Workspace] = ()) -> MadeBefore | None:
    """Return the newest image of a recipe's content in any attempt: of this project, else of the first of the others.

    The same content is the same words, source pictures, model and settings.
    """
    projects = [workspace, *(other for other in others if other.folder != workspace.folder)]
    found = ((project, project.with_plan(recipe.plan)) for project in projects)
    return next((MadeBefore(project, assets[-1]) for project, assets in found if assets), None)


def taken_over(workspace: Workspace, recipe: Recipe, found: MadeBefore) -> Asset:
    """Return an image of the recipe's own place in this project, or else a copy of the one found, at no cost.

    Raises:
        WorkspaceError: the other project's file is damaged, or this one cannot be written.
    """
    there = [asset for asset in workspace.with_plan(recipe.plan) if _place(asset.recipe) == _place(recipe)]
    if there:
        return there[-1]
    made = found.asset
    changes = {
        "cost_usd": 0.0,
        "input_tokens": None,
        "output_tokens": None,
        "seconds": 0.0,
        "created": None,
        "warnings": (*made.result.warnings, _note(found)),
    }
    data = found.workspace.read(made)
    return workspace.save(recipe, made.result.model_copy(update=changes), data, recipe.step or made.id)


def _place(recipe: Recipe) -> tuple[str, str]:
    return recipe.story, recipe.step


def _note(found: MadeBefore) -> str:
    created = found.asset.result.created
    when = f" on {created.astimezone().date()}" if created else ""
    return f"Made{when} in the project {found.workspace.title!r}, and used again here at no cost."

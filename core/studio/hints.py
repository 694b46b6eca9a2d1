"""What a person at a terminal can do about an image that was not made: sentences, each a way out."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from core.errors import BlockedError, NoImageError, StudioError, from_plain
from core.models.asset import EngineName, Recipe
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.made_before import MadeBefore, is_used_up, made_before
from core.studio.planning import Planner, StepStatus
from core.studio.runs import RunReport, runs_database, spec_of
from core.studio.specs import SPECS, RecipesSpec, RunSpec, Spec
from core.studio.ways_out import advice, ways_out


def hints_of_run(studio: Studio, report: RunReport) -> dict[str, tuple[str, ...]]:
    """Return, by step, what can be done about the images that a run did not make."""
    errors = {
        step.id: from_plain(step.error) for step in report.steps if step.error and step.status is StepStatus.FAILED
    }
    if not errors:
        return {}
    (status,) = runs_database(studio).list_workflows(workflow_ids=[report.run], name=list(SPECS))
    spec = spec_of(status)
    workspace = studio.listed(Path(spec.project))
    recipes = dict(_recipes(studio, workspace, spec, report))
    return {
        step: found
        for step, error in errors.items()
        if step in recipes and (found := hints(studio, workspace, recipes[step], error))
    }


def hints(studio: Studio, workspace: Workspace, recipe: Recipe, error: StudioError) -> tuple[str, ...]:
    """Return what can be done about an image that was not made; () where the error's own words say it all."""
    if isinstance(error, (BlockedError, NoImageError)) and recipe.engine is EngineName.GEMINI:
        ways = ways_out(studio, error, recipe.model, [source.role for source in recipe.sources])
        return advice(ways, [(source.name or source.asset_id, source.role) for source in recipe.sources])
    if is_used_up(error) and (found := made_before(workspace, recipe, studio.known_projects())) is not None:
        return (_how_to_take(workspace, found),)
    return ()


def _how_to_take(workspace: Workspace, found: MadeBefore) -> str:
    path = str(found.workspace.path(found.asset))
    if found.workspace.folder == workspace.folder:
        return f"The same words, pictures and settings made {found.asset.id} before, which is here: {path}"
    taking = f"throughline import {shlex.quote(path)} --project {shlex.quote(str(workspace.folder))}"
    return (
        f"The same words, pictures and settings made {found.asset.id} in the project {found.workspace.title!r}. "
        f"Take it with `{taking}`; it costs nothing."
    )


def _recipes(studio: Studio, workspace: Workspace, spec: Spec, report: RunReport) -> Iterator[tuple[str, Recipe]]:
    """Yield the steps of a run with what their images were to be made from, as far as that is there."""
    if isinstance(spec, RecipesSpec):
        yield from spec.recipes.items()
    if not isinstance(spec, RunSpec):
        return
    planner = Planner(workspace, spec.story, spec.slug, spec.options, studio.catalog)
    ids = spec.starting | {step.id: step.asset_id for step in report.steps if step.asset_id}
    there = {name: asset for name, asset_id in ids.items() if (asset := workspace.find(asset_id)) is not None}
    for step in spec.story.steps:
        if all(source.id in there for source in step.sources):
            yield step.id, planner.recipe(step, [there[source.id] for source in step.sources])

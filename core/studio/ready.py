"""What of a story can be made at this moment: steps whose images are missing and whose sources are all there."""

from __future__ import annotations

from core.models.asset import Recipe
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.planning import Planner
from core.studio.plates.holding import is_held
from core.studio.specs import RunSpec


def ready_recipes(studio: Studio, workspace: Workspace, spec: RunSpec) -> list[Recipe]:
    """Return the recipes of a run that wait for no other of its images, nor for a look, in the order of the story."""
    planner = Planner(workspace, spec.story, spec.slug, spec.options, studio.catalog)
    there = {name: workspace.get(asset_id) for name, asset_id in spec.starting.items()}
    ready = []
    for step in spec.story.ordered():
        if step.id not in spec.step_ids or any(source.id not in there for source in step.sources):
            continue
        sources = [there[source.id] for source in step.sources]
        decision = planner.decide(step, sources)
        if decision.asset is not None:
            there[step.id] = decision.asset
        elif not is_held(studio, workspace, spec.slug, sources):
            ready.append(decision.recipe)
    return ready

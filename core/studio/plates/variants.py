"""Several tries of one cell at once, to choose among them: versions of its step like those of any run."""

from __future__ import annotations

from core.errors import StoryError
from core.store.workspace import Workspace
from core.studio.background import begin_recipes
from core.studio.context import Studio
from core.studio.planning import Planner
from core.studio.plates.holding import check_sources
from core.studio.plates.runs import Plate, PlatesOrder, plates_spec
from core.studio.single import attempts_at
from core.studio.specs import RecipesSpec

MOST_VARIANTS = 4


def begin_variants(
    studio: Studio, workspace: Workspace, plate: Plate, order: PlatesOrder, cell: str, count: int
) -> str:
    """Start making so many tries of a cell, none made before, and return the run's id at once.

    Raises:
        StoryError: what the cell is made from is not up to date.
        StraysError: what it is made from strays, and nobody looked at that yet.
        StudioError: as `plates_spec`.
    """
    return begin_recipes(studio, variants_spec(studio, workspace, plate, order, cell, count))


def variants_spec(
    studio: Studio, workspace: Workspace, plate: Plate, order: PlatesOrder, cell: str, count: int
) -> RecipesSpec:
    """Return the run that makes so many tries of a cell, at least one and at most four.

    Raises:
        StudioError: as `begin_variants`.
    """
    spec = plates_spec(studio, workspace, plate, order, (cell,), again=True)
    if spec.step_ids != (cell,):
        raise StoryError("What this is made from is not up to date. Make that first, then several tries of this.")
    step = spec.story.step(cell)
    sources = [workspace.get(spec.starting[source.id]) for source in step.sources]
    check_sources(studio, workspace, spec.slug, sources)
    recipe = Planner(workspace, spec.story, spec.slug, spec.options, studio.catalog).recipe(step, sources)
    recipes = attempts_at(workspace, recipe, min(max(1, count), MOST_VARIANTS))
    return RecipesSpec(
        project=spec.project,
        title=step.label,
        recipes={f"{cell}-{tried.attempt}": tried for tried in recipes},
        concurrency=spec.concurrency,
        user=spec.user,
        key=spec.key,
    )

"""What a run would cost before it begins, as far as that is known, and whether a run may cost so much. USD."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from core.errors import InvalidImageError, StudioError
from core.models.asset import Asset
from core.models.limits import Limit, check_run, is_over
from core.models.plates import Chain
from core.models.wishes import detection_price
from core.store.importing import as_imported
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.detection import Search, earlier
from core.studio.planning import Planner, RunOptions
from core.studio.plates.cutting import whole_slug
from core.studio.plates.matrix import read_matrix, whole_story
from core.studio.plates.runs import read_plate
from core.studio.specs import DetectSpec, PlatesSpec, RecipesSpec, RunSpec, Spec

_SPENT = "${spent:.2f} spent, about ${cost:.2f} more, ${allowed:.2f} allowed."


def check_price(studio: Studio, cost_usd: float) -> None:
    """Refuse a run that alone would cost more than a run may.

    Raises:
        BudgetExceededError: it would.
    """
    if (allowed := studio.limits.run) is not None:
        check_run(cost_usd, allowed)


def check_estimate(studio: Studio, workspace: Workspace, spec: Spec) -> None:
    """Refuse a run whose estimate alone is more than a run may cost.

    Raises:
        BudgetExceededError: it is.
    """
    check_price(studio, estimate(studio, workspace, spec))


def search_cost(
    studio: Studio, workspace: Workspace | None, files: Iterable[Path], search: Search, since: datetime | None = None
) -> float:
    """Return what searching files would cost, those left out that are no images or were searched since a moment."""

    def is_to_search(path: Path) -> bool:
        with contextlib.suppress(InvalidImageError):
            return workspace is None or earlier(workspace, as_imported(workspace, path), search, since) is None
        return False

    each = search.price(studio.catalog)
    return sum(each for path in files if each and is_to_search(path))


def estimate(studio: Studio, workspace: Workspace, spec: Spec) -> float:
    """Return what a run would cost, what is there already left out."""
    if isinstance(spec, RunSpec):
        return _of_story(studio, workspace, spec)
    if isinstance(spec, RecipesSpec):
        missing = (recipe for recipe in spec.recipes.values() if not workspace.with_fingerprint(recipe.fingerprint))
        return sum(studio.catalog.model(recipe.model).price(recipe.settings) for recipe in missing)
    if isinstance(spec, DetectSpec):
        pages = (page for name in spec.step_ids if (page := workspace.find(name)) is not None)
        unsearched = sum(earlier(workspace, page, spec.search, spec.again_since) is None for page in pages)
        return unsearched * detection_price(studio.catalog, spec.engine, spec.model, spec.wish, spec.settings)
    return _of_pages(studio, workspace, spec)


def limit_warnings(studio: Studio, project: str, cost_usd: float) -> list[str]:
    """Return a sentence for each limit that a cost would pass; `project` is a project's uuid, "" for a new one."""
    spent = {Limit.RUN: 0.0, Limit.DAY: 0.0, Limit.PROJECT: 0.0}
    if studio.limits.day is not None:
        spent[Limit.DAY] = studio.ledger.spent_today()
    if project and studio.limits.project is not None:
        spent[Limit.PROJECT] = studio.ledger.spent_on(project)
    words = {
        Limit.RUN: "This would be refused: about ${cost:.2f}, and a run may cost ${allowed:.2f}.",
        Limit.DAY: f"This would pass today's budget: {_SPENT}",
        Limit.PROJECT: f"This would pass the project's budget: {_SPENT}",
    }
    return [
        words[limit].format(cost=cost_usd, spent=spent[limit], allowed=allowed)
        for limit, allowed in studio.limits.set_limits()
        if is_over(cost_usd, spent[limit], allowed)
    ]


def whole_cost(studio: Studio, workspace: Workspace, picture: Asset, chain: Chain, options: RunOptions) -> float:
    """Return what taking a picture through a chain as it is would cost, what is there already left out."""
    story = whole_story(picture, chain)
    planner = Planner(workspace, story, whole_slug(picture), options, studio.catalog)
    return sum(line.cost_usd for line in planner.plan({story.sources[0].id: picture}))


def _of_pages(studio: Studio, workspace: Workspace, spec: PlatesSpec) -> float:
    cost = 0.0
    for name in spec.step_ids:
        with contextlib.suppress(StudioError):  # a page that cannot be read costs nothing: its step says so
            page = workspace.get(name)
            if spec.is_whole:
                cost += whole_cost(studio, workspace, page, spec.chain, spec.options)
                continue
            regions = read_plate(workspace, name).regions
            board = read_matrix(workspace, page, regions, spec.chain, spec.cut, spec.options, studio.catalog).board
            cost += board.cost_usd if board else 0.0
    return cost


def _of_story(studio: Studio, workspace: Workspace, spec: RunSpec) -> float:
    planner = Planner(workspace, spec.story, spec.slug, spec.options, studio.catalog)
    found = {name: workspace.find(asset_id) for name, asset_id in spec.starting.items()}
    starting = {name: asset for name, asset in found.items() if asset is not None}
    return sum(line.cost_usd for line in planner.plan(starting) if line.step.id in spec.step_ids)

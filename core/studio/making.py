"""One step of a run: an image or a search, used again when it is there, made when not.

Whatever happens is an outcome, never a raise.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import CancelledError, StraysError, StudioError
from core.models.asset import Asset
from core.store.turns import making
from core.store.workspace import Workspace
from core.studio.attempts import Errand
from core.studio.detection import detect_or_reuse
from core.studio.generation import generate_asset
from core.studio.planning import Decision, Planner, StepStatus
from core.studio.plates.fidelity import measured
from core.studio.plates.holding import check_sources
from core.studio.plates.runs import PlatesOrder, plates_spec, read_plate, whole_spec
from core.studio.runner import Runner
from core.studio.specs import DetectSpec, PlatesSpec, RecipesSpec, RunSpec, Spec, StepOutcome


@dataclass(frozen=True)
class Made:
    """What a step came to: the asset made or searched, whether just now, and what names and what it cost (USD)."""

    asset_id: str
    is_new: bool
    fingerprint: str
    cost_usd: float
    count: int | None = None


Work = Callable[[Workspace], Coroutine[Any, Any, Made]]


def make_step_image(runner: Runner, run: str, step_id: str, sources: dict[str, str]) -> StepOutcome:
    """Reuse or make the image of one step of a story; `sources` maps what it is made from to asset ids."""
    plan = RunSpec.model_validate(runner.spec(run))

    async def work(workspace: Workspace) -> Made:
        planner = Planner(workspace, plan.story, plan.slug, plan.options, runner.studio.catalog)
        step = plan.story.step(step_id)
        assets = [workspace.get(sources[source.id]) for source in step.sources]

        def decide() -> Decision:
            decision = planner.decide(step, assets)
            if decision.asset is None:
                check_sources(runner.studio, workspace, plan.slug, assets)
            return replace(decision, notes=planner.notes(step, decision.recipe))

        made = await _reuse_or_make(runner, _errand(runner, run, step_id), plan, workspace, decide)
        await asyncio.to_thread(workspace.choices.choose, plan.slug, step_id, made.asset_id)
        await asyncio.to_thread(measured, runner.studio, workspace, assets, workspace.get(made.asset_id))
        return made

    return _outcome(runner, run, plan, step_id, work)


def make_recipe_image(runner: Runner, run: str, name: str) -> StepOutcome:
    """Reuse or make the image of one recipe of a recipes run."""
    plan = RecipesSpec.model_validate(runner.spec(run))
    recipe = plan.recipes[name]

    async def work(workspace: Workspace) -> Made:
        def decide() -> Decision:
            made = workspace.with_fingerprint(recipe.fingerprint)
            return Decision(recipe, made[-1] if made else None)

        made = await _reuse_or_make(runner, _errand(runner, run, name), plan, workspace, decide)
        sources = [asset for source in recipe.sources if (asset := workspace.find(source.asset_id))]
        await asyncio.to_thread(measured, runner.studio, workspace, sources[:1], workspace.get(made.asset_id))
        return made

    return _outcome(runner, run, plan, name, work)


def search_page(runner: Runner, run: str, page: str) -> StepOutcome:
    """Use again or make the search of one page of a detect run."""
    plan = DetectSpec.model_validate(runner.spec(run))

    async def work(workspace: Workspace) -> Made:
        studio = runner.studio.with_key(plan.key).for_user(plan.user)
        asset = await asyncio.to_thread(workspace.get, page)
        errand = _errand(runner, run, page)
        found, is_new = await detect_or_reuse(studio, workspace, asset, plan.search, errand, plan.again_since)
        fingerprint = plan.search.fingerprint(asset.digest)
        return Made(page, is_new, fingerprint, found.cost_usd, len(found.regions))

    return _outcome(runner, run, plan, page, work)


def prepare_page(runner: Runner, run: str, page_id: str) -> RunSpec | StepOutcome:
    """Cut out what a page of a plates run has on it and return the run that makes the rest.

    It is an outcome when there is nothing to run, or it cannot be.
    """
    plan = PlatesSpec.model_validate(runner.spec(run))
    try:
        workspace = runner.workspace(Path(plan.project))
        studio = runner.studio.with_key(plan.key).for_user(plan.user)
        order = PlatesOrder(plan.chain, plan.cut, plan.options, plan.key)
        if plan.is_whole:
            return whole_spec(studio, workspace, workspace.get(page_id), order)
        plate = read_plate(workspace, page_id)
        if not plate.regions:
            return StepOutcome(id=page_id, status=StepStatus.REUSED, asset_id=page_id, count=0)
        return plates_spec(studio, workspace, plate, order)
    except StudioError as error:
        return StepOutcome(id=page_id, status=StepStatus.FAILED, error=error.to_plain())
    except Exception as error:
        return StepOutcome(id=page_id, status=StepStatus.FAILED, error=_unforeseen(error).to_plain())


def _errand(runner: Runner, run: str, step: str) -> Errand:
    return Errand(run, runner.id, step, runner.waiting(run, step))


def _outcome(runner: Runner, run: str, spec: Spec, step_id: str, work: Work) -> StepOutcome:
    """Do a step's work and put what became of it, its time and its cost into an outcome."""
    started = time.monotonic()
    outcome = _attempt(runner, run, spec, step_id, work)
    changes: dict[str, Any] = {"seconds": round(time.monotonic() - started, 3)}
    with contextlib.suppress(Exception):  # an image that is there is not lost to a ledger that cannot be read
        calls, cost = runner.studio.ledger.run_totals(run, step_id)
        changes["cost_usd"] = round(cost, 6)
        if calls and outcome.status is StepStatus.REUSED:  # made by this run before a crash
            changes["status"] = StepStatus.GENERATED
    outcome = outcome.model_copy(update=changes)
    runner.tell(run, outcome)
    return outcome


def _attempt(runner: Runner, run: str, spec: Spec, step_id: str, work: Work) -> StepOutcome:
    try:
        workspace = runner.workspace(Path(spec.project))
        made = runner.run_async(run, work(workspace))
        if not made.is_new:
            runner.studio.ledger.found_saved(run, made.fingerprint, made.cost_usd)
    except CancelledError as error:
        return StepOutcome(id=step_id, status=StepStatus.CANCELLED, error=error.to_plain())
    except StraysError as error:
        return StepOutcome(id=step_id, status=StepStatus.HELD, error=error.to_plain())
    except StudioError as error:
        return StepOutcome(id=step_id, status=StepStatus.FAILED, error=error.to_plain())
    except Exception as error:
        return StepOutcome(id=step_id, status=StepStatus.FAILED, error=_unforeseen(error).to_plain())
    status = StepStatus.GENERATED if made.is_new else StepStatus.REUSED
    return StepOutcome(id=step_id, status=status, asset_id=made.asset_id, count=made.count)


def _unforeseen(error: Exception) -> StudioError:
    return StudioError(f"Something unforeseen went wrong ({type(error).__name__}). Run this step again.")


async def _reuse_or_make(
    runner: Runner, errand: Errand, spec: RunSpec | RecipesSpec, workspace: Workspace, decide: Callable[[], Decision]
) -> Made:
    decision = await asyncio.to_thread(decide)
    if decision.asset is not None:
        return _made(decision.asset, is_new=False)
    async with making(runner.studio.home, workspace.uuid, decision.recipe.fingerprint):
        # another command may have made it while this one waited
        decision = await asyncio.to_thread(decide)
        if decision.asset is not None:
            return _made(decision.asset, is_new=False)
        studio = runner.studio.with_key(spec.key).for_user(spec.user)
        noted = replace(errand, notes=decision.notes)
        return _made(await generate_asset(studio, workspace, decision.recipe, noted), is_new=True)


def _made(asset: Asset, is_new: bool) -> Made:
    return Made(asset.id, is_new, asset.recipe.fingerprint, asset.result.cost_usd)

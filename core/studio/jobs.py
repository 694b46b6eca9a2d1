"""Runs as durable DBOS jobs: one workflow a run schedules its steps; each step is a child workflow with one DBOS step.

A run goes on when whoever started it looks away, resumes after a crash without paying twice for finished steps, and is
cancelled by its id. Only ids and JSON pass through DBOS: no step raises, it returns an outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dbos import DBOS, SetWorkflowID, WorkflowHandle

from core.errors import StepFailedError
from core.models.story import Step
from core.studio.estimates import check_estimate
from core.studio.making import make_recipe_image, make_step_image, prepare_page, search_page
from core.studio.planning import StepStatus
from core.studio.runner import POLL_SECONDS, Progress, Runner
from core.studio.specs import (
    DETECT_WORKFLOW,
    PAGE_PLATES_WORKFLOW,
    PAGE_WORKFLOW,
    PLATES_WORKFLOW,
    RECIPE_WORKFLOW,
    RECIPES_WORKFLOW,
    RUN_WORKFLOW,
    STEP_WORKFLOW,
    DetectSpec,
    PlatesSpec,
    RecipesSpec,
    RunSpec,
    Spec,
    StepOutcome,
    child_id,
    story_run_id,
)

Workflow = Callable[[str, str], dict[str, Any]]


def start_run(runner: Runner, run: str, spec: Spec, progress: Progress | None = None) -> None:
    """Start a run in this process; `progress` is told every step's waits and outcome.

    Raises:
        BudgetExceededError: its estimate alone is more than a run may cost.
    """
    if runner.studio.limits.run is not None:
        check_estimate(runner.studio, runner.workspace(Path(spec.project)), spec)
    workflows = {RunSpec: story_run, RecipesSpec: recipes_run, DetectSpec: detect_run, PlatesSpec: plates_run}
    runner.start(run, workflows[type(spec)], spec.model_dump(mode="json"), progress)


@DBOS.workflow(name=RUN_WORKFLOW)
def story_run(run: str, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Make a story's steps, each as soon as those it is made from are there; return their outcomes."""
    plan = RunSpec.model_validate(spec)
    waiting = [step for step in plan.story.ordered() if step.id in plan.step_ids]
    running: dict[str, WorkflowHandle[Any]] = {}
    outcomes: dict[str, StepOutcome] = {}
    while waiting or running:
        for step in [step for step in waiting if _is_settled(plan, step, outcomes)]:
            failed = _failed_parent(plan, step, outcomes)
            if failed is not None:
                waiting.remove(step)
                outcomes[step.id] = _skipped(step, failed)
            elif len(running) < plan.concurrency:
                waiting.remove(step)
                running[step.id] = _start_step(run, plan, step, outcomes)
        if running:
            step_id = _next_finished(running)
            outcomes[step_id] = StepOutcome.model_validate(running.pop(step_id).get_result())
    return [outcomes[step_id].model_dump(mode="json") for step_id in plan.step_ids]


@DBOS.workflow(name=STEP_WORKFLOW)
def story_step(run: str, step_id: str, sources: dict[str, str]) -> dict[str, Any]:
    """Make one step of a run and return its outcome."""
    return make_step(run, step_id, sources)


@DBOS.workflow(name=RECIPES_WORKFLOW)
def recipes_run(run: str, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Make single images side by side; return their outcomes in the order given."""
    plan = RecipesSpec.model_validate(spec)
    return _side_by_side(run, plan.step_ids, plan.concurrency, recipe_step)


@DBOS.workflow(name=RECIPE_WORKFLOW)
def recipe_step(run: str, name: str) -> dict[str, Any]:
    """Make one image of a recipes run and return its outcome."""
    return make_recipe(run, name)


@DBOS.workflow(name=DETECT_WORKFLOW)
def detect_run(run: str, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Search pages side by side; return their outcomes in the order given."""
    plan = DetectSpec.model_validate(spec)
    return _side_by_side(run, plan.step_ids, plan.concurrency, detect_step)


@DBOS.workflow(name=PAGE_WORKFLOW)
def detect_step(run: str, page: str) -> dict[str, Any]:
    """Search one page of a run and return its outcome."""
    return find_regions(run, page)


@DBOS.workflow(name=PLATES_WORKFLOW)
def plates_run(run: str, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Make what is missing on pages, some pages at a time; return their outcomes in the order given."""
    plan = PlatesSpec.model_validate(spec)
    return _side_by_side(run, plan.step_ids, plan.concurrency, plates_step)


@DBOS.workflow(name=PAGE_PLATES_WORKFLOW)
def plates_step(run: str, page: str) -> dict[str, Any]:
    """Make one page's plates as a run of its story, and return what became of the page."""
    prepared = prepare_plates(run, page)
    if "status" in prepared:
        return prepared
    spec = RunSpec.model_validate(prepared)
    story = story_run_id(spec, run)
    with SetWorkflowID(story):
        handle = DBOS.start_workflow(story_run, story, prepared)
    made = [StepOutcome.model_validate(outcome) for outcome in handle.get_result(polling_interval_sec=POLL_SECONDS)]
    return _of_page(page, made).model_dump(mode="json")


@DBOS.step(name="prepare_plates")
def prepare_plates(run: str, page: str) -> dict[str, Any]:
    """Return the run of a page's story, or its outcome when there is nothing to run."""
    return prepare_page(_runner(), run, page).model_dump(mode="json")


@DBOS.step(name="make_step")
def make_step(run: str, step_id: str, sources: dict[str, str]) -> dict[str, Any]:
    """Reuse or make one step's image; whatever happens comes back as an outcome."""
    return make_step_image(_runner(), run, step_id, sources).model_dump(mode="json")


@DBOS.step(name="make_recipe")
def make_recipe(run: str, name: str) -> dict[str, Any]:
    """Reuse or make one recipe's image; whatever happens comes back as an outcome."""
    return make_recipe_image(_runner(), run, name).model_dump(mode="json")


@DBOS.step(name="find_regions")
def find_regions(run: str, page: str) -> dict[str, Any]:
    """Use again or make one page's search; whatever happens comes back as an outcome."""
    return search_page(_runner(), run, page).model_dump(mode="json")


def _side_by_side(run: str, names: Sequence[str], concurrency: int, step: Workflow) -> list[dict[str, Any]]:
    """Start a step for each name, so many at once, and return their outcomes in the order of the names."""
    waiting = list(names)
    running: dict[str, WorkflowHandle[Any]] = {}
    outcomes: dict[str, dict[str, Any]] = {}
    while waiting or running:
        while waiting and len(running) < concurrency:
            name = waiting.pop(0)
            with SetWorkflowID(child_id(run, name)):
                running[name] = DBOS.start_workflow(step, run, name)
        finished = _next_finished(running)
        outcomes[finished] = running.pop(finished).get_result()
    return [outcomes[name] for name in names]


def _of_page(page: str, made: Sequence[StepOutcome]) -> StepOutcome:
    """Return what became of a page: made, reused, or what stopped the first of its steps that is not there.

    What failed is told before what waits for a look.
    """
    unmade = sorted((step for step in made if step.asset_id is None), key=lambda step: step.status is StepStatus.HELD)
    missing = unmade[0] if unmade else None
    is_new = any(step.status is StepStatus.GENERATED for step in made)
    return StepOutcome(
        id=page,
        status=missing.status if missing else StepStatus.GENERATED if is_new else StepStatus.REUSED,
        asset_id=None if missing else page,
        count=sum(step.asset_id is not None for step in made),
        seconds=round(sum(step.seconds for step in made), 3),
        cost_usd=round(sum(step.cost_usd for step in made), 6),
        error=missing.error if missing else None,
    )


def _runner() -> Runner:
    if Runner.current is None:
        raise AssertionError("steps are made by a runner")
    return Runner.current


def _is_settled(plan: RunSpec, step: Step, outcomes: dict[str, StepOutcome]) -> bool:
    return all(parent in outcomes for parent in _parents(plan, step))


def _failed_parent(plan: RunSpec, step: Step, outcomes: dict[str, StepOutcome]) -> StepOutcome | None:
    return next((outcomes[parent] for parent in _parents(plan, step) if outcomes[parent].asset_id is None), None)


def _parents(plan: RunSpec, step: Step) -> list[str]:
    """Return the steps of this run that a step is made from."""
    return [parent for parent in plan.story.parents(step) if parent in plan.step_ids]


def _skipped(step: Step, failed: StepOutcome) -> StepOutcome:
    if failed.status in (StepStatus.CANCELLED, StepStatus.HELD):
        return StepOutcome(id=step.id, status=failed.status, error=failed.error)
    error = StepFailedError(
        f"Not made, because {failed.id!r}, which it is made from, is not there. Mend that step and run again.",
        step_id=failed.id,
    )
    return StepOutcome(id=step.id, status=StepStatus.SKIPPED, error=error.to_plain())


def _start_step(
    run: str, plan: RunSpec, step: Step, outcomes: dict[str, StepOutcome]
) -> WorkflowHandle[dict[str, Any]]:
    made = {name: outcome.asset_id for name, outcome in outcomes.items() if outcome.asset_id}
    sources = {**plan.starting, **made}
    with SetWorkflowID(child_id(run, step.id)):
        return DBOS.start_workflow(story_step, run, step.id, {source.id: sources[source.id] for source in step.sources})


def _next_finished(running: dict[str, WorkflowHandle[Any]]) -> str:
    finished = DBOS.wait_first(list(running.values()), polling_interval_sec=POLL_SECONDS)
    return next(step_id for step_id, handle in running.items() if handle.workflow_id == finished.workflow_id)

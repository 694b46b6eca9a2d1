"""Runs as a page sees them: begun without waiting, looked at again and again, from any process."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dbos import DBOSClient, WorkflowStatus

from core.engines.base import AttemptOutcome
from core.errors import StudioError
from core.models.asset import Recipe
from core.models.story import Story
from core.store.waits import Wait
from core.studio.context import Studio
from core.studio.jobs import start_run
from core.studio.planning import StepStatus
from core.studio.runner import Runner
from core.studio.runs import UNFINISHED, find_or_start, may_see, no_such_run, runs_database, spec_of
from core.studio.specs import (
    DETECT_WORKFLOW,
    PLATES_WORKFLOW,
    RUN_WORKFLOW,
    SPECS,
    DetectSpec,
    PlatesSpec,
    RecipesSpec,
    RunSpec,
    Spec,
    StepOutcome,
    child_id,
    run_prefix,
)

_RUNNING = ("PENDING", "ENQUEUED")
_MOST_SHOWN = 20


@dataclass(frozen=True)
class RunView:
    """A run at one moment. `started` maps the steps under way to when they began; `outcomes` has those that ended.

    `waits` has the steps that wait before they are tried again; of a run over pages they are those of the pages' own.
    `story` is the story as it was when the run began, `search` what a run of searches was asked for; else None.
    `recipes` has the single images it makes, by step; else it is empty. `maybe_billed` has, once
    the run has ended, the steps without an image whose calls may cost money all the same.
    """

    id: str
    title: str
    project: str
    is_active: bool
    is_cancelled: bool
    began: datetime
    steps: tuple[str, ...]
    started: dict[str, datetime]
    outcomes: dict[str, StepOutcome]
    story: Story | None = None
    search: DetectSpec | None = None
    waits: Mapping[str, Wait] = field(default_factory=dict)
    recipes: Mapping[str, Recipe] = field(default_factory=dict)
    maybe_billed: frozenset[str] = frozenset()

    @property
    def longest_wait(self) -> Wait | None:
        """The wait that is over last; None when nothing waits."""
        return max(self.waits.values(), key=lambda wait: wait.until, default=None)

    @property
    def done(self) -> int:
        """How many steps have ended, one way or the other; what was used again counts as none."""
        return len(self.outcomes) - self._reused

    @property
    def total(self) -> int:
        """How many steps there are to make, as far as is known."""
        return len(self.steps) - self._reused

    @property
    def _reused(self) -> int:
        return sum(outcome.status is StepStatus.REUSED for outcome in self.outcomes.values())


def begin_story(studio: Studio, spec: RunSpec) -> str:
    """Start a story's run, or find the one under way, and return its id at once."""
    return find_or_start(studio, spec, None).run


def begin_recipes(studio: Studio, spec: RecipesSpec) -> str:
    """Start making single images and return the run's id at once."""
    run = f"images-{uuid.uuid4().hex[:12]}"
    runner = Runner.obtain(studio)
    start_run(runner, run, spec)
    return run


def begin_detection(studio: Studio, spec: DetectSpec) -> str:
    """Start searching pages and return the run's id at once."""
    run = f"pages-{uuid.uuid4().hex[:12]}"
    start_run(Runner.obtain(studio), run, spec)
    return run


def begin_plates(studio: Studio, spec: PlatesSpec) -> str:
    """Start making what is missing on pages and return the run's id at once."""
    run = f"pages-{uuid.uuid4().hex[:12]}"
    start_run(Runner.obtain(studio), run, spec)
    return run


def latest_pages_run(studio: Studio, project: str) -> RunView | None:
    """Return the newest run over pages of a project, whether it has ended or not; None when there is none."""
    try:
        dbos = runs_database(studio)
    except StudioError:
        return None
    names = [DETECT_WORKFLOW, PLATES_WORKFLOW]
    found = dbos.list_workflows(name=names, workflow_id_prefix="pages-", sort_desc=True, limit=20)
    newest = next((status for status in found if spec_of(status).project == project), None)
    return _view(studio, dbos, newest) if newest else None


def retry_recipes(studio: Studio, run: str, key: str = "") -> str:
    """Start the images that a run did not make once more, and return the new run's id; `key` pays for them.

    Raises:
        StudioError: there is no such run of images.
    """
    spec, missing = _unfinished(studio, run)
    if isinstance(spec, RunSpec):
        again = tuple(step for step in spec.options.again if step in missing)
        options = spec.options.model_copy(update={"again": again})
        return begin_story(studio, spec.model_copy(update={"options": options, "key": key}))
    if not isinstance(spec, RecipesSpec):
        raise no_such_run(run)
    recipes = {name: spec.recipes[name] for name in missing}
    return begin_recipes(studio, spec.model_copy(update={"recipes": recipes, "key": key}))


def retry_detection(studio: Studio, run: str, key: str = "") -> str:
    """Search the pages that a run did not search once more, and return the new run's id; `key` pays for them.

    Raises:
        StudioError: there is no such run of searches.
    """
    spec, missing = _unfinished(studio, run)
    if not isinstance(spec, DetectSpec):
        raise no_such_run(run)
    return begin_detection(studio, spec.model_copy(update={"pages": missing, "key": key}))


def view_run(studio: Studio, run: str) -> RunView:
    """Return how a run stands now.

    Raises:
        StudioError: there is no such run, or it is another user's.
    """
    dbos = runs_database(studio)
    found = dbos.list_workflows(workflow_ids=[run], name=list(SPECS))
    if not found or not may_see(studio, found[0]):
        raise no_such_run(run)
    return _view(studio, dbos, found[0])


def latest_run(studio: Studio, project: str, slug: str) -> RunView | None:
    """Return the newest run of a story, whoever started it and whether it has ended; None when there is none."""
    try:
        dbos = runs_database(studio)
    except StudioError:
        return None
    prefix = run_prefix(project, slug)
    found = dbos.list_workflows(name=RUN_WORKFLOW, workflow_id_prefix=prefix, sort_desc=True, limit=1)
    return _view(studio, dbos, found[0]) if found else None


def active_runs(studio: Studio, user: str) -> list[RunView]:
    """Return a user's unfinished runs, newest first."""
    try:
        dbos = runs_database(studio)
    except StudioError:
        return []
    # the database picks the user's own: among the newest of all users there may be none of them
    found = dbos.list_workflows(name=list(SPECS), user=user, status=list(UNFINISHED), sort_desc=True, limit=_MOST_SHOWN)
    return [_view(studio, dbos, status) for status in found]


def resume_orphans(studio: Studio) -> list[str]:
    """Go on with the runs of dead processes; return their ids."""
    try:
        dbos = runs_database(studio)
    except StudioError:
        return []
    runner = Runner.obtain(studio)
    found = dbos.list_workflows(name=list(SPECS), status=list(UNFINISHED), load_input=False)
    with runner.runners.starting():
        return [status.workflow_id for status in _orphans(runner, found) if runner.adopt(status.workflow_id)]


def _unfinished(studio: Studio, run: str) -> tuple[Spec, tuple[str, ...]]:
    """Return what a run was asked for, and those of its steps that have no result.

    Raises:
        StudioError: there is no such run, or it is another user's.
    """
    dbos = runs_database(studio)
    found = dbos.list_workflows(workflow_ids=[run], name=list(SPECS))
    if not found or not may_see(studio, found[0]):
        raise no_such_run(run)
    spec = spec_of(found[0])
    made = {outcome.id for outcome in _view(studio, dbos, found[0]).outcomes.values() if outcome.asset_id}
    return spec, tuple(step for step in spec.step_ids if step not in made)


def _orphans(runner: Runner, found: Iterable[WorkflowStatus]) -> list[WorkflowStatus]:
    return [status for status in found if not runner.is_carried(status.workflow_id, str(status.executor_id))]


def _view(studio: Studio, dbos: DBOSClient, status: WorkflowStatus) -> RunView:
    spec = spec_of(status)
    prefix = child_id(status.workflow_id, "")
    children = dbos.list_workflows(workflow_id_prefix=prefix, load_input=False)
    outcomes = [StepOutcome.model_validate(child.output) for child in children if child.output]
    ended = status.output if status.status == "SUCCESS" and status.output else ()
    outcomes_by_step = {outcome.id: outcome for outcome in [*outcomes, *map(StepOutcome.model_validate, ended)]}
    return RunView(
        id=status.workflow_id,
        title=spec.title,
        project=spec.project,
        is_active=status.status in UNFINISHED,
        is_cancelled=status.status == "CANCELLED",
        began=_time(status.created_at),
        steps=spec.step_ids,
        started={
            child.workflow_id.removeprefix(prefix): _time(child.created_at)
            for child in children
            if child.status in _RUNNING
        },
        outcomes=outcomes_by_step,
        story=spec.story if isinstance(spec, RunSpec) else None,
        search=spec if isinstance(spec, DetectSpec) else None,
        waits=studio.ledger.waits.of_run(status.workflow_id) if status.status in UNFINISHED else {},
        recipes=spec.recipes if isinstance(spec, RecipesSpec) else {},
        maybe_billed=_maybe_billed(studio, status, outcomes_by_step),
    )


def _maybe_billed(studio: Studio, status: WorkflowStatus, outcomes: Mapping[str, StepOutcome]) -> frozenset[str]:
    is_whole = status.status == "SUCCESS" and all(outcome.asset_id for outcome in outcomes.values())
    if status.status in UNFINISHED or is_whole:
        return frozenset()
    run = status.workflow_id
    rows = (row for row in studio.ledger.rows(run) if row["outcome"] != AttemptOutcome.SUCCEEDED)
    made = {outcome.id for outcome in outcomes.values() if outcome.asset_id}
    return frozenset(row["step"] for row in rows if row["may_be_billed"] and row["estimate_usd"]) - made


def _time(milliseconds: int | None) -> datetime:
    return datetime.fromtimestamp((milliseconds or 0) / 1000, UTC)

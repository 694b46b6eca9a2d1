"""The verbs of runs: start, attach to, continue, resume, cancel and list them.

A run is looked up and started under one lock a home, so that two commands never start the same one twice.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from dbos import DBOSClient, WorkflowHandle, WorkflowStatus

from core.errors import CancelledError, RunBrokenError, StudioError, WorkspaceError
from core.studio.context import LOCAL_USER, Studio
from core.studio.jobs import start_run
from core.studio.orders import Order, Priced, prepare
from core.studio.planning import StepStatus
from core.studio.runner import (
    POLL_SECONDS,
    Progress,
    Runner,
    client,
    database_url,
    events_so_far,
    has_runs,
    outcomes_so_far,
)
from core.studio.runners import Runners
from core.studio.specs import RUN_WORKFLOW, SPECS, RunSpec, Spec, StepOutcome, run_prefix

UNFINISHED = ("PENDING", "ENQUEUED", "DELAYED")
_FOLLOW_SECONDS = 0.2
_LEAST_ROOM = 1_000_000
_PROBE_SECONDS = 2.0


@dataclass(frozen=True)
class RunReport:
    """How a run went. `calls` are attempts made, `seconds` this command's wait, `cost_usd` the whole run's.

    Of a command that waited for another run of the story first, `calls` and `cost_usd` are those of both.
    """

    run: str
    steps: tuple[StepOutcome, ...]
    calls: int
    seconds: float
    cost_usd: float

    @property
    def is_complete(self) -> bool:
        """True when every step has its image."""
        return all(step.asset_id is not None for step in self.steps)


@dataclass(frozen=True)
class RunSummary:
    """One line of the list of runs; `state` is running, unfinished, done, incomplete, cancelled or broken."""

    id: str
    title: str
    project: str
    state: str
    started: datetime
    finished_steps: int
    steps: int


class Beginning(StrEnum):
    """How a command came by a run: its own, one that a living process carries, or one that a dead process left."""

    STARTED = "started"
    JOINED = "joined"
    CONTINUED = "continued"


@dataclass(frozen=True)
class Found:
    """A run to follow and what it does; `is_wanted` tells whether that is what was asked for."""

    run: str
    spec: RunSpec
    beginning: Beginning
    is_wanted: bool = True


@dataclass(frozen=True)
class Watcher:
    """Who wants to know how a run goes: `begun` is told which run is followed, `progress` its steps' waits and ends."""

    begun: Callable[[Found], None]
    progress: Progress | None = None


def run_story(studio: Studio, order: Order, watcher: Watcher | None = None) -> RunReport:
    """Run a story and wait for it; a run of it that is under way, whatever it does, is waited for first.

    Raises:
        StudioError: bad input or configuration, and nothing was run; or the run broke off.
    """
    spec = prepare(studio, order, meanwhile=Runner.opening(studio))
    started, progress = time.monotonic(), watcher.progress if watcher else None
    followed: dict[str, None] = {}
    with Runner.obtain(studio).stopped_by_ctrl_c():
        while True:
            found = find_or_start(studio, spec, progress)
            followed[found.run] = None
            if watcher:
                watcher.begun(found)
            if _follow(studio, found.run, progress) and found.is_wanted:
                return report(studio, followed, found.run, started)


def resume_run(studio: Studio, run: str, watcher: Watcher | None = None) -> RunReport:
    """Go on with a run that stopped, or make what failed or was cancelled in it; wait for it.

    Raises:
        StudioError: there is no such run, its engine cannot be used, or it broke off.
    """
    started, progress = time.monotonic(), watcher.progress if watcher else None
    dbos = runs_database(studio)
    status = _status(dbos, run)
    if status.name != RUN_WORKFLOW:
        raise no_such_run(run)
    if status.status not in UNFINISHED:
        outcomes = _ended(studio, dbos, run)
        if all(outcome.asset_id is not None for outcome in outcomes):
            done = [outcome.model_copy(update={"status": StepStatus.REUSED, "cost_usd": 0.0}) for outcome in outcomes]
            return RunReport(run, tuple(done), 0, 0.0, 0.0)
        studio.engine(_spec(status).options.engine)
    with Runner.obtain(studio).stopped_by_ctrl_c():
        if status.status not in UNFINISHED:
            run = _start(studio, _spec(status), progress)
        while not _follow(studio, run, progress):
            Runner.obtain(studio).adopt(run, progress)
        return report(studio, [run], run, started)


def cancel_run(studio: Studio, run: str) -> bool:
    """Cancel a run by its id; False when it had ended already. Open calls are dropped within a second.

    Raises:
        StudioError: there is no such run, or it is another user's.
    """
    dbos = runs_database(studio)
    found = dbos.list_workflows(workflow_ids=[run], name=list(SPECS))
    if not found or not may_see(studio, found[0]):
        raise no_such_run(run)
    if found[0].status not in UNFINISHED:
        return False
    dbos.cancel_workflow(run, cancel_children=True)
    return True


def may_see(studio: Studio, status: WorkflowStatus) -> bool:
    """True for one's own runs; the local user, who owns the machine, sees all."""
    document = status.input["args"][1] if status.input else {}
    return studio.user in (LOCAL_USER, document.get("user"))


def no_such_run(run: str) -> StudioError:
    """Return the error that says there is no such run, also of another user's."""
    return StudioError(f"There is no run {run!r}. `throughline runs` lists them.")


def list_runs(studio: Studio, limit: int = 50) -> list[RunSummary]:
    """Return the newest runs of this home, of any kind, newest first."""
    if not has_runs(studio):
        return []
    dbos = runs_database(studio)
    found = dbos.list_workflows(name=list(SPECS), sort_desc=True, limit=limit)
    return [_summary(studio, dbos, status) for status in found]


def find_or_start(studio: Studio, spec: RunSpec, progress: Progress | None) -> Found:
    """Return the story's run that is under way, whatever it does, else one that does what is asked for.

    A dead process's run is continued when it does just that. Any other is cancelled, for nobody asks for it any more;
    what it has finished is reused.
    """
    with Runner.obtain(studio).runners.starting():
        while (status := _unfinished(studio, spec.project, spec.slug)) is not None:
            found = _join(studio, status, spec) or _take_over(studio, status, spec, progress)
            if found is not None:
                return found
        return Found(_start(studio, spec, progress), spec, Beginning.STARTED)


def under_way(studio: Studio, priced: Priced) -> str | None:
    """Return the run that running what was priced would wait for, or None."""
    if not priced.slug or not has_runs(studio):
        return None
    status = _unfinished(studio, priced.project, priced.slug)
    is_alive = status is not None and Runners(studio.home).is_alive(str(status.executor_id))
    return status.workflow_id if status is not None and is_alive else None


def _join(studio: Studio, status: WorkflowStatus, spec: RunSpec) -> Found | None:
    """Return a run that a living process carries, or None."""
    if not Runner.obtain(studio).is_carried(status.workflow_id, str(status.executor_id)):
        return None
    theirs = _spec(status)
    return Found(status.workflow_id, theirs, Beginning.JOINED, _is_same(theirs, spec))


def _take_over(studio: Studio, status: WorkflowStatus, spec: RunSpec, progress: Progress | None) -> Found | None:
    """Continue a dead process's run when it does what is asked for, else cancel it and return None."""
    run, theirs, runner = status.workflow_id, _spec(status), Runner.obtain(studio)
    # a key that a person entered is gone with the process that kept it
    if not _is_same(theirs, spec) or theirs.key != spec.key:
        runner.drop(run)
        return None
    return Found(run, theirs, Beginning.CONTINUED) if runner.adopt(run, progress) else None


def _start(studio: Studio, spec: RunSpec, progress: Progress | None) -> str:
    run = f"{run_prefix(spec.project, spec.slug)}{uuid.uuid4().hex[:6]}"
    options = spec.options.model_copy(update={"started": datetime.now(UTC)})
    start_run(Runner.obtain(studio), run, spec.model_copy(update={"options": options}), progress)
    return run


def _unfinished(studio: Studio, project: str, slug: str) -> WorkflowStatus | None:
    dbos = runs_database(studio)
    found = dbos.list_workflows(
        name=RUN_WORKFLOW,
        workflow_id_prefix=run_prefix(project, slug),
        status=list(UNFINISHED),
        sort_desc=True,
    )
    return found[0] if found else None


def _is_same(one: RunSpec, other: RunSpec) -> bool:
    def asked(spec: RunSpec) -> tuple[object, ...]:
        options = spec.options
        models = options.engine, options.model, options.default_model
        return spec.story, spec.starting, spec.only, models, options.again

    return asked(one) == asked(other)


def _follow(studio: Studio, run: str, progress: Progress | None) -> bool:
    """Wait until a run has ended, whoever carries it; False when its process died before."""
    runner = Runner.obtain(studio)
    if (handle := runner.handle(run)) is not None:
        finish(studio, run, handle)
        return True
    dbos, told = runs_database(studio), set[object]()
    while True:
        status = _status(dbos, run, load=False)
        for mark, event in events_so_far(studio, dbos, run) if progress else ():
            if progress and mark not in told:
                told.add(mark)
                progress(event)
        if status.status not in UNFINISHED:
            return True
        if not runner.is_carried(run, str(status.executor_id)):
            return False
        time.sleep(_FOLLOW_SECONDS)


def finish(studio: Studio, run: str, handle: WorkflowHandle[Any]) -> None:
    """Wait for a run that this process carries; Ctrl-C cancels it."""
    waiting = threading.Thread(target=_wait, args=(handle,), daemon=True)
    waiting.start()
    try:
        while waiting.is_alive():
            waiting.join(_PROBE_SECONDS)
            _check_home(studio)
    except KeyboardInterrupt:
        cancel_run(studio, run)
    Runner.obtain(studio).settle(run)


def _wait(handle: WorkflowHandle[Any]) -> None:
    with contextlib.suppress(Exception):  # how it ended, cancelled or broken, is read from the database
        handle.get_result(polling_interval_sec=POLL_SECONDS)


def _check_home(studio: Studio) -> None:
    """Refuse to wait for a run that cannot be recorded: its database retries for ever on a full disk.

    Raises:
        WorkspaceError: nothing can be written to the home any more.
    """
    probe = studio.home / "runners" / f"{os.getpid()}.probe"
    try:
        probe.write_bytes(bytes(4096))
        probe.unlink()
    except OSError as error:
        Runner.is_stuck = True
        raise WorkspaceError(
            f"Nothing can be written to {studio.home} any more ({error.strerror}), so the run cannot go on. "
            "Make room, then run the story again: what is finished is reused."
        ) from None


def _ended(studio: Studio, dbos: DBOSClient, run: str) -> list[StepOutcome]:
    status = _status(dbos, run)
    if status.status == "SUCCESS":
        return [StepOutcome.model_validate(outcome) for outcome in status.output or ()]
    if status.status != "CANCELLED":
        raise _broken(studio, run, status)
    known = {outcome.id: outcome for outcome in outcomes_so_far(dbos, run)}
    return [known.get(step) or _cancelled(studio, run, step) for step in spec_of(status).step_ids]


def _broken(studio: Studio, run: str, status: WorkflowStatus) -> RunBrokenError:
    reason, advice = type(status.error).__name__, "Run the story again; what is finished is reused."
    with contextlib.suppress(OSError):
        if shutil.disk_usage(studio.home).free < _LEAST_ROOM:
            reason, advice = f"{studio.home} is full", f"Make room there. {advice}"
    return RunBrokenError(f"The run {run} broke off ({reason}). {advice}")


def _cancelled(studio: Studio, run: str, step: str) -> StepOutcome:
    """A step that was stopped; a call that was under way may be billed, and its estimate stands for the cost."""
    outcome = StepOutcome(id=step, status=StepStatus.CANCELLED)
    begun = [row for row in studio.ledger.rows(run) if row["step"] == step]
    if not begun:
        return outcome
    error = CancelledError("Stopped. A call that was under way may still be billed.")
    cost, seconds = studio.ledger.run_totals(run, step)[1], sum(row["seconds"] for row in begun)
    changes = {"seconds": round(seconds, 3), "cost_usd": round(cost, 6), "error": error.to_plain()}
    return outcome.model_copy(update=changes)


def _status(dbos: DBOSClient, run: str, load: bool = True) -> WorkflowStatus:
    found = dbos.list_workflows(workflow_ids=[run], name=list(SPECS), load_input=load, load_output=load)
    if not found:
        raise no_such_run(run)
    return found[0]


def _spec(status: WorkflowStatus) -> RunSpec:
    assert status.input is not None  # noqa: S101 - loaded with the status
    return RunSpec.model_validate(status.input["args"][1])


def spec_of(status: WorkflowStatus) -> Spec:
    """Return what a run of any kind was asked for.

    Raises:
        StudioError: its record cannot be read.
    """
    if status.input is None:
        raise StudioError(f"The run {status.workflow_id} cannot be read.")
    return SPECS[status.name].model_validate(status.input["args"][1])


def report(studio: Studio, followed: Iterable[str], run: str, started: float) -> RunReport:
    """Report on a run that has ended, with what all the runs cost that the command followed."""
    outcomes = _ended(studio, runs_database(studio), run)
    totals = [studio.ledger.run_totals(each) for each in followed]
    calls, cost = sum(calls for calls, _ in totals), sum(cost for _, cost in totals)
    return RunReport(run, tuple(outcomes), calls, round(time.monotonic() - started, 3), round(cost, 6))


def runs_database(studio: Studio) -> DBOSClient:
    """Return the runs of this home, to read and to cancel.

    Raises:
        StudioError: no run has been started yet.
    """
    if not has_runs(studio):
        raise StudioError("No run has been started yet. Start one with `throughline story run`.")
    return client(database_url(studio))


def _summary(studio: Studio, dbos: DBOSClient, status: WorkflowStatus) -> RunSummary:
    spec = spec_of(status)
    done = [outcome for outcome in outcomes_so_far(dbos, status.workflow_id) if outcome.asset_id]
    return RunSummary(
        id=status.workflow_id,
        title=spec.title,
        project=spec.project,
        state=_state(studio, status, len(done) == len(spec.step_ids)),
        started=datetime.fromtimestamp((status.created_at or 0) / 1000, UTC),
        finished_steps=len(done),
        steps=len(spec.step_ids),
    )


def _state(studio: Studio, status: WorkflowStatus, is_complete: bool) -> str:
    if status.status in UNFINISHED:
        return "running" if Runners(studio.home).is_alive(str(status.executor_id)) else "unfinished"
    if status.status == "SUCCESS":
        return "done" if is_complete else "incomplete"
    return "cancelled" if status.status == "CANCELLED" else "broken"

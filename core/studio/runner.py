"""This process as one that carries runs, and the runs' database.

A runner has its own loop for calls, its own queue for runs it takes over, and drops the open calls of cancelled runs.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSContextSetAuth, SetWorkflowID, WorkflowHandle

from core.errors import CancelledError, WorkspaceError
from core.store.database import answering, has_table, sqlite_url
from core.store.workspace import Workspace
from core.studio.attempts import Waiting
from core.studio.context import Studio
from core.studio.runners import Runners
from core.studio.specs import StepOutcome, StepWait, child_id

# pinned: by default it is a hash of the code, and an upgrade would orphan running jobs
APPLICATION_VERSION = "1"
POLL_SECONDS = 0.01
_WATCH_SECONDS = 0.25
_SETTLE_SECONDS = 5.0
_CANCELLED = "CANCELLED"
_whole: set[str] = set()  # databases whose tables this process has seen; they never go away
T = TypeVar("T")
Progress = Callable[[StepOutcome | StepWait], None]


def database_url(studio: Studio) -> str:
    """Return where DBOS keeps the runs."""
    return studio.database_url or sqlite_url(studio.home / "runs.sqlite")


def has_runs(studio: Studio) -> bool:
    """Tell whether the runs' tables are there and whole; a process that just makes them is waited for."""
    url = database_url(studio)
    if url in _whole:
        return True
    if not studio.database_url and not (studio.home / "runs.sqlite").is_file():
        return False
    with Runners(studio.home).opening():
        is_there = has_table(url, "workflow_status", None if studio.database_url is None else "dbos")
    if is_there:
        _whole.add(url)
    return is_there


@lru_cache(maxsize=8)
def client(url: str) -> DBOSClient:
    """Return a client that reads and cancels runs without ever carrying one; one a database and process."""
    return DBOSClient(system_database_url=url)


def outcomes_so_far(dbos: DBOSClient, run: str) -> Iterator[StepOutcome]:
    """Yield the outcomes of a run's steps that ended."""
    children = dbos.list_workflows(workflow_id_prefix=child_id(run, ""), status="SUCCESS", load_input=False)
    yield from (StepOutcome.model_validate(child.output) for child in children if child.output)


def events_so_far(studio: Studio, dbos: DBOSClient, run: str) -> Iterator[tuple[object, StepOutcome | StepWait]]:
    """Yield what can be told of a run now, whoever carries it, each with a mark that stays as long as it does."""
    for wait in studio.ledger.waits.of_run(run).values():
        yield wait, StepWait(id=wait.step, seconds=wait.seconds, reason=wait.reason)
    for outcome in outcomes_so_far(dbos, run):
        yield outcome.id, outcome


class Runner:
    """This process as one that carries runs. One at a time a process; `close` it at the end."""

    current: Runner | None = None
    # set when the runs' database cannot be written: closing would wait for it for ever
    is_stuck = False
    _making_one = threading.Lock()

    @classmethod
    def obtain(cls, studio: Studio) -> Runner:
        """Return this process's runner, made when there is none."""
        with cls._making_one:
            return cls.current or cls(studio)

    @classmethod
    @contextlib.contextmanager
    def opening(cls, studio: Studio) -> Iterator[None]:
        """Obtain this process's runner, and open its ledger, beside what the caller does meanwhile."""
        with concurrent.futures.ThreadPoolExecutor(1, "studio-opening") as beside:
            opened = beside.submit(lambda: cls.obtain(studio).studio.ledger)
            yield
            opened.result()

    def __init__(self, studio: Studio) -> None:
        has_runs(studio)  # says that a database is damaged, which DBOS does not
        self.studio = studio
        self.runners = Runners(studio.home)
        self.id = self.runners.enlist()
        self._loop = asyncio.new_event_loop()
        self._tasks: dict[str, set[concurrent.futures.Future[Any]]] = {}
        self._open: dict[str, int] = {}
        self._workspaces: dict[Path, Workspace] = {}
        self._handles: dict[str, WorkflowHandle[Any]] = {}
        self._listeners: dict[str, Progress | None] = {}
        self._specs: dict[str, dict[str, Any]] = {}
        self._guard = threading.Lock()
        self._closing = threading.Event()
        threading.Thread(target=self._loop.run_forever, name="studio-loop", daemon=True).start()
        self._launch()
        threading.Thread(target=self._watch, name="studio-cancel-watch", daemon=True).start()
        Runner.current = self

    def start(
        self,
        run: str,
        workflow: Callable[[str, dict[str, Any]], Any],
        spec: dict[str, Any],
        progress: Progress | None = None,
    ) -> None:
        """Start a run for its spec's user; `progress` is told every step's waits and outcome.

        Raises:
            WorkspaceError: the runs' database cannot be written.
        """
        self._listeners[run] = progress
        with answering(), SetWorkflowID(run), DBOSContextSetAuth(spec["user"], []):
            self._handles[run] = DBOS.start_workflow(workflow, run, spec)

    def spec(self, run: str) -> dict[str, Any]:
        """Return what a run was started with; its steps read it here, so that it is stored once and not once a step."""
        with self._guard:
            if run not in self._specs:
                found = DBOS.list_workflows(workflow_ids=[run], load_output=False)[0].input
                self._specs[run] = found["args"][1] if found else {}
            return self._specs[run]

    def handle(self, run: str) -> WorkflowHandle[Any] | None:
        """Return the handle of a run that this process carries, or None."""
        return self._handles.get(run)

    def tell(self, run: str, event: StepOutcome | StepWait) -> None:
        """Pass a step's outcome, or that it waits, on to who waits for it."""
        listener = self._listeners.get(run)
        if listener is not None:
            listener(event)

    def waiting(self, run: str, step: str) -> Waiting:
        """Return who is told that a step waits: pages of all processes, and who waits for the run here."""

        def note(seconds: float, reason: str) -> None:
            with contextlib.suppress(WorkspaceError):  # a wait that cannot be shown is waited all the same
                self.studio.ledger.waits.note(run, step, seconds, reason)
            self.tell(run, StepWait(id=step, seconds=seconds, reason=reason))

        return note

    def settle(self, run: str) -> None:
        """Wait until a cancelled run's calls are dropped and recorded."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        while self._open.get(run) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    @contextlib.contextmanager
    def stopped_by_ctrl_c(self) -> Iterator[None]:
        """Cancel what this process carries when Ctrl-C comes, at any moment: calls nobody waits for are billed too."""
        try:
            yield
        except KeyboardInterrupt:
            for run in tuple(self._listeners):
                DBOS.cancel_workflow(run, cancel_children=True)  # what has ended stays as it ended
                self.settle(run)
            raise

    def is_carried(self, run: str, executor: str) -> bool:
        """Tell whether a living process carries a run that `executor` began or took over last."""
        if self.runners.holds(executor):  # of what this process took over, it carries only what it went on with
            return run in self._handles
        return self.runners.is_alive(executor)

    def adopt(self, run: str, progress: Progress | None = None) -> bool:
        """Go on with a dead process's run; False when its process lives after all."""
        if not self._take_over(run):
            return False
        children = DBOS.list_workflows(workflow_id_prefix=child_id(run, ""), status=["PENDING", "ENQUEUED"])
        ids = [run, *(child.workflow_id for child in children)]
        self._listeners[run] = progress
        self._handles[run] = DBOS.resume_workflows(ids, queue_name=self.id)[0]
        return True

    def drop(self, run: str) -> bool:
        """Cancel a dead process's run; False when its process lives after all."""
        if not self._take_over(run):
            return False
        DBOS.cancel_workflow(run, cancel_children=True)
        return True

    def workspace(self, folder: Path) -> Workspace:
        """Return a project, opened once a process."""
        with self._guard:
            if folder not in self._workspaces:
                self._workspaces[folder] = self.studio.workspace(folder)
            return self._workspaces[folder]

    def run_async(self, run: str, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the studio's loop and wait; it is cancelled when the run is.

        Raises:
            CancelledError: the run was cancelled.
        """
        with self._guard:
            self._open[run] = self._open.get(run, 0) + 1
        future = asyncio.run_coroutine_threadsafe(self._to_its_end(run, work), self._loop)
        with self._guard:
            self._tasks.setdefault(run, set()).add(future)
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            raise CancelledError("Stopped. A call that was under way may still be billed.") from None
        finally:
            with self._guard:
                self._tasks[run].discard(future)

    async def _to_its_end(self, run: str, work: Coroutine[Any, Any, T]) -> T:
        # a cancelled future is done at once, but its call is still being dropped and recorded
        try:
            return await work
        finally:
            with self._guard:
                self._open[run] -= 1

    def close(self) -> None:
        """Stop carrying runs; what is unfinished can be resumed by another process."""
        self._closing.set()
        self._cancel(list(self._tasks))
        DBOS.delete_queue(self.id)
        DBOS.destroy()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self.runners.retire()
        Runner.current = None

    def _take_over(self, run: str) -> bool:
        status = DBOS.get_workflow_status(run)
        if status is None or status.executor_id is None or not self.runners.take(status.executor_id):
            return False
        self.studio.ledger.mark_unknown(status.executor_id)
        return True

    def _launch(self) -> None:
        config: DBOSConfig = {
            "name": "throughline",
            "system_database_url": database_url(self.studio),
            "log_level": "CRITICAL",
            "application_version": APPLICATION_VERSION,
            "executor_id": self.id,
            "notification_listener_polling_interval_sec": 0.25,  # closing waits for one interval
        }
        DBOS(config=config)
        # adopted runs come through a queue that nobody else listens to
        DBOS.listen_queues([self.id])
        with self.runners.opening():
            DBOS.launch()
        DBOS.register_queue(self.id, polling_interval_sec=0.1)

    def _watch(self) -> None:
        """Cancel the open calls of runs that were cancelled, by whatever process."""
        while not self._closing.wait(_WATCH_SECONDS):
            with self._guard:
                active = [run for run, futures in self._tasks.items() if futures]
            if active:
                found = DBOS.list_workflows(workflow_ids=active, status=[_CANCELLED], load_input=False)
                self._cancel([status.workflow_id for status in found])

    def _cancel(self, runs: list[str]) -> None:
        with self._guard:
            futures = [future for run in runs for future in self._tasks.get(run, ())]
        for future in futures:
            future.cancel()

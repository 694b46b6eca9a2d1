"""The draft engine's work in processes of their own, for folders of thousands of pages and plates.

A process that dies (no memory, a flaw in a library) takes only its own page along: the others are tried once more.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from core.engines.attempt import observed
from core.engines.base import (
    AttemptReport,
    DetectionRequest,
    Findings,
    Generation,
    GenerationRequest,
    Observer,
)
from core.errors import StudioError, UnavailableError, from_plain

Request = DetectionRequest | GenerationRequest
Working = Callable[[Any], Findings | Generation]


class Unrecorded:
    """An observer of work that costs nothing and belongs nowhere."""

    def attempt_started(self, estimate_usd: float) -> str:
        """Let the attempt be made."""
        return ""

    def attempt_finished(self, attempt_id: str, report: AttemptReport) -> None:
        """Record nothing."""

    def waiting(self, seconds: float, reason: str) -> None:
        """Tell nobody."""


def work_draft(request: Request) -> Findings | Generation:
    """Search one page or make one image with the draft engine, in whatever process this runs."""
    from core.engines.draft import DraftEngine

    engine = DraftEngine()
    if isinstance(request, DetectionRequest):
        return asyncio.run(engine.detect(request, Unrecorded()))
    return asyncio.run(engine.generate(request, Unrecorded()))


class DraftPool:
    """Works with up to `workers` processes, which are started when the first request comes."""

    def __init__(self, workers: int, working: Working = work_draft) -> None:
        self._workers = workers
        self._working = working
        self._pool: ProcessPoolExecutor | None = None
        self._alone = asyncio.Lock()

    async def detect(self, request: DetectionRequest, observer: Observer) -> Findings:
        """Search one page in a process of the pool.

        Raises:
            EngineError: the page could not be searched, or its process died.
            asyncio.CancelledError: the task was cancelled; the process finishes unheard.
        """
        found: Any = await observed(lambda: self._worked(request), observer)
        return found  # type: ignore[no-any-return]

    async def generate(self, request: GenerationRequest, observer: Observer) -> Generation:
        """Make one image in a process of the pool.

        Raises:
            EngineError: the image could not be made, or its process died.
            asyncio.CancelledError: the task was cancelled; the process finishes unheard.
        """
        made: Any = await observed(lambda: self._worked(request), observer)
        return made  # type: ignore[no-any-return]

    async def aclose(self) -> None:
        """Stop the processes; what waits is not begun."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    async def _worked(self, request: Request) -> Findings | Generation:
        with contextlib.suppress(BrokenProcessPool):
            return await self._in_process(self._obtain(), request)
        # one of the pages under way killed its process and the pool with it: each is tried once more, by itself
        async with self._alone:
            single = _processes(1)
            try:
                return await self._in_process(single, request)
            except BrokenProcessPool:
                raise UnavailableError(
                    f"The process that worked on {_name(request)!r} died, perhaps for want of memory. "
                    "Try a smaller picture, or fewer workers."
                ) from None
            finally:
                await asyncio.to_thread(single.shutdown, wait=True)

    async def _in_process(self, pool: ProcessPoolExecutor, request: Request) -> Findings | Generation:
        try:
            done = await asyncio.get_running_loop().run_in_executor(pool, _work, self._working, request)
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = None
            raise
        if isinstance(done, dict):
            raise from_plain(done)
        return done

    def _obtain(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = _processes(self._workers)
        return self._pool


def _processes(count: int) -> ProcessPoolExecutor:
    # forked processes would inherit threads and locks of this one
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    return ProcessPoolExecutor(count, mp_context=context, initializer=_settle)


def _work(working: Working, request: Request) -> Findings | Generation | dict[str, Any]:
    """Work in a worker; an error comes back as plain values, for what hangs on it may not be picklable."""
    try:
        return working(request)
    except StudioError as error:
        return error.to_plain()
    except Exception as error:
        name = type(error).__name__
        return UnavailableError(f"{_name(request)!r} could not be worked on ({name}). Try again.").to_plain()


def _name(request: Request) -> str:
    return request.page.name if isinstance(request, DetectionRequest) else request.name


def _settle() -> None:
    """Prepare a worker: Ctrl-C is its parent's to handle, one thread is its share, and it ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    with contextlib.suppress(ImportError):
        import cv2

        cv2.setNumThreads(1)


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)

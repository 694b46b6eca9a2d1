"""Functions in processes of their own: run side by side, or killed on the way."""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
PRELOADED = [
    "pytest",
    "tests.workers",
    "tests.forked",
    "dbos",
    "google.genai",
    "core.cli",
    "core.studio.background",
    "core.studio.runs",
    "core.ui.launch",
]
CONTEXT.set_forkserver_preload(PRELOADED)


def together(function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Call a function once for each arguments, each in a process, all let go at one moment; return what they return."""
    barrier, pipes, processes = CONTEXT.Barrier(len(arguments)), [], []
    for given in arguments:
        receiver, sender = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(target=_answer, args=(sender, barrier, function, given), daemon=True)
        process.start()
        sender.close()
        pipes.append(receiver)
        processes.append(process)
    answers = [receiver.recv() for receiver in pipes]
    for process in processes:
        process.join()
    failures = [text for is_good, text in answers if not is_good]
    assert not failures, failures[0]
    return [value for _, value in answers]


def killed_once(
    is_time: Callable[[], bool], seconds: float, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    """Start a function in a process, and kill that with signal 9 so many seconds after it is time, unless it ends."""
    process = CONTEXT.Process(target=function, args=arguments, daemon=True)
    process.start()
    while not is_time() and process.is_alive():
        time.sleep(0.002)
    time.sleep(seconds)
    process.kill()
    process.join()


def _answer(sender: Any, barrier: Any, function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    try:
        barrier.wait(60)
        sender.send((True, function(*given)))
    except BaseException:
        sender.send((False, traceback.format_exc()))

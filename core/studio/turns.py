"""Working through many files, some side by side, with one result each: a bad one is a result too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


async def work_through(
    files: Sequence[Path], width: int, work: Callable[[Path], Awaitable[T]], ended: Callable[[T], None]
) -> list[T]:
    """Work on files, `width` at a time, and return their results in the order of the files.

    `ended` is told each result as it comes. When this task is cancelled, so is what is under way.
    """
    results: dict[Path, T] = {}
    waiting = iter(files)

    async def go_on() -> None:
        for path in waiting:
            results[path] = await work(path)
            ended(results[path])

    tasks = [asyncio.create_task(go_on()) for _ in range(min(width, len(files)))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [results[path] for path in files]

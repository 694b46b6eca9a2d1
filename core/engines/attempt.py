"""One piece of work on this machine as one attempt: told before and after, free of cost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from core.engines.base import AttemptOutcome, AttemptReport, Observer
from core.errors import StudioError

Made = TypeVar("Made")


async def observed(work: Callable[[], Awaitable[Made]], observer: Observer) -> Made:
    """Begin some work once its attempt is told, and tell how it ended.

    Raises:
        BudgetExceededError: the observer refused the attempt.
    """
    attempt = observer.attempt_started(0.0)
    started = time.monotonic()

    def report(outcome: AttemptOutcome, error: str = "") -> None:
        observer.attempt_finished(attempt, AttemptReport(outcome, error, seconds=time.monotonic() - started))

    try:
        made = await work()
    except asyncio.CancelledError:
        report(AttemptOutcome.CANCELLED, "cancelled")
        raise
    except StudioError as error:
        report(AttemptOutcome.FAILED, error.code)
        raise
    except BaseException:  # a flaw of ours must not leave an attempt without an end
        report(AttemptOutcome.FAILED, "engine")
        raise
    report(AttemptOutcome.SUCCEEDED)
    return made

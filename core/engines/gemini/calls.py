"""One request on its way: attempts with their reports, retries and one deadline over all of them. Times in seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential_jitter

from core.engines.base import AttemptOutcome, AttemptReport, Observer
from core.engines.gemini.failures import classify, late
from core.engines.gemini.outcomes import Answer, AttemptFailed, Usage
from core.engines.gemini.redactor import Redactor
from core.errors import CancelledError, ConfigurationError, EngineError

FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
MOST_REREADS = 2
NOT_RECORDED = "{what} made, but the end of its attempt could not be recorded ({kind}); it may be billed."
A = TypeVar("A", bound=Answer)


def _unknown_cost(_usage: Usage) -> float:
    return 0.0


@dataclass(frozen=True)
class Order(Generic[A]):
    """What is asked for: how it is written, asked and read, and what it may cost and did. USD.

    `write` makes ready what `ask` sends; `explain` says what an error of either means. `failed_cost` prices an answer
    that could not be used, 0 when that is not known; such an answer, which may be billed each time, is asked for again
    at most `most_rereads` times. `what` is what was made, as in "The image was".
    """

    model: str
    write: Callable[[], Awaitable[Any]]
    ask: Callable[[Any], Awaitable[Any]]
    read: Callable[[Any, Redactor], A]
    estimate_usd: float
    cost: Callable[[A], float]
    explain: Callable[[Exception, str, Redactor, bool], AttemptFailed] = classify
    failed_cost: Callable[[Usage], float] = _unknown_cost
    most_rereads: int = MOST_REREADS
    what: str = "The image was"


@dataclass(frozen=True)
class Rules:
    """How long one request may take, attempts and waits together, how often it is tried, and how is waited."""

    deadline_seconds: float
    max_attempts: int
    sleep: Callable[[float], Awaitable[None]]


class Call(Generic[A]):
    """One order on its way through its attempts; `send` makes one call and reads its answer."""

    def __init__(
        self, order: Order[A], send: Callable[[Order[A]], Awaitable[A]], rules: Rules, observer: Observer
    ) -> None:
        self._order = order
        self._send = send
        self._rules = rules
        self._observer = observer
        self._deadline = asyncio.get_running_loop().time() + rules.deadline_seconds
        self._rereads = 0

    async def run(self) -> A:
        """Return the answer, after as many attempts as the rules allow.

        Raises:
            EngineError, ConfigurationError: there is none, and why.
        """
        failed: EngineError | ConfigurationError
        try:
            return await self._retrying()(self._attempt)
        except AttemptFailed as failure:
            failed = failure.error
        # Raised out here, so that no SDK exception (with its request and key) hangs on to it.
        raise failed

    def _retrying(self) -> AsyncRetrying:
        """Return the rules of retrying up to the deadline."""
        return retrying(self._rules, self._deadline, self._is_worth_trying, self._observer.waiting)

    def _is_worth_trying(self, failure: AttemptFailed) -> bool:
        if failure.is_transient and failure.status is not None and 200 <= failure.status < 300:
            self._rereads += 1
            return self._rereads <= self._order.most_rereads
        return failure.is_transient

    async def _attempt(self) -> A:
        """Make one attempt, reported before and after."""
        attempt_id = self._observer.attempt_started(self._order.estimate_usd)
        started = time.monotonic()
        try:
            answer = await self._send_in_time()
        except AttemptFailed as failure:
            self._observer.attempt_finished(attempt_id, self._report_failure(failure, time.monotonic() - started))
            raise
        except BaseException:
            self._observer.attempt_finished(attempt_id, _report_cancelled(time.monotonic() - started))
            raise
        return self._recorded(attempt_id, answer, time.monotonic() - started)

    def _recorded(self, attempt_id: str, answer: A, seconds: float) -> A:
        """Report a success; when that fails the answer, which is paid, is handed on with a warning."""
        try:
            self._observer.attempt_finished(attempt_id, self._report_success(answer, seconds))
        except Exception as error:
            warning = NOT_RECORDED.format(what=self._order.what, kind=type(error).__name__)
            return replace(answer, warnings=(*answer.warnings, warning))
        return answer

    async def _send_in_time(self) -> A:
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._send(self._order)
        except TimeoutError:
            failed = late(self._rules.deadline_seconds)
        raise failed

    def _report_success(self, answer: A, seconds: float) -> AttemptReport:
        return AttemptReport(
            outcome=AttemptOutcome.SUCCEEDED,
            status=200,
            input_tokens=answer.usage.input_tokens,
            output_tokens=answer.usage.output_tokens,
            cost_usd=self._order.cost(answer),
            searches=answer.searches,
            may_be_billed=True,
            seconds=seconds,
            details={"finish_reason": answer.finish_reason},
        )

    def _report_failure(self, failure: AttemptFailed, seconds: float) -> AttemptReport:
        reason = getattr(failure.error, "reason", "")
        return AttemptReport(
            outcome=failure.outcome,
            error=failure.error.code,
            status=failure.status,
            input_tokens=failure.usage.input_tokens,
            output_tokens=failure.usage.output_tokens,
            cost_usd=self._order.failed_cost(failure.usage),
            may_be_billed=failure.may_be_billed,
            seconds=seconds,
            details={"finish_reason": reason} if reason else {},
        )


def retrying(
    rules: Rules,
    deadline: float,
    is_worth_trying: Callable[[AttemptFailed], bool],
    waiting: Callable[[float, str], None],
) -> AsyncRetrying:
    """Return the rules of retrying up to the deadline, a moment of the loop's clock; `waiting` is told each wait."""

    def is_over(state: RetryCallState) -> bool:
        is_too_late = asyncio.get_running_loop().time() + state.upcoming_sleep >= deadline
        return state.attempt_number >= rules.max_attempts or is_too_late

    return AsyncRetrying(
        retry=retry_if_exception(lambda error: isinstance(error, AttemptFailed) and is_worth_trying(error)),
        wait=_wait,
        stop=is_over,
        before_sleep=lambda state: waiting(state.upcoming_sleep, _failure_of(state).error.code),
        sleep=rules.sleep,
        reraise=True,
    )


def _failure_of(state: RetryCallState) -> AttemptFailed:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, AttemptFailed), "only a failed attempt is tried again"  # noqa: S101
    return error


_backoff = wait_exponential_jitter(initial=FIRST_WAIT, max=LONGEST_WAIT, jitter=1.0)


def _wait(state: RetryCallState) -> float:
    """Return the seconds to wait: as the service says, else exponentially longer with jitter."""
    told = _failure_of(state).retry_after
    return _backoff(state) if told is None else told


def _report_cancelled(seconds: float) -> AttemptReport:
    return AttemptReport(
        outcome=AttemptOutcome.CANCELLED, error=CancelledError.code, may_be_billed=True, seconds=seconds
    )

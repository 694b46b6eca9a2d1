"""Batches: many requests in one job at a lower price, answered within a day. Times in seconds, costs in USD.

A job is made once: where the service may have taken it in, it is not asked for again; `find` looks whether it did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from google import genai
from google.genai import errors, types

from core.engines.base import (
    AttemptOutcome,
    AttemptReport,
    BatchItem,
    BatchReading,
    BatchState,
    Generation,
    GenerationRequest,
)
from core.engines.gemini.answers import ImageAnswer, read_answer
from core.engines.gemini.calls import Rules, retrying
from core.engines.gemini.checks import fits_inline, sent_ahead
from core.engines.gemini.client import watch_departure
from core.engines.gemini.contents import write_config, write_parts
from core.engines.gemini.failures import classify, late
from core.engines.gemini.outcomes import AttemptFailed
from core.engines.gemini.redactor import Redactor
from core.engines.gemini.uploads import FOR_A_BATCH, Uploads
from core.errors import BatchGoneError, CancelledError, ConfigurationError, EngineError, UnavailableError
from core.models.asset import GenerationSettings
from core.models.catalog import ModelFacts

STATES = {
    types.JobState.JOB_STATE_UNSPECIFIED: BatchState.WAITING,
    types.JobState.JOB_STATE_QUEUED: BatchState.WAITING,
    types.JobState.JOB_STATE_PENDING: BatchState.WAITING,
    types.JobState.JOB_STATE_RUNNING: BatchState.RUNNING,
    types.JobState.JOB_STATE_UPDATING: BatchState.RUNNING,
    types.JobState.JOB_STATE_PAUSED: BatchState.RUNNING,
    types.JobState.JOB_STATE_CANCELLING: BatchState.RUNNING,
    types.JobState.JOB_STATE_SUCCEEDED: BatchState.SUCCEEDED,
    types.JobState.JOB_STATE_PARTIALLY_SUCCEEDED: BatchState.PARTLY_SUCCEEDED,
    types.JobState.JOB_STATE_FAILED: BatchState.FAILED,
    types.JobState.JOB_STATE_CANCELLED: BatchState.CANCELLED,
    types.JobState.JOB_STATE_EXPIRED: BatchState.EXPIRED,
}
# how gRPC numbers what HTTP has codes for; a batch's own errors come in either (google.rpc.Code)
HTTP_CODES = {1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 7: 403, 8: 429, 9: 400, 10: 409, 13: 500, 14: 503, 16: 401}
SURELY_REFUSED = (429, 503)
UNKNOWN_JOB = (
    "This account does not know the batch: it was sent with another key, or is gone from the service. "
    "Use the key it was sent with. Two days after it was sent it can be cancelled, and its images sent again."
)
KEY = "key"
MOST_PAGES = 10
T = TypeVar("T")

# The SDK reads a job as one: a single answer that is not as it should be makes the whole job unreadable, and its images
# are lost. So the answers are left as they come, and each is read alone.
types.BatchJobDestination.model_fields["inlined_responses"].annotation = list[Any] | None
for _model in (types.BatchJobDestination, types.BatchJob, types.ListBatchJobsResponse):
    _model.model_rebuild(force=True)


@dataclass(frozen=True)
class Asked:
    """What one image of a batch was asked for, as far as its answer's price depends on it."""

    facts: ModelFacts
    settings: GenerationSettings

    def cost(self, answer: ImageAnswer) -> float:
        """Return what an answer costs: its images by list price, text and input by tokens, both as batches have it."""
        tokens = self.facts.token_cost(answer.usage.input_tokens or 0, answer.usage.text_tokens)
        return answer.image_count * self.facts.batch_price(self.settings) + self.facts.batch_factor * tokens


class Batches:
    """The batches of one account."""

    def __init__(self, client: genai.Client, uploads: Uploads, redactor: Redactor, rules: Rules) -> None:
        self._client = client
        self._uploads = uploads
        self._redactor = redactor
        self._rules = rules

    async def send(self, requests: Sequence[GenerationRequest], facts: ModelFacts, title: str) -> str:
        """Send requests of one model as one job called `title`, and return the job's name.

        It is "" where it is not known whether the job was taken in: `find` may find it later.

        Raises:
            EngineError, ConfigurationError: the job was not taken in, and why.
        """
        sources = await self._sources(requests, facts)

        async def create() -> str:
            job = await self._client.aio.batches.create(
                model=facts.id, src=sources, config=types.CreateBatchJobConfig(display_name=title)
            )
            return job.name or ""

        try:
            return await self._ask(create, facts.id, _was_refused)
        except AttemptFailed as failure:
            if failure.may_be_billed and not _was_refused(failure):
                return ""
            error = failure.error
        raise error

    async def read(self, job: str, requests: Sequence[tuple[ModelFacts, GenerationSettings]]) -> BatchReading:
        """Return how a job stands, and once it has ended what came of each of its requests, given in their order.

        Raises:
            EngineError, ConfigurationError: it could not be asked for.
        """

        asked = [Asked(facts, facts.honoured(settings)) for facts, settings in requests]

        async def get() -> BatchReading:
            found = await self._client.aio.batches.get(name=job)
            return await asyncio.to_thread(self._reading, found, asked)

        return await self._ask_about(get)

    async def cancel(self, job: str) -> None:
        """Ask for a job's end; what was made already is still there to be read.

        Raises:
            EngineError, ConfigurationError: it could not be asked for.
        """

        async def end() -> None:
            await self._client.aio.batches.cancel(name=job)

        await self._ask_about(end)

    async def find(self, title: str) -> str:
        """Return the name of the newest job called `title`, "" when there is none.

        Raises:
            EngineError, ConfigurationError: it could not be asked for.
        """

        async def look() -> str:
            pager = await self._client.aio.batches.list(config=types.ListBatchJobsConfig(page_size=50))
            for _ in range(MOST_PAGES):
                if name := next((job.name for job in pager.page if job.display_name == title), None):
                    return name
                try:
                    await pager.next_page()
                except IndexError:
                    break
            return ""

        return await self._ask_about(look)

    async def _sources(self, requests: Sequence[GenerationRequest], facts: ModelFacts) -> list[types.InlinedRequest]:
        requests = [replace(request, settings=facts.honoured(request.settings)) for request in requests]
        references = [reference for request in requests for reference in request.references]
        is_inline = fits_inline(references, facts)
        departure = watch_departure()
        try:
            return [
                types.InlinedRequest(
                    contents=await self._parts(request, is_inline),
                    config=write_config(request.settings),
                    metadata={KEY: str(number)},
                )
                for number, request in enumerate(requests)
            ]
        except AttemptFailed as failure:
            failed = failure
        except Exception as error:
            failed = classify(error, facts.id, self._redactor, departure.has_left)
        raise failed.error

    async def _parts(self, request: GenerationRequest, is_inline: bool) -> list[types.PartUnionDict]:
        ahead = sent_ahead(request, [] if is_inline else request.references)
        files = await self._uploads.parts(ahead, FOR_A_BATCH)
        return list(write_parts(request, files))

    async def _ask_about(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` finds out about a job.

        Raises:
            EngineError, ConfigurationError: it could not be asked for.
        """
        error: EngineError | ConfigurationError
        try:
            return await self._ask(work, "the batch")
        except AttemptFailed as failure:
            error = BatchGoneError(UNKNOWN_JOB) if failure.status in (403, 404) else failure.error
        # Raised out here, so that no SDK exception (with its request and key) hangs on to it.
        raise error

    async def _ask(
        self,
        work: Callable[[], Awaitable[T]],
        what: str,
        is_repeatable: Callable[[AttemptFailed], bool] = lambda failure: True,
    ) -> T:
        """Return what `work` does, tried again where that may help and does no harm.

        Raises:
            AttemptFailed: it did not work out.
        """
        deadline = asyncio.get_running_loop().time() + self._rules.deadline_seconds

        async def attempt() -> T:
            departure = watch_departure()
            try:
                async with asyncio.timeout_at(deadline):
                    return await work()
            except TimeoutError:
                failed = late(self._rules.deadline_seconds)
            except AttemptFailed:
                raise
            except Exception as error:
                failed = classify(error, what, self._redactor, departure.has_left)
            raise failed

        def is_worth_trying(failure: AttemptFailed) -> bool:
            return failure.is_transient and is_repeatable(failure)

        return await retrying(self._rules, deadline, is_worth_trying, lambda seconds, reason: None)(attempt)

    def _reading(self, job: types.BatchJob, asked: Sequence[Asked]) -> BatchReading:
        known = _state_of(job)
        answers: list[Any] = (job.dest.inlined_responses if job.dest else None) or []
        if not known.has_ended:
            return BatchReading(known)
        placed = _placed(answers, len(asked))
        return BatchReading(known, tuple(self._item(known, placed.get(n), one) for n, one in enumerate(asked)))

    def _item(self, state: BatchState, answer: Any, asked: Asked) -> BatchItem:
        """Return what came of one request; an answer that nobody can read stands alone, and costs no other."""
        try:
            return _made(self._read(state, answer, asked), asked)
        except AttemptFailed as failure:
            return _failed(failure)
        except Exception as error:
            return _failed(classify(error, asked.facts.id, self._redactor))

    def _read(self, state: BatchState, answer: Any, asked: Asked) -> ImageAnswer:
        if answer is None:
            raise _unanswered(state)
        if (said := _of(answer, "response")) is None:
            raise self._refused(_of(answer, "error"), asked.facts.id)
        return read_answer(types.GenerateContentResponse._from_response(response=said, kwargs={}), self._redactor)

    def _refused(self, error: Any, model: str) -> AttemptFailed:
        """Return what the error of one answer means (google.rpc.Status)."""
        if error is None:
            return _unanswered(BatchState.SUCCEEDED)
        number = _of(error, "code")
        code = HTTP_CODES.get(number, number) if isinstance(number, int) and number else 500
        said = {name: _of(error, name) for name in ("message", "details")}
        return classify(errors.APIError(code, {"error": {"code": code, "status": "", **said}}), model, self._redactor)


def _state_of(job: types.BatchJob) -> BatchState:
    """Return how a job stands; a state that nobody knows yet is looked at again later."""
    if job.state is None:
        return BatchState.WAITING
    # the service's own words, of which the SDK translates only some
    name = job.state.value.replace("BATCH_STATE_", "JOB_STATE_")
    return next((ours for theirs, ours in STATES.items() if theirs.value == name), BatchState.RUNNING)


def _was_refused(failure: AttemptFailed) -> bool:
    """Tell whether a job surely was not taken in: where it may have been, a second one would be paid twice."""
    return failure.status in SURELY_REFUSED or not failure.may_be_billed


def _placed(answers: Sequence[Any], count: int) -> dict[int, Any]:
    """Return the answers by the number of their request: by the key sent with it, else by their order.

    Of two with the same key the first counts. One without a key stands where it stands, unless that place is taken.
    """
    keyed: dict[int, Any] = {}
    unkeyed: dict[int, Any] = {}
    for place, answer in enumerate(answers):
        number = _number(_of(_of(answer, "metadata"), KEY), count)
        if number is not None:
            keyed.setdefault(number, answer)
        elif place < count:
            unkeyed[place] = answer
    return {**unkeyed, **keyed}


def _number(key: Any, count: int) -> int | None:
    """Return the request's number that a key says; None where it says none there was."""
    return next((number for number in range(count) if str(number) == key), None)


def _of(value: Any, name: str) -> Any:
    """Return a field of what came as JSON; None when it is not there, or the value is no object."""
    return value.get(name) if isinstance(value, dict) else None


def _made(answer: ImageAnswer, asked: Asked) -> BatchItem:
    generation = Generation(
        data=answer.data,
        mime=answer.mime,
        text=answer.text,
        finish_reason=answer.finish_reason,
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        cost_usd=asked.cost(answer),
        warnings=answer.warnings,
        parts=answer.parts,
        grounding=answer.grounding,
    )
    report = AttemptReport(
        outcome=AttemptOutcome.SUCCEEDED,
        status=200,
        input_tokens=generation.input_tokens,
        output_tokens=generation.output_tokens,
        cost_usd=generation.cost_usd,
        may_be_billed=True,
    )
    return BatchItem(report, generation)


def _failed(failure: AttemptFailed) -> BatchItem:
    is_cancelled = isinstance(failure.error, CancelledError)
    report = AttemptReport(
        outcome=AttemptOutcome.CANCELLED if is_cancelled else failure.outcome,
        error=failure.error.code,
        status=failure.status,
        input_tokens=failure.usage.input_tokens,
        output_tokens=failure.usage.output_tokens,
        may_be_billed=failure.may_be_billed,
    )
    return BatchItem(report, error=failure.error)


def _unanswered(state: BatchState) -> AttemptFailed:
    """Return why a job that has ended has no answer for a request."""
    if state is BatchState.CANCELLED:
        return AttemptFailed(CancelledError("The batch was cancelled before this image was made."), may_be_billed=True)
    if state is BatchState.EXPIRED:
        return AttemptFailed(UnavailableError("The batch ran out of time before this image was made. Send it again."))
    said = "The batch ended without an answer for this image. Try it again, alone or in a new batch."
    return AttemptFailed(UnavailableError(said), may_be_billed=True)

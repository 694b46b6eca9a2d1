"""Batches: many requests in one job at a lower price, answered within a day. Times in seconds, costs in USD.

A job is made once: where the service may have taken it in, it is not asked for again; `find` looks whether it did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from google import genai
from google.genai import types

from core.engines.base import BatchReading, GenerationRequest
from core.engines.gemini.batch_answers import KEY, Asked, read_job
from core.engines.gemini.calls import Rules, retrying
from core.engines.gemini.checks import fits_inline, sent_ahead
from core.engines.gemini.client import watch_departure
from core.engines.gemini.contents import write_config, write_parts
from core.engines.gemini.failures import classify, late
from core.engines.gemini.outcomes import AttemptFailed
from core.engines.gemini.redactor import Redactor
from core.engines.gemini.uploads import FOR_A_BATCH, Uploads
from core.errors import BatchGoneError, ConfigurationError, EngineError
from core.models.asset import GenerationSettings
from core.models.catalog import ModelFacts

SURELY_REFUSED = (429, 503)
UNKNOWN_JOB = (
    "This account does not know the batch: it was sent with another key, or is gone from the service. "
    "Use the key it was sent with. Two days after it was sent it can be cancelled, and its images sent again."
)
MOST_PAGES = 10
T = TypeVar("T")


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
            return await asyncio.to_thread(read_job, found, asked, self._redactor)

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


def _was_refused(failure: AttemptFailed) -> bool:
    """Tell whether a job surely was not taken in: where it may have been, a second one would be paid twice."""
    return failure.status in SURELY_REFUSED or not failure.may_be_billed

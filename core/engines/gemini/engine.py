"""The gemini engine as the studio sees it; the SDK behind it is loaded at the first call."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from core.engines.base import (
    BatchReading,
    DetectionRequest,
    Findings,
    Generation,
    GenerationRequest,
    Observer,
    Reference,
)
from core.engines.gemini.account import FileMemory, GeminiAccount, ModelMemory
from core.engines.gemini.checks import check_model_id, check_request, check_search, is_too_large
from core.engines.gemini.redactor import Redactor
from core.errors import ConfigurationError, EngineError, InvalidApiKeyError, InvalidImageError, InvalidRequestError
from core.images import shrink
from core.models.account import AccountModels
from core.models.asset import EngineName, GenerationSettings
from core.models.catalog import Catalog, ModelFacts, Purpose

if TYPE_CHECKING:
    from core.engines.gemini.batches import Batches
    from core.engines.gemini.service import Service

LIST_SECONDS = 10.0
_ASK_AGAIN_SECONDS = 600.0
SEARCHED_EDGE = 4096  # pixels of the copy of a page that is too large to be sent; more is not looked at by any model


class GeminiEngine:
    """Makes images and finds objects with Gemini; safe for many calls at once and across loops. Times in seconds."""

    name = EngineName.GEMINI

    def __init__(
        self,
        account: GeminiAccount,
        catalog: Catalog,
        deadline_seconds: float = 300.0,
        max_attempts: int = 7,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        today: Callable[[], date] = date.today,
        memory: ModelMemory | None = None,
        files: FileMemory | None = None,
    ) -> None:
        self._account = account
        self._redactor = Redactor(account.api_key)
        self._catalog = catalog
        self._deadline_seconds = deadline_seconds
        self._max_attempts = max_attempts
        self._sleep = sleep
        self._today = today
        self._services: dict[str, Service] = {}  # by location
        self._service_lock = threading.Lock()
        self._memory = memory
        self._files = files
        self._listed: AccountModels | None = None
        self._tried: float | None = None

    async def default_model(self) -> str:
        """Return the first recommended model the account has; without an answer, the first recommended one.

        Raises:
            InvalidApiKeyError: the service does not accept the key.
        """
        return await self._first_recommended(Purpose.IMAGE)

    async def default_detection_model(self) -> str:
        """Return the first recommended model for detection the account has; without an answer, the first recommended.

        Raises:
            InvalidApiKeyError: the service does not accept the key.
        """
        return await self._first_recommended(Purpose.DETECTION)

    async def account_models(self) -> tuple[str, ...]:
        """Return the ids of all models the account has, as the service lists them now, and remember them.

        Raises:
            EngineError: one of its children says why there is no list.
            ConfigurationError: a proxy, certificate or address of the environment cannot be used.
        """
        service = await self._connected()
        self._listed = AccountModels(ids=await service.list_models(LIST_SECONDS), asked=datetime.now(UTC))
        if self._memory is not None:
            await asyncio.to_thread(self._memory.write, self._listed)
        return self._listed.ids

    def honoured(self, model: str, settings: GenerationSettings) -> GenerationSettings:
        """Return `settings` without those the model does not honour."""
        return self._catalog.model(model).honoured(settings)

    def price(self, model: str, settings: GenerationSettings) -> float:
        """Return about what one image costs in USD: its list price, and the searches it may take."""
        return self._catalog.model(model).price(settings)

    async def generate(self, request: GenerationRequest, observer: Observer) -> Generation:
        """Make one image; every attempt is reported to `observer` before and after.

        Raises:
            EngineError: one of its children says why there is no image.
            ConfigurationError: a proxy, certificate or address of the environment cannot be used.
            BudgetExceededError: the observer refused the attempt.
            asyncio.CancelledError: the task was cancelled; the open connection is dropped and the attempt recorded.
        """
        check_model_id(request.model, self._redactor)
        facts = self._catalog.model(request.model)
        # Google Cloud has no Files API
        can_upload = not self._account.use_enterprise
        check_request(request, facts, self._catalog.recommended(self._today()), can_upload)
        service = await self._connected(request.model)
        return await service.generate(request, facts, observer, self._warnings(facts))

    async def detect(self, request: DetectionRequest, observer: Observer) -> Findings:
        """Find objects on a page; every attempt is reported to `observer` before and after.

        A page too large for one request is searched in a smaller copy, and the findings say so: boxes have no pixels.

        Raises:
            UnreadableAnswerError: the answer was no list of objects, also when asked again; it carries the words.
            EngineError: one of its children says why there is no answer.
            ConfigurationError: a proxy, certificate or address of the environment cannot be used.
            BudgetExceededError: the observer refused the attempt.
            asyncio.CancelledError: the task was cancelled; the open connection is dropped and the attempt recorded.
        """
        check_model_id(request.model, self._redactor)
        facts = self._catalog.model(request.model)
        notes = self._warnings(facts)
        if is_too_large(request.page, facts):
            request = replace(request, page=await asyncio.to_thread(_smaller, request.page))
            notes += (f"The page is too large to be sent; a copy of at most {SEARCHED_EDGE} pixels was searched.",)
        check_search(request, facts)
        service = await self._connected(request.model)
        return await service.detect(request, self._catalog, observer, notes)

    async def send_batch(self, requests: Sequence[GenerationRequest], title: str) -> str:
        """Send requests of one model as one job called `title`, and return the job's name.

        It is "" where it is not known whether the job was taken in: `find_batch` may find it later.

        Raises:
            EngineError, ConfigurationError: nothing was taken in, and why.
        """
        model = requests[0].model
        check_model_id(model, self._redactor)
        facts = self._catalog.model(model)
        for request in requests:
            check_request(request, facts, self._catalog.recommended(self._today()), can_upload=True)
        return await (await self._batches()).send(requests, facts, title)

    async def read_batch(self, job: str, asked: Sequence[tuple[str, GenerationSettings]]) -> BatchReading:
        """Return how a job stands; `asked` is the model and settings of each of its requests, in their order.

        Raises:
            EngineError, ConfigurationError: it could not be asked for.
        """
        known = [(self._catalog.model(model), settings) for model, settings in asked]
        return await (await self._batches()).read(job, known)

    async def cancel_batch(self, job: str) -> None:
        """Ask for a job's end.

        Raises:
            EngineError, ConfigurationError: it could not be asked for.
        """
        await (await self._batches()).cancel(job)

    async def find_batch(self, title: str) -> str:
        """Return the name of the newest job called `title`, "" when there is none.

        Raises:
            EngineError, ConfigurationError: it could not be asked for.
        """
        return await (await self._batches()).find(title)

    async def aclose(self) -> None:
        """Close connections; a later call opens new ones."""
        with self._service_lock:
            services, self._services = self._services, {}
        for service in services.values():
            await service.aclose()

    async def _batches(self) -> Batches:
        if self._account.use_enterprise:
            raise ConfigurationError(
                "Google Cloud takes batches from its storage only. Use a Gemini API key, or make the images one by one."
            )
        return (await self._connected()).batches

    async def _first_recommended(self, purpose: Purpose) -> str:
        if self._listed is None or self._listed.is_old:
            await self._look_up_models()
        live = self._listed.ids if self._listed else None
        return self._catalog.first_recommended(self._today(), live, purpose).id

    def _warnings(self, facts: ModelFacts) -> tuple[str, ...]:
        if not facts.is_past(self._today()):
            return ()
        how = "is reported to have been" if facts.is_shutdown_unsure else "was"
        advice = f" Consider {facts.replacement}." if facts.replacement else ""
        return (f"{facts.id} {how} shut down on {facts.shutdown}; it was tried all the same.{advice}",)

    async def _look_up_models(self) -> None:
        """Recall what the account has, and ask when that is a day old; a service that does not answer is let be."""
        if self._memory is not None:
            self._listed = await asyncio.to_thread(self._memory.read) or self._listed
        is_due = self._listed is None or self._listed.is_old
        if not is_due or (self._tried is not None and time.monotonic() - self._tried < _ASK_AGAIN_SECONDS):
            return
        try:
            await self.account_models()
        except InvalidApiKeyError:
            raise
        except EngineError:
            self._tried = time.monotonic()

    async def _connected(self, model: str = "") -> Service:
        account = self._account.at_home_of(model)
        if (service := self._services.get(account.location)) is not None:
            return service
        # Loading the SDK takes a second: not on the loop that others wait for.
        return await asyncio.to_thread(self._connect, account)

    def _connect(self, account: GeminiAccount) -> Service:
        from core.engines.gemini.service import Service

        with self._service_lock:
            if account.location not in self._services:
                self._services[account.location] = Service(
                    account, self._redactor, self._deadline_seconds, self._max_attempts, self._sleep, self._files
                )
            return self._services[account.location]


def _smaller(page: Reference) -> Reference:
    try:
        return replace(page, data=shrink(page.data, SEARCHED_EDGE), mime="image/webp")
    except InvalidImageError as error:
        raise InvalidRequestError(f"The page {page.name!r} cannot be read. {error.message}") from None

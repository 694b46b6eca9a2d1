"""The service of one account: what it can be asked for, and its client. How a call goes is in `calls.py`."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from google.genai import types

from core.engines.base import DetectionRequest, Exchange, Findings, Generation, GenerationRequest, Observer
from core.engines.gemini.account import FileMemory, GeminiAccount
from core.engines.gemini.answers import ImageAnswer, read_answer
from core.engines.gemini.batches import Batches
from core.engines.gemini.calls import A, Call, Order, Rules
from core.engines.gemini.checks import fits_inline, is_model_id, sent_ahead, sent_images
from core.engines.gemini.client import connect, watch_departure
from core.engines.gemini.contents import write_config, write_page, write_parts, write_search
from core.engines.gemini.exchanges import asked, explain, read_reply, write_contents
from core.engines.gemini.failures import classify, file_gone, late
from core.engines.gemini.findings import read_findings
from core.engines.gemini.interaction_replies import read_interaction
from core.engines.gemini.outcomes import AttemptFailed, Usage
from core.engines.gemini.redactor import Redactor
from core.engines.gemini.uploads import Uploads
from core.errors import ConfigurationError, EngineError, InvalidApiKeyError, InvalidRequestError
from core.models.catalog import Catalog, ModelFacts
from core.models.talk import Transport
from core.models.wishes import detection_price, detection_prompt

MOST_PAGES = 20

# An answer with a new reason is no fault of the person at the terminal.
warnings.filterwarnings("ignore", message=".* is not a valid .*", category=UserWarning, module=r"google\.genai")


class Service:
    """The service of one account: a client that is kept, and what it is asked for. Times in seconds."""

    def __init__(
        self,
        account: GeminiAccount,
        redactor: Redactor,
        deadline_seconds: float,
        max_attempts: int,
        sleep: Callable[[float], Awaitable[None]],
        files: FileMemory | None = None,
    ) -> None:
        self._redactor = redactor
        self._rules = Rules(deadline_seconds, max_attempts, sleep)
        self._client = connect(account, deadline_seconds)
        self._uploads = Uploads(self._client, files)
        self.batches = Batches(self._client, self._uploads, redactor, self._rules)

    async def generate(
        self, request: GenerationRequest, facts: ModelFacts, observer: Observer, notes: tuple[str, ...]
    ) -> Generation:
        """Make one image, with as many attempts as the rules allow; `notes` are added to its warnings."""
        request = replace(request, settings=facts.honoured(request.settings))

        def cost(answer: ImageAnswer) -> float:
            return answer.cost(facts, request.settings)

        order = self._order(request, facts, cost)
        answer = await Call(order, self.send, self._rules, observer).run()
        exchange = _exchange(request, answer) if request.conversation else None
        return answer.generation(cost(answer), notes, exchange)

    def _order(
        self,
        request: GenerationRequest,
        facts: ModelFacts,
        cost: Callable[[ImageAnswer], float],
    ) -> Order[ImageAnswer]:
        """Return what is asked for: by the conversation's transport, else as one message."""
        talk, settings = request.conversation, request.settings
        if talk is not None and talk.transport is Transport.INTERACTIONS:
            # Loading that part of the SDK takes half a second more.
            from core.engines.gemini.interactions import Interactions

            turn = Interactions(self._client, self._uploads, request)
            return Order(
                model=request.model,
                write=lambda: turn.write(facts),
                ask=turn.ask,
                read=read_interaction,
                estimate_usd=facts.price(settings),
                cost=cost,
                explain=turn.explain,
            )
        return Order(
            model=request.model,
            write=lambda: self._write(request, facts),
            ask=self._asking(request.model, write_config(settings)),
            read=read_reply if talk else read_answer,
            estimate_usd=facts.price(settings),
            cost=cost,
            explain=explain if talk and talk.earlier else classify,
        )

    async def _write(self, request: GenerationRequest, facts: ModelFacts) -> list[types.Part] | list[types.Content]:
        """Return what is sent: its images within the request, or as files ahead where they are too large for it."""
        images = sent_images(request)
        files = await self._uploads.parts(sent_ahead(request, [] if fits_inline(images, facts) else images))
        parts = write_parts(request, files)
        return write_contents(request.conversation, parts, files) if request.conversation else parts

    def _asking(
        self, model: str, config: types.GenerateContentConfig
    ) -> Callable[[Any], Awaitable[types.GenerateContentResponse]]:
        return lambda contents: self._client.aio.models.generate_content(model=model, contents=contents, config=config)

    async def detect(
        self, request: DetectionRequest, catalog: Catalog, observer: Observer, notes: tuple[str, ...]
    ) -> Findings:
        """Search one page; an answer that cannot be read is asked for once more. `notes` are added to its warnings."""
        facts = catalog.model(request.model)
        settings = facts.honoured_detection(request.settings)
        prompt = detection_prompt(request.wish)

        def cost(usage: Usage) -> float:
            return catalog.text_cost(facts.id, usage.input_tokens or 0, usage.output_tokens or 0)

        order = Order(
            model=request.model,
            write=lambda: _at_once(write_page(request.page, prompt, settings.media_resolution)),
            ask=self._asking(request.model, write_search(request.wish, settings, facts)),
            read=lambda response, redactor: read_findings(response, redactor, has_masks=request.wish.has_masks),
            estimate_usd=detection_price(catalog, facts.engine, facts.id, request.wish, settings),
            cost=lambda answer: cost(answer.usage),
            failed_cost=cost,
            most_rereads=1,
            what="The search was",
        )
        answer = await Call(order, self.send, self._rules, observer).run()
        return Findings(
            found=answer.found,
            prompt=prompt,
            input_tokens=answer.usage.input_tokens,
            output_tokens=answer.usage.output_tokens,
            cost_usd=cost(answer.usage),
            warnings=(*notes, *answer.warnings),
        )

    async def list_models(self, seconds: float) -> tuple[str, ...]:
        """Return the ids of the account's models, asked for once and for at most `seconds`."""
        failed: EngineError | ConfigurationError
        departure = watch_departure()
        try:
            async with asyncio.timeout(seconds):
                return await self._list_pages()
        except TimeoutError:
            failed = late(seconds).error
        except Exception as error:
            failed = classify(error, "the list of models", self._redactor, departure.has_left).error
        # Raised out here, so that no SDK exception (with its request and key) hangs on to it.
        raise failed

    async def _list_pages(self) -> tuple[str, ...]:
        """Return the ids on the first pages, each once; a list that never ends is taken as far as that."""
        pager = await self._client.aio.models.list()
        names = [model.name for model in pager.page]
        for _ in range(MOST_PAGES - 1):
            try:
                names += [model.name for model in await pager.next_page()]
            except IndexError:
                break
        ids = (name.rsplit("/", 1)[-1] for name in names if name)
        return tuple(dict.fromkeys(name for name in ids if is_model_id(name)))

    async def aclose(self) -> None:
        """Close the client's connections."""
        await self._client.aio.aclose()
        self._client.close()

    async def send(self, order: Order[A]) -> A:
        """Make one call and read its answer.

        Raises:
            AttemptFailed: the answer is not what was asked for.
        """
        failed: AttemptFailed
        departure, is_asked = watch_departure(), False
        try:
            written = await order.write()
            is_asked = True
            response = await order.ask(written)
            # Decoding a large picture to see that it is whole takes a while: not on the loop.
            return await asyncio.to_thread(order.read, response, self._redactor)
        except AttemptFailed:
            raise
        except Exception as error:
            failed = order.explain(error, order.model, self._redactor, departure.has_left)
            failed.may_be_billed = failed.may_be_billed and is_asked  # sending a file ahead costs nothing
            # "you do not have permission to access the file, or it may not exist"
            may_be_gone = isinstance(failed.error, (InvalidApiKeyError, InvalidRequestError))
            if failed.status in (403, 404) and may_be_gone and is_asked and self._uploads.forget_reused():
                failed = file_gone(failed.status)
        raise failed


def _exchange(request: GenerationRequest, answer: ImageAnswer) -> Exchange:
    if answer.said is None:
        return Exchange(interaction=answer.interaction)
    return Exchange(asked(request), answer.said)


async def _at_once(parts: list[types.PartUnionDict]) -> list[types.PartUnionDict]:
    return parts

"""Batches over the wire: what a job is sent as, what comes back of it, and what is never asked for twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from google.genai import types

from core.engines.base import AttemptOutcome, BatchState
from core.engines.gemini import GeminiAccount, GeminiEngine
from core.engines.gemini.batch_answers import STATES
from core.errors import (
    BatchGoneError,
    BlockedError,
    BudgetExceededError,
    CancelledError,
    ConfigurationError,
    InvalidApiKeyError,
    InvalidRequestError,
    NoImageError,
    QuotaExceededError,
    UnavailableError,
)
from core.models.asset import GenerationSettings
from tests.contract.conftest import MODEL, engine_for, picture, request, run
from tests.standin import StandIn
from tests.standin.replies import Reply, as_error, quota_failure

PRO = "gemini-3-pro-image"


def ask(server: StandIn, work: Any, **options: Any) -> Any:
    """Do something with an engine that points to the stand-in."""

    async def go() -> Any:
        engine = engine_for(server, **options)
        try:
            return await work(engine)
        finally:
            await engine.aclose()

    return run(go())


def sent(server: StandIn, *requests: Any) -> str:
    """Send requests as one job and return its name."""
    return str(ask(server, lambda engine: engine.send_batch(requests, "batch-1")))


def read(server: StandIn, job: str, *requests: Any) -> Any:
    """Look at a job until it has ended."""
    asked = [(one.model, one.settings) for one in requests]

    async def look(engine: GeminiEngine) -> Any:
        while not (reading := await engine.read_batch(job, asked)).state.has_ended:
            await asyncio.sleep(0)
        return reading

    return ask(server, look)


def test_a_job_is_its_requests_in_order(server: StandIn) -> None:
    """Each request carries its images untouched, its prompt and only settings that are set, as a single call would."""
    robot = picture("robot")
    one = request("A robot.", robot, model=PRO, aspect_ratio="16:9", image_size="2K", system_instruction="Be brief.")
    sent(server, one, request("A fox.", model=PRO, search="web", safety="harassment=high"))
    job = server.batches.jobs["batches/job1"]
    first, second = job.requests
    assert job.title == "batch-1"
    assert job.model == PRO
    assert first.images == [("image/png", robot)]
    assert first.config["imageConfig"] == {"aspectRatio": "16:9", "imageSize": "2K"}
    assert first.body["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert second.prompt == "A fox."
    assert "imageConfig" not in second.config
    assert second.body["tools"] == [{"googleSearch": {}}]
    assert second.body["safetySettings"] == [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}]
    assert server.requests == []


def test_every_image_comes_back_at_half_the_price(server: StandIn) -> None:
    """The images are those a single call would have brought, each with its price in a batch."""
    wanted = [request("A robot.", model=PRO), request("A fox.", model=PRO, image_size="4K")]
    job = sent(server, *wanted)
    reading = read(server, job, *wanted)
    assert reading.state is BatchState.SUCCEEDED
    assert [item.generation.data for item in reading.items] == [
        server.picture_for(one).data for one in server.batches.jobs[job].requests
    ]
    assert [item.report.cost_usd for item in reading.items] == pytest.approx([0.067, 0.12], abs=0.002)
    assert [item.report.outcome for item in reading.items] == [AttemptOutcome.SUCCEEDED] * 2


def test_a_job_under_way_has_no_answers_yet(server: StandIn) -> None:
    """As long as it runs nothing is read, and nothing counts as failed."""
    job = sent(server, request())
    reading = ask(server, lambda engine: engine.read_batch(job, [(MODEL, GenerationSettings())]))
    assert (reading.state, reading.items) == (BatchState.RUNNING, ())


@pytest.mark.parametrize("has_keys", [True, False])
def test_what_failed_in_part_is_told_apart(server: StandIn, has_keys: bool) -> None:
    """A block, an answer without an image and a refusal stand beside the image that was made, in their places."""
    server.fail_when("blocked", "blocked_prompt_safety")
    server.fail_when("wordy", "no_image")
    server.fail_when("daily", "rate_limited_daily")
    server.batches.has_keys = has_keys
    server.batches.ends = "BATCH_STATE_PARTIALLY_SUCCEEDED"
    wanted = [request(words) for words in ("A blocked one.", "A good one.", "A wordy one.", "A daily one.")]
    reading = read(server, sent(server, *wanted), *wanted)
    assert reading.state is BatchState.PARTLY_SUCCEEDED
    errors = [type(item.error) for item in reading.items]
    assert errors == [BlockedError, type(None), NoImageError, QuotaExceededError]
    assert reading.items[1].generation is not None
    assert [item.report.outcome.value for item in reading.items] == ["blocked", "succeeded", "no_image", "failed"]


@pytest.mark.parametrize(
    ("ends", "error"),
    [
        ("BATCH_STATE_FAILED", UnavailableError),
        ("BATCH_STATE_EXPIRED", UnavailableError),
        ("BATCH_STATE_CANCELLED", CancelledError),
        ("BATCH_STATE_SUCCEEDED", UnavailableError),
    ],
)
def test_a_job_that_ends_early_keeps_what_it_made(server: StandIn, ends: str, error: type[Exception]) -> None:
    """An image that was answered is read however the job ended; the rest has a reason."""
    server.batches.ends, server.batches.most = ends, 1
    wanted = [request("One."), request("Two.")]
    reading = read(server, sent(server, *wanted), *wanted)
    assert reading.items[0].generation is not None
    assert type(reading.items[1].error) is error


def _with_image(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    def spoil(answer: dict[str, Any]) -> None:
        parts = answer["response"]["candidates"][0]["content"]["parts"]
        change(next(part["inlineData"] for part in parts if "inlineData" in part))

    return spoil


BROKEN: dict[str, Callable[[dict[str, Any]], None]] = {
    "no base64": _with_image(lambda blob: blob.update(data="!!!")),
    "cut within a letter": _with_image(lambda blob: blob.update(data=blob["data"][:-301])),
    "cut": _with_image(lambda blob: blob.update(data=blob["data"][:-300])),
    "a count in words": lambda answer: answer["response"].update(usageMetadata={"promptTokenCount": "many"}),
    "a code in words": lambda answer: answer.update(response=None, error={"code": "INTERNAL", "message": None}),
    "details as an object": lambda answer: answer.update(response=None, error={"code": 13, "details": {"a": 1}}),
    "words for a response": lambda answer: answer.update(response="broken"),
    "nothing but the key": lambda answer: answer.pop("response"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_one_broken_answer_costs_no_other(server: StandIn, how: str) -> None:
    """The SDK would refuse the whole job for it: the images beside it, which are paid, are read all the same."""

    def spoil(answers: list[Any]) -> list[Any]:
        BROKEN[how](answers[1])
        return answers

    server.batches.spoil = spoil
    wanted = [request("One."), request("Two."), request("Three.")]
    reading = read(server, sent(server, *wanted), *wanted)
    assert [item.generation is not None for item in reading.items] == [True, False, True]
    assert isinstance(reading.items[1].error, UnavailableError)


@pytest.mark.parametrize(
    ("order", "there"),
    [((2, 1, 0), (True, True, True)), ((2, 2, 0), (True, False, True)), ((2,), (False, False, True))],
)
def test_no_image_lands_on_another_request(
    server: StandIn, order: tuple[int, ...], there: tuple[bool, bool, bool]
) -> None:
    """Answers out of order, doubled or missing: each stands with the request it was sent the key of."""
    server.batches.spoil = lambda answers: [answers[number] for number in order]
    wanted = [request("One."), request("Two."), request("Three.")]
    job = sent(server, *wanted)
    reading = read(server, job, *wanted)
    made = [item.generation.data if item.generation else None for item in reading.items]
    right = [server.picture_for(one).data for one in server.batches.jobs[job].requests]
    assert made == [data if is_there else None for data, is_there in zip(right, there, strict=True)]


def test_every_state_of_the_sdk_is_known() -> None:
    """A state that the SDK grows is one that we have to learn."""
    assert set(STATES) == set(types.JobState)


def test_a_refused_job_is_tried_again(server: StandIn) -> None:
    """Where the service surely took nothing in, the job is sent again."""
    server.batches.faults = [as_error(503, "UNAVAILABLE", "Later."), as_error(429, "RESOURCE_EXHAUSTED", "Slowly.")]
    assert sent(server, request()) == "batches/job1"
    assert server.batches.sent == 3


@pytest.mark.parametrize("fault", [Reply(how="reset"), as_error(500, "INTERNAL", "Oops."), Reply(b"{}")])
def test_a_job_that_may_be_there_is_not_sent_twice(server: StandIn, fault: Reply) -> None:
    """Where the answer was lost, the job is looked for by its title instead of being paid twice."""
    server.batches.faults = [fault]
    assert sent(server, request()) == ""
    assert server.batches.sent == 1


def test_a_job_whose_answer_was_lost_is_found(server: StandIn) -> None:
    """A job is known by the title it was sent with."""
    server.batches.loses_answer = True
    assert sent(server, request()) == ""
    assert ask(server, lambda engine: engine.find_batch("batch-1")) == "batches/job1"
    assert ask(server, lambda engine: engine.find_batch("batch-2")) == ""


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (as_error(400, "INVALID_ARGUMENT", "Nonsense."), InvalidRequestError),
        (as_error(401, "UNAUTHENTICATED", "Who?"), InvalidApiKeyError),
        (
            as_error(429, "RESOURCE_EXHAUSTED", "No more.", quota_failure("RequestsPerDayPerProject")),
            QuotaExceededError,
        ),
    ],
)
def test_a_job_that_is_refused_says_why(server: StandIn, answer: Reply, error: type[Exception]) -> None:
    """A refusal is told by its kind, and asked for once."""
    server.batches.faults = [answer]
    with pytest.raises(error):
        sent(server, request())
    assert server.batches.sent == 1


def test_a_cancelled_job_ends(server: StandIn) -> None:
    """Cancelling reaches the service; what was not made says so and may be billed."""
    job = sent(server, request())
    ask(server, lambda engine: engine.cancel_batch(job))
    reading = read(server, job, request())
    assert reading.state is BatchState.CANCELLED
    assert reading.items[0].report.outcome is AttemptOutcome.CANCELLED
    assert reading.items[0].report.may_be_billed


def test_another_account_s_job_is_not_known(server: StandIn) -> None:
    """A job that this account does not know says what to do, and names no model."""
    with pytest.raises(BatchGoneError, match="sent with another key"):
        ask(server, lambda engine: engine.read_batch("batches/other", [(MODEL, GenerationSettings())]))


def test_heavy_references_are_sent_ahead_once(server: StandIn) -> None:
    """Requests that are too large together name files, each sent once however many requests use it."""
    heavy = picture("heavy") + b"\0" * 11_000_000
    sent(server, request("One.", heavy), request("Two.", heavy))
    assert len(server.files.stored) == 1
    assert [one.images for one in server.batches.jobs["batches/job1"].requests] == [[], []]
    assert all(one.sent_ahead for one in server.batches.jobs["batches/job1"].requests)


def test_google_cloud_has_no_batches_of_ours(server: StandIn) -> None:
    """Google Cloud takes batches from its storage only, and the refusal says so before anything is sent."""
    account = GeminiAccount(project="p", location="global", use_enterprise=True)
    with pytest.raises(ConfigurationError, match="storage"):
        ask(server, lambda engine: engine.send_batch([request()], "batch-1"), account=account)


def test_an_error_of_one_answer_may_carry_anything(server: StandIn) -> None:
    """Details in a shape of their own do not lose the images beside them."""
    server.batches.running = 0
    wanted = [request("One."), request("Two.")]
    job = sent(server, *wanted)
    inner = server.reply_to
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"}]

    def reply_to(asked: Any) -> Reply:
        return inner(asked) if asked.prompt == "One." else as_error(429, "RESOURCE_EXHAUSTED", "No.", *details)

    server.reply_to = reply_to  # type: ignore[method-assign]
    reading = read(server, job, *wanted)
    assert reading.items[0].generation is not None
    assert reading.items[1].error is not None
    assert not isinstance(reading.items[1].error, BudgetExceededError)


def test_a_search_costs_in_a_batch_what_it_does_elsewhere(server: StandIn) -> None:
    """Half the price is the image's; what was looked up for it is paid by the query."""
    wanted = request("A quetzal.", model="gemini-3.1-flash-image", search="web")
    (item,) = read(server, sent(server, wanted), wanted).items
    assert item.report.searches == 1
    assert item.report.cost_usd == pytest.approx(0.067 / 2 + 0.014)

"""Which failures are tried again, how often, and what the ledger is told."""

import asyncio
import socket

import pytest

from core.engines.base import AttemptOutcome
from core.engines.gemini import GeminiAccount, GeminiEngine
from core.errors import (
    BudgetExceededError,
    EngineError,
    InvalidApiKeyError,
    InvalidRequestError,
    NoImageError,
    QuotaExceededError,
    RateLimitError,
    StudioError,
    UnavailableError,
)
from tests.contract.conftest import MODEL, Remembering, engine_for, request, run
from tests.standin.replies import as_error, retry_info

# fault, error code told to the observer, HTTP status, may be billed
TRANSIENT = [
    ("rate_limited", "rate_limited", 429, False),
    ("rate_limited_by_header", "rate_limited", 429, False),
    ("rate_limited_silently", "rate_limited", 429, False),
    ("request_timeout", "unavailable", 408, False),
    ("server_error_500", "unavailable", 500, True),
    ("server_error_502_html", "unavailable", 502, True),
    ("server_error_503", "unavailable", 503, True),
    ("server_error_504", "unavailable", 504, True),
    ("try_again_400", "unavailable", 400, False),
    ("reset", "unavailable", None, True),
    ("truncated_body", "unavailable", None, True),
    ("truncated_image", "unavailable", 200, True),
    ("undecodable_image", "unavailable", 200, True),
    ("empty_body", "unavailable", 200, True),
    ("no_content_204", "unavailable", 204, True),
    ("non_json", "unavailable", 200, True),
    ("deeply_nested", "unavailable", 200, True),
    ("json_of_another_shape", "unavailable", 200, True),
]

# fault, error type, HTTP status, may be billed
FINAL = [
    ("rate_limited_daily", QuotaExceededError, 429, False),
    ("billing_disabled", QuotaExceededError, 403, False),
    ("bad_request_400", InvalidRequestError, 400, False),
    ("odd_error_body", InvalidRequestError, 400, False),
    ("redirect", InvalidRequestError, 302, False),
    ("bad_key_400", InvalidApiKeyError, 400, False),
    ("unauthorized", InvalidApiKeyError, 401, False),
    ("forbidden", InvalidApiKeyError, 403, False),
    ("not_found", InvalidRequestError, 404, False),
    ("unreadable_type", NoImageError, 200, True),
    ("no_image", NoImageError, 200, True),
    ("no_candidates", NoImageError, 200, True),
    ("no_candidates_alone", NoImageError, 200, True),
    ("no_content", NoImageError, 200, True),
    ("no_parts", NoImageError, 200, True),
    ("no_finish_reason", NoImageError, 200, True),
    ("unknown_finish_reason", NoImageError, 200, True),
]


@pytest.mark.parametrize(("fault", "code", "status", "is_billed"), TRANSIENT)
def test_passing_trouble_is_tried_again(make, server, observer, fault, code, status, is_billed):
    """Passing trouble costs one more attempt: reported with its code, then waited for, then the picture comes."""
    server.fail_next(fault)
    made = make()
    assert made.data == server.picture_for(server.requests[0]).data
    assert len(server.requests) == 2
    failed, succeeded = observer.reports
    assert (failed.outcome, failed.error, failed.status) == (AttemptOutcome.FAILED, code, status)
    assert failed.may_be_billed is is_billed
    assert succeeded.outcome is AttemptOutcome.SUCCEEDED
    assert [reason for _, reason in observer.waits] == [code]


@pytest.mark.parametrize(("fault", "status"), [(fault, status) for fault, _code, status, _billed in TRANSIENT])
def test_trouble_that_stays_ends_after_seven(make, server, observer, fault, status):
    """Trouble that stays ends after seven attempts in a typed error, and every attempt is on record.

    An answer that came and cannot be used is asked for three times at most: each may be billed.
    """
    most = 3 if status in (200, 204) else 7
    server.fail_next(fault, times=20)
    with pytest.raises((UnavailableError, RateLimitError)):
        make(deadline_seconds=600)
    assert len(server.requests) == len(observer.estimates) == len(observer.reports) == most
    assert len(observer.waits) == most - 1
    assert observer.open == set()


@pytest.mark.parametrize(("fault", "error", "status", "is_billed"), FINAL)
def test_final_answer_is_asked_for_once(make, server, observer, fault, error, status, is_billed):
    """An answer that trying again cannot change is taken at once, as its own type."""
    server.fail_next(fault, times=3)
    with pytest.raises(error):
        make()
    assert len(server.requests) == 1
    (report,) = observer.reports
    assert (report.error, report.status, report.may_be_billed) == (error.code, status, is_billed)
    assert observer.waits == []


def test_every_fault_of_the_stand_in_is_held_here():
    """No fault of the stand-in is without a test."""
    from tests.standin import FAULTS

    elsewhere = {
        *("rate_limited_long", "silent", "dripping", "slow"),
        *("image_in_thought", "thought_before_image", "wrong_mime", "unknown_block_reason", "blocked_prompt"),
    }
    assert {fault for fault, *_ in (*TRANSIENT, *FINAL)} | elsewhere == set(FAULTS)


@pytest.mark.parametrize("fault", ["silent", "dripping"])
def test_nothing_hangs(make, server, observer, fault):
    """A service that accepts and never finishes its answer ends at the deadline, and may be billed."""
    server.fail_next(fault)
    with pytest.raises(UnavailableError, match="within 1 seconds"):
        make(deadline_seconds=1)
    (report,) = observer.reports
    assert (report.outcome, report.error, report.may_be_billed) == (AttemptOutcome.FAILED, "unavailable", True)
    assert server.requests[0].has_left.wait(5)


def test_the_deadline_spans_all_attempts(make, server, observer):
    """Attempts and waits share one deadline: a wait that was still possible at first is not begun later."""
    for delay in ("1s", "59.8s"):
        server.answer_next(as_error(429, "RESOURCE_EXHAUSTED", "Slow down.", retry_info(delay)))

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0.3)

    with pytest.raises(RateLimitError) as caught:
        make(deadline_seconds=60, sleep=sleep)
    assert caught.value.retry_after == 59.8
    assert [seconds for seconds, _ in observer.waits] == [1.0]
    assert len(server.requests) == 2


def test_slow_is_not_late(make, server):
    """An answer that takes its time within the deadline is one attempt."""
    server.fail_next("slow")
    assert make().data
    assert len(server.requests) == 1


def test_no_connection_at_all(make, observer):
    """When nobody listens every attempt fails as unavailable, and none can be billed."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(UnavailableError, match="cannot be reached"):
            make(account=GeminiAccount(api_key="k", base_url=url), deadline_seconds=600)
    assert len(observer.reports) == 7
    assert not any(report.may_be_billed for report in observer.reports)


def test_no_google_cloud_sign_in(make, observer):
    """A Google Cloud project without credentials on this machine says how to sign in."""
    with pytest.raises(InvalidApiKeyError, match="gcloud auth application-default login"):
        make(account=GeminiAccount(project="castle", use_enterprise=True))
    assert len(observer.reports) == 1


def test_cancelling_drops_the_connection(server, observer):
    """Cancelling drops the open connection, records the attempt as cancelled and maybe billed, and goes on upward."""
    server.fail_next("silent")

    async def work() -> None:
        engine = engine_for(server)
        task = asyncio.create_task(engine.generate(request(), observer))
        while not server.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # the engine stays open: it is the call that hangs up, not the closing of the client
        assert await asyncio.to_thread(server.requests[0].has_left.wait, 5)
        await engine.aclose()

    run(work())
    (report,) = observer.reports
    assert (report.outcome, report.error, report.may_be_billed) == (AttemptOutcome.CANCELLED, "cancelled", True)
    assert len(server.requests) == 1


def test_cancelling_a_wait(server, observer):
    """Cancelling between two attempts makes no further one and leaves no attempt open."""
    server.fail_next("server_error_503")
    is_asleep = asyncio.Event()

    async def sleep(seconds: float) -> None:
        is_asleep.set()
        await asyncio.sleep(60)

    async def work() -> None:
        engine = engine_for(server, sleep=sleep)
        task = asyncio.create_task(engine.generate(request(), observer))
        await is_asleep.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await engine.aclose()

    run(work())
    assert [report.outcome for report in observer.reports] == [AttemptOutcome.FAILED]
    assert observer.open == set()


def test_a_caller_with_a_timeout_of_its_own(server, observer):
    """A caller's own timeout counts as cancelling, not as the service being late."""
    server.fail_next("silent")

    async def expire(scope: asyncio.Timeout) -> None:
        while not server.requests:
            await asyncio.sleep(0.01)
        scope.reschedule(0)

    async def generate_in_time(engine: GeminiEngine) -> None:
        async with asyncio.timeout(None) as scope, asyncio.TaskGroup() as group:
            group.create_task(expire(scope))
            await engine.generate(request(), observer)

    async def work() -> None:
        engine = engine_for(server)
        with pytest.raises(TimeoutError):
            await generate_in_time(engine)
        await engine.aclose()

    run(work())
    assert [report.outcome for report in observer.reports] == [AttemptOutcome.CANCELLED]


def test_budget_stops_before_the_call(server):
    """When the observer refuses an attempt the error goes to the caller and no call is made."""

    class Poor(Remembering):
        def attempt_started(self, estimate_usd: float) -> str:
            raise BudgetExceededError("Today's budget is used up.")

    async def work() -> None:
        engine = engine_for(server)
        with pytest.raises(BudgetExceededError):
            await engine.generate(request(), Poor())
        await engine.aclose()

    run(work())
    assert server.requests == []


def test_faults_at_random_among_many(server, observer):
    """Of many calls at once, some of which meet trouble, each ends with its own picture; attempts = requests."""
    for fault in ("rate_limited", "server_error_503", "reset", "truncated_body", "truncated_image"):
        server.fail_next(fault, times=3)

    async def work():
        engine = engine_for(server, deadline_seconds=600)
        prompts = [f"Picture number {index}." for index in range(32)]
        made = await asyncio.gather(*(engine.generate(request(prompt), observer) for prompt in prompts))
        await engine.aclose()
        return dict(zip(prompts, made, strict=True))

    made = run(work())
    expected = {sent.prompt: server.picture_for(sent).data for sent in server.requests}
    assert {prompt: generation.data for prompt, generation in made.items()} == expected
    assert len(observer.reports) == len(server.requests) == 32 + 15


@pytest.mark.parametrize("fault", [*(row[0] for row in TRANSIENT), *(row[0] for row in FINAL), "blocked_safety"])
def test_errors_are_ours_alone(server, observer, fault):
    """What leaves the engine is our own error: no other exception hangs on it, and it survives as plain JSON."""
    from core.errors import from_plain

    server.fail_next(fault, times=7)

    async def work() -> StudioError:
        engine = engine_for(server, deadline_seconds=600)
        try:
            await engine.generate(request(), observer)
        except EngineError as error:
            return error
        finally:
            await engine.aclose()
        raise AssertionError("no error came")

    error = run(work())
    assert error.__cause__ is None
    assert error.__context__ is None
    assert from_plain(error.to_plain()).to_plain() == error.to_plain()
    assert "\n" not in error.message
    assert "<" not in error.message
    assert error.message.endswith((".", "”", '"'))


def test_the_model_is_named_when_it_is_missing(make):
    """A model the account does not have is named, with how to see the others."""
    with pytest.raises(InvalidRequestError, match=r"no-such-model.*throughline models"):
        make(request(model="no-such-model"))


def test_service_words_are_cleaned(make, server):
    """What the service says about a bad request is shown on one line, without tags or control characters."""
    server.fail_next("bad_request_400")
    with pytest.raises(InvalidRequestError, match=r'"Request contains an invalid argument \."') as caught:
        make()
    assert MODEL not in caught.value.message

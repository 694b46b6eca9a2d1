"""What every fault of the Interactions API means, and every error class of the SDK for it."""

import asyncio
import inspect
import typing

import pydantic
import pytest
from google.genai import _interactions
from google.genai._gaos.types import interactions as sdk_types

from core.engines.base import AttemptOutcome
from core.engines.gemini.interaction_faults import BY_CAUSE, BY_STATUS, GARBLED, explain
from core.engines.gemini.reasons import INTERACTION_ENDS, OUTPUT_BLOCKS
from core.engines.gemini.redactor import Redactor
from core.errors import (
    BlockedError,
    ConfigurationError,
    ConversationGoneError,
    InvalidApiKeyError,
    InvalidRequestError,
    NoImageError,
    QuotaExceededError,
    RateLimitError,
    UnavailableError,
)
from tests.contract import test_retries as retries
from tests.contract.conftest import engine_for, run
from tests.contract.test_answers import BLOCKS, PROMPT_BLOCKS
from tests.contract.test_interactions import SEEN_THROUGH, saying
from tests.standin.interactions import INTERACTION_FAULTS
from tests.standin.replies import as_error, as_json

# fault, error code told to the observer, HTTP status, may be billed
TRANSIENT = [
    *retries.TRANSIENT,
    ("conflict_409", "unavailable", 409, True),
    ("no_content", "unavailable", 200, True),
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
    ("unprocessable_422", InvalidRequestError, 422, False),
    ("teapot_418", InvalidRequestError, 418, False),
    ("refused_prompt", BlockedError, 400, True),
    ("stopped_step", BlockedError, 200, True),
    ("no_image", NoImageError, 200, True),
    ("no_steps", NoImageError, 200, True),
    ("no_parts", NoImageError, 200, True),
    ("odd_fields", NoImageError, 200, True),
]


@pytest.mark.parametrize(("fault", "code", "status", "is_billed"), TRANSIENT)
def test_passing_trouble_is_tried_again(make, server, observer, fault, code, status, is_billed):
    """Passing trouble costs one more attempt of ours, none of the SDK's own, and is reported with its code."""
    server.fail_next(fault)
    assert make(saying("One.")).data
    assert len(server.requests) == 2
    failed, succeeded = observer.reports
    assert (failed.outcome, failed.error, failed.status) == (AttemptOutcome.FAILED, code, status)
    assert failed.may_be_billed is is_billed
    assert succeeded.outcome is AttemptOutcome.SUCCEEDED


@pytest.mark.parametrize(("fault", "status"), [(fault, status) for fault, _code, status, _billed in TRANSIENT])
def test_trouble_that_stays_ends_after_seven(make, server, observer, fault, status):
    """Trouble that stays ends after seven attempts: the SDK's own retries do not multiply ours.

    An answer that came and cannot be used is asked for three times at most: each may be billed.
    """
    server.fail_next(fault, times=20)
    with pytest.raises((UnavailableError, RateLimitError)):
        make(saying("One."), deadline_seconds=600)
    assert len(server.requests) == len(observer.reports) == (3 if status in (200, 204) else 7)
    assert observer.open == set()


@pytest.mark.parametrize(("fault", "error", "status", "is_billed"), FINAL)
def test_final_answer_is_asked_for_once(make, server, observer, fault, error, status, is_billed):
    """An answer that trying again cannot change is taken at once, as its own type."""
    server.fail_next(fault, times=3)
    with pytest.raises(error):
        make(saying("One."))
    assert len(server.requests) == 1
    (report,) = observer.reports
    assert (report.error, report.status, report.may_be_billed) == (error.code, status, is_billed)


def test_every_fault_is_held_here():
    """No fault of the stand-in's interactions is without a test."""
    ends = {f"interaction_{status}" for status in (*INTERACTION_ENDS, "daydreaming")}
    held = {fault for fault, *_ in (*TRANSIENT, *FINAL)} | SEEN_THROUGH | ends
    assert set(INTERACTION_FAULTS) <= held


@pytest.mark.parametrize("name", [*BLOCKS, *(f"prompt_{name}" for name in PROMPT_BLOCKS)])
def test_every_rule_is_named(make, server, observer, name):
    """An interaction that failed by a rule is a block of that rule, with the model's words."""
    server.fail_next(f"blocked_{name}")
    with pytest.raises(BlockedError) as blocked:
        make(saying("One."))
    assert blocked.value.reason.lower() == name.removeprefix("prompt_")
    rule = blocked.value.reason
    assert blocked.value.blocked == ("output" if rule in OUTPUT_BLOCKS else "prompt")
    assert blocked.value.text == "I will not draw this."
    assert observer.reports[0].outcome is AttemptOutcome.BLOCKED


@pytest.mark.parametrize("status", [*INTERACTION_ENDS, "daydreaming"])
def test_every_end_without_a_picture(make, server, observer, status):
    """However an interaction stands, one without a picture says so, with its status and the model's words."""
    server.fail_next(f"interaction_{status}")
    with pytest.raises(NoImageError) as missing:
        make(saying("One."))
    assert (missing.value.reason, missing.value.text) == (status, "I will not draw this.")
    assert observer.reports[0].outcome is AttemptOutcome.NO_IMAGE


def test_every_status_of_the_sdk_has_an_advice():
    """Each status that an interaction can have is in our table, and none is made up."""
    wanted, *_ = typing.get_args(sdk_types.Interaction.model_fields["status"].annotation)
    assert set(typing.get_args(wanted)) == set(INTERACTION_ENDS)


def test_a_turn_that_is_not_kept_any_more(make, server, observer):
    """When the service forgot the turn before, the error is its own and names the ways out; nothing is billed."""
    first = make(saying("One.")).exchange.interaction
    server.interactions.forget()
    with pytest.raises(ConversationGoneError, match=r"chat history.*branch"):
        make(saying("Two.", previous=first))
    assert len(server.requests) == 2
    assert not observer.reports[1].may_be_billed


def test_a_dropped_connection(server, observer):
    """Cancelling a turn drops its connection at once, and the attempt is on record as perhaps billed."""
    server.delay = 30

    async def work():
        engine = engine_for(server)
        task = asyncio.create_task(engine.generate(saying("One."), observer))
        while not server.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await engine.aclose()

    run(work())
    assert server.requests[0].has_left.wait(5)
    (report,) = observer.reports
    assert (report.outcome, report.may_be_billed) == (AttemptOutcome.CANCELLED, True)


@pytest.mark.parametrize("fault", ["silent", "dripping"])
def test_nothing_hangs(make, server, fault):
    """A service that never finishes its answer ends at our deadline."""
    server.fail_next(fault)
    with pytest.raises(UnavailableError, match="within 1 seconds"):
        make(saying("One."), deadline_seconds=1.0)


def test_the_wait_is_the_services(make, server, observer):
    """How long the service asks to wait is how long is waited."""
    server.fail_next("rate_limited")
    server.fail_next("rate_limited_by_header")
    make(saying("One."))
    assert [seconds for seconds, _ in observer.waits] == [3.0, 4.0]


def test_nothing_listens(make, observer):
    """A service that cannot be reached is unavailable, and nothing was billed."""
    from core.engines.gemini import GeminiAccount

    nowhere = GeminiAccount(api_key="k", base_url="http://127.0.0.1:9")
    with pytest.raises(UnavailableError, match="cannot be reached"):
        make(saying("One."), account=nowhere, max_attempts=2)
    assert [report.may_be_billed for report in observer.reports] == [False, False]


def test_a_page_instead_of_an_answer_stays_out_of_messages(make, server):
    """HTML and control characters of an error never reach a person's eyes, nor does the key."""
    server.answer_next(as_json({"error": {"code": "x", "message": f"<b>No</b> {server.key}\x07"}}, 400))
    with pytest.raises(InvalidRequestError) as refused:
        make(saying("One."))
    assert "<b>" not in refused.value.message
    assert server.key not in refused.value.message


def test_errors_in_the_other_shape(make, server):
    """An error body with a number for a code, as the other interface sends it, is understood as well."""
    server.answer_next(as_error(429, "RESOURCE_EXHAUSTED", "Slow down.", Retry_After="2"))
    assert make(saying("One.")).data


def _errors_of_the_sdk():
    return {
        cls
        for _, cls in inspect.getmembers(_interactions, inspect.isclass)
        if issubclass(cls, Exception) and cls is not Exception
    }


def test_every_error_of_the_sdk_is_mapped():
    """The SDK's interactions errors are those we map: by status, by cause, as garbled, and the two they all are."""
    roots = {_interactions.GeminiNextGenAPIClientError, _interactions.APIError}
    assert _errors_of_the_sdk() == {*BY_STATUS, *BY_CAUSE, *GARBLED, *roots}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((400, InvalidRequestError), (401, InvalidApiKeyError), (403, InvalidApiKeyError), (404, InvalidRequestError)),
        *((409, UnavailableError), (422, InvalidRequestError), (429, RateLimitError), (418, InvalidRequestError)),
        *((500, UnavailableError), (503, UnavailableError), (302, InvalidRequestError), (201, UnavailableError)),
    ],
)
def test_errors_are_told_by_their_status(status, error):
    """Each status becomes our own error, whichever class the SDK made of it."""
    import httpx2

    response = httpx2.Response(status, request=httpx2.Request("POST", "http://127.0.0.1/"))
    made = _interactions.APIError.generate(status, {"error": {"message": "No."}}, None, response)
    failed = explain(made, "m", Redactor())
    assert isinstance(failed.error, error)
    assert failed.status == status


@pytest.mark.parametrize("cls", sorted(_errors_of_the_sdk(), key=lambda cls: cls.__name__))
def test_no_error_of_the_sdk_is_unforeseen(cls):
    """Any error class of the SDK, even one without a status, becomes an error of ours that says no word of its own."""
    bare = cls.__new__(cls)
    Exception.__init__(bare, "key=secret")
    bare.message, bare.body = "key=secret", None
    failed = explain(bare, "m", Redactor())
    assert "secret" not in failed.error.message


@pytest.mark.parametrize("problem", [TypeError("secret"), pydantic.ValidationError.from_exception_data("secret", [])])
def test_bad_input_is_a_refused_request(problem):
    """What the SDK refuses before anything was sent is a request that cannot be sent; nothing is billed."""
    failed = explain(problem, "m", Redactor(), has_left=False)
    assert isinstance(failed.error, InvalidRequestError)
    assert not failed.is_transient
    assert not failed.may_be_billed
    assert "secret" not in failed.error.message


def test_a_wrong_address_is_the_configurations(make, server):
    """An address that nothing can be sent to is a mistake in the configuration, by this interface too."""
    import httpx2

    wrapped = _interactions.APIConnectionError(request=None)
    wrapped.__cause__ = httpx2.UnsupportedProtocol("no")
    assert isinstance(explain(wrapped, "m", Redactor()).error, ConfigurationError)

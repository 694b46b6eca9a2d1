"""Conversations by the Interactions API: what is sent, field by field, what is taken, and what every fault means."""

import asyncio
import base64
import inspect
import typing
from dataclasses import replace

import pydantic
import pytest
from google.genai import _interactions
from google.genai._gaos.types import interactions as sdk_types

from core.engines.base import AttemptOutcome, Conversation
from core.engines.gemini.interaction_faults import BY_CAUSE, BY_STATUS, GARBLED, explain
from core.engines.gemini.interactions import write_body
from core.engines.gemini.reasons import INTERACTION_ENDS
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
from core.models.asset import GenerationSettings
from core.models.catalog import load_catalog
from core.models.talk import Transport
from tests.contract.conftest import engine_for, picture, request, run
from tests.contract.test_answers import BLOCKS, PROMPT_BLOCKS
from tests.standin.extras import SUGGESTIONS, THOUGHT
from tests.standin.interactions import INTERACTION_FAULTS, as_interaction, output, text
from tests.standin.replies import as_error, as_json

FLASH, PRO = "gemini-3.1-flash-image", "gemini-3-pro-image"

# fault, error code told to the observer, HTTP status, may be billed
TRANSIENT = [
    ("rate_limited", "rate_limited", 429, False),
    ("rate_limited_by_header", "rate_limited", 429, False),
    ("rate_limited_silently", "rate_limited", 429, False),
    ("request_timeout", "unavailable", 408, False),
    ("conflict_409", "unavailable", 409, True),
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
SEEN_THROUGH = {"image_in_thought", "thought_before_image", "unknown_step", "unknown_content"}


def saying(prompt, *references, previous="", **settings):
    wanted = request(prompt, *references, **{"model": FLASH, **settings})
    return replace(wanted, conversation=Conversation(Transport.INTERACTIONS, previous=previous))


def said(*content):
    """Return content as the SDK packs it: one step of the person's."""
    return [{"type": "user_input", "content": list(content)}]


def body_of(server, number=0):
    return server.requests[number].raw


def test_a_first_turn(make, server):
    """A first turn sends its pictures and words, asks to be kept, and names no turn before it."""
    png, jpeg = picture("a"), picture("b", mime="image/jpeg")
    made = make(saying("Both.", png, jpeg))
    assert body_of(server) == {
        "model": FLASH,
        "input": said(
            {"type": "image", "data": base64.b64encode(png).decode(), "mime_type": "image/png"},
            {"type": "image", "data": base64.b64encode(jpeg).decode(), "mime_type": "image/jpeg"},
            {"type": "text", "text": "Both."},
        ),
        "store": True,
        "response_format": [{"type": "text"}, {"type": "image"}],
    }
    assert server.requests[0].path == "/v1/interactions"
    assert made.data == server.picture_for(server.requests[0]).data
    assert (made.text, made.finish_reason) == ("Here it is.", "completed")
    assert made.exchange.interaction in server.interactions.kept
    assert made.exchange.speeches == ()


def test_a_later_turn_names_the_one_before_it_and_repeats_nothing(make, server):
    """A later turn sends the name of the one before and its own words: no history, no picture of it."""
    first = make(saying("One.", picture())).exchange.interaction
    second = make(saying("Two.", previous=first)).exchange.interaction
    assert body_of(server, 1) == {
        "model": FLASH,
        "input": said({"type": "text", "text": "Two."}),
        "store": True,
        "previous_interaction_id": first,
        "response_format": [{"type": "text"}, {"type": "image"}],
    }
    assert server.interactions.kept[second] == first


@pytest.mark.parametrize(
    ("model", "settings", "field", "sent"),
    [
        (
            FLASH,
            {"aspect_ratio": "16:9"},
            "response_format",
            [{"type": "text"}, {"type": "image", "aspect_ratio": "16:9"}],
        ),
        (FLASH, {"image_size": "2K"}, "response_format", [{"type": "text"}, {"type": "image", "image_size": "2K"}]),
        (FLASH, {"output": "image"}, "response_format", {"type": "image"}),
        (FLASH, {"thinking_level": "high"}, "generation_config", {"thinking_level": "high"}),
        (FLASH, {"thoughts": True}, "generation_config", {"thinking_summaries": "auto"}),
        (PRO, {"temperature": 0.5}, "generation_config", {"temperature": 0.5}),
        (PRO, {"top_p": 0.5}, "generation_config", {"top_p": 0.5}),
        (FLASH, {"search": "web"}, "tools", [{"type": "google_search"}]),
        (FLASH, {"search": "image"}, "tools", [{"type": "google_search", "search_types": ["image_search"]}]),
        (
            FLASH,
            {"search": "image,web"},
            "tools",
            [{"type": "google_search", "search_types": ["web_search", "image_search"]}],
        ),
        (FLASH, {"system_instruction": "You draw in ink."}, "system_instruction", "You draw in ink."),
        *(
            (FLASH, {"safety": f"harassment={ours}"}, "safety_settings", [{"type": "harassment", "threshold": theirs}])
            for ours, theirs in (
                ("low", "block_low_and_above"),
                ("medium", "block_medium_and_above"),
                ("high", "block_only_high"),
                ("none", "block_none"),
                ("off", "off"),
            )
        ),
    ],
)
def test_controls(make, server, model, settings, field, sent):
    """A setting that is set is sent in its own field, and no other field appears."""
    make(saying("One.", model=model, **settings))
    fields = {"model", "input", "store", "response_format"}
    assert body_of(server)[field] == sent
    assert set(body_of(server)) == fields | {field}


def test_a_seed_is_written_for_models_that_will_heed_it():
    """A seed, which no model of the catalog heeds today, has its field all the same."""
    body = write_body(saying("One."), GenerationSettings(seed=7), [])
    assert body["generation_config"] == {"seed": 7}


def test_every_setting_has_its_test_here():
    """No control is without a test of what goes over the wire."""
    (mark,) = [mark for mark in test_controls.pytestmark if mark.name == "parametrize"]
    assert {name for _, settings, *_ in mark.args[1] for name in settings} | {"seed"} == set(
        GenerationSettings.model_fields
    )


def test_a_changed_ratio_leaves_the_rest(make, server):
    """Another ratio between turns changes the format alone; all else is sent again, for no turn brings it along."""
    whole = {
        "system_instruction": "You draw in ink.",
        "search": "web",
        "safety": "harassment=high",
        "thinking_level": "high",
    }
    first = make(saying("One.", aspect_ratio="1:1", **whole)).exchange.interaction
    make(saying("Wider.", previous=first, aspect_ratio="21:9", image_size="2K", **whole))
    before, after = body_of(server), body_of(server, 1)
    assert after["response_format"][1] == {"type": "image", "aspect_ratio": "21:9", "image_size": "2K"}
    for name in ("system_instruction", "tools", "safety_settings", "generation_config"):
        assert before[name] == after[name]


def test_thoughts_and_sources(make):
    """Thoughts, searches and cited pages of an interaction come in the same shape as by chat."""
    made = make(saying("A quetzal.", thoughts=True, search="web"))
    assert [part.kind for part in made.parts] == ["thought", "thought_image", "text", "image"]
    assert made.parts[0].text == THOUGHT
    assert made.grounding.suggestions == SUGGESTIONS
    assert made.grounding.queries == ("resplendent quetzal",)
    assert [link.uri for link in made.grounding.links] == ["https://birds.example/quetzal"]


def test_tokens_and_price(make, observer):
    """Tokens are counted with the thoughts, and the picture costs its list price."""
    made = make(saying("One."))
    assert (made.input_tokens, made.output_tokens) == (270, 1170)
    assert observer.estimates == [pytest.approx(0.067)]
    assert made.cost_usd >= 0.067


@pytest.mark.parametrize("fault", sorted(SEEN_THROUGH))
def test_odd_answers_lose_no_picture(make, server, fault):
    """A picture among thoughts, or beside steps nobody knows, is found."""
    server.fail_next(fault)
    made = make(saying("One."))
    assert made.data == server.picture_for(server.requests[0]).data
    assert any("thoughts" in warning for warning in made.warnings) is (fault == "image_in_thought")


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


@pytest.mark.parametrize("fault", [fault for fault, *_ in TRANSIENT])
def test_trouble_that_stays_ends_after_seven(make, server, observer, fault):
    """Trouble that stays ends after seven attempts: the SDK's own retries do not multiply ours."""
    server.fail_next(fault, times=20)
    with pytest.raises((UnavailableError, RateLimitError)):
        make(saying("One."), deadline_seconds=600)
    assert len(server.requests) == len(observer.reports) == 7
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


def test_too_large_pictures_go_ahead(server, observer):
    """Pictures too large for one request are sent ahead, and named by address."""
    from tests.contract.test_chat_history import _with_limit

    data = picture("big", (400, 300))

    async def work():
        engine = engine_for(server)
        engine._catalog = _with_limit(load_catalog(), 200_500)
        try:
            return await engine.generate(saying("One.", data), observer)
        finally:
            await engine.aclose()

    run(work())
    assert [set(item) for item in server.requests[0].contents] == [{"type", "uri", "mime_type"}, {"type", "text"}]
    assert server.requests[0].sent_ahead == [("image/png", data)]


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


def test_steps_of_others_are_no_picture(make, server):
    """Only what the model put out is taken: not the person's own picture that comes back among the steps."""
    own = {"type": "image", "data": base64.b64encode(picture()).decode(), "mime_type": "image/png"}
    server.answer_next(as_interaction([{"type": "user_input", "content": [own]}, output(text("No."))]))
    with pytest.raises(NoImageError):
        make(saying("One.", picture()))

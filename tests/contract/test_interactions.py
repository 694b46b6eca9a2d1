"""Conversations by the Interactions API: what is sent, field by field, and what is taken."""

import base64
import logging
from dataclasses import replace

import pytest

from core.engines.base import Conversation
from core.engines.gemini import GeminiAccount
from core.errors import (
    NoImageError,
    StudioError,
)
from core.models.asset import GenerationSettings
from core.models.catalog import load_catalog
from core.models.talk import Transport
from tests.contract.conftest import engine_for, picture, request, run
from tests.contract.test_wire import _service_account
from tests.standin.extras import SUGGESTIONS, THOUGHT
from tests.standin.interactions import USAGE, as_interaction, image, output, text

FLASH, PRO = "gemini-3.1-flash-image", "gemini-3-pro-image"

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


def test_every_setting_has_its_test_here():
    """No control is without a test of what goes over the wire; a seed, and videos by chat alone, have theirs."""
    (mark,) = [mark for mark in test_controls.pytestmark if mark.name == "parametrize"]
    elsewhere = {"seed", "video", "video_start", "video_end", "video_fps"}
    assert {name for _, settings, *_ in mark.args[1] for name in settings} | elsewhere == set(
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


@pytest.mark.parametrize("fault", ["", "server_error_503", "bad_request_400", "blocked_safety", "reset", "non_json"])
def test_no_key_and_no_picture_in_any_log_or_message(server, observer, caplog, capfd, monkeypatch, fault):
    """Not even the SDK's own log of this interface, asked for by its environment variable, gets key or picture."""
    monkeypatch.setenv("GOOGLE_GENAI_DEBUG", "1")
    caplog.set_level(logging.DEBUG)
    server.key = "AIzaSyA-not-a-real-key-0123456789abcdef"
    data, shown = picture("secret"), ""
    if fault:
        server.fail_next(fault, times=2)

    async def work():
        engine = engine_for(server, max_attempts=2)
        try:
            await engine.generate(saying("A secret prompt.", data), observer)
        finally:
            await engine.aclose()

    try:
        run(work())
    except StudioError as error:
        shown = f"{error!r} {error.to_plain()}"
    out, err = capfd.readouterr()
    everything = "\n".join([shown, out, err, *(record.getMessage() for record in caplog.records), repr(observer)])
    assert caplog.records
    for secret in (server.key, base64.b64encode(data).decode()[40:80], "A secret prompt."):
        assert secret not in everything


def test_google_cloud_has_an_address_of_its_own(server, observer, tmp_path, monkeypatch):
    """With a project of Google Cloud the same turn goes to the project's address, and never carries a key."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(_service_account(tmp_path, server)))
    account = GeminiAccount(project="castle", use_enterprise=True, base_url=server.url)
    made = run(engine_for(server, account=account).generate(saying("One."), observer))
    (sent,) = server.requests
    assert sent.path == "/v1beta1/projects/castle/locations/global/interactions"
    assert sent.headers["authorization"] == "Bearer stand-in-token"
    assert "x-goog-api-key" not in sent.headers
    assert made.exchange.interaction in server.interactions.kept


def test_steps_of_others_are_no_picture(make, server):
    """Only what the model put out is taken: not the person's own picture that comes back among the steps."""
    own = {"type": "image", "data": base64.b64encode(picture()).decode(), "mime_type": "image/png"}
    server.answer_next(as_interaction([{"type": "user_input", "content": [own]}, output(text("No."))]))
    with pytest.raises(NoImageError):
        make(saying("One.", picture()))


@pytest.mark.parametrize(
    ("counted", "searches"),
    [(None, 2), ([{"type": "google_search", "count": 4}, {"type": "google_maps", "count": 9}], 4), ("none", 2)],
)
def test_searches_are_counted(make, server, observer, counted, searches):
    """Searches are what the service counted, or at least the different ones that its steps name."""
    steps = [
        {"type": "google_search_call", "id": "c1", "arguments": {"queries": ["quetzal", "", "quetzal"]}},
        {
            "type": "google_search_call",
            "id": "c2",
            "search_type": "image_search",
            "arguments": {"queries": ["quetzal"]},
        },
        output(image(picture(), "image/png")),
    ]
    server.answer_next(as_interaction(steps, usage={**USAGE, "grounding_tool_count": counted}))
    made = make(saying("A quetzal.", search="web,image"))
    assert observer.estimates == [pytest.approx(0.067 + 0.042)]
    assert observer.reports[0].searches == searches
    assert made.cost_usd == pytest.approx(0.067 + searches * 0.014)

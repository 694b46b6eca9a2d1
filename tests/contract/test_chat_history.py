"""Conversations by chat: all that was said goes along again, unchanged, with what the service noted of its thoughts."""

import json
from dataclasses import replace

import pytest

from core.engines.base import Conversation, Exchange, Speech
from core.errors import BlockedError, InvalidRequestError, StudioError
from core.models.catalog import Catalog, load_catalog
from core.models.talk import Transport
from tests.contract.conftest import GeminiEngine, engine_for, picture, request, run
from tests.contract.test_answers import BLOCKS, PROMPT_BLOCKS
from tests.contract.test_retries import FINAL, TRANSIENT
from tests.standin.replies import as_answer, image_part

FLASH = "gemini-3.1-flash-image"
WHOLE = {
    "thoughts": True,
    "thinking_level": "high",
    "search": "web,image",
    "system_instruction": "You draw in ink.",
    "safety": "harassment=high",
    "aspect_ratio": "16:9",
    "image_size": "2K",
}


def stored(exchange: Exchange) -> Exchange:
    """Return an exchange as it comes back from files: text, and images by digest."""
    sides = [Speech(json.loads(json.dumps(side.content)), dict(side.images)) for side in exchange.speeches]
    return Exchange(*sides, exchange.interaction)


def saying(prompt, *references, earlier=(), **settings):
    wanted = request(prompt, *references, **{"model": FLASH, **settings})
    return replace(wanted, conversation=Conversation(earlier=tuple(stored(turn) for turn in earlier)))


@pytest.fixture
def talk(make):
    """Say several things one after another, each with all before it; return the exchanges."""

    def say_all(*prompts, **settings):
        turns = []
        for prompt in prompts:
            turns.append(make(saying(prompt, earlier=turns, **settings)).exchange)
        return turns

    return say_all


def test_a_first_turn_is_one_message(make, server):
    """A conversation begins with one message of the person's, as an image that stands alone does."""
    data = picture()
    made = make(saying("Draw it.", data))
    (content,) = server.requests[0].body["contents"]
    assert content["role"] == "user"
    assert [set(part) for part in content["parts"]] == [{"inlineData"}, {"text"}]
    assert set(server.requests[0].body) == {"contents", "generationConfig"}
    assert made.exchange.asked.images
    assert made.exchange.said.images


def test_signatures_come_back_on_their_parts(talk, server):
    """What the service answered is sent back part by part, with each signature on the part it came on."""
    first, second, third = talk("One.", "Two.", "Three.", thoughts=True)
    contents = server.requests[2].body["contents"]
    assert [content["role"] for content in contents] == ["user", "model", "user", "model", "user"]
    signed = [[bool(part.get("thoughtSignature")) for part in content["parts"]] for content in contents]
    assert signed == [[False], [False, False, True, True], [False], [False, False, True, True], [False]]
    assert [content["parts"][-1].get("text") for content in contents[::2]] == ["One.", "Two.", "Three."]
    assert [set(part) - {"thoughtSignature"} for part in contents[1]["parts"]] == [
        {"text", "thought"},
        {"inlineData", "thought"},
        {"text"},
        {"inlineData"},
    ]
    assert first.said != second.said != third.said


def test_what_is_kept_holds_no_pixels(make):
    """A kept message is small text; its pictures stand beside it by digest, none in it."""
    made = make(saying("Draw it.", picture()))
    for side in made.exchange.speeches:
        assert len(side.content) < 2000
        assert all(digest in side.content for digest in side.images)
    assert made.data in made.exchange.said.images.values()


@pytest.mark.parametrize("spoil", ["changed", "dropped", "moved"])
def test_the_stand_in_refuses_spoilt_signatures(make, talk, spoil):
    """The service would not take a conversation whose signatures were tampered with: nor does the stand-in."""
    (turn,) = talk("One.")
    said = json.loads(turn.said.content)
    words, shown = said["parts"]
    if spoil == "changed":
        shown["thought_signature"] = "AAAA"
    elif spoil == "dropped":
        del shown["thought_signature"]
    else:
        words["thought_signature"], shown["thought_signature"] = shown["thought_signature"], words["thought_signature"]
    with pytest.raises(InvalidRequestError, match="thought signature"):
        make(saying("Two.", earlier=[replace(turn, said=replace(turn.said, content=json.dumps(said)))]))


@pytest.mark.parametrize("control", [{}, *({name: value} for name, value in WHOLE.items()), WHOLE])
def test_every_control_goes_with_every_turn(make, talk, server, control):
    """A later turn sends its own settings whole, exactly as an image that stands alone would."""
    talk("One.", "Two.", **control)
    make(request("Two.", model=FLASH, **control))
    alone, second = server.requests[2].body, server.requests[1].body
    assert {name: value for name, value in second.items() if name != "contents"} == {
        name: value for name, value in alone.items() if name != "contents"
    }


def test_a_changed_ratio_leaves_the_rest(make, talk, server):
    """Another ratio and size between turns changes these two on the wire, and nothing else of the configuration."""
    (first,) = talk("One.", **WHOLE)
    make(saying("Wider.", earlier=[first], **{**WHOLE, "aspect_ratio": "21:9", "image_size": "1K"}))
    before, after = (sent.body for sent in server.requests)
    assert after["generationConfig"]["imageConfig"] == {"aspectRatio": "21:9", "imageSize": "1K"}
    for name in ("systemInstruction", "tools", "safetySettings"):
        assert before[name] == after[name]
    del before["generationConfig"]["imageConfig"], after["generationConfig"]["imageConfig"]
    assert before["generationConfig"] == after["generationConfig"]


@pytest.mark.parametrize(("fault", "code", "status", "is_billed"), TRANSIENT)
def test_passing_trouble_within_a_conversation(make, talk, server, observer, fault, code, status, is_billed):
    """Passing trouble of a later turn is tried again with the very same conversation."""
    turns = talk("One.")
    server.fail_next(fault)
    assert make(saying("Two.", earlier=turns)).data
    assert server.requests[1].body == server.requests[2].body
    assert (observer.reports[1].error, observer.reports[1].status) == (code, status)


@pytest.mark.parametrize(("fault", "error", "status", "is_billed"), FINAL)
def test_final_trouble_within_a_conversation(make, talk, server, fault, error, status, is_billed):
    """What trying again cannot change is taken at once in a later turn too."""
    turns = talk("One.")
    server.fail_next(fault, times=3)
    with pytest.raises(error):
        make(saying("Two.", earlier=turns))
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "fault", [f"blocked_{name}" for name in BLOCKS] + [f"blocked_prompt_{n}" for n in PROMPT_BLOCKS]
)
def test_every_block_within_a_conversation(make, talk, server, fault):
    """A blocked turn names its rule, and the conversation before it can be gone on from as it was."""
    turns = talk("One.")
    server.fail_next(fault)
    with pytest.raises(BlockedError) as blocked:
        make(saying("Two.", earlier=turns))
    assert blocked.value.reason.lower() == fault.removeprefix("blocked_").removeprefix("prompt_")
    assert make(saying("Three.", earlier=turns)).data
    assert [content["parts"][-1].get("text") for content in server.requests[2].history[::2]] == ["One."]


def test_an_image_of_another_kind_goes_back_as_it_came(make, server):
    """A picture that had to be turned into PNG to be stored goes back to the service as the bytes that it sent."""
    import io

    from PIL import Image

    webp = io.BytesIO()
    Image.open(io.BytesIO(picture())).save(webp, "WEBP", lossless=True)
    server.answer_next(as_answer([image_part(webp.getvalue(), "image/webp", thoughtSignature="c2ln")]))
    turn = make(saying("One.")).exchange
    server.answer_next(as_answer([image_part(picture(), "image/png")]))
    # the stand-in never signed this one: it refuses, and that shows what was sent
    with pytest.raises(StudioError):
        make(saying("Two.", earlier=[turn]))
    part = server.requests[1].history[1]["parts"][0]
    assert server.requests[1].images == [("image/webp", webp.getvalue())]
    assert part["thoughtSignature"] == "c2ln"


def test_a_refused_conversation_names_the_way_out(make, talk, server):
    """A request that is refused with all that was said before it names the last image alone as a way out."""
    turns = talk("One.")
    server.fail_next("bad_request_400", times=2)
    with pytest.raises(InvalidRequestError, match="the last image alone"):
        make(saying("Two.", earlier=turns))
    with pytest.raises(InvalidRequestError) as alone:
        make(saying("Two."))
    assert "the last image alone" not in alone.value.message


def test_a_key_in_the_models_words_is_not_kept(make, server):
    """What is kept of the model's words holds no key, whatever the model wrote."""
    server.answer_next(as_answer([{"text": f"Your key is {server.key}."}, image_part(picture(), "image/png")]))
    assert server.key not in make(saying("One.")).exchange.said.content


def test_a_long_conversation_is_sent_ahead(server, observer):
    """What is too large for one request goes ahead as files; signatures stay on their parts all the same."""
    small = _with_limit(load_catalog(), 210_000)

    def say(wanted):
        async def work():
            engine: GeminiEngine = engine_for(server)
            engine._catalog = small
            try:
                return await engine.generate(wanted, observer)
            finally:
                await engine.aclose()

        return run(work())

    first = say(saying("One.")).exchange
    say(saying("Two.", earlier=[first]))
    shown = server.requests[1].history[1]["parts"][1]
    assert set(shown) == {"fileData", "thoughtSignature"}
    assert server.requests[1].sent_ahead == [("image/png", *first.said.images.values())]


def _with_limit(catalog: Catalog, limit: int) -> Catalog:
    models = tuple(facts.model_copy(update={"inline_limit_bytes": limit}) for facts in catalog.models)
    return catalog.model_copy(update={"models": models})


def test_chat_is_the_default_transport():
    """A conversation goes by chat unless it is told otherwise."""
    assert Conversation().transport is Transport.CHAT


@pytest.mark.parametrize(
    "content",
    [
        "nope",
        "{}",
        '{"role": [], "parts": []}',
        '{"role": "user", "parts": null}',
        '{"role": "model", "parts": [{"thought_signature": "!!!"}]}',
        '{"role": "user", "parts": [{"inline_data": {"mime_type": "image/png", "digest": "zz"}}]}',
        "[" * 100_000,
    ],
)
def test_a_damaged_history_is_told_as_such(make, server, content):
    """What a person or a disk did to the kept words is no fault of the prompt: nothing is sent, and it says the way."""
    with pytest.raises(InvalidRequestError, match="Go on from the last picture alone"):
        make(replace(saying("Night."), conversation=Conversation(earlier=(Exchange(Speech(content, {}), None),))))
    assert server.requests == []

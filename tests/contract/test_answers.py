"""What is taken from an answer, and what a person is told when there is nothing to take."""

import base64
import io
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from google.genai import types
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engines.gemini.answers import FROM_THOUGHTS, ImageAnswer, read_answer
from core.engines.gemini.answers import parts_of as response_parts
from core.engines.gemini.outcomes import AttemptFailed
from core.engines.gemini.redactor import Redactor
from core.errors import BlockedError, NoImageError
from core.images import verify
from tests.contract.conftest import picture, request
from tests.standin.extras import SUGGESTIONS
from tests.standin.replies import as_answer, as_json, envelope, image_part

FIRST, SECOND, THIRD = picture("first"), picture("second"), picture("third")
BLOCKS = [
    *("safety", "recitation", "language", "blocklist", "prohibited_content", "spii", "image_safety"),
    *("image_prohibited_content", "image_recitation", "escalation", "pup_limited_disabled", "model_armor"),
]
PROMPT_BLOCKS = [
    *("safety", "other", "blocklist", "prohibited_content", "image_safety", "model_armor", "jailbreak"),
    "blocked_reason_unspecified",
]


def test_first_image_of_several(make, server):
    """Of several images the first is taken, with all the text, and all of them are priced."""
    parts = [{"text": "One."}, image_part(FIRST, "image/png"), {"text": "Two."}, image_part(SECOND, "image/png")]
    server.answer_next(as_answer(parts))
    made = make()
    assert made.data == FIRST
    assert made.text == "One.\nTwo."
    assert made.cost_usd == pytest.approx(2 * 0.034)


def test_image_among_the_thoughts(make, server):
    """An image that stands only among the thoughts is taken, and the result says so."""
    server.fail_next("image_in_thought")
    made = make()
    assert made.data == server.picture_for(server.requests[0]).data
    assert "thoughts" in made.warnings[0]
    assert made.text == ""


def test_last_of_the_thought_images(make, server):
    """Of several images among the thoughts the last is taken."""
    parts = [image_part(data, "image/png", thought=True) for data in (FIRST, SECOND, THIRD)]
    server.answer_next(as_answer(parts))
    assert make().data == THIRD


def test_finished_image_beats_thoughts(make, server):
    """An image outside the thoughts is taken even when one among them stands first."""
    server.fail_next("thought_before_image")
    made = make()
    assert made.data == server.picture_for(server.requests[0]).data
    assert made.warnings == ()


def test_bytes_tell_the_type(make, server):
    """The type of a picture is what its bytes say, whatever the answer declares."""
    server.fail_next("wrong_mime")
    assert make().mime == "image/png"


def test_damaged_image_beside_a_whole_one(make, server):
    """When the first image is cut short and a second is whole, the whole one is taken without another call."""
    server.answer_next(as_answer([image_part(FIRST[:-20], "image/png"), image_part(SECOND, "image/png")]))
    assert make().data == SECOND
    assert len(server.requests) == 1


def test_webp_becomes_png(make, server):
    """A WebP answer is stored as PNG with the same pixels, and the result says so."""
    from PIL import Image

    webp = io.BytesIO()
    Image.open(io.BytesIO(FIRST)).save(webp, "WEBP", lossless=True)
    server.answer_next(as_answer([image_part(webp.getvalue(), "image/webp")]))
    made = make()
    assert made.mime == "image/png"
    assert "image/webp" in made.warnings[0]
    assert Image.open(io.BytesIO(made.data)).tobytes() == Image.open(io.BytesIO(FIRST)).tobytes()


def test_every_part_in_its_order(make, server):
    """Words, images and thoughts of an answer are handed on in their order, and the image is one of them."""
    parts = [
        {"text": "Hm.", "thought": True},
        image_part(THIRD, "image/png", thought=True),
        {"text": "One."},
        image_part(FIRST, "image/png"),
        {"text": "Two."},
        image_part(SECOND, "image/png"),
    ]
    server.answer_next(as_answer(parts))
    made = make()
    assert [(part.kind, part.text or part.data) for part in made.parts] == [
        ("thought", "Hm."),
        ("thought_image", THIRD),
        ("text", "One."),
        ("image", FIRST),
        ("text", "Two."),
        ("image", SECOND),
    ]
    assert made.data == FIRST


def test_what_was_looked_up(make, server):
    """An answer with search brings the suggestions that must be shown, its queries, and links to pages only."""
    made = make(request(model="gemini-3.1-flash-image", search="web,image"))
    assert made.grounding.suggestions == SUGGESTIONS
    assert made.grounding.queries == ("resplendent quetzal",)
    assert [(link.uri, link.title) for link in made.grounding.links] == [
        ("https://birds.example/quetzal", "The quetzal"),
        ("https://pictures.example/quetzal", "A quetzal"),
    ]


def test_a_link_that_is_none(make, server):
    """What would run when clicked is no source, and is left out."""
    chunks = [{"web": {"uri": "javascript:alert(1)", "title": "x"}}, {"web": {}}, {}]
    server.answer_next(as_answer([image_part(FIRST, "image/png")], grounding={"groundingChunks": chunks}))
    assert make().grounding is None


@pytest.mark.parametrize("reason", BLOCKS)
def test_blocked_output(make, server, observer, reason):
    """A picture held back by a rule gives a receipt: the rule, the model's words, what to try; never a second call."""
    server.fail_next(f"blocked_{reason}", times=3)
    with pytest.raises(BlockedError) as caught:
        make()
    assert (caught.value.reason, caught.value.blocked) == (reason.upper(), "output")
    assert caught.value.text == "I will not draw this."
    assert f"({reason.upper()})" in caught.value.message
    assert len(server.requests) == 1
    (report,) = observer.reports
    assert (report.outcome, report.may_be_billed) == ("blocked", True)
    assert report.input_tokens == 270
    assert report.details == {"finish_reason": reason.upper()}


@pytest.mark.parametrize("reason", PROMPT_BLOCKS)
def test_blocked_prompt(make, server, observer, reason):
    """A refused prompt gives a receipt that names the rule and is never sent again."""
    server.fail_next(f"blocked_prompt_{reason}", times=3)
    with pytest.raises(BlockedError, match="refused the prompt") as caught:
        make()
    assert (caught.value.reason, caught.value.blocked) == (reason.upper(), "prompt")
    assert len(server.requests) == 1
    assert observer.reports[0].outcome == "blocked"


@pytest.mark.parametrize("reason", ["max_tokens", "other", "image_other", "no_image", "malformed_response"])
def test_ended_without_a_rule(make, server, observer, reason):
    """An answer that ended without a picture and without a rule says its reason and the model's words."""
    server.fail_next(f"blocked_{reason}")
    with pytest.raises(NoImageError) as caught:
        make()
    assert (caught.value.reason, caught.value.text) == (reason.upper(), "I will not draw this.")
    assert observer.reports[0].outcome == "no_image"


@pytest.mark.parametrize("mime", ["image/svg+xml", "image/heic", "image/avif"])
def test_a_picture_of_a_kind_we_do_not_read(make, server, mime):
    """A picture of a kind that is not read here is named as such and not asked for, and paid, again."""
    server.answer_next(as_answer([{"text": "Here."}, image_part(b"not pixels we know", mime)]))
    with pytest.raises(NoImageError, match=re.escape(f"({mime})")) as caught:
        make()
    assert (caught.value.reason, caught.value.text) == ("STOP", "Here.")
    assert len(server.requests) == 1


@pytest.mark.parametrize("reason", ["STOP", "NO_IMAGE", "SOMETHING_NEW"])
def test_advice_when_the_model_only_answered_in_words(make, server, reason):
    """A refusal in words is told as an answer in words, with ways round it and no blame for the prompt."""
    server.answer_next(as_answer([{"text": "I do not draw that."}], reason))
    with pytest.raises(NoImageError) as caught:
        make()
    assert caught.value.text == "I do not draw that."
    assert caught.value.message == (
        f"Gemini answered in words, without a picture ({reason}). "
        "Reword the prompt, leave out the reference image that may be the cause, or try another model."
    )


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        ("unknown_finish_reason", NoImageError, "TIRED_OF_PAINTING"),
        ("unknown_block_reason", BlockedError, "TASTE"),
        ("no_candidates", NoImageError, ""),
        ("blocked_prompt", BlockedError, "PROHIBITED_CONTENT"),
    ],
)
def test_reasons_nobody_knows(make, server, fault, error, reason):
    """A reason the SDK does not know is passed on as it is."""
    server.fail_next(fault)
    with pytest.raises(error) as caught:
        make()
    assert caught.value.reason == reason


def test_image_despite_a_blocking_reason(make, server):
    """A picture that came is kept, even when the answer also names a rule."""
    server.answer_next(as_answer([image_part(FIRST, "image/png")], "IMAGE_SAFETY"))
    made = make()
    assert made.data == FIRST
    assert made.finish_reason == "IMAGE_SAFETY"


IMAGES = {FIRST, SECOND, picture("jpeg", mime="image/jpeg")}
whole_images = st.sampled_from(sorted(IMAGES))
blobs = st.one_of(whole_images, whole_images.map(lambda data: data[:-9]), st.binary(max_size=40))
mimes = st.sampled_from(["image/png", "image/jpeg", "image/heic", "application/pdf", ""])
some_part = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"text": st.text(max_size=12) | st.none()}, optional={"thought": st.booleans() | st.none()}),
    st.builds(
        lambda data, mime, thought: image_part(data, mime, **({"thought": True} if thought else {})),
        blobs,
        mimes,
        st.booleans(),
    ),
    # words and an image in one part, a signature, and kinds of parts that are nothing to us
    st.builds(lambda data, word: {**image_part(data, "image/png"), "text": word}, blobs, st.text(max_size=4)),
    st.builds(lambda data: {**image_part(data, "image/png"), "thoughtSignature": "AAAA"}, blobs),
    st.sampled_from(
        [
            *({"inlineData": {"mimeType": "image/png"}}, {"inlineData": {}}, {"inlineData": None}),
            *({"functionCall": {"name": "draw"}}, {"fileData": {"fileUri": "http://x"}}, {"newKindOfPart": {}}),
        ]
    ),
)
some_content = st.one_of(
    st.sampled_from([{}, {"parts": []}, {"parts": None}, None]),
    st.fixed_dictionaries({"parts": st.lists(some_part, max_size=5)}),
)
some_candidate = st.fixed_dictionaries(
    {},
    optional={
        "content": some_content,
        "finishReason": st.sampled_from(["STOP", "SAFETY", "NO_IMAGE", "NEW_REASON", "IMAGE_OTHER", None]),
        "groundingMetadata": st.sampled_from([{}, None, {"groundingChunks": [{}]}, {"searchEntryPoint": {}}]),
    },
)
some_answer = st.fixed_dictionaries(
    {},
    optional={
        "candidates": st.lists(some_candidate, max_size=3) | st.none(),
        "promptFeedback": st.sampled_from([{}, None, {"blockReason": "SAFETY"}, {"blockReason": "NEW_RULE"}]),
        "usageMetadata": st.sampled_from([{}, None, envelope()["usageMetadata"], {"promptTokenCount": 3}]),
    },
)


def _parts(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parts of an answer as it came, in their order."""
    contents = [candidate.get("content") or {} for candidate in answer.get("candidates") or ()]
    return [part for content in contents for part in content.get("parts") or ()]


def _bytes_of(part: dict[str, Any]) -> bytes:
    return base64.b64decode((part.get("inlineData") or {}).get("data", ""))


def taken_from(
    read: Callable[[], ImageAnswer], finished: Sequence[bytes], thought: Sequence[bytes]
) -> ImageAnswer | None:
    """Read an answer and hold what is taken: its first whole image, else the last among its thoughts.

    Where it has neither, it ends in words, may be billed, and is None.
    """
    if not (finished or thought):
        with pytest.raises(AttemptFailed) as caught:
            read()
        assert caught.value.error.message
        assert caught.value.may_be_billed
        return None
    taken = read()
    assert taken.data == (finished[0] if finished else thought[-1])
    assert (FROM_THOUGHTS in taken.warnings) is not bool(finished)
    assert verify(taken.data).mime == taken.mime
    assert taken.image_count >= max(1, len(finished))
    return taken


@settings(max_examples=400, deadline=None)
@given(some_answer)
def test_no_answer_crashes_or_loses_an_image(answer):
    """Whatever is missing, empty, cut short or unknown: the first whole image is taken, else the last of the thoughts.

    Where there is none the end is typed and may be billed; no thought's words are among the answer's.
    """
    response = types.GenerateContentResponse._from_response(response=answer, kwargs={})
    parts = _parts(answer)
    whole = [part for part in parts if _bytes_of(part) in IMAGES]
    finished = [_bytes_of(part) for part in whole if not part.get("thought")]
    thought = [_bytes_of(part) for part in whole if part.get("thought")]
    taken = taken_from(lambda: read_answer(response, Redactor()), finished, thought)
    if taken is None:
        return
    images = [part.data for part in taken.parts if part.kind in ("image", "thought_image")]
    assert images == [_bytes_of(part) for part in whole]
    words = [part.text for part in response_parts(response) if part.text and not part.thought]
    assert taken.text == Redactor().text("\n".join(words))


def test_no_second_call_behind_our_back(make, server, observer):
    """An answer that could be continued is not continued: one attempt is one paid call."""
    candidate = {
        "content": {"parts": [{"text": "So far."}]},
        "finishReason": "CONTINUATION",
        "continuationToken": "AAAA",
    }
    server.answer_next(as_json({"candidates": [candidate], **envelope()}))
    with pytest.raises(NoImageError, match="CONTINUATION"):
        make()
    assert len(server.requests) == len(observer.reports) == 1


def test_reads_what_the_sdk_parsed():
    """The stand-in's answers and the SDK's types agree, so that the random answers above are answers."""
    body = json.loads(as_json({"candidates": [], **envelope()}).body)
    with pytest.raises(AttemptFailed) as caught:
        read_answer(types.GenerateContentResponse.model_validate(body), Redactor())
    assert caught.value.usage.input_tokens == 270


def test_a_search_is_paid_by_the_query(make, server, observer):
    """Different queries of each kind count, empty and repeated ones do not, and their price is in the row's cost."""
    queries = {"webSearchQueries": ["", "quetzal", "quetzal", "trogon"], "imageSearchQueries": ["quetzal"]}
    server.answer_next(as_answer([image_part(FIRST, "image/png")], grounding=queries))
    made = make(request(model="gemini-3.1-flash-image", search="web,image"))
    (report,) = observer.reports
    assert observer.estimates == [pytest.approx(0.067 + 3 * 0.014)]
    assert report.searches == 3
    assert report.cost_usd == made.cost_usd == pytest.approx(0.067 + 3 * 0.014)
    assert made.grounding.queries == ("quetzal", "trogon")


def test_a_model_that_did_not_search_costs_no_search(make, server, observer):
    """A model that may look things up and does not is paid as any other."""
    server.answer_next(as_answer([image_part(FIRST, "image/png")]))
    assert make(request(model="gemini-3.1-flash-image", search="web")).cost_usd == pytest.approx(0.067)
    assert observer.reports[0].searches == 0

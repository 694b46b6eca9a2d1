"""What goes over the wire, field by field."""

import asyncio

import pytest

from core.engines.base import AttemptReport
from core.engines.gemini import GeminiAccount, GeminiEngine
from core.engines.gemini.contents import write_config
from core.errors import InvalidRequestError, MissingApiKeyError, StudioError
from core.images import verify
from core.models.asset import EngineName, GenerationSettings
from core.models.catalog import load_catalog
from tests.contract.conftest import MODEL, Remembering, engine_for, picture, request, run, search
from tests.standin import StandIn


def test_references_then_prompt(make, server):
    """The references go first, in order, as their exact bytes with their real type; the prompt comes last."""
    png, jpeg, other = picture("a"), picture("b", mime="image/jpeg"), picture("c")
    make(request("All of them.", png, jpeg, other))
    sent = server.requests[0]
    assert sent.images == [("image/png", png), ("image/jpeg", jpeg), ("image/png", other)]
    assert [set(part) for part in sent.parts] == [{"inlineData"}] * 3 + [{"text"}]
    assert sent.prompt == "All of them."
    assert len(sent.body["contents"]) == 1
    assert sent.body["contents"][0]["role"] == "user"


def test_nothing_set_nothing_sent(make, server):
    """Without settings the request holds the contents and the wish for text and image, no other field."""
    make(request())
    assert set(server.requests[0].body) == {"contents", "generationConfig"}
    assert server.requests[0].config == {"responseModalities": ["TEXT", "IMAGE"]}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"aspect_ratio": "16:9"}, {"imageConfig": {"aspectRatio": "16:9"}}),
        ({"image_size": "2K"}, {"imageConfig": {"imageSize": "2K"}}),
        ({"aspect_ratio": "8:1", "image_size": "1K"}, {"imageConfig": {"aspectRatio": "8:1", "imageSize": "1K"}}),
        ({"thinking_level": "high"}, {"thinkingConfig": {"thinkingLevel": "HIGH"}}),
    ],
)
def test_controls(make, server, settings, expected):
    """A setting that is set is sent in its own field, and no other field appears."""
    make(request(**settings))
    assert server.requests[0].config == {"responseModalities": ["TEXT", "IMAGE"], **expected}


FLASH = "gemini-3.1-flash-image"


@pytest.mark.parametrize(
    ("settings", "tool"),
    [
        ("web", {"googleSearch": {}}),
        ("image", {"googleSearch": {"searchTypes": {"imageSearch": {}}}}),
        ("image, web", {"googleSearch": {"searchTypes": {"webSearch": {}, "imageSearch": {}}}}),
    ],
)
def test_search(make, server, settings, tool):
    """Each kind of search is asked for in its own way; a plain web search by the tool alone."""
    make(request(model=FLASH, search=settings))
    assert server.requests[0].body["tools"] == [tool]


def test_thoughts_words_and_rules(make, server):
    """Thoughts, a system instruction, safety thresholds and an answer without words are asked for in their fields."""
    make(
        request(
            model=FLASH,
            thoughts=True,
            thinking_level="high",
            output="image",
            system_instruction="You draw in ink.",
            safety="hate_speech=none, harassment=high",
        )
    )
    sent = server.requests[0]
    assert sent.config == {
        "responseModalities": ["IMAGE"],
        "thinkingConfig": {"includeThoughts": True, "thinkingLevel": "HIGH"},
    }
    assert sent.body["systemInstruction"]["parts"] == [{"text": "You draw in ink."}]
    assert sent.body["safetySettings"] == [
        {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"},
        {"category": "HARM_CATEGORY_HATE_SPEECH", "threshold": "BLOCK_NONE"},
    ]


WITH_EVERY_SETTING = {
    **{"aspect_ratio": "1:1", "image_size": "1K", "thinking_level": "high", "thoughts": True, "search": "web,image"},
    **{"output": "image", "system_instruction": "You draw in ink.", "safety": "harassment=high"},
    **{"temperature": 0.5, "top_p": 0.9, "seed": 7, "video": "https://youtu.be/dQw4w9WgXcQ"},
    **{"video_start": 1.0, "video_end": 9.0, "video_fps": 1.0},
}
# each field of the SDK's configuration that we can fill, and the test here of what it becomes on the wire
FIELDS = {
    "response_modalities": "test_thoughts_words_and_rules",
    "image_config": "test_controls",
    "thinking_config": "test_thoughts_words_and_rules",
    "system_instruction": "test_thoughts_words_and_rules",
    "safety_settings": "test_thoughts_words_and_rules",
    "tools": "test_search",
    "temperature": "test_only_honoured_settings_are_sent",
    "top_p": "test_only_honoured_settings_are_sent",
    "seed": "test_a_seed_has_its_field",
    "automatic_continuation": "test_nothing_set_nothing_sent",
}


def test_a_seed_has_its_field():
    """A seed, which no model of the catalog heeds today, has its field all the same."""
    assert write_config(GenerationSettings(seed=7)).model_dump(exclude_unset=True)["seed"] == 7
    assert not any(facts.honours("seed") for facts in load_catalog().models if facts.engine is EngineName.GEMINI)


def test_every_setting_has_its_test_here():
    """No control is without a test of what goes over the wire; a video is a part of the contents and has its own file.

    Nothing but the fields that are listed is ever filled in.
    """
    assert set(WITH_EVERY_SETTING) == set(GenerationSettings.model_fields)
    config = write_config(GenerationSettings(**WITH_EVERY_SETTING))
    filled = {name for name in type(config).model_fields if getattr(config, name) is not None}
    assert filled == set(FIELDS)
    assert all(callable(globals()[name]) for name in FIELDS.values())
    marked = (test_controls, test_only_honoured_settings_are_sent)
    cases = [case for test in marked for mark in test.pytestmark if mark.name == "parametrize" for case in mark.args[1]]
    tested = {name for case in cases for part in case if isinstance(part, dict) for name in part}
    words = {"thoughts", "output", "system_instruction", "safety", "search"}
    videos = {name for name in WITH_EVERY_SETTING if name.startswith("video")}
    assert tested >= set(WITH_EVERY_SETTING) - words - videos


@pytest.mark.parametrize(
    ("model", "settings", "sent"),
    [
        (MODEL, {"temperature": 1.0, "top_p": 0.5, "seed": 7}, {}),
        ("gemini-3.1-flash-image", {"temperature": 0.5, "top_p": 0.9, "seed": 7}, {"temperature": 0.5, "topP": 0.9}),
        ("gemini-3-pro-image", {"thinking_level": "high"}, {}),
        ("gemini-2.5-flash-image", {"image_size": "1K"}, {}),
        ("gemini-3.1-flash-lite-image", {"temperature": 1.0, "thoughts": True, "search": "web"}, {}),
    ],
)
def test_only_honoured_settings_are_sent(make, server, model, settings, sent):
    """A setting the model does not honour is left out."""
    make(request(model=model, **settings))
    assert server.requests[0].config == {"responseModalities": ["TEXT", "IMAGE"], **sent}


def test_unlisted_model_gets_ratio_and_size_as_given(make, server):
    """A model the catalog does not list is tried, with ratio and size as they were written."""
    server.models = ("brand-new",)
    made = make(request(model="brand-new", aspect_ratio="7:5", image_size="8K", temperature=1.0))
    assert server.requests[0].model == "brand-new"
    assert server.requests[0].config["imageConfig"] == {"aspectRatio": "7:5", "imageSize": "8K"}
    assert "temperature" not in server.requests[0].config
    assert made.data


@pytest.mark.parametrize("settings", [{"image_size": "2k"}, {"aspect_ratio": "1:3"}, {"thinking_level": "extreme"}])
def test_wrong_value_is_never_sent(make, server, observer, settings):
    """A value the model does not have is refused before any call or attempt."""
    with pytest.raises(InvalidRequestError):
        make(request(**settings))
    assert server.requests == []
    assert observer.estimates == []


def test_too_many_references_are_never_sent(make, server):
    """More references than the model takes are refused before the call."""
    with pytest.raises(InvalidRequestError, match="Leave out 1"):
        make(request("Four.", *[picture()] * 4, model="gemini-2.5-flash-image"))
    assert server.requests == []


def test_over_twenty_megabytes_is_never_sent(make, server):
    """On Google Cloud references over 20 MB together, as they are sent, are refused before the call."""
    account = GeminiAccount(api_key=server.key, use_enterprise=True, base_url=server.url)
    with pytest.raises(InvalidRequestError, match="MB"):
        make(request("Heavy.", b"x" * 8_000_000, b"y" * 8_000_000), account=account)
    assert server.requests == []


def test_the_key_travels_in_its_header_only(make, server):
    """The key is sent in x-goog-api-key, and neither in the URL nor in the body."""
    make(request())
    sent = server.requests[0]
    assert sent.headers["x-goog-api-key"] == server.key
    assert server.key not in sent.path
    assert server.key not in str(sent.body)
    assert sent.path == f"/v1/models/{MODEL}:generateContent"


def test_the_environment_decides_nothing(make, server, monkeypatch):
    """Variables of the SDK's own do not change where a call goes or who pays."""
    monkeypatch.setenv("GOOGLE_API_KEY", "another-key")
    monkeypatch.setenv("GOOGLE_GENAI_USE_ENTERPRISE", "true")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "somebody")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9")
    make(request())
    assert server.requests[0].headers["x-goog-api-key"] == server.key
    assert server.requests[0].path.startswith("/v1/models/")


def test_google_cloud_with_a_key(make, server):
    """In Google Cloud's express mode the call goes to the publisher's path with the key."""
    account = GeminiAccount(api_key=server.key, use_enterprise=True, base_url=server.url)
    make(request("Cloud.", picture(), aspect_ratio="1:1"), account=account)
    assert server.requests[0].path == f"/v1beta1/publishers/google/models/{MODEL}:generateContent"
    assert server.requests[0].images == [("image/png", picture())]
    assert server.requests[0].config["imageConfig"] == {"aspectRatio": "1:1"}


def test_no_account_at_all():
    """Without a key and without a project the engine says what to set."""
    with pytest.raises(MissingApiKeyError, match="GEMINI_API_KEY"):
        GeminiAccount()


def test_a_project_that_is_switched_off():
    """A project without a key, with Google Cloud switched off, is refused at once and says which switch it is."""
    with pytest.raises(MissingApiKeyError, match="GOOGLE_GENAI_USE_ENTERPRISE"):
        GeminiAccount(project="castle", use_enterprise=False)


def test_image_comes_back_untouched(make, server):
    """The picture is the bytes the service sent, with the text beside it, the tokens and the list price."""
    made = make(request(aspect_ratio="16:9"))
    assert made.data == server.picture_for(server.requests[0]).data
    assert (made.mime, made.text, made.finish_reason) == ("image/png", "Here it is.", "STOP")
    assert (made.input_tokens, made.output_tokens) == (270, 1130)
    assert made.cost_usd == pytest.approx(0.034)
    assert made.warnings == ()
    facts = verify(made.data)
    assert (facts.width, facts.height) == (1376, 768)


def test_jpeg_stays_jpeg(make, server):
    """A JPEG answer of Pro is kept as JPEG, at the price of its size with its input tokens."""
    made = make(request(model="gemini-3-pro-image", image_size="4K"))
    assert made.mime == "image/jpeg"
    assert made.data == server.picture_for(server.requests[0]).data
    assert made.cost_usd == pytest.approx(0.24 + 270 * 2.0 / 1e6)


def test_past_model_is_tried_with_a_warning(make, server):
    """A model past its shutdown date is tried, and the image says so with the replacement."""
    made = make(request(model="gemini-2.5-flash-image"))
    assert len(server.requests) == 1
    assert "2026-10-02" in made.warnings[0]
    assert MODEL in made.warnings[0]


def test_sixty_four_at_once(server, observer):
    """Sixty-four calls on one engine run at once and none gets another one's picture."""
    server.hold_until_together(64)

    async def work():
        engine = engine_for(server)
        prompts = [f"Picture number {index}." for index in range(64)]
        made = await asyncio.gather(*(engine.generate(request(prompt, picture()), observer) for prompt in prompts))
        await engine.aclose()
        return dict(zip(prompts, made, strict=True))

    made = run(work())
    expected = {sent.prompt: server.picture_for(sent).data for sent in server.requests}
    assert len(expected) == 64
    assert {prompt: generation.data for prompt, generation in made.items()} == expected
    assert len(set(expected.values())) == 64


def test_one_engine_serves_one_loop_after_another(server, observer):
    """An engine whose loop has ended works on the next loop."""
    engine = engine_for(server)
    for _ in range(2):
        assert run(engine.generate(request(), observer)).data
    run(engine.aclose())


def test_engine_opens_again_after_closing(server, observer):
    """A closed engine makes images again with new connections."""

    async def work():
        engine = engine_for(server)
        await engine.generate(request(), observer)
        await engine.aclose()
        await engine.aclose()
        made = await engine.generate(request(), observer)
        await engine.aclose()
        return made

    assert run(work()).data


def test_google_cloud_with_a_project(server, observer, tmp_path, monkeypatch):
    """With a project the call goes to its path in `global`, signed in by application default credentials."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(_service_account(tmp_path, server)))
    account = GeminiAccount(project="castle", use_enterprise=True, base_url=server.url)
    engine = GeminiEngine(account, load_catalog())
    assert run(engine.generate(request(), observer)).data
    path = f"/v1beta1/projects/castle/locations/global/publishers/google/models/{MODEL}:generateContent"
    assert server.requests[0].path == path
    assert server.requests[0].headers["authorization"] == "Bearer stand-in-token"
    assert "x-goog-api-key" not in server.requests[0].headers


def test_previews_are_asked_for_where_they_live(server, observer, tmp_path, monkeypatch):
    """On Google Cloud a preview is asked for in `global`, and every other model in the location that was set."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(_service_account(tmp_path, server)))
    account = GeminiAccount(project="castle", location="europe-west4", use_enterprise=True, base_url=server.url)
    engine = GeminiEngine(account, load_catalog())
    run(engine.detect(search(model="gemini-3.1-pro-preview"), observer))
    run(engine.generate(request(), observer))
    run(engine.aclose())
    assert [sent.path.split("/")[5] for sent in server.requests] == ["global", "europe-west4"]


def _service_account(folder, server: StandIn):
    """Write credentials whose sign-in page is the stand-in."""
    import json

    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "credentials.json"
    content = {
        "type": "service_account",
        "project_id": "castle",
        "client_email": "us@castle.test",
        "token_uri": f"{server.url}/token",
        "private_key": pem.decode(),
    }
    file.write_text(json.dumps(content))
    return file


def test_attempt_is_reported_around_the_call(make, observer: Remembering):
    """One good call is one attempt: estimated before, reported as succeeded after."""
    make(request(model="gemini-3.1-flash-image", image_size="512"))
    (report,) = observer.reports
    assert observer.estimates == [0.045]
    assert (report.outcome, report.error, report.status, report.may_be_billed) == ("succeeded", "", 200, True)
    assert (report.input_tokens, report.output_tokens) == (270, 1130)
    assert report.cost_usd == pytest.approx(0.045)
    assert report.seconds > 0
    assert observer.open == set()


@pytest.mark.parametrize("broken", [OSError("disk full"), StudioError("locked")])
def test_a_success_that_cannot_be_recorded(server, broken):
    """When the observer fails to record a success the paid image is handed on all the same, with a warning."""

    class Forgetful(Remembering):
        def attempt_finished(self, attempt_id: str, report: AttemptReport) -> None:
            raise broken

    made = run(engine_for(server).generate(request(), Forgetful()))
    assert made.data == server.picture_for(server.requests[0]).data
    assert len(server.requests) == 1
    (warning,) = made.warnings
    assert f"could not be recorded ({type(broken).__name__})" in warning

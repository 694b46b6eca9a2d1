"""The stand-in refuses what the service would refuse, and shouts when a key is in a URL."""

import base64
import http.client
import json
import socket

import pytest

from core.engines.gemini import GeminiAccount
from core.errors import InvalidApiKeyError
from tests.conftest import OutsideWorldError
from tests.contract.conftest import MODEL, engine_for, picture, request, run
from tests.standin import StandIn

GOOD = {"contents": [{"parts": [{"text": "A robot."}], "role": "user"}]}


def post(server: StandIn, body: dict, path: str = f"/v1/models/{MODEL}:generateContent", key: str | None = None):
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rsplit(":", 1)[1]), timeout=10)
    headers = {"x-goog-api-key": server.key if key is None else key, "Content-Type": "application/json"}
    connection.request("POST", path, json.dumps(body), {name: value for name, value in headers.items() if value})
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, content


def test_takes_a_good_request(server):
    """A plain request gets a picture."""
    status, content = post(server, GOOD)
    assert status == 200
    assert content["candidates"][0]["finishReason"] == "STOP"


@pytest.mark.parametrize(
    "change",
    [
        {"generationConfig": {"imageConfig": {"aspectRatio": "16:9", "personGeneration": "ALLOW_ALL"}}},
        {"generationConfig": {"imageConfig": {"imageSize": "2k"}}},
        {"generationConfig": {"imageConfig": {"aspectRatio": "7:5"}}},
        {"generationConfig": {"temperature": 1.0}},
        {"generationConfig": {"thinkingConfig": {"thinkingLevel": "EXTREME"}}},
        {"surprise": 1},
        {"generation_config": {"temperature": 1.0}},
        {"generationConfig": {"image_config": {"aspectRatio": "16:9"}}},
        {"generationConfig": {"imageConfig": {"aspect_ratio": "16:9"}}},
        {"contents": [{"parts": [{"text": "A robot.", "media_resolution": {}}]}]},
        {"contents": [{"parts": [{"text": " "}]}]},
        {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}, {"text": "x"}]}]},
    ],
)
def test_refuses_what_the_service_refuses(server, change):
    """An unknown field, a wrong value, a damaged image or an empty prompt is a 400."""
    status, content = post(server, {**GOOD, **change})
    assert (status, content["error"]["status"]) == (400, "INVALID_ARGUMENT")


def spoken(**change: object) -> dict:
    words = [{"type": "user_input", "content": [{"type": "text", "text": "A robot."}]}]
    return {"model": MODEL, "input": words, "store": True, **change}


def test_takes_a_good_turn(server):
    """A plain turn by the other interface gets a picture, and is kept under its name."""
    status, content = post(server, spoken(), "/v1/interactions")
    assert status == 200
    assert content["status"] == "completed"
    again = spoken(previous_interaction_id=content["id"])
    assert post(server, again, "/v1/interactions")[0] == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"surprise": 1}, 400),
        ({"store": False}, 400),
        ({"input": "A robot."}, 400),
        (
            {
                "input": [
                    {"type": "user_input", "content": [{"type": "image", "data": "AAAA", "mime_type": "image/png"}]}
                ]
            },
            400,
        ),
        ({"response_format": {"type": "image", "image_size": "2k"}}, 400),
        ({"response_format": {"type": "image", "aspectRatio": "1:1"}}, 400),
        ({"generation_config": {"temperature": 1.0}}, 400),
        ({"generation_config": {"imageConfig": {}}}, 400),
        ({"tools": [{"google_search": {}}]}, 400),
        ({"safety_settings": [{"type": "harassment", "threshold": "BLOCK_NONE"}]}, 400),
        ({"previous_interaction_id": "nobody"}, 404),
        ({"model": "nobody"}, 404),
    ],
)
def test_refuses_what_the_other_interface_refuses(server, change, status):
    """An unknown field, a wrong value, a turn that is not kept or an unknown model is refused."""
    assert post(server, spoken(**change), "/v1/interactions")[0] == status


def test_takes_the_names_that_the_sdk_spells_as_python_does(server):
    """A picture's type and the thinking level are taken in the spelling in which the SDK sends them."""
    image = {"mime_type": "image/png", "data": base64.b64encode(picture()).decode()}
    thinking = {"generationConfig": {"thinkingConfig": {"thinking_level": "HIGH"}}}
    body = {"contents": [{"parts": [{"inlineData": image}, {"text": "A robot."}]}], **thinking}
    assert post(server, body)[0] == 200
    assert server.requests[0].raw == body
    assert server.requests[0].images == [("image/png", picture())]


def test_refuses_wrong_keys_and_models(server):
    """No key is a 401, a wrong key a 400 with its reason, an unknown model a 404."""
    assert post(server, GOOD, key="")[0] == 401
    status, content = post(server, GOOD, key="wrong")
    assert (status, content["error"]["details"][0]["reason"]) == (400, "API_KEY_INVALID")
    assert post(server, GOOD, path="/v1beta/models/nobody:generateContent")[0] == 404


def test_a_wrong_key_reaches_the_person(server, observer):
    """The engine turns the refusal of a key into its own error."""
    engine = engine_for(server, account=GeminiAccount(api_key="wrong", base_url=server.url))
    with pytest.raises(InvalidApiKeyError, match="GEMINI_API_KEY"):
        run(engine.generate(request(), observer))


def test_shouts_when_a_key_is_in_a_url():
    """A key in a URL fails the test that sent it, whatever the answer was."""
    server = StandIn()
    server.__enter__()
    post(server, GOOD, path=f"/v1/models/{MODEL}:generateContent?key={server.key}")
    with pytest.raises(AssertionError, match="URL"):
        server.__exit__()


def test_same_request_same_picture(server):
    """The picture follows from prompt and references alone."""
    assert post(server, GOOD) == post(server, GOOD)
    other = {"contents": [{"parts": [{"text": "A castle."}]}]}
    assert post(server, GOOD) != post(server, other)


def test_fails_by_marker(server):
    """A fault can be bound to a word of the prompt."""
    server.fail_when("robot", "server_error_503")
    assert post(server, GOOD)[0] == 503
    assert post(server, {"contents": [{"parts": [{"text": "A castle."}]}]})[0] == 200


def test_unknown_fault_is_an_error(server):
    """A misspelt fault does not pass for a good answer."""
    with pytest.raises(KeyError):
        server.fail_next("rate_limitd")


@pytest.mark.parametrize("host", ["generativelanguage.googleapis.com", "192.0.2.1"])
def test_no_test_can_leave_this_machine(host):
    """Connections and lookups for other machines are refused in every test."""
    with pytest.raises(OutsideWorldError):
        socket.create_connection((host, 443), timeout=1)

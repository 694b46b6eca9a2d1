"""The key and the pictures stay out of everything a person, a log or a file could see."""

import base64
import logging

import pytest

from core.engines.gemini import GeminiAccount
from core.errors import BlockedError, NoImageError, StudioError
from tests.contract.conftest import engine_for, picture, request, run
from tests.standin import FAULTS, StandIn
from tests.standin.replies import Reply, as_answer, as_error, as_json, image_part

KEY = "AIzaSyA-not-a-real-key-0123456789abcdef"


def test_repr_hides_the_key():
    """Neither the account nor the engine shows the key in its repr."""
    account = GeminiAccount(api_key=KEY)
    assert KEY not in repr(account)
    with StandIn(key=KEY) as server:
        engine = engine_for(server, account=account)
        assert KEY not in repr(engine)
        assert KEY not in repr(vars(engine))


@pytest.mark.parametrize("fault", ["", *sorted(set(FAULTS) - {"silent", "dripping"})])
def test_no_key_and_no_picture_in_any_log_or_message(observer, caplog, capfd, fault):
    """Whatever happens, no log record, output or message holds the key or the reference's bytes."""
    caplog.set_level(logging.DEBUG)
    sent = picture("secret")
    said = ""
    with StandIn(key=KEY) as server:
        if fault:
            server.fail_next(fault, times=2)

        async def work() -> None:
            engine = engine_for(server, max_attempts=2)
            try:
                await engine.generate(request("A secret prompt.", sent), observer)
            finally:
                await engine.aclose()

        try:
            run(work())
        except StudioError as error:
            said = f"{error!r} {error.message} {error.to_plain()}"
        assert server.requests[0].images == [("image/png", sent)]
    out, err = capfd.readouterr()
    everything = "\n".join([said, out, err, *(record.getMessage() for record in caplog.records), repr(observer)])
    assert caplog.records or said
    for secret in (KEY, base64.b64encode(sent).decode()[40:80], "A secret prompt."):
        assert secret not in everything


@pytest.mark.parametrize(
    ("key", "repeated"),
    [(KEY, KEY), ("a-key-of-another-shape", "a-key-of-another-shape"), (KEY, "AIzaSyB-somebody-elses-key-98765")],
)
def test_keys_in_the_service_words_are_starred(observer, key, repeated):
    """A key that the service repeats in its message is starred out, whatever it looks like and whosesoever it is."""
    with StandIn(key=key) as server:
        server.answer_next(as_error(403, "PERMISSION_DENIED", f"Key {repeated} is blocked."))
        with pytest.raises(StudioError, match=r"Key \*\*\* is blocked\."):
            run(engine_for(server).generate(request(), observer))


PLAIN_KEY = "plain_key_of_no_known_shape"
ECHOED = [KEY, PLAIN_KEY, "AIzaSyB-somebody-elses-key-98765"]


def prompt_block(reason: str, message: str = "") -> Reply:
    return as_json({"promptFeedback": {"blockReason": reason, "blockReasonMessage": message}})


def error_of(observer, reply: Reply) -> StudioError:
    """Return the error that an answer ends in, for an account with PLAIN_KEY."""
    with StandIn(key=PLAIN_KEY) as server:
        server.answer_next(reply)
        with pytest.raises(StudioError) as caught:
            run(engine_for(server).generate(request(), observer))
    return caught.value


@pytest.mark.parametrize("echoed", ECHOED)
def test_keys_in_a_good_answer_are_starred(observer, echoed):
    """A key the model writes beside its image is starred out; the image stays byte for byte what it was."""
    key = KEY if echoed == KEY else PLAIN_KEY
    data = picture("first")
    parts = [{"text": f"Your key\tis {echoed}."}, {"text": "\x1b[31mRed\x07\x9b."}, image_part(data, "image/png")]
    with StandIn(key=key) as server:
        server.answer_next(as_answer(parts, f"STOP_{echoed}"))
        made = run(engine_for(server).generate(request(), observer))
    assert made.text == "Your key\tis ***.\n[31mRed."
    assert made.data == data
    assert made.finish_reason == "UNREADABLE"
    assert echoed not in repr(observer)


@pytest.mark.parametrize("echoed", ECHOED[1:])
@pytest.mark.parametrize(
    ("make_reply", "kind"),
    [
        (lambda key: as_answer([{"text": f"No, {key}."}]), NoImageError),
        (lambda key: as_answer([{"text": f"No, {key}."}], "IMAGE_SAFETY"), BlockedError),
        (lambda key: as_answer([{"text": "No, ***."}], key), NoImageError),
        (lambda key: prompt_block("SAFETY", f"No, {key}."), BlockedError),
        (lambda key: prompt_block(key, "No, ***."), BlockedError),
        (lambda key: as_answer([{"text": "No, ***."}, image_part(b"x", f"image/{key}")]), NoImageError),
    ],
)
def test_keys_in_a_refusal_are_starred(observer, make_reply, kind, echoed):
    """A key in the words, the reason, the block's message or the type of an answer without image never shows."""
    error = error_of(observer, make_reply(echoed))
    assert isinstance(error, kind)
    assert error.text == "No, ***."
    assert echoed not in f"{error.to_plain()} {observer!r}"


def test_a_control_character_does_not_hide_a_key(observer):
    """A key broken by a control character is not put together again by cleaning."""
    broken = f"{PLAIN_KEY[:5]}\x00{PLAIN_KEY[5:]}"
    assert error_of(observer, as_answer([{"text": broken}])).text == "***"


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("\x1b[31m<img src=x onerror=alert(1)>", "UNREADABLE"),
        ("A" * 65, "UNREADABLE"),
        ("SAFETY\n", "UNREADABLE"),
        ("A" * 64, "A" * 64),
        ("NEW_RULE_2", "NEW_RULE_2"),
    ],
)
def test_reasons_are_names(observer, reason, shown):
    """A reason is a name of letters, digits and underscores, at most 64; anything else gets a stand-in."""
    for reply in (as_answer([{"text": "No."}], reason), prompt_block(reason)):
        error = error_of(observer, reply)
        assert error.reason == shown
        assert f"({shown})" in error.message or shown == "UNREADABLE"
        assert error.message.isprintable()
        assert "<" not in error.message


def test_words_keep_their_lines_and_lose_their_controls(observer):
    """What the model says keeps lines, tabs and every script, and loses what could steer a terminal or break a file."""
    said = "Nein.\r\n\tКот 猫 👩\u200d🎨\x1b]0;title\x07\x85\x9b2J\x00\ud800"
    assert error_of(observer, as_answer([{"text": said}])).text == "Nein.\n\tКот 猫 👩\u200d🎨]0;title2J"


def test_messages_of_failures_lose_their_controls(observer):
    """The service's words inside a message are printable, without escape sequences and direction marks."""
    error = error_of(observer, as_error(400, "INVALID_ARGUMENT", "Bad\x1b[31m thing\u202e\x9b\x07."))
    assert 'It said: "Bad [31m thing ."' in error.message
    assert error.message.isprintable()

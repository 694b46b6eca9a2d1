"""A video beside the images: which part of it is looked at, and how it goes over the wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.engines.base import Clip, Conversation
from core.engines.gemini import GeminiAccount
from core.errors import InvalidRequestError
from core.models.asset import GenerationSettings
from core.models.talk import Transport
from tests.contract.conftest import Remembering, engine_for, picture, request, run
from tests.standin import StandIn

WATCHES = "gemini-3.1-flash-image"
YOUTUBE = "https://www.youtube.com/watch?v=abcdefghijk"
FILM = b"\0\0\0\x20ftypisom" + b"film" * 100
CLIP = Clip("the video", FILM, "video/mp4", f"{'a' * 64}.mp4")


def parts_sent(server: StandIn) -> list[dict[str, Any]]:
    (sent,) = server.requests
    return sent.parts


def test_an_address_goes_with_its_part(server: StandIn, make: Any) -> None:
    """A YouTube address is named with a type, from second to second and so many frames, behind the images."""
    make(request("Draw the end.", picture(), model=WATCHES, video=YOUTUBE, video_start=1, video_end=9.5, video_fps=2))
    image, video, words = parts_sent(server)
    assert "inlineData" in image
    assert video["fileData"] == {"fileUri": YOUTUBE, "mimeType": "video/mp4"}
    assert video["videoMetadata"] == {"startOffset": "1s", "endOffset": "9.5s", "fps": 2.0}
    assert words == {"text": "Draw the end."}


@pytest.mark.parametrize(("second", "said"), [(1_234_567, "1234567s"), (12_345.678, "12345.678s"), (0.1 + 0.2, "0.3s")])
def test_a_late_second_is_a_duration_all_the_same(server: StandIn, make: Any, second: float, said: str) -> None:
    """A second far into a long video is written out, not as a power of ten."""
    make(request("Draw the end.", model=WATCHES, video=YOUTUBE, video_start=second))
    video, _ = parts_sent(server)
    assert video["videoMetadata"] == {"startOffset": said}


def test_all_of_a_video_is_looked_at_without_a_part(server: StandIn, make: Any) -> None:
    """What is not set is not sent."""
    make(request("Draw the end.", model=WATCHES, video="https://youtu.be/abcdefghijk?t=3"))
    video, _ = parts_sent(server)
    assert video == {"fileData": {"fileUri": YOUTUBE, "mimeType": "video/mp4"}}


def test_a_file_is_sent_ahead_once(server: StandIn) -> None:
    """A file of one's own goes through the Files API, untouched, once for all images made of it."""

    async def twice() -> None:
        engine = engine_for(server)
        for words in ("One.", "Two."):
            wanted = request(words, model=WATCHES, video=CLIP.digest, video_end=4)
            await engine.generate(replace(wanted, clip=CLIP), Remembering())
        await engine.aclose()

    run(twice())
    assert [file.data for file in server.files.stored.values()] == [FILM]
    for sent in server.requests:
        video, _ = sent.parts
        assert video["fileData"]["mimeType"] == "video/mp4"
        assert video["videoMetadata"] == {"endOffset": "4s"}


def test_a_model_that_sees_no_video_gets_none(server: StandIn, make: Any) -> None:
    """A video is never sent to a model that does not look at one."""
    make(replace(request("A robot.", model="gemini-3-pro-image", video=CLIP.digest), clip=CLIP))
    assert parts_sent(server) == [{"text": "A robot."}]
    assert not server.files.stored


def test_where_no_video_can_go(server: StandIn, make: Any) -> None:
    """Conversations kept by the service, and files on Google Cloud, are refused before anything is sent."""
    wanted = replace(request("A robot.", model=WATCHES, video=CLIP.digest), clip=CLIP)
    with pytest.raises(InvalidRequestError, match="takes no video"):
        make(replace(wanted, conversation=Conversation(Transport.INTERACTIONS)))
    account = GeminiAccount(project="p", location="global", use_enterprise=True)
    with pytest.raises(InvalidRequestError, match="YouTube"):
        make(wanted, account=account)
    assert server.requests == []


@pytest.mark.parametrize(
    "values",
    [
        {"video": "https://evil.test/watch?v=abcdefghijk"},
        {"video": "../../secret.mp4"},
        {"video": "http://youtu.be/abcdefghijk"},
        {"video": YOUTUBE, "video_start": 9, "video_end": 3},
        {"video": YOUTUBE, "video_fps": 60},
    ],
)
def test_what_is_no_video_is_refused(values: dict[str, Any]) -> None:
    """Only public videos of YouTube and kept files are named, and parts that there can be."""
    with pytest.raises(ValueError, match="video"):
        GenerationSettings(**values)

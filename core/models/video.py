"""A video a model may look at: an address on YouTube, or a file kept with the project."""

from __future__ import annotations

import re

# what the service takes as an address: one public video
YOUTUBE = re.compile(
    r"https://(?:(?:www\.|m\.)?youtube\.com/(?:watch\?v=|shorts/|live/)|youtu\.be/)(?P<id>[\w-]{6,20})(?:[?&#].*)?"
)
KEPT = re.compile(r"[0-9a-f]{64}\.(?P<suffix>mp4|mov|webm)")
MIMES = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm"}


def read_video(text: str) -> str:
    """Return a video as it is stored: a YouTube address in its plain form, or the name of a kept file.

    Raises:
        ValueError: it is neither.
    """
    if found := YOUTUBE.fullmatch(text.strip()):
        return f"https://www.youtube.com/watch?v={found['id']}"
    if KEPT.fullmatch(text):
        return text
    raise ValueError("a video is a YouTube address, or a file that was taken in")


def is_address(video: str) -> bool:
    """Tell an address from a kept file."""
    return video.startswith("https://")


def is_kept(video: str) -> bool:
    """Tell the name of a kept file from all else, such as an address that is yet to be typed to its end."""
    return KEPT.fullmatch(video) is not None


def mime_of(video: str) -> str:
    """Return a video's type; an address needs one too."""
    found = KEPT.fullmatch(video)
    return MIMES[found["suffix"]] if found else MIMES["mp4"]

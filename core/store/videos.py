"""The videos of a project: `videos/<sha256>.mp4`, untouched, each once."""

from __future__ import annotations

import hashlib
from pathlib import Path

from core.errors import InvalidImageError, WorkspaceError
from core.models.video import MIMES, is_kept
from core.store.files import make_folder, replace, write_part

FOLDER = "videos"
MOST_BYTES = 200_000_000
SUFFIXES = tuple(MIMES)
_WEBM = b"\x1a\x45\xdf\xa3"
_QUICKTIME = (b"qt  ",)


class VideosFolder:
    """The videos of one project; `folder` is the project's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def keep(self, data: bytes) -> str:
        """Keep a video and return its name.

        Raises:
            InvalidImageError: it is no MP4, MOV or WebM, or too large.
            WorkspaceError: it cannot be written.
        """
        name = self.name_of(data)
        folder = make_folder(self._folder)
        if not (folder / name).is_file():
            replace(write_part(folder, [data]), folder / name)
        return name

    def name_of(self, data: bytes) -> str:
        """Return the name a video would be kept by.

        Raises:
            InvalidImageError: it is no MP4, MOV or WebM, or too large.
        """
        if len(data) > MOST_BYTES:
            raise InvalidImageError(
                f"The video is {len(data) / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB are taken. Cut it shorter."
            )
        return f"{hashlib.sha256(data).hexdigest()}.{_suffix(data)}"

    def read(self, name: str) -> bytes:
        """Return a kept video.

        Raises:
            WorkspaceError: it is not there.
        """
        try:
            return (self._folder / name).read_bytes() if is_kept(name) else _missing()
        except OSError:
            return _missing()


def _suffix(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return "mov" if data[8:12] in _QUICKTIME else "mp4"
    if data.startswith(_WEBM):
        return "webm"
    raise InvalidImageError("This file is no video that can be sent: MP4, MOV or WebM.")


def _missing() -> bytes:
    raise WorkspaceError("The project's copy of the video is gone. Add the video again.")

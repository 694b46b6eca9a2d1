"""Exports are written whole: what stood at that place before stays until the new file is complete."""

from __future__ import annotations

import contextlib
import io
import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from PIL import Image

from core.errors import WorkspaceError
from core.store.files import PART_SUFFIX, sync_folder, write_part
from core.store.projects import check_foreign


def write_whole(out: Path, pieces: Iterable[bytes]) -> None:
    """Write a file under a temporary name beside `out`, then put it in place.

    Raises:
        WorkspaceError: the folder cannot be made or written, or `out` is a folder itself or a project's own file.
    """
    check_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part = write_part(out.parent, pieces)
        try:
            part.replace(out)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        sync_folder(out.parent)
    except OSError as error:
        raise WorkspaceError(f"{out} cannot be written ({error.strerror}). Name another file.") from None


@contextlib.contextmanager
def whole_file(out: Path) -> Iterator[IO[bytes]]:
    """Give a file to write into for a `with` block; it takes its place when the block ends well, else nothing is left.

    Raises:
        WorkspaceError: see `write_whole`.
    """
    part = out.parent / f".{uuid.uuid4().hex}{PART_SUFFIX}"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
        sync_folder(out.parent)
    except OSError as error:
        raise WorkspaceError(f"{out} cannot be written ({error.strerror}). Name another file.") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def write_png(out: Path, image: Image.Image) -> None:
    """Write a picture as PNG.

    Raises:
        WorkspaceError: see `write_whole`.
    """
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=6)
    write_whole(out, [buffer.getvalue()])

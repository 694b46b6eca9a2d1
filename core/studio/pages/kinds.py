"""What a file that may hold pages is, told by its first bytes, and which files of a folder are meant."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from core.errors import InvalidImageError
from core.images import PagedImage, sniff
from core.store.importing import IMAGE_SUFFIXES
from core.studio.pages.archives import is_hidden, natural

PAGE_SUFFIXES = IMAGE_SUFFIXES | {".pdf"}
TAKEN_SUFFIXES = PAGE_SUFFIXES | {".zip", ".json"}
MOST_FILES = 20_000
HEAD = 1024


class FileKind(StrEnum):
    """How a file gives its pages."""

    IMAGE = "image"
    TIFF = "tiff"
    PDF = "pdf"
    ZIP = "zip"
    MANIFEST = "manifest"


def kind_of(head: bytes) -> FileKind | None:
    """Return what a file's first bytes tell, or None when they tell nothing we take."""
    mime = sniff(head)
    if mime is not None:
        return FileKind.TIFF if mime == "image/tiff" else FileKind.IMAGE
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return FileKind.ZIP
    if b"%PDF-" in head[:HEAD]:
        return FileKind.PDF
    return FileKind.MANIFEST if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" else None


def kind_of_file(path: Path) -> FileKind:
    """Return what a file is.

    Raises:
        InvalidImageError: it cannot be read, or is nothing we take.
    """
    try:
        if not path.is_file():  # a pipe or a device could be read for ever
            raise InvalidImageError("This is no file, or it is gone. Name a file of pages, or a folder of them.")
        with path.open("rb") as file:
            found = kind_of(file.read(HEAD))
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "not a file name"
        raise InvalidImageError(f"The file cannot be read ({reason}). Check its name and permissions.") from None
    if found is None:
        raise InvalidImageError(
            "This file holds no pages we know. Use JPEG, PNG, WebP, TIFF, HEIC, AVIF, PDF, a ZIP of them, or a IIIF "
            "manifest."
        )
    return found


def check_single(path: Path) -> None:
    """Refuse a file of several pages, for work that takes one page, or one picture, a file.

    Raises:
        InvalidImageError: it is a PDF, a ZIP, a IIIF manifest, or a TIFF of several pages.
    """
    if is_document(path):
        raise InvalidImageError(
            "This file holds several pages, and here one is taken a file. Bring them into a project with "
            "`throughline import`, and name the folder `assets` in it."
        )


def is_document(path: Path) -> bool:
    """Tell whether a file gives pages whatever it is imported as: a PDF, ZIP, manifest, or TIFF of several pages."""
    try:
        found = kind_of_file(path)
        if found is not FileKind.TIFF:
            return found is not FileKind.IMAGE
        image = PagedImage(path, most=2)
    except InvalidImageError:
        return False
    try:
        return len(image) > 1
    finally:
        image.close()


def files_of(path: Path) -> Iterator[Path]:
    """Yield a file named, or the files of pages in a folder and the folders in it, as people sort them.

    Links to folders are not followed, and what is hidden is left out.
    """
    if not _is_folder(path):
        yield path
        return
    found = [file for file in _walk(path) if file.suffix.lower() in {*PAGE_SUFFIXES, ".zip"}]
    for file in sorted(found, key=lambda file: natural(file.relative_to(path).as_posix())):
        if file.is_file():
            yield file


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _walk(folder: Path) -> Iterable[Path]:
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_hidden(name)]
        for name in names:
            count += 1
            if count > MOST_FILES:
                return
            if not is_hidden(name):
                yield Path(place) / name

"""ZIPs of pages, opened with suspicion: limits are measured and not believed, and no name in one becomes a path.

One member at a time is unpacked, into a file that is thrown away before the next.
"""

from __future__ import annotations

import contextlib
import re
import stat
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import InvalidImageError

MOST_MEMBERS = 5000
LARGEST_MEMBER = 512 * 1024 * 1024
LARGEST_TOTAL = 8 * 1024 * 1024 * 1024
HIGHEST_RATIO = 200
_UNSUSPICIOUS = 64 * 1024 * 1024  # a blank page packs a thousandfold: only what becomes large is a bomb
_LARGEST_DIRECTORY = 16 * 1024 * 1024
_END, _END64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_CHUNK = 1024 * 1024
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, struct.error)


@dataclass(frozen=True)
class Member:
    """One file of a ZIP: the name it has there, and why it is not taken ("" when it is)."""

    name: str
    refusal: str = ""


class Archive:
    """An opened ZIP: its members in natural order, read one at a time."""

    def __init__(self, path: Path, suffixes: frozenset[str]) -> None:
        """Open a ZIP and list its files that end in one of `suffixes`.

        Raises:
            InvalidImageError: it cannot be opened, or holds more than we take.
        """
        self._left = LARGEST_TOTAL
        _check_directory(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN:
            raise _unreadable() from None
        self._entries = {entry.filename: entry for entry in self._zip.infolist() if _is_wanted(entry, suffixes)}
        if len(self._zip.infolist()) > MOST_MEMBERS:
            self.close()
            raise _too_many()
        names = sorted(self._entries, key=natural)
        self.members = [Member(name, _refusal(self._entries[name])) for name in names]

    def close(self) -> None:
        """Close the ZIP."""
        self._zip.close()

    @contextlib.contextmanager
    def unpacked(self, member: Member) -> Iterator[Path]:
        """Give one member as a file for a `with` block.

        Raises:
            InvalidImageError: it is refused, broken, or larger than we take.
        """
        if member.refusal:
            raise InvalidImageError(member.refusal)
        with tempfile.TemporaryDirectory(prefix="throughline-zip-") as folder:
            path = Path(folder) / f"member{_suffix(member.name)}"
            self._unpack(self._entries[member.name], path)
            yield path

    def _unpack(self, entry: zipfile.ZipInfo, path: Path) -> None:
        most = min(LARGEST_MEMBER, self._left)
        written = 0
        try:
            with self._zip.open(entry) as source, path.open("xb") as file:
                while chunk := source.read(_CHUNK):
                    written += len(chunk)
                    self._left -= len(chunk)
                    _check_size(written, entry.compress_size, most)
                    file.write(chunk)
        except _BROKEN:
            raise InvalidImageError("It is damaged or locked with a password. Pack it again without one.") from None


def natural(name: str) -> list[tuple[int, int | str]]:
    """Return what names are sorted by so that page 2 comes before page 10."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(part)) if part.isdecimal() and len(part) < 20 else (1, part) for part in parts if part]


def is_hidden(name: str) -> bool:
    """Tell whether a path is one of those that systems add and nobody means."""
    return any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def _is_wanted(entry: zipfile.ZipInfo, suffixes: frozenset[str]) -> bool:
    if entry.is_dir() or is_hidden(entry.filename):
        return False
    return _suffix(entry.filename) in {*suffixes, ".zip"}


def _refusal(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    if "\\" in name or ":" in name or name.startswith("/") or "\x00" in name or ".." in PurePosixPath(name).parts:
        return "Its name leads out of the ZIP, which no honest packer writes. Pack the pages again."
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "It is a link, which is not followed. Pack the files themselves."
    if _suffix(name) == ".zip":
        return "It is a ZIP inside a ZIP. Unpack it, and bring its pages in."
    return ""


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _check_size(written: int, packed: int, most: int) -> None:
    if written > most:
        raise InvalidImageError("It unpacks to more than is taken: 512 MB a file, 8 GB a ZIP. Bring it in by itself.")
    if written > _UNSUSPICIOUS and written > HIGHEST_RATIO * max(1, packed):
        raise InvalidImageError("It unpacks to far more than a picture does, so it was left alone.")


def _check_directory(path: Path) -> None:
    """Refuse a ZIP whose list of files would fill the memory, before it is read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 65_557 - 20))
            tail = file.read()
            at = tail.rfind(_END)
            count, length = struct.unpack_from("<HI", tail, at + 10) if at >= 0 else (0, 0)
            locator = tail[max(0, at - 20) : at]
            if locator.startswith(_LOCATOR):
                file.seek(struct.unpack_from("<Q", locator, 8)[0])
                end = file.read(56)
                count, length = struct.unpack_from("<QQ", end, 32) if end.startswith(_END64) else (count, length)
    except _BROKEN:
        raise _unreadable() from None
    if at < 0:
        raise _unreadable()
    if count > MOST_MEMBERS or length > _LARGEST_DIRECTORY:
        raise _too_many()


def _unreadable() -> InvalidImageError:
    return InvalidImageError("This ZIP cannot be opened: it is damaged or cut short. Pack the pages again.")


def _too_many() -> InvalidImageError:
    return InvalidImageError(f"This ZIP holds more than {MOST_MEMBERS} files. Pack the pages into several.")

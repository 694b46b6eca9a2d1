"""Writing files so that a crash leaves a whole one or none, and nothing is ever overwritten by accident."""

from __future__ import annotations

import contextlib
import errno
import filecmp
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from pydantic import ValidationError

from core.errors import WorkspaceError
from core.models.value import Value

_LOCK_SECONDS = 60.0
_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES, errno.EPERM}
PART_SUFFIX = ".part"
V = TypeVar("V", bound=Value)
_PIECE = 1024 * 1024


def project_lock(folder: Path) -> FileLock:
    """Return the lock that one process and thread at a time holds while it changes a project's names."""
    return FileLock(folder / ".lock", timeout=_LOCK_SECONDS, thread_local=False, poll_interval=0.005)


def write_part(folder: Path, pieces: Iterable[bytes]) -> Path:
    """Write a new temporary file in `folder`, down to the disk, and return its path.

    Raises:
        WorkspaceError: the disk is full or the folder cannot be written; nothing is left behind.
    """
    part = folder / f".{uuid.uuid4().hex}{PART_SUFFIX}"
    try:
        with part.open("xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise _unwritable(folder, error) from None
    return part


def publish(part: Path, target: Path) -> None:
    """Give a temporary file its name; an existing name is refused.

    Raises:
        FileExistsError: the name is taken; the temporary file is still there.
        WorkspaceError: the folder cannot be written; the temporary file is gone.
    """
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            part.unlink(missing_ok=True)
            raise _unwritable(target.parent, error) from None
        _publish_without_link(part, target)
        return
    part.unlink()
    sync_folder(target.parent)


def replace_text(target: Path, text: str) -> None:
    """Write a small text file; readers see the old one or the new one, never half of it.

    Raises:
        WorkspaceError: the disk is full or the folder cannot be written; the old file is still there.
    """
    replace(write_part(make_folder(target.parent), [text.encode("utf-8", "replace")]), target)


def replace(part: Path, target: Path) -> None:
    """Give a temporary file its name, in place of a file that has it.

    Raises:
        WorkspaceError: the folder cannot be written; the temporary file is gone.
    """
    try:
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _unwritable(target.parent, error) from None
    sync_folder(target.parent)


def move(source: Path, target: Path) -> None:
    """Move a file or folder to a name that is free; callers hold the project's lock.

    Raises:
        WorkspaceError: the name is taken, the file is gone, or a folder cannot be written.
    """
    try:
        if target.exists():
            raise FileExistsError(errno.EEXIST, "")
        source.rename(target)
    except OSError as error:
        raise _unwritable(target, error) from None
    for folder in {source.parent, target.parent}:
        sync_folder(folder)


def make_folder(folder: Path) -> Path:
    """Return a folder, made when missing.

    Raises:
        WorkspaceError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from None
    return folder


def pieces(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, a piece at a time.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def is_same_file(one: Path, other: Path) -> bool:
    """Tell whether two files hold the same bytes.

    Raises:
        WorkspaceError: one of them cannot be read.
    """
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError as error:
        raise _unwritable(one.parent, error) from None


def replace_json(target: Path, document: Any) -> None:
    """Write a small JSON file for people as much as for programs."""
    replace_text(target, json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n")


def read_json(path: Path, default: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON object from a file, `default` when there is no file.

    Raises:
        WorkspaceError: the file is no JSON object.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return default
    except (OSError, ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise WorkspaceError(f"{path} is damaged. Put back a good copy of it, or move it away to start without it.")
    return document


def read_value(path: Path, kind: type[V], newest: int) -> V:
    """Return a value from a project's JSON file, one without anything set when there is no file.

    `newest` is the format that this version writes.

    Raises:
        WorkspaceError: the file is damaged, or of a newer format.
    """
    document = read_json(path, {"format": newest})
    number = document.get("format")
    if isinstance(number, int) and number > newest:
        raise WorkspaceError(f"{path} was written by a newer Throughline. Update Throughline to open it.")
    try:
        return kind.model_validate(document)
    except ValidationError:
        raise WorkspaceError(
            f"{path} is damaged. Put back a good copy of it, or move it away to start without it."
        ) from None


def find_value(path: Path, kind: type[V]) -> V | None:
    """Return a value from a file that can be done without; None when it is not there, or damaged."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut, where the system can.

    Raises:
        WorkspaceError: the disk failed.
    """
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise _unwritable(folder, error) from None


def locked(folder: Path) -> Any:
    """Hold a project's lock for a `with` block.

    Raises:
        WorkspaceError: another program holds it for over a minute, or the folder is gone or cannot be written.
    """
    if not folder.is_dir():  # a lock would make it anew, and stand in the way of the one that was moved
        raise WorkspaceError(f"The project's folder {folder} is not there any more. Move it back, then try again.")
    try:
        return project_lock(folder).acquire()
    except Timeout:
        raise WorkspaceError(
            f"Another program has been changing the project {folder} for over a minute. Close it and try again."
        ) from None
    except OSError as error:
        raise _unwritable(folder, error) from None


def _publish_without_link(part: Path, target: Path) -> None:
    # file systems without hard links: callers hold the project's lock, so the check is enough
    if target.exists():
        raise FileExistsError(target)
    part.replace(target)
    sync_folder(target.parent)


def _unwritable(folder: Path, error: OSError) -> WorkspaceError:
    reason = os.strerror(error.errno) if error.errno else "unknown reason"
    return WorkspaceError(f"Nothing can be written to {folder} ({reason}). Check its permissions and free space.")

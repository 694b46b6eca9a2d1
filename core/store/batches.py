"""The batches of a project: `batches/<id>.json`, written before a batch is sent and after each of its results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from core.errors import WorkspaceError
from core.models.batch import Batch
from core.store.files import make_folder, replace_text
from core.store.records import stamp_of

FOLDER = "batches"
_ID = re.compile(r"batch-[0-9a-f]{12}")
_LOCK_SECONDS = 600.0  # another command may be storing a hundred images


class BatchesFolder:
    """The batches of one project; `folder` is the project's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def put(self, batch: Batch) -> None:
        """Write a batch's record in place of the one before.

        Raises:
            WorkspaceError: the disk is full or the folder cannot be written.
        """
        replace_text(self._folder / f"{batch.id}.json", batch.model_dump_json(indent=1, exclude_none=True) + "\n")

    def remove(self, batch_id: str) -> None:
        """Take back the record of a batch that was not sent; one that cannot be removed is found to be so later."""
        with suppress(OSError):
            (self._folder / f"{batch_id}.json").unlink(missing_ok=True)

    def find(self, batch_id: str) -> Batch | None:
        """Return a batch; None when there is none of this id, or its record is damaged or another's."""
        if not _ID.fullmatch(batch_id):
            return None
        path = self._folder / f"{batch_id}.json"
        try:
            batch = _read(path, stamp_of(path))
        except OSError:
            return None
        return batch if batch is not None and batch.id == batch_id else None  # the id becomes the name of files

    def all(self) -> list[Batch]:
        """Return all batches, newest first."""
        found = [batch for path in self._folder.glob("batch-*.json") if (batch := self.find(path.stem))]
        return sorted(found, key=lambda batch: batch.created, reverse=True)

    def held(self, batch_id: str) -> AbstractContextManager[None]:
        """Hold a batch for a `with` block, so that its results are stored by one at a time.

        Raises:
            WorkspaceError: there is no such batch, another program has held it for ten minutes, or it cannot be held.
        """
        if not _ID.fullmatch(batch_id):
            raise WorkspaceError("The project has no batch of this name.")
        return self._locked(batch_id)

    def sending(self) -> AbstractContextManager[None]:
        """Hold the sending of batches for a `with` block, so that two programs never send the same image.

        Raises:
            WorkspaceError: another program has held it for ten minutes, or it cannot be held.
        """
        return self._locked("sending")

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        lock = FileLock(make_folder(self._folder) / f".{name}.lock", timeout=_LOCK_SECONDS, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise WorkspaceError(f"Another program is at work on {name} in {self._folder}. Try again later.") from None
        except OSError:
            raise WorkspaceError(
                f"Nothing can be written to {self._folder}. Check its permissions and free space."
            ) from None
        try:
            yield
        finally:
            lock.release()


@lru_cache(maxsize=512)
def _read(path: Path, _stamp: str) -> Batch | None:
    """Return a record, None when it is damaged; read once as long as its file stays the same.

    A page looks at all of them at every click.

    Raises:
        OSError: it cannot be read, which may have passed a moment later.
    """
    try:
        return Batch.model_validate_json(path.read_bytes())
    except ValidationError:
        return None

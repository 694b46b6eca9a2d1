"""The batches of a project: `batches/<id>.json`, written before a batch is sent and after each of its results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from core.errors import WorkspaceError
from core.models.batch import Batch
from core.store.files import make_folder, replace_text

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
        """Take back the record of a batch that was not sent."""
        (self._folder / f"{batch_id}.json").unlink(missing_ok=True)

    def find(self, batch_id: str) -> Batch | None:
        """Return a batch; None when there is none of this id, or its record is damaged."""
        if not _ID.fullmatch(batch_id):
            return None
        try:
            return Batch.model_validate_json((self._folder / f"{batch_id}.json").read_bytes())
        except (OSError, ValidationError):
            return None

    def all(self) -> list[Batch]:
        """Return all batches, newest first."""
        found = [batch for path in self._folder.glob("batch-*.json") if (batch := self.find(path.stem))]
        return sorted(found, key=lambda batch: batch.created, reverse=True)

    @contextmanager
    def held(self, batch_id: str) -> Iterator[None]:
        """Hold a batch, so that its results are stored by one at a time.

        Raises:
            WorkspaceError: another program has held it for ten minutes.
        """
        try:
            with FileLock(make_folder(self._folder) / f".{batch_id}.lock", timeout=_LOCK_SECONDS, thread_local=False):
                yield
        except Timeout:
            raise WorkspaceError(f"Another program is storing the results of {batch_id}. Try again later.") from None

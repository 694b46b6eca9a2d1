"""Files that were sent ahead to an account, by digest, in the home: another process names them and sends none again."""

from __future__ import annotations

import contextlib
import re
from datetime import timedelta
from pathlib import Path

from core.errors import WorkspaceError
from core.models.sent_file import SentFile
from core.store.files import find_value, make_folder, replace_text

_DIGEST = re.compile(r"[0-9a-f]{64}")


class SentFiles:
    """The files of one account; `mark` tells accounts apart and holds nothing of a key."""

    def __init__(self, home: Path, mark: str) -> None:
        self._folder = home / "accounts" / f"{mark}-files"

    def find(self, digest: str) -> SentFile | None:
        """Return the file that holds what has this sha256 (hex); None when none is known."""
        return find_value(self._path(digest), SentFile) if _DIGEST.fullmatch(digest) else None

    def keep(self, digest: str, file: SentFile) -> None:
        """Remember a file, and forget those that have expired; one that the disk does not take is sent again."""
        if not _DIGEST.fullmatch(digest):
            return
        with contextlib.suppress(WorkspaceError):
            make_folder(self._folder)
            replace_text(self._path(digest), file.model_dump_json())
        for path in self._folder.glob("*.json"):
            known = find_value(path, SentFile)
            if known is None or not known.lasts(timedelta()):
                _remove(path)

    def forget(self, digest: str) -> None:
        """Forget a file that the service does not keep any more."""
        if _DIGEST.fullmatch(digest):
            _remove(self._path(digest))

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.json"


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)

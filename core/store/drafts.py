"""What was typed and not yet used, saved with its project: `drafts.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.errors import WorkspaceError
from core.store.files import locked, read_json, replace_json


class DraftsFile:
    """Reads and changes a project's drafts; without a folder it keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def read(self) -> dict[str, Any]:
        """Return all drafts; a damaged file counts as none, for a draft is no record."""
        if self._folder is None:
            return {}
        try:
            return read_json(self._folder / "drafts.json", {})
        except WorkspaceError:
            return {}

    def write(self, name: str, value: Any) -> None:
        """Keep one draft; only plain JSON values are kept."""
        if self._folder is not None and isinstance(value, (str, int, float, bool, list, type(None))):
            with locked(self._folder):
                replace_json(self._folder / "drafts.json", {**self.read(), name: value})

    def forget(self, *names: str) -> None:
        """Drop drafts."""
        if self._folder is not None and self.read().keys() & set(names):
            with locked(self._folder):  # read once more: another tab may have kept something meanwhile
                kept = {name: value for name, value in self.read().items() if name not in names}
                replace_json(self._folder / "drafts.json", kept)

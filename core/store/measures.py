"""Measurements of pictures against each other, kept by their digests in THROUGHLINE_HOME: a cache, never a record."""

from __future__ import annotations

from pathlib import Path

from core.errors import WorkspaceError
from core.models.fidelity import Fidelity
from core.store.files import find_value, make_folder, replace, replace_text, write_part


class Measures:
    """How faithful pictures are to those they were made from. `home` is THROUGHLINE_HOME."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "measures"

    def find(self, before: str, after: str) -> Fidelity | None:
        """Return what was measured for two digests, without its heat map; None when nothing was."""
        return find_value(self._path(before, after, ".json"), Fidelity)

    def keep(self, before: str, after: str, fidelity: Fidelity) -> None:
        """Keep a measurement and its heat map.

        Raises:
            WorkspaceError: nothing can be written to the home.
        """
        heat = self._path(before, after, ".png")
        replace(write_part(make_folder(self._folder), [fidelity.heat_map]), heat)
        replace_text(self._path(before, after, ".json"), fidelity.model_dump_json(exclude={"heat_map"}))

    def heat_map(self, before: str, after: str) -> Path:
        """Return where the heat map of two digests is.

        Raises:
            WorkspaceError: nothing was measured.
        """
        path = self._path(before, after, ".png")
        if not path.is_file():
            raise WorkspaceError("These two pictures were not compared yet. Open them again.")
        return path

    def _path(self, before: str, after: str, suffix: str) -> Path:
        return self._folder / f"{before[:32]}-{after[:32]}{suffix}"

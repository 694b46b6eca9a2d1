"""What people say of a project's assets: `notes.json`, a plain file beside them. An asset itself is never rewritten.

Format 1 gives the file to tags, stars, notes and boards as well; what this version does not know stays as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.errors import WorkspaceError
from core.models.asset import Origin
from core.store.files import locked, read_json, replace_json

_FORMAT = 1
_ORIGINS = "origins"
_STARS = "stars"
_LONGEST = 4000


class NotesFile:
    """Reads and changes one project's notes; a change is read, made and written under the project's lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "notes.json"

    def origins(self) -> dict[str, Origin]:
        """Return asset id -> what somebody said of its origin.

        Raises:
            WorkspaceError: the file is damaged, or of a newer format.
        """
        try:
            return {asset_id: Origin.model_validate(said) for asset_id, said in self._said(self._read()).items()}
        except ValidationError:
            raise self._damaged() from None

    def set_origin(self, asset_id: str, origin: Origin | None) -> None:
        """Say where an asset comes from, in place of what its file records; None takes that back.

        Raises:
            WorkspaceError: the file is damaged, of a newer format, or cannot be written.
        """
        with locked(self._folder):
            document = self._read()
            said = {key: value for key, value in self._said(document).items() if key != asset_id}
            if origin is not None:
                said[asset_id] = _plain(origin)
            replace_json(self._path, {**document, _ORIGINS: said})

    def fill_origin(self, asset_id: str, origin: Origin) -> None:
        """Say where an asset comes from, unless somebody said so already.

        Raises:
            WorkspaceError: the file is damaged, of a newer format, or cannot be written.
        """
        if asset_id not in self.origins():
            self.set_origin(asset_id, origin)

    def stars(self) -> tuple[str, ...]:
        """Return the ids of the starred assets, in the order they were starred.

        Raises:
            WorkspaceError: the file is damaged, or of a newer format.
        """
        return self._starred(self._read())

    def star(self, asset_id: str, is_starred: bool = True) -> None:
        """Star an asset, or take its star away.

        Raises:
            WorkspaceError: the file is damaged, of a newer format, or cannot be written.
        """
        with locked(self._folder):
            document = self._read()
            others = [known for known in self._starred(document) if known != asset_id]
            stars = [*others, asset_id] if is_starred else others
            replace_json(self._path, {**document, _STARS: stars})

    def _read(self) -> dict[str, Any]:
        document = read_json(self._path, {"format": _FORMAT})
        number = document.get("format", _FORMAT)
        if isinstance(number, int) and number > _FORMAT:
            raise WorkspaceError(f"{self._path} was written by a newer Throughline. Update Throughline to open it.")
        return document

    def _said(self, document: dict[str, Any]) -> dict[str, Any]:
        said = document.get(_ORIGINS, {})
        if not isinstance(said, dict):
            raise self._damaged()
        return said

    def _starred(self, document: dict[str, Any]) -> tuple[str, ...]:
        stars = document.get(_STARS, [])
        if not isinstance(stars, list) or not all(isinstance(known, str) for known in stars):
            raise self._damaged()
        return tuple(dict.fromkeys(stars))

    def _damaged(self) -> WorkspaceError:
        return WorkspaceError(
            f"{self._path} is damaged. Put back a good copy of it, or move it away to start without it."
        )


def _plain(origin: Origin) -> dict[str, Any]:
    values = origin.model_dump(exclude_none=True)
    return {key: value.strip()[:_LONGEST] if isinstance(value, str) else value for key, value in values.items()}

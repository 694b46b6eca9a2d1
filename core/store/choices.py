"""Which version of each step is chosen, and which steps are locked: `choices.json`, a plain file of the project."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from core.models.value import Value
from core.store.files import locked, read_value, replace_json

_FORMAT = 1


class Choices(Value):
    """story -> step -> asset id, and story -> locked steps."""

    chosen: dict[str, dict[str, str]] = Field(default_factory=dict)
    locked: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    def asset_id(self, story: str, step: str) -> str | None:
        """Return the chosen version of a step, or None."""
        return self.chosen.get(story, {}).get(step)

    def is_locked(self, story: str, step: str) -> bool:
        """Tell whether a step is locked: its picture stays, whatever changes before it."""
        return step in self.locked.get(story, ())


class ChoicesFile:
    """Reads and changes one project's choices; a change is read, made and written under the project's lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "choices.json"

    def read(self) -> Choices:
        """Return the choices as they are now.

        Raises:
            WorkspaceError: the file is damaged, or of a newer format.
        """
        return read_value(self._path, Choices, _FORMAT)

    def choose(self, story: str, step: str, asset_id: str) -> None:
        """Make an asset the chosen version of a step."""
        if self.read().asset_id(story, step) == asset_id:
            return
        with locked(self._folder):
            choices = self.read()
            steps = {**choices.chosen.get(story, {}), step: asset_id}
            self._write(choices.model_copy(update={"chosen": {**choices.chosen, story: steps}}))

    def lock(self, story: str, step: str, is_locked: bool) -> None:
        """Lock or unlock a step."""
        with locked(self._folder):
            choices = self.read()
            others = tuple(other for other in choices.locked.get(story, ()) if other != step)
            steps = (*others, step) if is_locked else others
            self._write(choices.model_copy(update={"locked": {**choices.locked, story: steps}}))

    def _write(self, choices: Choices) -> None:
        replace_json(self._path, {"format": _FORMAT, **choices.model_dump(mode="json")})

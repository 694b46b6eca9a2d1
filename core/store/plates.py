"""The chain of steps a project's plates go through, and the steps a person saved: `plates.json`, a plain file."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from core.models.plates import Chain, ChainStep
from core.models.value import Value
from core.store.files import locked, read_value, replace_json

_FORMAT = 1


class Plates(Value):
    """The project's chain, None until one is set, the steps saved for later use, and prompts of single cells.

    `own` maps page -> cell -> the prompt typed for that cell alone. `accepted` are pictures to build on although they
    stray from what they were made from.
    """

    chain: Chain | None = None
    saved: tuple[ChainStep, ...] = ()
    own: dict[str, dict[str, str]] = Field(default_factory=dict)
    accepted: tuple[str, ...] = ()


class PlatesFile:
    """Reads and changes one project's plates; a change is read, made and written under the project's lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "plates.json"

    def read(self) -> Plates:
        """Return the plates as they are now.

        Raises:
            WorkspaceError: the file is damaged, or of a newer format.
        """
        return read_value(self._path, Plates, _FORMAT)

    def set_chain(self, chain: Chain) -> None:
        """Make this the project's chain."""
        with locked(self._folder):
            self._write(self.read().model_copy(update={"chain": chain}))

    def save_step(self, step: ChainStep) -> None:
        """Keep a step for later use, in place of a saved one of the same name."""
        with locked(self._folder):
            plates = self.read()
            others = tuple(known for known in plates.saved if known.name != step.name)
            self._write(plates.model_copy(update={"saved": (*others, step)}))

    def forget_step(self, name: str) -> None:
        """Drop a saved step."""
        with locked(self._folder):
            plates = self.read()
            kept = tuple(known for known in plates.saved if known.name != name)
            self._write(plates.model_copy(update={"saved": kept}))

    def set_own(self, page: str, cell: str, prompt: str) -> None:
        """Give one cell of a page's matrix a prompt of its own; an empty one goes back to the chain's."""
        with locked(self._folder):
            plates = self.read()
            cells = {name: text for name, text in plates.own.get(page, {}).items() if name != cell}
            if prompt:
                cells[cell] = prompt
            self._write(plates.model_copy(update={"own": {**plates.own, page: cells}}))

    def accept(self, asset_id: str) -> None:
        """Note that a person looked at a picture that strays, and builds on it all the same."""
        with locked(self._folder):
            plates = self.read()
            if asset_id not in plates.accepted:
                self._write(plates.model_copy(update={"accepted": (*plates.accepted, asset_id)}))

    def _write(self, plates: Plates) -> None:
        replace_json(self._path, {"format": _FORMAT, **plates.model_dump(mode="json", exclude_none=True)})

"""What an account was last heard to have, in a file of the home: known to every process, and offline."""

from __future__ import annotations

import contextlib
from pathlib import Path

from core.errors import WorkspaceError
from core.models.account import AccountModels
from core.store.files import find_value, make_folder, replace_text


class AccountModelsFile:
    """One account's list of models; `mark` tells accounts apart and holds nothing of a key."""

    def __init__(self, home: Path, mark: str) -> None:
        self._path = home / "accounts" / f"{mark}.json"

    def read(self) -> AccountModels | None:
        """Return the list, however old; None when there is none."""
        return find_value(self._path, AccountModels)

    def write(self, models: AccountModels) -> None:
        """Remember a list; one that the disk does not take is asked for again."""
        with contextlib.suppress(WorkspaceError):
            make_folder(self._path.parent)
            replace_text(self._path, models.model_dump_json())

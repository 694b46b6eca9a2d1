"""Which folders are projects, and what in them is the project itself: nothing else is written there."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import WorkspaceError
from core.store.files import read_json
from core.store.ids import folded

_OWN_FOLDERS = ("assets", "originals", "stories", "trash")
_OWN_FILES = ("project.json", "choices.json", "drafts.json", "notes.json", ".lock")


def is_project(folder: Path) -> bool:
    """Tell whether a folder is a project.

    Raises:
        WorkspaceError: no folder can have this name, or it cannot be looked into.
    """
    try:
        return (folder / "project.json").is_file()
    except (OSError, ValueError) as error:
        reason = os.strerror(getattr(error, "errno", None) or 0)
        raise WorkspaceError(f"{folder} cannot be used as a project folder ({reason}). Name another one.") from None


def check_foreign(target: Path) -> None:
    """Refuse a place to write to that belongs to a project: its records would be lost, or something put among them.

    Raises:
        WorkspaceError: it does, or it leads nowhere.
    """
    try:
        # a link is replaced itself, and a folder that is a link is written through
        places = {target.parent.resolve() / target.name, target.resolve()}
    except (OSError, RuntimeError, ValueError):
        raise WorkspaceError(f"{target} leads nowhere. Name another place.") from None
    for place in places:
        for folder in place.parents:
            if _is_own(place.relative_to(folder)) and _is_ours(folder):
                raise WorkspaceError(f"{target} belongs to the project {folder} itself. Name another place.")


def _is_own(path: Path) -> bool:
    first = folded(path.parts[0])
    return first in _OWN_FOLDERS or (first in _OWN_FILES and len(path.parts) == 1)


def _is_ours(folder: Path) -> bool:
    """Tell a project from a folder of another program that has a `project.json` too; a damaged one counts as ours."""
    try:
        return "uuid" in read_json(folder / "project.json", {})
    except WorkspaceError:
        return True

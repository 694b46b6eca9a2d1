"""The one studio of this server process, shared by all sessions; it knows nothing of Streamlit."""

from __future__ import annotations

import hashlib
import threading
import time
from functools import cache
from pathlib import Path

from core.settings import load_settings
from core.store.ids import clean_id
from core.store.workspace import Workspace
from core.studio.context import LOCAL_USER, Studio

# set once somebody has been shown a page; what loads slowly waits for it, for it would slow that page down
is_visited = threading.Event()
# set once what makes runs is loaded, and interrupted ones go on
is_warm = threading.Event()
_LOOK_SECONDS = 3.0
_looked: dict[Path, float] = {}  # project folder -> when its files were looked at last


@cache
def desk() -> Studio:
    """Return the server's studio.

    Raises:
        ConfigurationError: a setting cannot be used.
    """
    return Studio(load_settings())


@cache
def project(folder: Path) -> Workspace:
    """Return a project, opened once a process."""
    return desk().listed(folder)


def look_again(workspace: Workspace) -> None:
    """Bring a project's index up to its files: what was added or removed outside shows on the next page.

    At most once every few seconds, for every click of everybody comes by here.
    """
    now = time.monotonic()
    if now - _looked.get(workspace.folder, -_LOOK_SECONDS) >= _LOOK_SECONDS:
        _looked[workspace.folder] = now
        workspace.sync()


def project_by_uuid(uuid: str) -> Workspace | None:
    """Return the project with this uuid, or None."""
    folder = desk().index.folder_of(uuid)
    return project(folder) if folder else None


def projects_folder(user: str) -> Path:
    """Return where a user's projects are made."""
    base = desk().home / "projects"
    if user == LOCAL_USER:
        return base
    # readable, and different for every user whatever a sign-in service calls them
    return base / f"{clean_id(user)[-24:]}-{hashlib.sha256(user.encode()).hexdigest()[:16]}"

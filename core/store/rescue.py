"""Where a picture, or what was found on one, goes that was paid for and could not be stored in its project."""

from __future__ import annotations

from pathlib import Path

from core.errors import WorkspaceError
from core.store.files import write_part
from core.store.ids import clean_id


def keep_rescued(home: Path, name: str, data: bytes) -> Path | None:
    """Write a picture, or a JSON document, to `home/rescued` and return its path; None without room either."""
    folder = home / "rescued"
    suffix = ".png" if data.startswith(b"\x89PNG") else ".json" if data.startswith(b"{") else ".jpg"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{clean_id(name)}{suffix}"
        write_part(folder, [data]).replace(path)
    except (OSError, WorkspaceError):
        return None
    return path

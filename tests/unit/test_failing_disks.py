"""Disks that are full, read-only, without links or without sync: a clear error or a whole file, nothing between."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import (
    WorkspaceError,
)
from core.store import embedded
from core.store import files as files_module
from core.store.workspace import Workspace
from tests.processes import together
from tests.samples import files, ids, keep, open_project, png
from tests.workers import (
    save_past_the_limit,
    write_where_it_is_forbidden,
)


def _full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


CHANGES: dict[str, Callable[[Workspace], object]] = {
    "save": lambda workspace: keep(workspace, "valley", 3),
    "trash": lambda workspace: workspace.trash("robot"),
    "restore": lambda workspace: workspace.restore("ship"),
    "choose": lambda workspace: workspace.choices.choose("s", "x", "ship"),
    "story": lambda workspace: workspace.save_story("s", "title: t"),
    "original": lambda workspace: workspace.keep_original(workspace.get("robot"), b"data", ".tif"),
    "thumbnail": lambda workspace: workspace.thumbnail(workspace.get("robot")),
}


CALLS = {
    "save": ("fsync", "link"),
    "trash": ("fsync", "rename"),
    "restore": ("fsync", "rename"),
    "choose": ("fsync", "replace"),
    "story": ("fsync", "replace"),
    "original": ("fsync", "link"),
    "thumbnail": ("fsync", "replace"),
}


def test_a_project_that_takes_no_writing_can_be_looked_at(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On a read-only mount a whole project opens and shows its pictures; only changing it is an error."""
    kept = keep(workspace, "robot", 1)

    def read_only(*_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        for name in ("acquire", "_acquire"):
            patch.setattr(files_module.FileLock, name, read_only, raising=False)
        patch.setattr(files_module, "write_part", read_only)
        opened = Workspace.open(workspace.folder, workspace._index, tmp_path / "cache")
        assert [asset.id for asset in opened.assets()] == [kept.id]
        assert opened.read(kept)
        with pytest.raises(WorkspaceError, match="Nothing can be written"):
            opened.trash(kept.id)


@pytest.mark.parametrize(("change", "call"), [(change, call) for change, calls in CALLS.items() for call in calls])
def test_a_disk_that_fails_at_any_step_is_a_clear_error(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, change: str, call: str
) -> None:
    """Whichever call the system refuses, the verb ends in one error, no half file stays, and no picture is lost."""
    for seed, name in enumerate(("robot", "ship")):
        keep(workspace, name, seed)
    workspace.trash("ship")
    workspace.choices.choose("s", "x", "robot")
    choices = (workspace.folder / "choices.json").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, call, _full)
        with pytest.raises(WorkspaceError, match="No space left"):
            CHANGES[change](workspace)
    assert not [name for name in files(workspace.folder.parent) if name.endswith(".part")]
    pictures = [embedded.strip(path.read_bytes()) for path in workspace.folder.glob("*/*.png")]
    assert sorted(pictures) == sorted([png(0), png(1)])
    assert (workspace.folder / "choices.json").read_bytes() == choices


def test_a_full_disk_leaves_nothing_of_an_asset(tmp_path: Path) -> None:
    """When a picture does not fit, the error says so, no part of it stays, and a smaller one can be saved."""
    message, left = together(save_past_the_limit, [(tmp_path / "p",)])[0]
    assert "File too large" in message
    assert left == ["assets/small.png", "project.json"]


def test_a_folder_that_must_not_be_written_is_a_clear_error(tmp_path: Path) -> None:
    """Without the right to write, opening or saving is refused in plain words, not with a traceback."""
    messages = together(write_where_it_is_forbidden, [()])[0]
    assert len(messages) == 5
    assert all("Permission denied" in message for message in messages)


def test_a_file_system_without_hard_links_is_served_too(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where names cannot be linked, assets are renamed into place, and an existing name is still refused."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert [keep(workspace, "robot", seed).id for seed in range(3)] == ["robot", "robot-v2", "robot-v3"]
    assert [workspace.read(asset) for asset in workspace.assets()] == [png(seed) for seed in range(3)]
    part = files_module.write_part(workspace.assets_folder, [b"other"])
    with pytest.raises(FileExistsError):
        files_module.publish(part, workspace.assets_folder / "robot.png")
    assert workspace.read(workspace.get("robot")) == png(0)


def test_a_file_system_that_cannot_sync_folders_is_served_too(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network folder that refuses to sync a directory still takes an asset."""

    fsync = os.fsync

    def refuse_folders(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    assert workspace.read(keep(workspace, "robot", 1)) == png(1)


def test_what_crashed_writers_left_is_swept_and_a_living_ones_is_not(workspace: Workspace) -> None:
    """Temporary files over an hour old go when the project is opened; younger ones stay; neither is an asset."""
    for folder in (workspace.folder, workspace.assets_folder):
        for name, age in ((".old.part", 7200), (".young.part", 60)):
            (folder / name).write_bytes(png())
            os.utime(folder / name, (time.time() - age,) * 2)
    again = open_project(workspace.folder)
    assert ids(again) == []
    assert files(workspace.folder) == [".young.part", "assets/.young.part", "project.json"]


def test_a_temporary_name_is_no_image(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """While an asset is written, its file ends in neither .png nor .jpg, and stands in the same folder."""
    seen: list[Path] = []
    link = os.link
    monkeypatch.setattr(os, "link", lambda part, target: (seen.append(Path(part)), link(part, target)))
    keep(workspace, "robot")
    assert [path.suffix for path in seen] == [".part"]
    assert seen[0].parent == workspace.assets_folder


def test_a_project_folder_that_was_moved_is_not_made_anew(tmp_path: Path) -> None:
    """A change of a project whose folder is gone says so, and leaves nothing in the way of moving it back."""
    workspace = open_project(tmp_path / "p")
    workspace.folder.rename(tmp_path / "moved")
    with pytest.raises(WorkspaceError, match="not there any more"):
        workspace.choices.choose("s", "x", "ship")
    assert not (tmp_path / "p").exists()

"""Project folders: made, opened, refused, copied, with what is chosen and locked in them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from core.errors import (
    WorkspaceError,
)
from core.store.choices import Choices
from core.store.workspace import Workspace
from tests.processes import together
from tests.samples import files, keep, open_project, png
from tests.workers import (
    choose_and_lock,
    open_all,
)


def test_a_new_project_is_plain_files(tmp_path: Path) -> None:
    """Opening a missing folder makes a project of format 1, with an identity that stays."""
    workspace = open_project(tmp_path / "deep" / "My story")
    document = json.loads((workspace.folder / "project.json").read_text())
    assert document == {"format": 1, "title": "My story", "uuid": workspace.uuid}
    assert open_project(workspace.folder).uuid == workspace.uuid


def test_processes_on_a_fresh_home_do_not_trip_over_each_other(tmp_path: Path) -> None:
    """The first commands ever given, all at once, make one project and one set of databases."""
    uuids = together(open_all, [(tmp_path / "p",)] * 6)
    assert len(set(uuids)) == 1


def test_choices_made_by_two_processes_are_all_kept(tmp_path: Path) -> None:
    """Choosing and locking side by side loses nothing."""
    open_project(tmp_path / "p")
    together(choose_and_lock, [(tmp_path / "p", name) for name in ("a", "b")])
    choices = open_project(tmp_path / "p").choices.read()
    assert choices.chosen == {"story": {f"{name}{n}": f"x{n}" for name in "ab" for n in range(15)}}
    assert sorted(choices.locked["story"]) == sorted(f"{name}{n}" for name in "ab" for n in range(0, 15, 2))


def test_a_choice_can_be_changed_and_a_lock_taken_off(workspace: Workspace) -> None:
    """The last choice of a step counts, and locking twice is locking once."""
    choices = workspace.choices
    for asset_id in ("robot", "robot-v2"):
        choices.choose("story", "robot", asset_id)
        choices.lock("story", "robot", True)
    assert choices.read() == Choices(chosen={"story": {"robot": "robot-v2"}}, locked={"story": ("robot",)})
    assert (choices.read().asset_id("story", "robot"), choices.read().asset_id("x", "y")) == ("robot-v2", None)
    choices.lock("story", "robot", False)
    assert not choices.read().is_locked("story", "robot")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"chosen": []}', '{"locked": {"s": 5}}', "[" * 99_999, '{"format": 2}']
)
def test_damaged_choices_are_named_and_kept(workspace: Workspace, text: str) -> None:
    """A choices.json that cannot be read is a clear error, and no new choice overwrites it."""
    path = workspace.folder / "choices.json"
    path.write_text(text)
    for use in (workspace.choices.read, lambda: workspace.choices.choose("s", "x", "y")):
        with pytest.raises(WorkspaceError, match=r"choices\.json"):
            use()
    assert path.read_text() == text


def test_files_saved_by_an_editor_with_a_mark_are_read(workspace: Workspace) -> None:
    """A byte order mark at the beginning of project.json is no damage."""
    path = workspace.folder / "project.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert open_project(workspace.folder).uuid == workspace.uuid


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": "1", "uuid": "x", "title": "y"}', "\x00", "[" * 99_999]
)
def test_a_damaged_project_file_is_named(workspace: Workspace, text: str) -> None:
    """A project.json that cannot be read is a clear error; nothing is made in its place."""
    path = workspace.folder / "project.json"
    path.write_text(text)
    with pytest.raises(WorkspaceError, match=r"project\.json"):
        open_project(workspace.folder)
    assert path.read_text() == text


def test_a_project_of_a_newer_format_asks_for_an_update(workspace: Workspace) -> None:
    """An old Throughline does not touch what a newer one made."""
    path = workspace.folder / "project.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(WorkspaceError, match="Update Throughline"):
        open_project(workspace.folder)


def test_a_folder_with_other_things_in_it_is_no_project(tmp_path: Path) -> None:
    """Somebody's folder is refused and stays as it was; a file in place of a folder is refused too."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").write_bytes(png())
    for path in (tmp_path / "photos", tmp_path / "photos" / "a.png"):
        with pytest.raises(WorkspaceError):
            open_project(path, tmp_path / "home")
    assert files(tmp_path / "photos") == ["a.png"]


def test_a_crash_while_a_project_is_made_leaves_a_folder_that_opens(tmp_path: Path) -> None:
    """What a killed command left before project.json was there does not make the folder somebody else's."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / ".lock").touch()
    (tmp_path / "p" / ".0123.part").write_text("{")
    assert open_project(tmp_path / "p").assets() == []


@pytest.mark.parametrize("name", ["~no-such-user-here/p", "p\x00q", "loop", os.fsdecode(b"\xff")])
def test_a_folder_name_that_cannot_be_is_a_clear_error(tmp_path: Path, name: str) -> None:
    """Unknown users, null bytes, circles of links and bytes that are no text are refused by one error."""
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(WorkspaceError):
        open_project(Path(name) if name.startswith("~") else tmp_path / name, tmp_path / "home")


def test_a_folder_of_another_program_is_not_taken_for_a_project(tmp_path: Path) -> None:
    """Only our own project.json makes `assets` a place of ours."""
    (tmp_path / "project.json").write_text('{"name": "somebody"}')
    assert open_project(tmp_path / "assets" / "p", tmp_path / "home").assets() == []


@pytest.mark.parametrize("place", ["trash", "stories/deep", "Originals"])
def test_no_project_is_made_inside_another_ones_records(workspace: Workspace, tmp_path: Path, place: str) -> None:
    """A new project, as `demo --out` makes one, cannot stand among the records of a project."""
    before = files(workspace.folder)
    with pytest.raises(WorkspaceError, match="belongs to the project"):
        open_project(workspace.folder / place, tmp_path / "home")
    assert files(workspace.folder) == before


def test_a_copied_project_is_whole(workspace: Workspace, tmp_path: Path) -> None:
    """A folder copied elsewhere opens there with the same assets, on a machine that never saw it."""
    robot = keep(workspace, "robot", 1)
    keep(workspace, "valley", 2, robot)
    workspace.choices.choose("s", "robot", "robot")
    shutil.copytree(workspace.folder, tmp_path / "copy")
    copy = open_project(tmp_path / "copy", tmp_path / "new home")
    assert copy.assets() == workspace.assets()
    assert copy.choices.read() == workspace.choices.read()


def test_a_story_is_saved_inside_its_folder(workspace: Workspace) -> None:
    """A story's name cannot lead out of the project, and saving again replaces it."""
    path = workspace.save_story("../../evil", "one")
    assert workspace.save_story("../../evil", "two") == path
    assert path.parent == workspace.folder / "stories"
    assert path.read_text() == "two"

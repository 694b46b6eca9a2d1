"""A project on disk: nothing is overwritten, nothing is left half, and the index says what the files say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.errors import (
    AssetNotFoundError,
    CorruptAssetError,
    InvalidImageError,
    WorkspaceError,
)
from core.images import verify
from core.models.asset import Result
from core.store import embedded
from core.store.workspace import Workspace
from tests.processes import together
from tests.samples import encoded, files, ids, jpeg, keep, made_elsewhere, open_project, picture, png, rebuilt, recipe
from tests.workers import (
    save_robot,
)


def test_a_saved_asset_is_one_whole_file_with_its_recipe(workspace: Workspace) -> None:
    """What is saved is read back byte for byte, and its file alone says all that the index says."""
    asset = keep(workspace, "robot", 1)
    scene = workspace.save(recipe("valley", asset), Result(), jpeg(), "valley")
    assert files(workspace.folder) == ["assets/robot.png", "assets/valley.jpg", "project.json"]
    assert workspace.read(asset) == png(1)
    assert workspace.read(scene) == jpeg()
    assert scene.source_ids == ("robot",)
    assert (scene.result.mime, scene.result.width, scene.result.height) == ("image/jpeg", 32, 24)
    assert scene.result.created is not None
    assert workspace.assets() == rebuilt(workspace) == [asset, scene]


def test_a_version_is_a_new_id_and_the_old_one_stays(workspace: Workspace) -> None:
    """Saving under a name that is taken, in whatever case, gives -v2, -v3; no file changes."""
    first = keep(workspace, "Robot", 1)
    before = workspace.path(first).read_bytes()
    assert [keep(workspace, stem, seed).id for seed, stem in enumerate(("robot", "ROBOT", "robot-V2"), 2)] == [
        "robot-v2",
        "ROBOT-v3",
        "robot-V2-v2",
    ]
    assert workspace.path(first).read_bytes() == before


@pytest.mark.parametrize("kind", ["folder", "dead link", "part of another name", "damaged"])
def test_whatever_bears_a_name_already_is_not_in_the_way(workspace: Workspace, kind: str) -> None:
    """A folder, a link or a damaged file of that name is left alone, and the asset takes the next one."""
    place = workspace.assets_folder / "robot.png"
    if kind == "folder":
        place.mkdir()
    elif kind == "dead link":
        place.symlink_to("nowhere")
    elif kind == "part of another name":
        place.with_suffix(".PNG").write_bytes(png())
    else:
        place.write_bytes(b"damaged")
    assert keep(workspace, "robot").id == "robot-v2"


def test_an_id_longer_than_a_file_name_may_be_is_cut(workspace: Workspace) -> None:
    """Eighty signs of four bytes each would be too long for the file system; the asset is saved all the same."""
    asset = keep(workspace, "\U0001f916" * 80)
    again = keep(workspace, "\U0001f916" * 80)
    assert workspace.path(asset).is_file()
    assert again.id.endswith("-v2")


@pytest.mark.parametrize("data", [b"", b"text", png()[:-1], jpeg()[:300], encoded(picture(), "WEBP")], ids=len)
def test_only_whole_images_are_stored(workspace: Workspace, data: bytes) -> None:
    """What is no whole PNG or JPEG is refused, and no file is left."""
    with pytest.raises(InvalidImageError):
        workspace.save(recipe(), Result(), data, "robot")
    assert files(workspace.folder) == ["project.json"]


def test_a_picture_with_recipes_in_it_is_stored_with_ours_alone(workspace: Workspace) -> None:
    """Bytes that carry other recipes are bared first: the digest is that of the picture."""
    held = b"".join(embedded.embed(b"".join(embedded.embed(png(), "{}", "x", ())), "{}", "y", ()))
    asset = workspace.save(recipe(), Result(), held, "robot")
    assert workspace.read(asset) == png()
    assert workspace.assets() == rebuilt(workspace)


def test_the_trash_gives_back_what_it_was_given(workspace: Workspace) -> None:
    """An asset put away is gone from the project, is not overwritten by a new one of its name, and comes back."""
    asset = keep(workspace, "robot", 1)
    workspace.trash("robot")
    assert (ids(workspace), workspace.trashed()) == ([], ["robot"])
    assert keep(workspace, "robot", 2).id == "robot-v2"
    assert workspace.restore("robot") == asset
    assert (workspace.read(asset), workspace.trashed()) == (png(1), [])
    assert workspace.assets() == rebuilt(workspace)


def test_the_trash_never_overwrites(workspace: Workspace) -> None:
    """Where somebody put another file of the same name, both the trash and the project keep what they have."""
    keep(workspace, "robot", 1)
    workspace.trash("robot")
    shutil.copy(made_elsewhere(workspace, "robot", 2), workspace.assets_folder / "robot.png")
    workspace.sync()
    restored = workspace.restore("robot")
    assert restored.id == "robot-2"
    assert [workspace.read(workspace.get(name)) for name in ("robot", "robot-2")] == [png(2), png(1)]
    workspace.trash("robot")
    shutil.copy(made_elsewhere(workspace, "robot", 3), workspace.assets_folder / "robot.png")
    workspace.sync()
    workspace.trash("robot")
    assert workspace.trashed() == ["robot", "robot-2"]
    assert workspace.read(workspace.restore("robot")) == png(2)


@pytest.mark.parametrize("name", ["nothing", "../assets/robot", "", ".", "robot\x00"])
def test_only_what_the_trash_holds_is_restored(workspace: Workspace, name: str) -> None:
    """A name that is not in the trash, or a path out of it, is a clear error and moves nothing."""
    keep(workspace, "robot")
    before = files(workspace.folder)
    with pytest.raises(AssetNotFoundError):
        workspace.restore(name)
    assert files(workspace.folder) == before


def test_an_asset_whose_file_is_gone_is_an_error_of_ours(workspace: Workspace) -> None:
    """Reading, showing or putting away what was removed from outside says so."""
    asset = keep(workspace, "robot")
    workspace.path(asset).unlink()
    with pytest.raises(CorruptAssetError, match="reindex"):
        workspace.read(asset)
    with pytest.raises(CorruptAssetError):
        workspace.thumbnail(asset)
    with pytest.raises(WorkspaceError):
        workspace.trash("robot")
    with pytest.raises(AssetNotFoundError):
        workspace.get("nobody")


def test_an_asset_changed_from_outside_is_not_sent_as_the_old_one(workspace: Workspace) -> None:
    """Bytes that are not those of the digest are never handed on."""
    asset = keep(workspace, "robot", 1)
    workspace.path(asset).write_bytes(png(2))
    with pytest.raises(CorruptAssetError):
        workspace.read(asset)


def test_processes_saving_one_name_at_once_each_get_their_own(tmp_path: Path) -> None:
    """Eight processes that save under one stem leave eight whole assets with eight ids."""
    ids = together(save_robot, [(tmp_path / "p", seed) for seed in range(8)])
    assert sorted(ids) == ["robot", *(f"robot-v{number}" for number in range(2, 9))]
    again = open_project(tmp_path / "p")
    assert sorted(again.read(asset) for asset in again.assets()) == sorted(png(seed) for seed in range(8))
    assert files(again.folder) == [*sorted(f"assets/{name}.png" for name in ids), "project.json"]
    assert again.assets() == rebuilt(again)


def test_a_thumbnail_is_made_once_and_kept_by_digest(workspace: Workspace) -> None:
    """The same picture is made small once, and what was made is not made again."""
    asset = keep(workspace, "robot")
    path = workspace.thumbnail(asset)
    assert verify(path.read_bytes()).mime == "image/webp"
    stamp = path.stat().st_mtime_ns
    assert workspace.thumbnail(asset) == path
    assert path.stat().st_mtime_ns == stamp
    assert [file for file in files(path.parent) if not file.endswith(".webp")] == []


def test_originals_of_one_name_are_all_kept(workspace: Workspace) -> None:
    """An untouched file is never dropped for another one, nor kept twice."""
    asset = keep(workspace, "plate")
    for data in (b"one", b"two", b"one"):
        workspace.keep_original(asset, data, ".tif")
    originals = workspace.folder / "originals"
    assert {path.name: path.read_bytes() for path in originals.iterdir()} == {
        "plate.tif": b"one",
        "plate-original2.tif": b"two",
    }

"""Exports: a plain folder that Google's public notebook reads back as it was."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from core.errors import CorruptAssetError, WorkspaceError
from core.models.asset import Result
from core.store import embedded
from core.store.documents import from_json
from core.store.exporting import export_folder
from core.store.importing import image_files, import_files
from core.store.workspace import Workspace
from tests import notebook
from tests.samples import chunks, encoded, files, jpeg, keep, open_project, picture, png, recipe


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A project of an archive picture (a JPEG), a sheet and two scenes."""
    workspace = open_project(tmp_path / "p")
    archive = workspace.save(recipe("", name="Archive"), Result(), jpeg(), "archive")
    robot = keep(workspace, "robot", 1, archive)
    valley = workspace.save(recipe("- 第一行\nsecond line", robot, archive), Result(), png(2), "valley")
    keep(workspace, "forest", 3, robot, valley)
    return workspace


def test_the_notebook_reads_the_same_ids_sources_and_prompts(workspace: Workspace, tmp_path: Path) -> None:
    """Every asset is one PNG under its id, with its prompt, its sources in order, and its pixels."""
    paths = export_folder(workspace, workspace.assets(), tmp_path / "out")
    loaded = notebook.load(tmp_path / "out")
    assert sorted(path.name for path in paths) == files(tmp_path / "out")
    assert loaded.keys() == {asset.id for asset in workspace.assets()}
    for asset in workspace.assets():
        held = loaded[asset.id]
        assert (held.source_ids, held.prompt) == (asset.source_ids, asset.recipe.composed)
        with Image.open(workspace.path(asset)) as image:
            assert held.pixels == image.convert("RGB").tobytes()


@pytest.mark.parametrize("place", ["originals", "trash", "stories/new"])
def test_nothing_is_exported_among_the_records(workspace: Workspace, place: str) -> None:
    """Also an empty folder is refused when it is one of a project's own; a folder beside those is fine."""
    with pytest.raises(WorkspaceError, match="belongs to the project"):
        export_folder(workspace, workspace.assets(), workspace.folder / place)
    assert not (workspace.folder / place).exists()
    assert export_folder(workspace, workspace.assets(), workspace.folder / "out")


def test_no_source_dangles(workspace: Workspace, tmp_path: Path) -> None:
    """A source that is not exported is not named to the notebook, and is still in the recipe."""
    export_folder(workspace, [workspace.get("forest"), workspace.get("robot")], tmp_path / "out")
    assert {name: held.source_ids for name, held in notebook.load(tmp_path / "out").items()} == {
        "forest": ("robot",),
        "robot": (),
    }
    notes = embedded.read((tmp_path / "out" / "forest.png").read_bytes())
    assert from_json(str(notes.document))[0] == workspace.get("forest").recipe


def test_a_png_is_exported_byte_for_byte_but_for_our_chunks(workspace: Workspace, tmp_path: Path) -> None:
    """Taking our chunks out of an exported PNG gives the bytes that were generated."""
    export_folder(workspace, workspace.assets(), tmp_path / "out")
    assert embedded.strip((tmp_path / "out" / "valley.png").read_bytes()) == png(2)


def test_a_notebooks_folder_goes_out_as_it_came(tmp_path: Path) -> None:
    """What the notebook wrote keeps its own chunks, so that its digest is the same on the other side."""
    notebook.write(tmp_path / "in", "robot", (), "a robot\n机器人", picture(1))
    notebook.write(tmp_path / "in", "valley", ("robot",), "a valley", picture(2))
    workspace = open_project(tmp_path / "p")
    import_files(workspace, image_files([tmp_path / "in"]))
    export_folder(workspace, workspace.assets(), tmp_path / "out")
    assert notebook.load(tmp_path / "out") == notebook.load(tmp_path / "in")
    for name in ("robot.png", "valley.png"):
        assert embedded.strip((tmp_path / "out" / name).read_bytes()) == (tmp_path / "in" / name).read_bytes()


def test_remapped_sources_replace_what_a_file_came_with(tmp_path: Path) -> None:
    """A file whose own chunks name other ids than ours says the new ones when it goes out, and only once."""
    notebook.write(tmp_path / "in", "robot", (), "a robot", picture(1))
    notebook.write(tmp_path / "in", "valley", ("robot",), "a valley", picture(2))
    workspace = open_project(tmp_path / "p")
    keep(workspace, "robot", 9)
    import_files(workspace, image_files([tmp_path / "in"]))
    export_folder(workspace, workspace.assets(), tmp_path / "out")
    loaded = notebook.load(tmp_path / "out")
    assert (loaded["valley"].source_ids, loaded["valley"].prompt) == (("robot-2",), "a valley")
    kinds = [payload.split(b"\x00")[0] for kind, payload in chunks((tmp_path / "out" / "valley.png").read_bytes())]
    assert (kinds.count(b"prompt"), kinds.count(b"source_ids")) == (1, 1)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_jpeg_becomes_a_png_with_its_pixels(tmp_path: Path, mode: str) -> None:
    """A JPEG is decoded once, without loss; its colour profile goes along only where it fits."""
    profile = b"\x00" * 16 + {"L": b"GRAY", "RGB": b"RGB ", "CMYK": b"CMYK"}[mode] + b"\x00" * 120
    workspace = open_project(tmp_path / "p")
    data = jpeg(mode=mode, icc_profile=profile)
    workspace.save(recipe(), Result(), data, "plate")
    export_folder(workspace, workspace.assets(), tmp_path / "out")
    with Image.open(tmp_path / "out" / "plate.png") as image:
        assert image.convert("RGB").tobytes() == Image.open(io.BytesIO(data)).convert("RGB").tobytes()
        assert image.info.get("icc_profile") == (None if mode == "CMYK" else profile)


@pytest.mark.parametrize("name", ["picture.png", ".hidden", "folder"])
def test_a_folder_that_is_not_empty_is_refused(workspace: Workspace, tmp_path: Path, name: str) -> None:
    """Whatever is in the folder stays, and nothing is added to it."""
    (tmp_path / "out" / name).mkdir(parents=True)
    with pytest.raises(WorkspaceError, match="holds files already"):
        export_folder(workspace, workspace.assets(), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]


def test_a_file_in_place_of_the_folder_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """An export never replaces a file."""
    (tmp_path / "out").write_text("mine")
    with pytest.raises(WorkspaceError):
        export_folder(workspace, workspace.assets(), tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_an_export_that_fails_leaves_nothing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk halfway is a clear error, and the folder is empty again, ready for the same command."""
    calls = iter(range(100))
    fsync = os.fsync

    def fail_later(handle: int) -> None:
        if next(calls) > 4:
            raise OSError(28, "No space left on device")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", fail_later)
    with pytest.raises(WorkspaceError, match="No space left"):
        export_folder(workspace, workspace.assets(), tmp_path / "out")
    monkeypatch.undo()
    assert files(tmp_path / "out") == []
    assert len(export_folder(workspace, workspace.assets(), tmp_path / "out")) == 4


def test_a_damaged_asset_is_named_and_nothing_is_exported(workspace: Workspace, tmp_path: Path) -> None:
    """An export with a hole is no export."""
    workspace.path(workspace.get("valley")).write_bytes(encoded(picture(7), "PNG"))
    with pytest.raises(CorruptAssetError, match="valley"):
        export_folder(workspace, workspace.assets(), tmp_path / "out")
    assert files(tmp_path / "out") == []


def test_two_assets_never_become_one_file(tmp_path: Path) -> None:
    """Where a file system takes two ids for one name, the export is refused instead of losing a picture."""
    workspace = open_project(tmp_path / "p")
    asset = keep(workspace, "robot")
    with pytest.raises(WorkspaceError, match="there already"):
        export_folder(workspace, [asset, asset], tmp_path / "out")
    assert files(tmp_path / "out") == []

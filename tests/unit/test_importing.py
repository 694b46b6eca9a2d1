"""Imports: people's pictures come in whole, with what they were made from, and nothing of theirs is lost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from core.errors import StudioError, WorkspaceError
from core.models.asset import Kind, Recipe, Result, Role
from core.store import embedded, importing
from core.store.exporting import export_folder
from core.store.importing import check_image, image_files, import_file, import_files
from core.store.workspace import Workspace
from tests import notebook
from tests.processes import together
from tests.samples import bring_in, files, itxt, jpeg, keep, open_project, picture, png, recipe, with_chunk
from tests.workers import import_folder


def _notebook_folder(folder: Path) -> Path:
    """Write a small story as the notebook does: two roots, a branch, names that sort before their sources."""
    for seed, (name, sources, prompt) in enumerate(
        (
            ("0_archive", (), ""),
            ("robot", ("0_archive",), "- A felt robot\n- 毛毡机器人"),
            ("mountains", (), "Mountains"),
            ("a_valley", ("robot", "mountains"), "- Image 1: Robot.\nThe valley"),
            ("b_forest", ("robot", "a_valley"), "The forest"),
        )
    ):
        notebook.write(folder, name, sources, prompt, picture(seed))
    return folder


def test_a_notebooks_folder_comes_in_with_its_graph(workspace: Workspace, inbox: Path) -> None:
    """Ids are the file stems, prompts and ordered sources are those of the files, and no byte of a file changed."""
    bring_in(workspace, _notebook_folder(inbox))
    written = notebook.load(inbox)
    assert {asset.id: (asset.source_ids, asset.recipe.prompt) for asset in workspace.assets()} == {
        name: (asset.source_ids, asset.prompt) for name, asset in written.items()
    }
    for asset in workspace.assets():
        assert workspace.read(asset) == (inbox / f"{asset.id}.png").read_bytes()
        for source in asset.recipe.sources:
            assert source.digest == workspace.get(source.asset_id).digest
    assert workspace.get("0_archive").recipe.kind is Kind.ARCHIVE
    assert workspace.get("robot").recipe.kind is Kind.IMAGE


def test_sources_are_stored_before_what_was_made_from_them(workspace: Workspace, inbox: Path) -> None:
    """In whatever order files are named, an asset is never older than its sources: a crash leaves none dangling."""
    bring_in(workspace, *sorted(_notebook_folder(inbox).iterdir()))
    seen: set[str] = set()
    for asset in workspace.assets():
        assert set(asset.source_ids) <= seen
        seen.add(asset.id)
    assert len(seen) == 5


def test_names_that_are_taken_get_numbers_and_the_graph_follows(workspace: Workspace, inbox: Path) -> None:
    """Where ids collide with other pictures the newcomers get -2, and the sources of that import point at those."""
    keep(workspace, "robot", 100)
    keep(workspace, "A_Valley", 101)
    bring_in(workspace, _notebook_folder(inbox))
    assert workspace.get("robot-2").source_ids == ("0_archive",)
    assert workspace.get("a_valley-2").source_ids == ("robot-2", "mountains")
    assert workspace.get("b_forest").source_ids == ("robot-2", "a_valley-2")
    assert [source.digest for source in workspace.get("b_forest").recipe.sources] == [
        workspace.get(name).digest for name in ("robot-2", "a_valley-2")
    ]
    assert workspace.read(workspace.get("robot")) == png(100)


def test_the_same_folder_again_is_the_same_assets(workspace: Workspace, inbox: Path) -> None:
    """Importing twice adds nothing and says so."""
    first = bring_in(workspace, _notebook_folder(inbox))
    before = files(workspace.folder)
    again = import_files(workspace, image_files([inbox]))
    assert {item.path.name: item.asset for item in again} == first
    assert not any(item.is_new for item in again)
    assert files(workspace.folder) == before


def test_an_import_that_broke_off_is_completed_by_the_same_command(workspace: Workspace, inbox: Path) -> None:
    """What is there is found by its digest, what is missing is added, and the graph is whole."""
    _notebook_folder(inbox)
    bring_in(workspace, inbox / "robot.png")
    bring_in(workspace, inbox)
    assert sorted(asset.id for asset in workspace.assets()) == sorted(notebook.load(inbox))
    assert workspace.get("b_forest").source_ids == ("robot", "a_valley")


def test_one_picture_under_two_names_is_one_asset_and_no_source_dangles(workspace: Workspace, inbox: Path) -> None:
    """A copy in the same import is the same asset, and what was made from the copy points at it."""
    notebook.write(inbox, "original", (), "", picture(1))
    shutil.copy(inbox / "original.png", inbox / "copy.png")
    notebook.write(inbox, "scene", ("copy", "original"), "words", picture(2))
    done = bring_in(workspace, inbox)
    assert done["copy.png"] == done["original.png"]
    assert len(workspace.assets()) == 2
    kept = done["copy.png"].id
    assert workspace.get("scene").source_ids == (kept, kept)


def test_two_folders_with_the_same_names_do_not_mix(workspace: Workspace, inbox: Path) -> None:
    """A picture's sources are those beside it, not those of the same name in another folder."""
    for seed, folder in enumerate(("one", "two")):
        notebook.write(inbox / folder, "robot", (), folder, picture(seed * 2))
        notebook.write(inbox / folder, f"scene {folder}", ("robot",), folder, picture(seed * 2 + 1))
    bring_in(workspace, inbox / "one", inbox / "two")
    for folder in ("one", "two"):
        (source_id,) = workspace.get(f"scene {folder}").source_ids
        assert workspace.get(source_id).recipe.prompt == folder


def test_hostile_graphs_are_taken_as_they_are(workspace: Workspace, inbox: Path) -> None:
    """Circles, self-references, thousands of missing sources and paths as ids end in assets, not in a hang."""
    notebook.write(inbox, "a", ("b",), "", picture(1))
    notebook.write(inbox, "b", ("a", "b"), "", picture(2))
    notebook.write(inbox, "c", tuple(f"missing{n}" for n in range(3000)), "", picture(3))
    notebook.write(inbox, "d", ("../../etc/passwd", "\x00", "a\x1b[31m"), "", picture(4))
    bring_in(workspace, inbox)
    assert sorted(asset.id for asset in workspace.assets()) == ["a", "b", "c", "d"]


def test_of_thousands_of_sources_a_hundred_are_recorded(workspace: Workspace, inbox: Path) -> None:
    """A file that names 20,000 sources comes in with the first hundred and says so; the graph stays drawable."""
    names = [f"lost-{number}" for number in range(20_000)]
    notebook.write(inbox, "many", tuple(names), "A crowd", picture(1))
    notebook.write(inbox, "most", tuple(names[:100]), "A company", picture(2))
    bring_in(workspace, inbox)
    many, most = workspace.get("many"), workspace.get("most")
    assert many.source_ids == most.source_ids == tuple(names[:100])
    assert "20000" in many.result.warnings[0]
    assert most.result.warnings == ()


def test_a_chain_of_a_thousand_scenes_comes_in(workspace: Workspace) -> None:
    """A long story is ordered without running out of stack."""
    paths = [Path(f"{n:04}.png") for n in range(3000)]
    sources = {path: paths[at + 1 : at + 2] for at, path in enumerate(paths)}
    assert importing._sources_first(sources) == paths[::-1]


def test_our_own_picture_comes_in_with_its_recipe(workspace: Workspace, tmp_path: Path) -> None:
    """A PNG or JPEG of another project brings its recipe, its result and its graph, and its digest is the same."""
    other = open_project(tmp_path / "other")
    robot = keep(other, "robot", 1)
    scene = other.save(recipe("valley", robot), Result(cost_usd=0.04, text="words"), jpeg(), "valley")
    bring_in(workspace, other.assets_folder)
    assert workspace.assets() == [robot, scene]


def test_a_picture_alone_finds_its_source_by_digest(workspace: Workspace, tmp_path: Path) -> None:
    """Where the source is in the project under another name, the newcomer points at that one."""
    other = open_project(tmp_path / "other")
    robot = keep(other, "robot", 1)
    keep(other, "valley", 2, robot)
    kept = keep(workspace, "my robot", 1)
    keep(workspace, "robot", 9)
    scene = import_file(workspace, other.assets_folder / "valley.png")
    assert scene.source_ids == (kept.id,)
    assert scene.recipe.fingerprint == other.get("valley").recipe.fingerprint


def test_a_source_that_is_another_picture_is_not_taken_for_it(workspace: Workspace, tmp_path: Path) -> None:
    """The same name is not enough when the recipe knows the digest and only the project has that name."""
    other = open_project(tmp_path / "other")
    scene = keep(other, "valley", 2, keep(other, "robot", 1))
    keep(workspace, "robot", 9)
    assert import_file(workspace, other.path(scene)).recipe == scene.recipe


@pytest.mark.parametrize("document", ["{", "[" * 60_000, '{"format": 9}', "x" * 3_000_000, '{"format": Infinity}'])
def test_a_hostile_recipe_leaves_a_picture_with_a_warning(workspace: Workspace, inbox: Path, document: str) -> None:
    """The picture is taken, what stood in for a recipe is not, and the asset says so."""
    (inbox / "evil.png").write_bytes(with_chunk(png(), b"iTXt", itxt("throughline", document.encode())))
    asset = import_file(workspace, inbox / "evil.png")
    assert (asset.recipe, workspace.read(asset)) == (Recipe(kind=Kind.IMAGE, name="evil"), png())
    assert len(asset.result.warnings) == 1


def test_a_picture_embedded_twice_is_the_same_picture(workspace: Workspace, inbox: Path) -> None:
    """However many recipes stand in a file, its digest is that of the picture, and importing again finds it."""
    (inbox / "a.png").write_bytes(b"".join(embedded.embed(b"".join(embedded.embed(png(), "{}", "", ())), "{}", "", ())))
    first = import_file(workspace, inbox / "a.png")
    (inbox / "b.png").write_bytes(png())
    assert import_file(workspace, inbox / "b.png") == first
    assert check_image(inbox / "a.png") == first.digest


def test_a_full_disk_is_named_for_every_file(
    workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When nothing more can be stored, each result holds the error, and none an asset."""
    _notebook_folder(inbox)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    done = import_files(workspace, image_files([inbox]))
    assert [type(item.error) for item in done] == [WorkspaceError] * 5
    monkeypatch.undo()
    assert files(workspace.folder) == ["project.json"]
    assert isinstance(done[0].error, StudioError)


def test_two_imports_at_once_lose_nothing(tmp_path: Path) -> None:
    """Folders with the same names and other pictures, imported side by side, both come in with their own graphs."""
    for seed, name in enumerate(("one", "two")):
        for number in range(4):
            sources = (f"{number - 1}",) if number else ()
            notebook.write(tmp_path / name, f"{number}", sources, name, picture(seed * 10 + number))
    done = together(import_folder, [(tmp_path / "p", tmp_path / name) for name in ("one", "two")])
    workspace = open_project(tmp_path / "p")
    assert len(workspace.assets()) == 8
    for name, pairs in zip(("one", "two"), done, strict=True):
        ids = dict(pairs)
        for number in range(1, 4):
            assert workspace.get(ids[f"{number}.png"]).source_ids == (ids[f"{number - 1}.png"],)
            assert workspace.get(ids[f"{number}.png"]).recipe.prompt == name


def test_a_folder_exported_here_comes_in_there_with_its_recipes(workspace: Workspace, tmp_path: Path) -> None:
    """Project, export, import into a new project: the same ids, recipes and results."""
    robot = keep(workspace, "robot", 1)
    scene = keep(workspace, "valley", 2, robot, story="s", step="valley", attempt=3)
    export_folder(workspace, [scene, robot], tmp_path / "out")
    new = open_project(tmp_path / "new")
    bring_in(new, tmp_path / "out")
    assert new.assets() == workspace.assets()
    assert new.get("valley").recipe.sources[0].role is Role.CHARACTER

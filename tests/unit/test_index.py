"""The index: it says what the files say, whatever was done to them or to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from core.errors import (
    ConfigurationError,
    WorkspaceError,
)
from core.models.asset import Kind, Result
from core.store.index import AssetIndex
from core.store.workspace import Workspace
from tests.processes import together
from tests.samples import ids, itxt, jpeg, keep, made_elsewhere, open_project, png, rebuilt, with_chunk
from tests.workers import (
    list_ids,
)


def test_the_index_follows_what_is_done_to_the_files(workspace: Workspace) -> None:
    """What was added, changed, damaged or removed outside is so in the index when the project is opened again."""
    for seed, stem in enumerate(("kept", "removed", "changed", "damaged", "renamed")):
        keep(workspace, stem, seed)
    (workspace.assets_folder / "removed.png").unlink()
    shutil.copy(made_elsewhere(workspace, "x", 8), workspace.assets_folder / "changed.png")
    shutil.copy(made_elsewhere(workspace, "added", 9), workspace.assets_folder / "added.png")
    (workspace.assets_folder / "damaged.png").write_bytes(png()[:-3])
    (workspace.assets_folder / "renamed.png").rename(workspace.assets_folder / "new name.png")
    (workspace.assets_folder / "note.txt").write_text("no asset")
    again = open_project(workspace.folder)
    assert ids(again) == ["added", "changed", "kept", "new name"]
    assert again.read(again.get("changed")) == png(8)
    assert again.assets() == rebuilt(again)
    assert again.reindex() == 4
    assert again.assets() == rebuilt(again)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_plain_picture_put_into_the_folder_is_an_asset(workspace: Workspace, suffix: str) -> None:
    """A file without a recipe is listed as an archive picture; one with the wrong suffix is not."""
    data = png() if suffix == ".png" else jpeg()
    (workspace.assets_folder / f"plate{suffix}").write_bytes(data)
    (workspace.assets_folder / ("lie.jpg" if suffix == ".png" else "lie.png")).write_bytes(data)
    workspace.sync()
    assert [(asset.id, asset.recipe.kind) for asset in workspace.assets()] == [("plate", Kind.ARCHIVE)]


@pytest.mark.parametrize(
    "document",
    [
        '{"format":1,"recipe":{"kind":"scene"},"result":{"created":"0001-01-01T00:00:00"}}',
        '{"format":1,"recipe":{"kind":"scene"},"result":{"created":"9999-12-31T23:59:59+00:00"}}',
        '{"format":1,"recipe":{"kind":"scene","story":"\\ud800","step":"\\u0000"},"result":{}}',
        '{"format":1,"recipe":{"kind":"scene","sources":[{"asset_id":"../../x\\n"}]},"result":{"cost_usd":1e308}}',
        "[" * 50_000,
        '{"format":99}',
    ],
)
def test_one_hostile_file_does_not_lock_a_person_out(workspace: Workspace, document: str) -> None:
    """A picture with a malicious recipe is an asset among others; the project opens and lists."""
    keep(workspace, "robot")
    (workspace.assets_folder / "evil.png").write_bytes(
        with_chunk(png(3), b"iTXt", itxt("throughline", document.encode()))
    )
    again = open_project(workspace.folder)
    assert ids(again) == ["evil", "robot"]
    assert again.read(again.get("evil")) == png(3)
    assert again.assets() == rebuilt(again)


def test_a_file_name_that_is_no_text_is_passed_over(workspace: Workspace) -> None:
    """A name of bytes that are no UTF-8, as old archives hold, does not stop a project from opening."""
    try:
        Path(os.fsdecode(bytes(workspace.assets_folder) + b"/\xff\xfe.png")).write_bytes(png())
    except OSError:
        pytest.skip("this file system takes no such name")
    keep(workspace, "robot", 1)
    assert ids(open_project(workspace.folder)) == ["robot"]


@pytest.mark.parametrize("damage", ["deleted", "garbage", "torn", "empty", "other columns", "garbage log"])
def test_a_lost_or_damaged_index_is_built_anew(workspace: Workspace, damage: str) -> None:
    """The index is a cache: whatever happened to it, opening the project gives the same library and graph."""
    robot = keep(workspace, "robot", 1)
    for seed in range(2, 20):
        keep(workspace, "scene", seed, robot)
    expected = workspace.assets()
    workspace._index.close()
    home = workspace.folder.parent / "home"
    database = home / "index.sqlite"
    if damage == "deleted":
        shutil.rmtree(home)
    elif damage == "garbage":
        database.write_bytes(b"no database" * 999)
    elif damage == "torn":
        data = database.read_bytes()
        database.write_bytes(data[: len(data) // 2 // 4096 * 4096 + 100])
    elif damage == "empty":
        database.write_bytes(b"")
    elif damage == "garbage log":
        database.write_bytes(b"no database" * 999)
        database.with_name("index.sqlite-wal").write_bytes(b"log" * 999)
    else:
        database.unlink()
        with sqlite3.connect(database) as connection:
            connection.execute("create table assets (id text, of_a_newer_version text)")
        connection.close()
    assert open_project(workspace.folder).assets() == expected


def test_every_page_of_a_damaged_index_can_be_lost(workspace: Workspace) -> None:
    """Noise over any page of the index costs nothing but the time to build it again."""
    for seed in range(30):
        keep(workspace, "scene", seed)
    expected = workspace.assets()
    workspace._index.close()
    database = workspace.folder.parent / "home" / "index.sqlite"
    whole = database.read_bytes()
    for page in range(0, len(whole), 4096 * max(1, len(whole) // 4096 // 8)):
        database.write_bytes(whole[:page] + b"\xa5" * 4096 + whole[page + 4096 :])
        again = open_project(workspace.folder)
        assert again.assets() == expected
        again._index.close()


def test_processes_that_find_a_damaged_index_build_one(tmp_path: Path) -> None:
    """Several commands that start on a damaged index at once all work, and agree afterwards."""
    keep(open_project(tmp_path / "p"), "robot")
    (tmp_path / "home" / "index.sqlite").write_bytes(b"no database" * 999)
    assert together(list_ids, [(tmp_path / "p",)] * 4) == [["robot"]] * 4
    assert list_ids(tmp_path / "p") == ["robot"]


def test_projects_of_one_home_do_not_mix(tmp_path: Path) -> None:
    """Two projects with the same ids, in one index, each list their own; the last opened comes first."""
    one, two = open_project(tmp_path / "one"), open_project(tmp_path / "two")
    keep(one, "robot", 1)
    keep(two, "robot", 2)
    assert (one.read(one.get("robot")), two.read(two.get("robot"))) == (png(1), png(2))
    index = AssetIndex(tmp_path / "home")
    assert index.recent_projects() == [two.folder, one.folder]
    shutil.rmtree(two.folder)
    assert index.recent_projects() == [one.folder]


def test_assets_are_found_by_digest_recipe_plan_and_step(workspace: Workspace) -> None:
    """Every way to ask for assets gives exactly those, oldest first."""
    first = keep(workspace, "robot", 1, story="s", step="robot")
    second = workspace.save(first.recipe.model_copy(update={"attempt": 2}), Result(), png(2), "robot")
    other = keep(workspace, "ship", 3, story="s", step="ship")
    assert workspace.with_digest(first.digest) == [first]
    assert workspace.with_fingerprint(second.recipe.fingerprint) == [second]
    assert workspace.with_plan(first.recipe.plan) == [first, second]
    assert workspace.versions("s", "robot") == [first, second]
    assert workspace.versions("s", "ship") == [other]
    assert workspace.find("nobody") is None


def test_more_assets_than_a_statement_takes_values(workspace: Workspace) -> None:
    """Where a statement takes 999 values, as many databases have it, two thousand assets come and go all the same."""
    made = keep(workspace, "robot")
    many = [(made.model_copy(update={"id": f"a{n}"}), "stamp") for n in range(2_000)]
    index = AssetIndex(workspace.folder.parent / "big")
    connection = index._engine.raw_connection()
    connection.driver_connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    connection.close()
    index.put(workspace.folder, many)
    assert len(index.stamps(workspace.folder)) == 2_000
    index.remove(workspace.folder, [asset.id for asset, _ in many])
    assert index.stamps(workspace.folder) == {}


def test_a_home_that_cannot_be_used_is_a_clear_error(tmp_path: Path) -> None:
    """A file in place of the home folder, or a database address nobody can use, names the setting to look at."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="index"):
        AssetIndex(tmp_path / "file")
    for url in ("nonsense", "postgresql+nothing://u:hunter2@h/d", "mysql://u:hunter2@h/d"):
        with pytest.raises(ConfigurationError, match="THROUGHLINE_DATABASE_URL") as caught:
            AssetIndex(tmp_path / "home", url)
        assert "hunter2" not in str(caught.value)


def test_a_failing_database_tells_neither_statement_nor_values(workspace: Workspace) -> None:
    """When the index breaks while it is used, the error is ours and repeats nothing of a recipe."""
    database = workspace.folder.parent / "home" / "index.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("drop table assets")
    connection.close()
    with pytest.raises(WorkspaceError) as caught:
        keep(workspace, "robot", 0, model="my secret words")
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert ids(open_project(workspace.folder)) == ["robot"]

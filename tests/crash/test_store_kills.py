"""Saving and importing killed again and again: whole files or none, the index says what the files say."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

from core.images import verify
from core.store.importing import image_files, import_files
from core.store.workspace import Workspace
from tests import notebook
from tests.processes import killed_once
from tests.samples import encoded, open_project, picture
from tests.workers import import_folder, save_without_end

KILLS = 200 if os.environ.get("THROUGHLINE_SOAK") else 20


def _is_whole(workspace: Workspace) -> None:
    """Hold that every published file is a whole asset of the index, and that nothing it was made from is missing."""
    assets = {asset.id: asset for asset in workspace.assets()}
    published = [path for path in workspace.assets_folder.iterdir() if not path.name.startswith(".")]
    assert sorted(path.name for path in published) == sorted(asset.file_name for asset in assets.values())
    for path in published:
        verify(path.read_bytes())
    for asset in assets.values():
        workspace.read(asset)
        for source in asset.recipe.sources:
            assert assets[source.asset_id].digest == source.digest
    again = open_project(workspace.folder, workspace.folder.parent / "another home")
    assert {asset.id: asset for asset in again.assets()} == assets


def _grown(folder: Path, by: int) -> Callable[[], bool]:
    """Return what tells that so many pictures more than now are published in a project."""

    def count() -> int:
        return len(list((folder / "assets").glob("[!.]*")))

    before = count()
    return lambda: count() >= before + by


def test_saving_killed_again_and_again_leaves_whole_assets(tmp_path: Path) -> None:
    """After every kill the project opens, all that is published is whole, and nothing saved before is lost."""
    chance = random.Random(11)
    saved: dict[str, str] = {}
    for kill in range(KILLS):
        is_time = _grown(tmp_path / "p", chance.randint(1, 4))
        killed_once(is_time, chance.uniform(0, 0.03), save_without_end, (tmp_path / "p", kill * 1000))
        workspace = open_project(tmp_path / "p")
        now = {asset.id: asset.digest for asset in workspace.assets()}
        assert saved.items() <= now.items()
        chosen = workspace.choices.read().asset_id("story", "scene")
        assert chosen is None or chosen in now
        saved = now
    _is_whole(open_project(tmp_path / "p"))
    assert len(saved) >= KILLS


def test_an_import_killed_again_and_again_is_completed(tmp_path: Path) -> None:
    """However often an import is killed, what is there is whole and dangles nowhere, and the next one completes it."""
    chance = random.Random(13)
    count = 4 * KILLS
    for seed in range(count):
        sources = (f"z{seed - 1:03}", f"z{seed // 2:03}") if seed > 1 else ()
        notebook.write(tmp_path / "in", f"z{seed:03}", sources, f"scene {seed}", picture(seed, (64, 48)))
    (tmp_path / "in" / "plate.bmp").write_bytes(encoded(picture(999), "BMP"))
    counts = []
    for _ in range(KILLS):
        is_time = _grown(tmp_path / "p", chance.randint(0, 2))
        killed_once(is_time, chance.uniform(0, 0.02), import_folder, (tmp_path / "p", tmp_path / "in"))
        workspace = open_project(tmp_path / "p")
        _is_whole(workspace)
        counts.append(len(workspace.assets()))
    assert counts == sorted(counts)
    assert set(counts) - {0, count + 1}, "no kill came in the middle"
    done = import_files(workspace, image_files([tmp_path / "in"]))
    assert [item.error for item in done if item.error] == []
    _is_whole(workspace)
    assert sorted(asset.id for asset in workspace.assets()) == ["plate", *(f"z{seed:03}" for seed in range(count))]
    assert len(list((workspace.folder / "originals").glob("[!.]*"))) == 1
    assert workspace.get("z002").source_ids == ("z001", "z001")

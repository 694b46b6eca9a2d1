"""The lineage as files: written whole, and never over what the project itself is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.store.workspace import Workspace
from core.studio.lineage_files import write_lineage
from tests.samples import keep

FORMS = ("json", "png", "html")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "place",
    [
        "project.json",
        "choices.json",
        "drafts.json",
        "notes.json",
        "assets/robot.png",
        "stories/s.yaml",
        "originals/new",
        "trash/x",
    ],
)
def test_the_records_are_not_written_over(workspace: Workspace, form: str, place: str) -> None:
    """A file of the project is refused as a target and stays as it is, however the path is written."""
    keep(workspace, "robot", 1)
    (workspace.folder.parent / "link").symlink_to(workspace.folder)
    before = {path: path.read_bytes() for path in workspace.folder.rglob("*") if path.is_file()}
    for target in (workspace.folder / place, workspace.folder.parent / "link" / "assets" / ".." / place):
        with pytest.raises(WorkspaceError, match="belongs to the project"):
            write_lineage(workspace, form, target)
    assert {path: path.read_bytes() for path in workspace.folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("form", FORMS)
def test_a_place_beside_the_records_is_fine(workspace: Workspace, form: str) -> None:
    """The project's folder may hold the lineage, as that of the sample does, or a folder of exports."""
    for place in (f"lineage.{form}", f"exports/trash/lineage.{form}"):
        write_lineage(workspace, form, workspace.folder / place)
        assert (workspace.folder / place).is_file()


@pytest.mark.parametrize("form", FORMS)
def test_what_stood_there_is_replaced_whole(workspace: Workspace, tmp_path: Path, form: str) -> None:
    """A file is put in the place of the old one, which is never half written."""
    out, kept = tmp_path / "lineage", tmp_path / "kept"
    out.write_text("old")
    kept.hardlink_to(out)
    text = write_lineage(workspace, form, out)
    assert kept.read_text() == "old"
    assert out.read_bytes() != b"old"
    if form == "json":
        assert json.loads(out.read_text()) == json.loads(text) == {"nodes": [], "edges": []}

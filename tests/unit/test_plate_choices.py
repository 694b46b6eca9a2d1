"""Plates chosen for an export, and objects put together by what they are called."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.models.asset import Kind, Recipe, Result
from core.models.region import Box, Detection, Region
from core.store.workspace import Workspace
from core.studio.plates import objects
from core.studio.plates.cutting import Cut, cut_out
from core.studio.plates.gathering import Going, write_plates
from tests.samples import png

UPPER = Region(id="r1", box=Box(ymin=100, xmin=100, ymax=300, xmax=500), label="ship", caption="The\nship.")
LOWER = Region(id="r2", box=Box(ymin=500, xmin=200, ymax=900, xmax=900))


def test_plates_are_chosen_by_their_names(workspace: Workspace, tmp_path: Path) -> None:
    """Only the plates named go out, in that order; more than three references, or one that is none, are refused."""
    page = workspace.save(Recipe(kind=Kind.PAGE, name="Page 3"), Result(), png(1, (200, 100)), "page-3")
    workspace.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=(UPPER, LOWER)))
    cut_out(workspace, page, (UPPER, LOWER), Cut())
    chosen = Going(chosen=("page-3/r2", "page-3/r1"))
    assert write_plates(workspace, "references", tmp_path / "set.zip", going=chosen) == 2
    with zipfile.ZipFile(tmp_path / "set.zip") as packed:
        assert packed.namelist() == ["reference-1-r2.png", "reference-2-ship.png", "roles.txt"]
    assert write_plates(workspace, "csv", tmp_path / "one.csv", going=Going(chosen=("page-3/r2",))) == 1
    with pytest.raises(WorkspaceError, match="page-3/r1"):
        write_plates(workspace, "csv", tmp_path / "none.csv", going=Going(chosen=("page-3/r9",)))
    many = tuple(UPPER.model_copy(update={"id": f"r{number}"}) for number in range(1, 5))
    workspace.detections.save(Detection(number=2, page=page.id, digest=page.digest, regions=many))
    cut_out(workspace, page, many, Cut())
    with pytest.raises(WorkspaceError, match="Choose that many plates"):
        write_plates(
            workspace, "references", tmp_path / "x.zip", going=Going(tuple(f"page-3/r{n}" for n in range(1, 5)))
        )


def test_objects_are_grouped_by_label() -> None:
    """Each label has its objects in reading order, the most frequent label first."""
    third = UPPER.model_copy(update={"id": "r3"})
    assert objects.grouped((LOWER, UPPER, third)) == [("ship", (UPPER, third)), ("", (LOWER,))]

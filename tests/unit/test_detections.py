"""Detections on disk: plain files beside the pages, numbered, never overwritten, whole or not there."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from core.errors import WorkspaceError
from core.models.asset import EngineName
from core.models.region import Box, Detection, DetectionSettings, Flag, Region, Wish
from core.store.detections import mask_digest
from core.store.workspace import Workspace
from tests.samples import files, keep, open_project, png

PAGE = "page-7"


def region(number: int = 1, **more: Any) -> Region:
    return Region(id=f"r{number}", box=Box(ymin=1.5, xmin=2, ymax=30, xmax=40), label="ship", **more)


def detection(*regions: Region, page: str = PAGE, **more: Any) -> Detection:
    return Detection(number=1, page=page, digest="d" * 64, regions=regions, **more)


def folder_of(workspace: Workspace, page: str = PAGE) -> Path:
    return workspace.folder / "detections" / page


def test_a_detection_comes_back_as_it_was(workspace: Workspace) -> None:
    """All of a detection is in its file: regions, wish, engine, settings, counts, costs; and a number and a time."""
    full = detection(
        region(caption="第一行\nsecond", score=0.5, flags=(Flag.REVERSED,)),
        wish=Wish(labels=("ship", "bird"), is_exhaustive=True),
        engine=EngineName.GEMINI,
        model="m",
        settings=DetectionSettings(thinking_level="low", media_resolution="ultra_high"),
        prompt="Find.",
        repairs={Flag.REVERSED: 1, Flag.EMPTY: 2},
        warnings=("w",),
        cost_usd=0.01,
        seconds=1.5,
    )
    saved = workspace.detections.save(full)
    assert (saved.number, saved.created is not None) == (1, True)
    assert saved.model_copy(update={"created": None}) == full
    assert open_project(workspace.folder).detections.current(PAGE) == saved
    assert workspace.detections.get(PAGE, 1) == saved


def test_numbers_go_up_and_nothing_is_overwritten(workspace: Workspace) -> None:
    """Each saving is a new file, also after one in the middle is gone, and the newest is the current one."""
    for _ in range(3):
        workspace.detections.save(detection(region()))
    (folder_of(workspace) / "2.json").unlink()
    before = (folder_of(workspace) / "3.json").read_bytes()
    assert workspace.detections.save(detection()).number == 4
    assert (folder_of(workspace) / "3.json").read_bytes() == before
    assert [one.number for one in workspace.detections.read(PAGE).readable] == [1, 3, 4]
    current = workspace.detections.current(PAGE)
    assert current is not None
    assert (current.number, current.regions) == (4, ())


def test_one_is_brought_back_until_a_newer_is_written(workspace: Workspace) -> None:
    """An older detection that was chosen is the current one, until the next is saved."""
    for _ in range(3):
        workspace.detections.save(detection())
    workspace.detections.choose(PAGE, 1)
    assert getattr(open_project(workspace.folder).detections.current(PAGE), "number", 0) == 1
    workspace.detections.save(detection())
    assert getattr(workspace.detections.current(PAGE), "number", 0) == 4


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', '{"format": 9, "number": 2, "page": "p"}', "null"])
def test_a_damaged_file_is_named_and_passed_over(workspace: Workspace, content: str) -> None:
    """A file that cannot be read is named with what to do; the others, and the one before it, are still there."""
    workspace.detections.save(detection(region()))
    (folder_of(workspace) / "2.json").write_text(content)
    done = workspace.detections.read(PAGE)
    assert [one.number for one in done.readable] == [1]
    (error,) = done.damaged
    assert str(folder_of(workspace) / "2.json") in error.message
    assert getattr(workspace.detections.current(PAGE), "number", 0) == 1
    assert workspace.detections.save(detection()).number == 3


@pytest.mark.parametrize("content", ["{", "[]", '{"number": 7, "newest": 2}', '{"number": "1", "newest": 2}'])
def test_a_damaged_choice_means_the_newest(workspace: Workspace, content: str) -> None:
    """Where the note of what is current is damaged or names what is not there, the newest counts."""
    workspace.detections.save(detection())
    workspace.detections.save(detection())
    (folder_of(workspace) / "current.json").write_text(content)
    assert getattr(workspace.detections.current(PAGE), "number", 0) == 2


def test_pages_without_any(workspace: Workspace) -> None:
    """A page nobody searched has no detection, and asking for one by number says so."""
    assert workspace.detections.current(PAGE) is None
    assert workspace.detections.read(PAGE).readable == ()
    assert workspace.detections.pages() == []
    with pytest.raises(WorkspaceError, match="is not there"):
        workspace.detections.get(PAGE, 1)
    with pytest.raises(WorkspaceError):
        workspace.detections.choose(PAGE, 1)
    assert files(workspace.folder / "detections") == []


@pytest.mark.parametrize("page", ["", ".", "..", "../assets", "a/b", "/etc"])
def test_a_page_never_leads_out_of_the_project(workspace: Workspace, page: str) -> None:
    """A name with a path in it is no page's id: nothing is read or written there."""
    with pytest.raises(WorkspaceError, match="cannot be the id"):
        workspace.detections.save(detection(page=page))
    with pytest.raises(WorkspaceError):
        workspace.detections.current(page)


def test_masks_are_kept_once_by_their_digest(workspace: Workspace) -> None:
    """A mask is a file of its own, named by its digest, shared by all detections; a damaged one is named."""
    mask = png(1, mode="L")
    digest = mask_digest(mask)
    for _ in range(2):
        workspace.detections.save(detection(region(mask=digest)), [mask])
    assert files(folder_of(workspace)) == ["1.json", "2.json", f"masks/{digest}.png"]
    assert workspace.detections.mask(PAGE, digest) == mask
    (folder_of(workspace) / "masks" / f"{digest}.png").write_bytes(mask[:-5])
    with pytest.raises(WorkspaceError, match=digest):
        workspace.detections.mask(PAGE, digest)
    with pytest.raises(WorkspaceError):
        workspace.detections.mask(PAGE, "../1")


def test_a_copied_folder_keeps_them(workspace: Workspace, tmp_path: Path) -> None:
    """A project folder copied elsewhere has its detections, and the file says in plain JSON what was found."""
    saved = workspace.detections.save(detection(region(caption="a\nb")))
    shutil.copytree(workspace.folder, tmp_path / "copy")
    assert open_project(tmp_path / "copy", tmp_path / "other home").detections.current(PAGE) == saved
    document = json.loads((tmp_path / "copy" / "detections" / PAGE / "1.json").read_text(encoding="utf-8"))
    assert document["format"] == 1
    assert document["regions"][0]["box"] == {"ymin": 1.5, "xmin": 2.0, "ymax": 30.0, "xmax": 40.0}
    assert document["regions"][0]["caption"] == "a\nb"


def test_trash_and_restore_leave_them(workspace: Workspace) -> None:
    """A page put away and brought back has the detections it had."""
    page = keep(workspace, PAGE)
    saved = workspace.detections.save(detection(region(), page=page.id))
    workspace.trash(page.id)
    workspace.restore(page.id)
    assert workspace.detections.current(page.id) == saved
    assert workspace.detections.pages() == [page.id]


def test_many_at_once_lose_nothing(workspace: Workspace) -> None:
    """Writers side by side each get a number of their own."""
    found: list[int] = []

    def save() -> None:
        found.append(workspace.detections.save(detection(region())).number)

    threads = [threading.Thread(target=save) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(1, 9))
    assert len(workspace.detections.read(PAGE).readable) == 8


def test_a_crash_leaves_no_half_file(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk refuses, the error says so, no temporary file stays, and the number is still free."""
    from core.store import files as store_files

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store_files.os, "fsync", full)
        with pytest.raises(WorkspaceError, match="No space left"):
            workspace.detections.save(detection(region()))
    assert files(workspace.folder / "detections") == []
    assert workspace.detections.save(detection()).number == 1

"""Searching pages: what is found is stored and paid for once, edits are versions, and runs of pages are durable."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import BudgetExceededError, InvalidRequestError, UnreadableAnswerError, WorkspaceError
from core.models.asset import Asset, EngineName
from core.models.region import Box, Detection, DetectionSettings, Flag, Region, Wish
from core.store.workspace import Workspace
from core.studio.attempts import Errand
from core.studio.context import Studio
from core.studio.detection import Search, detect_or_reuse, detect_page, edited, redo, resolved, undo
from tests.samples import files, keep
from tests.standin import StandIn
from tests.unit.conftest import keyed

FINDER = "gemini-3.8-flash"


@pytest.fixture
def project(studio: Studio, tmp_path: Path) -> Workspace:
    return studio.workspace(tmp_path / "pages")


@pytest.fixture
def page(project: Workspace) -> Asset:
    return keep(project, "page-1")


def search(model: str = FINDER, **more: Any) -> Search:
    return Search(engine=EngineName.GEMINI, model=model, **more)


def find(studio: Studio, project: Workspace, page: Asset, wanted: Search | None = None) -> Detection:
    errand = Errand("run-1", "runner-1", page.id)
    return asyncio.run(detect_page(studio, project, page, wanted or search(), errand))


def find_once(
    studio: Studio, project: Workspace, page: Asset, wanted: Search | None = None, again: datetime | None = None
) -> tuple[Detection, bool]:
    errand = Errand("run-1", "runner-1", page.id)
    return asyncio.run(detect_or_reuse(studio, project, page, wanted or search(), errand, again))


def test_what_is_found_is_stored(studio: Studio, project: Workspace, page: Asset, server: StandIn) -> None:
    """A search sends the page's bytes and stores regions, wish, model, prompt, cost; the ledger has its one attempt."""
    found = find(studio, project, page, search(settings=DetectionSettings(media_resolution="high")))
    assert server.requests[0].images == [("image/png", project.read(page))]
    assert project.detections.current(page.id) == found
    assert (found.number, found.page, found.digest, found.basis) == (1, page.id, page.digest, None)
    assert [region.id for region in found.regions] == ["r1", "r2", "r3"]
    assert found.regions[0].caption == "Fig. 1.\nThe castle."
    assert (found.engine, found.model, found.repairs) == ("gemini", FINDER, {})
    assert found.settings == DetectionSettings(media_resolution="high")
    assert found.prompt == server.requests[0].prompt
    (row,) = studio.ledger.rows()
    assert (row["outcome"], row["step"], row["model"], row["project"]) == ("succeeded", page.id, FINDER, project.uuid)
    assert row["cost_usd"] == found.cost_usd > 0
    assert row["estimate_usd"] == pytest.approx(search(settings=found.settings).price(studio.catalog))


def test_odd_answers_are_repaired_and_counted(studio: Studio, project: Workspace, page: Asset, server: StandIn) -> None:
    """What was wrong with the boxes is stored with them."""
    server.fail_next("duplicates")
    found = find(studio, project, page)
    assert (len(found.regions), found.repairs) == (3, {Flag.DUPLICATE: 6})
    server.fail_next("other_labels")
    found = find(studio, project, page, search(wish=Wish(labels=("ship",))))
    assert [region.label for region in found.regions] == [""] * 3
    assert found.repairs == {Flag.LABEL_NOT_ALLOWED: 3}


def test_masks_stand_beside_their_detection(studio: Studio, project: Workspace, page: Asset) -> None:
    """Masks are stored once by their digest, and their regions name them."""
    found = find(studio, project, page, search(wish=Wish(has_masks=True)))
    (digest,) = {region.mask for region in found.regions}
    assert project.detections.mask(page.id, digest).startswith(b"\x89PNG")


def test_the_same_search_is_paid_once(studio: Studio, project: Workspace, page: Asset, server: StandIn) -> None:
    """An identical search is used again at no cost; another wish, model or setting, or "again", is a new one."""
    first, is_new = find_once(studio, project, page)
    assert is_new
    assert find_once(studio, project, page) == (first, False)
    assert len(server.requests) == 1
    for other in (
        search(wish=Wish(what="ships")),
        search("gemini-3.5-flash"),
        search(settings=DetectionSettings(thinking_level="low")),
    ):
        assert find_once(studio, project, page, other)[1]
    again = datetime.now(UTC)
    second, is_new = find_once(studio, project, page, again=again)
    assert (second.number, is_new) == (5, True)
    assert find_once(studio, project, page, again=again) == (second, False)


def test_going_back_to_an_earlier_wish(studio: Studio, project: Workspace, page: Asset, server: StandIn) -> None:
    """A wish that was searched for before brings that detection back as the current one, without a call."""
    first, _ = find_once(studio, project, page)
    find_once(studio, project, page, search(wish=Wish(what="ships")))
    assert find_once(studio, project, page) == (first, False)
    assert project.detections.current(page.id) == first
    assert len(server.requests) == 2


def test_edits_of_a_search_are_used_again(studio: Studio, project: Workspace, page: Asset) -> None:
    """Who edited what was found and asks for the same once more gets the edited one back."""
    first, _ = find_once(studio, project, page)
    changed = edited(project, first, first.regions[:1])
    assert find_once(studio, project, page) == (changed, False)


def test_a_page_whose_picture_changed_is_searched_again(
    studio: Studio, project: Workspace, page: Asset, server: StandIn
) -> None:
    """A detection of another picture under the same name is not used again."""
    first, _ = find_once(studio, project, page)
    project.detections.save(first.model_copy(update={"digest": "0" * 64}))
    (project.folder / "detections" / page.id / "1.json").unlink()
    assert find_once(studio, project, page)[1]


def test_an_error_stores_nothing(studio: Studio, project: Workspace, page: Asset, server: StandIn) -> None:
    """An answer that cannot be read leaves no detection, two rows in the ledger and its words in the error."""
    server.fail_next("prose", times=2)
    with pytest.raises(UnreadableAnswerError) as caught:
        find(studio, project, page)
    assert "castle" in caught.value.text
    assert project.detections.pages() == []
    assert [row["error"] for row in studio.ledger.rows()] == ["unreadable_answer"] * 2


def test_a_budget_is_kept(server: StandIn, tmp_path: Path) -> None:
    """A search over the day's budget is not made."""
    poor = keyed(server, tmp_path, THROUGHLINE_BUDGET_USD="0.001")
    project = poor.workspace(tmp_path / "pages")
    with pytest.raises(BudgetExceededError):
        find(poor, project, keep(project, "page-1"))
    assert server.requests == []


def test_what_cannot_be_stored_is_kept_elsewhere(
    studio: Studio, project: Workspace, page: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the project cannot take what was paid for, it is kept in the home and the error says where."""

    def full(*_: object) -> Detection:
        raise WorkspaceError("No space left.")

    monkeypatch.setattr(project.detections, "save", full)
    with pytest.raises(WorkspaceError, match="kept as") as caught:
        find(studio, project, page)
    kept = Path(caught.value.message.rpartition("kept as ")[2].rstrip("."))
    assert Detection.model_validate_json(kept.read_bytes()).regions
    (row,) = studio.ledger.rows()
    assert (row["outcome"], row["error"]) == ("succeeded", "workspace")


def test_the_search_is_made_complete(studio: Studio, server: StandIn) -> None:
    """A search without a model gets the account's default, and only settings that the model honours."""
    settings = DetectionSettings(temperature=0.5, media_resolution="high")
    done = asyncio.run(resolved(studio, search("", settings=settings)))
    assert (done.model, done.settings) == (FINDER, DetectionSettings(media_resolution="high"))
    with pytest.raises(InvalidRequestError, match="thinking level"):
        asyncio.run(resolved(studio, search(settings=DetectionSettings(thinking_level="endless"))))
    assert server.requests == []


def _region(name: str, at: float = 10, **more: Any) -> Region:
    return Region(id=name, box=Box(ymin=at, xmin=at, ymax=at + 50, xmax=at + 50), **more)


def test_an_edit_is_a_version(studio: Studio, project: Workspace, page: Asset) -> None:
    """An edit is a new detection, with the one before as its basis, no prompt and no cost; no change is no edit."""
    first = find(studio, project, page)
    changed = edited(project, first, (*first.regions[1:], _region("")))
    assert (changed.number, changed.basis, changed.prompt, changed.cost_usd) == (2, 1, "", 0.0)
    assert (changed.model, changed.wish) == (first.model, first.wish)
    assert [region.id for region in changed.regions] == ["r2", "r3", "r1"]
    assert edited(project, changed, changed.regions) is changed
    assert project.detections.get(page.id, 1) == first
    assert files(project.folder / "detections") == ["page-1/1.json", "page-1/2.json"]


def test_ids_stay_apart_and_flags_go_when_touched(project: Workspace, page: Asset) -> None:
    """A copied region gets an id of its own, and a flag goes once a person moved the box or renamed it."""
    flagged = _region("r1", flags=(Flag.SWALLOWED,))
    base = project.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=(flagged,)))
    done = edited(project, base, (flagged, flagged, _region("r1", 99, flags=(Flag.SWALLOWED,)), _region("r3")))
    assert [region.id for region in done.regions] == ["r1", "r2", "r4", "r3"]
    assert [region.flags for region in done.regions] == [(Flag.SWALLOWED,), (), (), ()]
    moved = flagged.model_copy(update={"box": _region("", 300).box})
    assert edited(project, base, (moved,)).regions[0].flags == ()


def test_undo_and_redo(project: Workspace, page: Asset) -> None:
    """Undo goes to what an edit was made from, redo to the newest edit of it; a new edit after undo starts a branch."""
    one = project.detections.save(Detection(number=1, page=page.id, digest=page.digest))
    two = edited(project, one, (_region("r1"),))
    three = edited(project, two, (_region("r1"), _region("r2", 200)))
    assert redo(project, page.id) is None
    assert undo(project, page.id) == two
    assert undo(project, page.id) == one
    assert undo(project, page.id) is None
    assert redo(project, page.id) == two
    assert redo(project, page.id) == three
    undo(project, page.id)
    four = edited(project, two, (_region("r9"),))
    assert project.detections.current(page.id) == four
    assert undo(project, page.id) == two
    assert redo(project, page.id) == four
    assert undo(project, "nobody") is None
    assert redo(project, "nobody") is None


def test_a_cancelled_search_is_on_record(studio: Studio, project: Workspace, page: Asset, server: StandIn) -> None:
    """Cancelling drops the call and stores nothing; the attempt is in the ledger."""
    server.fail_next("silent")

    async def work() -> None:
        task = asyncio.create_task(detect_page(studio, project, page, search(), Errand("r", "p", page.id)))
        while not server.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.requests[0].has_left.wait, 5)

    asyncio.run(work())
    assert project.detections.pages() == []
    assert [row["outcome"] for row in studio.ledger.rows()] == ["cancelled"]

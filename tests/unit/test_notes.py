"""Where a picture comes from: corrected beside its file, and passed on to what is made of it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import WorkspaceError
from core.models.asset import Asset, Kind, Origin, Recipe, Result, Role, Source
from core.store.workspace import Workspace
from core.studio.pages.origins import credit_of, edit_origin, origin_of
from tests.samples import keep, open_project, png

RECORDED = Origin(title="Plate 3", credit="City archive", rights="Public domain", place="denver.pdf", page=3)
EDITED = Origin(title="The old mill", source="Box 7", credit="Fund of the city", rights="CC0")


def _page(workspace: Workspace, origin: Origin | None = RECORDED, seed: int = 0) -> Asset:
    return workspace.save(Recipe(kind=Kind.PAGE, origin=origin), Result(), png(seed), "page")


def _made(workspace: Workspace, stem: str, seed: int, *sources: tuple[Asset, Role]) -> Asset:
    named = tuple(Source(asset_id=asset.id, role=role, digest=asset.digest) for asset, role in sources)
    return workspace.save(Recipe(kind=Kind.CROP, sources=named), Result(), png(seed), stem)


def test_an_edit_stands_beside_the_file_and_survives(workspace: Workspace) -> None:
    """The words are the person's, place and page stay the file's, and the file's bytes are untouched."""
    page = _page(workspace)
    before = workspace.path(page).read_bytes()
    edit_origin(workspace, page, EDITED)
    assert origin_of(open_project(workspace.folder), page) == EDITED.model_copy(
        update={"place": "denver.pdf", "page": 3}
    )
    assert workspace.path(page).read_bytes() == before


def test_saying_what_the_file_says_takes_the_edit_back(workspace: Workspace) -> None:
    """No word is kept that changes nothing."""
    page = _page(workspace)
    edit_origin(workspace, page, EDITED)
    edit_origin(workspace, page, RECORDED)
    assert origin_of(workspace, page) == RECORDED
    assert workspace.notes.origins() == {}


def test_a_plain_file_can_be_given_an_origin(workspace: Workspace) -> None:
    """A picture that recorded nothing says nothing until somebody does."""
    page = _page(workspace, None)
    assert origin_of(workspace, page) == Origin()
    edit_origin(workspace, page, EDITED)
    assert origin_of(workspace, page) == EDITED


def test_what_is_made_of_a_page_shows_its_origin(workspace: Workspace) -> None:
    """Through crop and restoration to the page, whose edited words count, before a style picture's."""
    style, page = _page(workspace, Origin(credit="A painter"), 1), _page(workspace)
    crop = _made(workspace, "crop", 2, (style, Role.STYLE), (page, Role.PAGE))
    restored = _made(workspace, "restored", 3, (crop, Role.PLATE))
    assert credit_of(workspace, restored) == RECORDED
    edit_origin(workspace, page, EDITED)
    assert credit_of(workspace, restored).credit == "Fund of the city"
    edit_origin(workspace, crop, Origin(credit="The nearest"))
    assert credit_of(workspace, restored) == Origin(credit="The nearest")


def test_pictures_that_name_each_other_in_a_circle_have_no_origin(workspace: Workspace) -> None:
    """A circle and a source that is gone end the search."""
    gone = Source(asset_id="nobody", role=Role.PAGE)
    one = workspace.save(Recipe(kind=Kind.CROP, sources=(gone, Source(asset_id="two"))), Result(), png(1), "one")
    two = _made(workspace, "two", 2, (one, Role.PAGE))
    assert credit_of(workspace, two) == Origin()


def test_other_notes_stay(workspace: Workspace) -> None:
    """Tags, stars, notes and boards of the file are as they were after an edit."""
    held = {"format": 1, "tags": {"page": ["mill"]}, "stars": ["page"], "boards": {"x": 1}}
    (workspace.folder / "notes.json").write_text(json.dumps(held), encoding="utf-8")
    edit_origin(workspace, _page(workspace), EDITED)
    now = json.loads((workspace.folder / "notes.json").read_text(encoding="utf-8"))
    assert {key: now[key] for key in held} == held
    assert now["origins"]["page"]["title"] == "The old mill"


def test_edits_at_one_time_are_all_kept(workspace: Workspace) -> None:
    """Many writers lose no word of each other."""

    def write(number: int) -> None:
        workspace.notes.set_origin(f"page-{number}", Origin(title=str(number)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(24)))
    assert {asset_id: origin.title for asset_id, origin in workspace.notes.origins().items()} == {
        f"page-{number}": str(number) for number in range(24)
    }


@pytest.mark.parametrize("text", ["{", "[]", '{"origins": []}', '{"origins": {"a": 1}}', '{"format": 2}'])
def test_a_damaged_file_is_named_and_not_overwritten(workspace: Workspace, text: str) -> None:
    """Damage and a newer format are sentences; the file stays as it is."""
    path = workspace.folder / "notes.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"notes\.json"):
        workspace.notes.origins()
    if "origins" not in text or "[]" in text:
        with pytest.raises(WorkspaceError, match=r"notes\.json"):
            workspace.notes.set_origin("page", EDITED)
    assert path.read_text(encoding="utf-8") == text


def test_a_long_word_is_cut_and_half_a_letter_is_bourne(workspace: Workspace) -> None:
    """What cannot be written or would fill the file does neither."""
    page = keep(workspace, "plate", 1)
    edit_origin(workspace, page, Origin(title="x" * 9000, credit="half \ud83d"))
    said = origin_of(workspace, page)
    assert (len(said.title), said.credit) == (4000, "half ?")


def test_stars_come_and_go(workspace: Workspace) -> None:
    """A star is kept once, taken away again, and leaves the other notes as they are."""
    edit_origin(workspace, _page(workspace), EDITED)
    for asset_id in ("b", "a", "b"):
        workspace.notes.star(asset_id)
    assert open_project(workspace.folder).notes.stars() == ("a", "b")
    workspace.notes.star("a", is_starred=False)
    assert workspace.notes.stars() == ("b",)
    assert workspace.notes.origins()["page"].title == "The old mill"


@pytest.mark.parametrize("text", ['{"stars": {}}', '{"stars": [1]}'])
def test_damaged_stars_are_named(workspace: Workspace, text: str) -> None:
    """What is no list of ids is not written over."""
    path = workspace.folder / "notes.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"notes\.json"):
        workspace.notes.star("page")
    assert path.read_text(encoding="utf-8") == text

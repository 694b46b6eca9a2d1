"""Grids: what a matrix of prompts, models and settings comes to, what of it is paid for, and how cells are retried."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InvalidRequestError
from core.models.asset import EngineName, GenerationSettings, Result, Role, Source
from core.store.workspace import Workspace
from core.studio.background import RunView, view_run
from core.studio.context import LOCAL_USER, Studio
from core.studio.grids import MOST_CELLS, Grid, GridOrder, begin_grid, expand, variations
from core.studio.lab import LabOrder, advance, history
from core.studio.planning import StepStatus
from tests.samples import keep, png
from tests.standin import StandIn
from tests.terminal.harness import wait_until

NANO, FLASH, PRO, LITE = (
    "gemini-nano-banana-2.1",
    "gemini-3.1-flash-image",
    "gemini-3-pro-image",
    "gemini-3.1-flash-lite-image",
)


@pytest.fixture
def project(studio: Studio, tmp_path: Path) -> Workspace:
    return studio.workspace(tmp_path / "trials", "Trials")


def order(*prompts: str, models: tuple[str, ...] = (NANO,), attempts: int = 1, **axes: list[object]) -> GridOrder:
    return GridOrder(prompts, (), EngineName.GEMINI, models, variations(**axes), attempts)


def columns(grid: Grid) -> list[tuple[str, dict[str, object], int]]:
    return [(column.facts.id, column.settings.set_values(), column.attempt) for column in grid.columns]


def cost(grid: Grid) -> float:
    return sum(cell.price_usd for cell in grid.missing)


def ended(studio: Studio, run: str) -> RunView:
    wait_until(lambda: not view_run(studio, run).is_active, "the run's end", 60)
    return view_run(studio, run)


def test_every_prompt_meets_every_model_and_setting(studio: Studio, project: Workspace) -> None:
    """Rows are prompts, columns models with settings and tries, and each cell is the recipe a single image has."""
    wanted = order("A lamp", "A lantern", models=(NANO, PRO), attempts=2, aspect_ratio=["1:1", "16:9"])
    grid = expand(studio, project, wanted)
    assert [(row.number, row.prompt) for row in grid.rows] == [(1, "A lamp"), (2, "A lantern")]
    assert columns(grid) == [
        (model, {"aspect_ratio": ratio}, attempt)
        for model in (NANO, PRO)
        for ratio in ("1:1", "16:9")
        for attempt in (1, 2)
    ]
    single = LabOrder("A lantern", (), EngineName.GEMINI, PRO, GenerationSettings(aspect_ratio="16:9"), 2)
    recipes = advance(studio, project, single, is_new=False).recipes
    assert tuple(cell.recipe for cell in grid.rows[1].cells[-2:]) == recipes
    assert cost(grid) == pytest.approx(2 * 4 * 0.034 + 2 * 4 * 0.134)
    assert len({cell.id for cell in grid.cells}) == 16


def test_what_a_model_does_not_heed_is_made_once(studio: Studio, project: Workspace) -> None:
    """A thinking level varied makes two columns where it counts and one where it does not, and that is told."""
    grid = expand(studio, project, order("A lamp", models=(NANO, PRO), thinking_level=["minimal", "high"]))
    assert columns(grid) == [
        (NANO, {"thinking_level": "minimal"}, 1),
        (NANO, {"thinking_level": "high"}, 1),
        (PRO, {}, 1),
    ]
    (told,) = grid.unheeded
    assert (told.title, told.setting, told.values) == ("Nano Banana Pro", "thinking_level", ("minimal", "high"))


def test_what_a_model_does_not_offer_is_left_out(studio: Studio, project: Workspace) -> None:
    """A size that one model lacks takes away that column alone, with a reason; with no column left it is refused."""
    grid = expand(studio, project, order("A lamp", models=(NANO, FLASH), image_size=["512", "2K"]))
    assert [(model, settings["image_size"]) for model, settings, _try in columns(grid)] == [
        (NANO, "2K"),
        (FLASH, "512"),
        (FLASH, "2K"),
    ]
    (reason,) = grid.left_out
    assert 'Nano Banana 2.1 has no image size "512"' in reason.message
    with pytest.raises(InvalidRequestError, match='no image size "512"'):
        expand(studio, project, order("A lamp", image_size=["512"]))


def test_too_many_references_leave_a_model_out(studio: Studio, project: Workspace) -> None:
    """A model that takes fewer references than there are is named, and the others go on."""
    found = [keep(project, f"hero-{number}", number) for number in range(6)]
    heroes = tuple(Source(asset_id=asset.id, role=Role.CHARACTER, digest=asset.digest, name="Hero") for asset in found)
    grid = expand(studio, project, GridOrder(("A lamp",), heroes, EngineName.GEMINI, (NANO, PRO)))
    assert [column.facts.id for column in grid.columns] == [NANO]
    assert "Nano Banana Pro takes at most 5 character images" in grid.left_out[0].message
    assert grid.cells[0].recipe.sources == heroes
    assert grid.cells[0].recipe.composed.startswith("- Image 1: Hero")


def test_empty_and_equal_prompts_take_no_row(studio: Studio, project: Workspace) -> None:
    """A prompt counts once however often it is given, a blank one not at all, and numbers stay those of the form."""
    grid = expand(studio, project, order(" ", "A lamp", "A lamp ", "A moon"))
    assert [(row.number, row.prompt) for row in grid.rows] == [(2, "A lamp"), (4, "A moon")]
    with pytest.raises(InvalidRequestError, match="Every prompt is empty"):
        expand(studio, project, order("", "  "))


def test_a_grid_is_bounded(studio: Studio, project: Workspace) -> None:
    """The most cells are taken, one line more is refused with what to do, and nothing is started."""
    eight = tuple(f"Lamp {number}" for number in range(8))
    ratios: list[object] = ["1:1", "16:9"]
    assert len(expand(studio, project, order(*eight, attempts=4, aspect_ratio=ratios)).cells) == MOST_CELLS
    with pytest.raises(InvalidRequestError, match="would hold 72 images, and 64 are the most"):
        begin_grid(studio, project, order(*eight, "One more", attempts=4, aspect_ratio=ratios), LOCAL_USER)


def test_only_what_is_missing_is_paid_for(studio: Studio, project: Workspace, server: StandIn) -> None:
    """What a single image made before is used again; the price and the calls are those of the others."""
    (recipe,) = advance(studio, project, LabOrder("A lamp", (), EngineName.GEMINI, PRO)).recipes
    there = project.save(recipe, Result(), png(1), "lamp")
    wanted = order("A lamp", "A moon", models=(NANO, PRO))
    grid = expand(studio, project, wanted)
    assert [cell.asset for cell in grid.cells] == [None, there, None, None]
    assert cost(grid) == pytest.approx(2 * 0.034 + 0.134)
    done = ended(studio, begin_grid(studio, project, wanted, LOCAL_USER))
    assert len(server.requests) == done.total == 3
    project.sync()
    again = expand(studio, project, wanted)
    assert again.missing == ()
    assert len(history(project)) == 4
    with pytest.raises(InvalidRequestError, match="there already"):
        begin_grid(studio, project, wanted, LOCAL_USER)


def test_a_cell_that_failed_is_retried_alone(studio: Studio, project: Workspace, server: StandIn) -> None:
    """One cell's block stops no other; its reason is kept under its id, and a retry makes that cell and no other."""
    server.fail_when("moon", "blocked_image_safety")
    wanted = order("A lamp", "A moon", "A moon of blue", attempts=2)
    done = ended(studio, begin_grid(studio, project, wanted, LOCAL_USER))
    project.sync()
    grid = expand(studio, project, wanted)
    assert [cell.asset is None for cell in grid.cells] == [False, False, True, True, True, True]
    failed = {cell.id: done.outcomes[cell.id] for cell in grid.missing}
    assert {outcome.status for outcome in failed.values()} == {StepStatus.FAILED}
    assert {(outcome.error or {})["reason"] for outcome in failed.values()} == {"IMAGE_SAFETY"}
    server.requests.clear()
    server.fail_when("moon", "slow")
    alone = grid.rows[1].cells[1]
    again = ended(studio, begin_grid(studio, project, wanted, LOCAL_USER, only=[alone.id]))
    assert list(again.outcomes) == [alone.id]
    assert [request.prompt for request in server.requests] == ["A moon"]
    project.sync()
    assert [cell.id for cell in expand(studio, project, wanted).missing] == [
        cell.id for cell in grid.missing if cell.id != alone.id
    ]


def test_cells_are_made_side_by_side(studio: Studio, project: Workspace, server: StandIn) -> None:
    """As many calls are under way at once as the setting for it says."""
    several = studio.settings.concurrency
    assert several > 1
    server.hold_until_together(several)
    prompts = [f"Lamp {number}" for number in range(several)]
    done = ended(studio, begin_grid(studio, project, order(*prompts), LOCAL_USER))
    assert all(outcome.asset_id for outcome in done.outcomes.values())
    assert server.most_at_once == several


def test_a_line_of_cells(studio: Studio, project: Workspace) -> None:
    """A row and a column are found by their place; one that is gone holds nothing."""
    grid = expand(studio, project, order("A lamp", "A moon", models=(NANO, PRO, LITE)))
    assert grid.line("row", 1) == grid.rows[1].cells
    assert [cell.recipe.model for cell in grid.line("column", 2)] == [LITE, LITE]
    assert grid.line("column", 3) == grid.line("row", 2) == ()
    row, column = grid.place(grid.rows[1].cells[2])
    assert (row.number, column.facts.id) == (2, LITE)


def test_a_draft_grid_is_free(studio: Studio, project: Workspace) -> None:
    """Draft has one model; what it does not heed is made once, and it costs nothing."""
    wanted = GridOrder(("A lamp",), variations=variations(aspect_ratio=["1:1", "16:9"], thinking_level=["high"]))
    grid = expand(studio, project, wanted)
    assert (len(grid.cells), cost(grid)) == (2, 0)
    assert [told.setting for told in grid.unheeded] == ["thinking_level"]
    assert {cell.recipe.engine for cell in grid.cells} == {EngineName.DRAFT}

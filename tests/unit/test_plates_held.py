"""A picture that strays keeps further steps waiting until a person looked: in runs of a page, of pages, of tries."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.engines.drawing.picture import encode
from core.errors import StraysError
from core.models.asset import Asset, EngineName, Kind, Recipe, Result
from core.models.plates import Chain
from core.models.region import Box, Detection, Region
from core.store.workspace import Workspace
from core.studio.background import RunView, begin_plates, begin_recipes, begin_story, view_run
from core.studio.context import LOCAL_USER, Studio
from core.studio.planning import RunOptions, StepStatus
from core.studio.plates.cutting import Cut, cut_out
from core.studio.plates.holding import accept, held_cells
from core.studio.plates.matrix import Matrix, read_matrix
from core.studio.plates.presets import preset, presets, untried_preset
from core.studio.plates.runs import PlatesOrder, plates_spec, read_plate
from core.studio.plates.variants import variants_spec
from core.studio.runs import list_runs
from core.studio.specs import PlatesSpec
from tests import plates as drawn
from tests.standin import StandIn
from tests.standin.pictures import draw_picture
from tests.standin.replies import as_answer, image_part
from tests.terminal.harness import wait_until

GEMINI = RunOptions(engine=EngineName.GEMINI, default_model="gemini-3-pro-image")
CHAIN = Chain(steps=tuple(preset(name).step("en") for name in ("restore-flat", "colourise", "cinematise")))
ORDER = PlatesOrder(CHAIN, Cut(margin=0), GEMINI)


@pytest.fixture
def page(studio: Studio, tmp_path: Path) -> Asset:
    """A page with two drawings on it."""
    workspace = studio.workspace(tmp_path / "project", "Old book")
    sheet = encode(drawn.on_paper(drawn.line_art(1, 600, 800)))
    page = workspace.save(Recipe(kind=Kind.PAGE, name="Page 3"), Result(), sheet, "page-3")
    boxes = [Box(ymin=0, xmin=0, ymax=500, xmax=1000), Box(ymin=500, xmin=0, ymax=1000, xmax=1000)]
    regions = tuple(Region(id=f"r{number}", box=box) for number, box in enumerate(boxes, 1))
    workspace.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=regions))
    return page


@pytest.fixture
def workspace(page: Asset, studio: Studio, tmp_path: Path) -> Workspace:
    """The project of the page."""
    return studio.workspace(tmp_path / "project")


def ended(studio: Studio, run: str) -> RunView:
    wait_until(lambda: not view_run(studio, run).is_active, "the run's end", 60)
    return view_run(studio, run)


def made_true(server: StandIn, workspace: Workspace, page: Asset) -> None:
    """Let the next call be answered with the first object as it is: a restoration that keeps every line."""
    crop = cut_out(workspace, page, read_plate(workspace, page.id).regions[:1], ORDER.cut)["r1"]
    server.answer_next(as_answer([image_part(workspace.read(crop), "image/png")]))


def matrix_of(studio: Studio, workspace: Workspace, page: Asset) -> Matrix:
    workspace.sync()
    regions = read_plate(workspace, page.id).regions
    return read_matrix(workspace, page, regions, CHAIN, ORDER.cut, GEMINI, studio.catalog)


def held(studio: Studio, workspace: Workspace, page: Asset) -> dict[str, str]:
    board = matrix_of(studio, workspace, page).board
    assert board is not None
    return {name: cell.step.id for name, cell in held_cells(studio, workspace, board).items()}


def run_page(studio: Studio, workspace: Workspace, page: Asset, *only: str) -> dict[str, StepStatus]:
    run = begin_story(studio, plates_spec(studio, workspace, read_plate(workspace, page.id), ORDER, only))
    return {name: outcome.status for name, outcome in ended(studio, run).outcomes.items()}


def test_a_run_stops_a_plate_that_strays_and_goes_on_with_the_others(
    studio: Studio, workspace: Workspace, page: Asset, server: StandIn
) -> None:
    """The plate that strays has its restoration and waits, without a call; accepted, it is made to its end."""
    made_true(server, workspace, page)
    server.answer_next(as_answer([image_part(workspace.read(cut_of(workspace, page, "r1")), "image/png")]))
    found = run_page(studio, workspace, page, "page-3-r1-restore-flat", "page-3-r1-colourise")
    assert set(found.values()) == {StepStatus.GENERATED}
    assert len(server.requests) == 2

    found = run_page(studio, workspace, page)
    assert {name for name, status in found.items() if status is StepStatus.HELD} == {
        "page-3-r2-colourise",
        "page-3-r2-cinematise",
    }
    assert found["page-3-r1-cinematise"] is found["page-3-r2-restore-flat"] is StepStatus.GENERATED
    assert len(server.requests) == 4
    assert held(studio, workspace, page) == dict.fromkeys(
        ("page-3-r2-colourise", "page-3-r2-cinematise"), "page-3-r2-restore-flat"
    )

    assert run_page(studio, workspace, page, "page-3-r2-colourise") == {"page-3-r2-colourise": StepStatus.HELD}
    with pytest.raises(StraysError):
        variants_spec(studio, workspace, read_plate(workspace, page.id), ORDER, "page-3-r2-colourise", 3)
    assert len(server.requests) == 4

    accept(workspace, workspace.get("page-3-r2-restore-flat"))
    assert held(studio, workspace, page) == {}
    assert run_page(studio, workspace, page, "page-3-r2-colourise")["page-3-r2-colourise"] is StepStatus.GENERATED


def cut_of(workspace: Workspace, page: Asset, name: str) -> Asset:
    return cut_out(workspace, page, read_plate(workspace, page.id).regions, ORDER.cut)[name]


def test_a_run_over_pages_says_which_wait(studio: Studio, workspace: Workspace, page: Asset, server: StandIn) -> None:
    """A page whose plates stray is told as held with its reason; a locked picture is one that a person wants."""
    spec = PlatesSpec(
        project=str(workspace.folder),
        title="All",
        pages=(page.id,),
        chain=CHAIN,
        cut=ORDER.cut,
        options=GEMINI,
        concurrency=1,
        user=LOCAL_USER,
    )
    (outcome,) = ended(studio, begin_plates(studio, spec)).outcomes.values()
    assert (outcome.status, outcome.count, outcome.error and outcome.error["code"]) == (StepStatus.HELD, 2, "strays")
    assert len(server.requests) == 2
    assert ("All", 0, 1) in [(run.title, run.finished_steps, run.steps) for run in list_runs(studio)]
    workspace.sync()
    workspace.choices.lock("plates--page-3", "page-3-r1-restore-flat", True)
    assert set(held(studio, workspace, page).values()) == {"page-3-r2-restore-flat"}


def test_tries_of_one_cell_are_versions_to_choose_among(
    studio: Studio, workspace: Workspace, page: Asset, server: StandIn
) -> None:
    """So many tries are so many attempts at one recipe, each measured; what was chosen stays chosen."""
    cell = "page-3-r1-restore-flat"
    run_page(studio, workspace, page, cell)
    plate = read_plate(workspace, page.id)
    spec = variants_spec(studio, workspace, plate, ORDER, cell, 3)
    assert [recipe.attempt for recipe in spec.recipes.values()] == [2, 3, 4]
    assert len(variants_spec(studio, workspace, plate, ORDER, cell, 9).recipes) == 4
    for number in range(3):
        server.answer_next(as_answer([image_part(draw_picture(str(number), (1024, 1024)), "image/png")]))
    ended(studio, begin_recipes(studio, spec))
    card = matrix_of(studio, workspace, page).cell("r1", "restore-flat")
    assert card is not None
    assert len(card.versions) == 4
    assert card.asset is not None
    assert card.asset.id == cell
    assert len(server.requests) == 4
    workspace.choices.choose("plates--page-3", cell, card.versions[-1].id)
    assert set(held(studio, workspace, page).values()) == {cell}, "every try was compared with its cut-out"


def test_another_preset_is_one_whose_words_were_not_tried() -> None:
    """Presets are offered in their order, whatever language the tried ones were in, until none is left."""
    mine = [found for found in presets() if found.kind is Kind.RESTORATION]
    assert untried_preset(Kind.RESTORATION, ["- my own words"]) == mine[0]
    assert untried_preset(Kind.RESTORATION, [mine[0].prompt("zh_CN", has_cover=True)]) == mine[1]
    assert untried_preset(Kind.RESTORATION, [found.prompt("en") for found in mine]) is None

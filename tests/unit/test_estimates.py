"""What a run would cost is known before it begins: each kind of run, what is there already left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import BudgetExceededError
from core.models.asset import Asset, EngineName, GenerationSettings, Kind, Recipe, Result
from core.models.plates import Chain, ChainStep
from core.models.region import Box, Detection, Region, Wish
from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio.context import LOCAL_USER, Studio
from core.studio.estimates import check_estimate, estimate, limit_warnings
from core.studio.planning import RunOptions
from core.studio.specs import DetectSpec, PlatesSpec, RecipesSpec
from tests.samples import attempt, png

MODEL = "gemini-3.1-flash-image"
EACH = 0.067
REGIONS = (
    Region(id="r1", box=Box(ymin=100, xmin=100, ymax=300, xmax=500)),
    Region(id="r2", box=Box(ymin=500, xmin=200, ymax=900, xmax=900)),
)
CHAIN = Chain(
    steps=tuple(ChainStep(id=name, kind=Kind.RESTORATION, name=name, prompt=f"- {name}") for name in ("mend", "tint"))
)


@pytest.fixture
def studio() -> Studio:
    """A studio where a run may cost thirty cents, and a project a dollar."""
    return Studio(load_settings(THROUGHLINE_RUN_BUDGET_USD="0.3", THROUGHLINE_PROJECT_BUDGET_USD="1"))


@pytest.fixture
def workspace(studio: Studio, tmp_path: Path) -> Workspace:
    """An empty project."""
    return studio.workspace(tmp_path / "project", "Old book")


def _page(workspace: Workspace, number: int, regions: tuple[Region, ...] = REGIONS) -> Asset:
    page = workspace.save(Recipe(kind=Kind.PAGE), Result(), png(number, (200, 100)), f"page-{number}")
    if regions:
        workspace.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=regions))
    return page


def _plates(workspace: Workspace, *pages: str, engine: EngineName = EngineName.GEMINI, **more: Any) -> PlatesSpec:
    options = RunOptions(engine=engine, default_model=MODEL if engine is EngineName.GEMINI else "")
    common = {"project": str(workspace.folder), "title": "Plates", "concurrency": 2, "user": LOCAL_USER}
    return PlatesSpec(pages=pages, chain=CHAIN, options=options, **common, **more)


def test_plates_of_all_pages_are_priced_by_their_objects(studio: Studio, workspace: Workspace) -> None:
    """Each object costs its steps, a page without objects or that is gone nothing, and draft makes it for nothing."""
    first, second, empty = _page(workspace, 1), _page(workspace, 2), _page(workspace, 3, ())
    spec = _plates(workspace, first.id, empty.id, "gone")
    assert estimate(studio, workspace, spec) == pytest.approx(4 * EACH)
    check_estimate(studio, workspace, spec)
    with pytest.raises(BudgetExceededError, match=r"about \$0\.54, and a run may cost \$0\.30"):
        check_estimate(studio, workspace, _plates(workspace, first.id, second.id))
    assert estimate(studio, workspace, _plates(workspace, first.id, engine=EngineName.DRAFT)) == 0
    assert estimate(studio, workspace, _plates(workspace, first.id, is_whole=True)) == pytest.approx(2 * EACH)


def test_what_is_there_costs_nothing(studio: Studio, workspace: Workspace) -> None:
    """Of single images only those that nobody made are priced, each with its own settings."""
    large = GenerationSettings(image_size="4K")
    recipes = {
        str(number): Recipe(
            kind=Kind.IMAGE, composed=f"{number}", engine=EngineName.GEMINI, model=MODEL, settings=settings
        )
        for number, settings in enumerate((GenerationSettings(), GenerationSettings(), large))
    }
    workspace.save(recipes["0"], Result(), png(1), "made")
    spec = RecipesSpec(project=str(workspace.folder), title="t", recipes=recipes, concurrency=1, user=LOCAL_USER)
    assert estimate(studio, workspace, spec) == pytest.approx(EACH + 0.151)


def test_only_pages_not_searched_yet_are_priced(studio: Studio, workspace: Workspace) -> None:
    """A search costs as many times its price as there are pages without it; one that is named twice counts once."""
    pages = [_page(workspace, number, ()).id for number in range(3)]
    spec = DetectSpec(
        project=str(workspace.folder), title="t", pages=(*pages, pages[0]), wish=Wish(), engine=EngineName.GEMINI,
        model="gemini-3.8-flash", concurrency=1, user=LOCAL_USER,
    )  # fmt: skip
    assert estimate(studio, workspace, spec) == pytest.approx(3 * spec.search.price(studio.catalog))


def test_a_warning_for_each_limit_that_would_be_passed(studio: Studio, workspace: Workspace) -> None:
    """A dry run tells of a run's limit by its cost alone, and of a project's by what it has cost before."""
    studio.ledger.start(attempt(project=workspace.uuid), 0.9, None)
    assert limit_warnings(studio, workspace.uuid, 0.05) == []
    assert limit_warnings(studio, workspace.uuid, 0.2) == [
        "This would pass the project's budget: $0.90 spent, about $0.20 more, $1.00 allowed."
    ]
    assert limit_warnings(studio, "", 0.4) == ["This would be refused: about $0.40, and a run may cost $0.30."]
    assert limit_warnings(studio, workspace.uuid, 0.0) == []


def test_what_may_be_looked_up_is_in_the_estimate(studio: Studio, workspace: Workspace) -> None:
    """A run whose images may search is refused for what the searches may cost, before anything is sent."""
    recipes = {
        str(number): Recipe(
            kind=Kind.IMAGE,
            composed=f"{number}",
            engine=EngineName.GEMINI,
            model=MODEL,
            settings=GenerationSettings(search="web"),
        )
        for number in range(3)
    }
    spec = RecipesSpec(project=str(workspace.folder), title="t", recipes=recipes, concurrency=1, user=LOCAL_USER)
    assert estimate(studio, workspace, spec) == pytest.approx(3 * (EACH + 0.042))
    with pytest.raises(BudgetExceededError, match=r"about \$0\.33, and a run may cost \$0\.30"):
        check_estimate(studio, workspace, spec)

"""What was made before from the same words, pictures and settings is found, and used again at no cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.models.asset import EngineName, Kind, Recipe, Result
from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.lab import LAB
from core.studio.made_before import MadeBefore, made_before, taken_over
from tests.samples import png

LAMP = Recipe(
    kind=Kind.IMAGE, name="Lamp", prompt="A lamp", composed="A lamp", engine=EngineName.GEMINI, model="m", story=LAB
)
PAID = Result(cost_usd=0.04, input_tokens=3, output_tokens=1290, seconds=9.0, text="Here.", warnings=("Grainy.",))


@pytest.fixture
def projects(tmp_path: Path) -> tuple[Workspace, Workspace]:
    """Two projects of one home."""
    studio = Studio(load_settings())
    return studio.workspace(tmp_path / "here", "Here"), studio.workspace(tmp_path / "there", "There [1]")


def test_nothing_was_made_of_it(projects: tuple[Workspace, Workspace]) -> None:
    """An image of another prompt, model or setting is none of this recipe."""
    here, there = projects
    there.save(LAMP.model_copy(update={"composed": "Two lamps"}), PAID, png(1), "lamp")
    there.save(LAMP.model_copy(update={"model": "n"}), PAID, png(2), "lamp")
    assert made_before(here, LAMP, [here, there]) is None


def test_this_projects_own_comes_first(projects: tuple[Workspace, Workspace]) -> None:
    """Another attempt in this project is found before the same one elsewhere, the newest of several, and is no copy."""
    here, there = projects
    there.save(LAMP, PAID, png(1), "lamp")
    for attempt in (2, 3):
        mine = here.save(LAMP.model_copy(update={"attempt": attempt}), PAID, png(attempt), "lamp")
    found = made_before(here, LAMP, [here, there])
    assert found == MadeBefore(here, mine)
    assert taken_over(here, LAMP, found) == mine
    assert len(here.assets()) == 2


def test_anothers_is_copied_with_this_projects_recipe(projects: tuple[Workspace, Workspace]) -> None:
    """The copy has the same bytes, belongs to this project's story, cost nothing, and says where it is from; once."""
    here, there = projects
    made = there.save(LAMP.model_copy(update={"attempt": 2, "name": "Old"}), PAID, png(1), "old")
    wanted = LAMP.model_copy(update={"story": "walk", "step": "hill"})
    found = made_before(here, wanted, [there])
    assert found == MadeBefore(there, made)
    copy = taken_over(here, wanted, found)
    assert here.read(copy) == there.read(made)
    assert (copy.id, copy.recipe) == ("hill", wanted)
    result = copy.result
    assert (result.cost_usd, result.input_tokens, result.output_tokens, result.seconds) == (0.0, None, None, 0.0)
    assert result.text == "Here."
    assert result.warnings[0] == "Grainy."
    assert "in the project 'There [1]', and used again here at no cost." in result.warnings[1]
    assert result.created > made.result.created
    assert taken_over(here, wanted, found) == copy
    assert len(here.assets()) == 1

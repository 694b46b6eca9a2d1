"""The lab's grid as a script: its prices, its refusals, and what hostile drafts do to it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.models.asset import EngineName, GenerationSettings, Result
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.lab import LabOrder, advance
from core.ui import desk
from tests.app.walk import button, opened
from tests.standin.pictures import draw_picture


def page(workspace: Workspace, **drafts: object) -> AppTest:
    """Return the grid, run once, with these drafts kept in the project before."""
    for name, value in drafts.items():
        DraftsFile(workspace.folder).write(f"grid/{name}", value)
    DraftsFile(workspace.folder).write("lab/mode", "grid")
    return opened(workspace, "prompt_lab")


def prompts(app: AppTest) -> list[str]:
    return [area.value for area in app.text_area if area.label.startswith("Prompt ")]


def words(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


def test_two_prompts_to_begin_with(trials: Workspace) -> None:
    """The grid begins with two empty prompts and no button; one can be added, copied and taken out."""
    app = page(trials)
    assert prompts(app) == ["", ""]
    assert button(app, "Make") is None
    app.text_area[0].input("A lamp").run()
    assert button(app, "Make 1 image · free") is not None
    app.button(key="grid-copy-1").click().run()
    assert prompts(app) == ["A lamp", "A lamp", ""]
    app.button(key="grid-remove-1").click().run()
    assert prompts(app) == ["A lamp", ""]
    app.button(key="grid-add").click().run()
    assert prompts(app) == ["A lamp", "", ""]


def test_the_price_is_of_what_is_missing(trials: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image of the single form counts as reused; what a model does not heed, and what it lacks, is said."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    desk.desk.cache_clear()
    pro, nano = "gemini-3-pro-image", "gemini-nano-banana-2.1"
    order = LabOrder("A lamp", (), EngineName.GEMINI, pro, GenerationSettings(image_size="2K"))
    (recipe,) = advance(desk.desk(), trials, order).recipes
    trials.save(recipe, Result(), draw_picture("0" * 64, (64, 48)), "lamp")
    asked = {"prompt/1": "A lamp", "models": [nano, pro], "image_size": ["2K"], "thinking_level": ["minimal", "high"]}
    app = page(trials, **asked)
    assert button(app, r"Make 2 images · about \$0.10, 1 reused") is not None
    assert "Nano Banana Pro does not heed thinking \\(minimal, high\\)" in words(app)


def test_too_many_cells_are_refused(trials: Workspace) -> None:
    """A grid over the limit says so and offers nothing to press."""
    asked = {f"prompt/{number}": f"Lamp {number}" for number in range(1, 10)}
    ratios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16"]
    app = page(trials, rows=[str(number) for number in range(1, 10)], aspect_ratio=ratios, **asked)
    assert any("would hold 72 images" in error.value for error in app.error)
    assert button(app, "Make") is None


def test_hostile_drafts_are_harmless(trials: Workspace) -> None:
    """Whatever a drafts file holds, the grid is whole."""
    odd = {"rows": [3, "x", {"a": 1}, "7", "7"], "models": ["nobody"], "tries": 99, "runs": [4, "nowhere"], "open": 5}
    app = page(trials, **odd, **{"prompt/7": "![x](http://evil.test/a.png) <b>b</b>", "aspect_ratio": ["9:1"]})
    assert button(app, "Make 1 image · free") is not None


def test_stars_that_cannot_be_read_are_told(trials: Workspace) -> None:
    """A damaged file of notes is named, and the pictures show without stars."""
    (trials.folder / "notes.json").write_text('{"stars": 3}', encoding="utf-8")
    app = page(trials, **{"prompt/1": "A lamp"}).run()
    assert any("notes" in error.value for error in app.error)
    assert button(app, "Make 1 image · free") is not None


def test_looking_things_up_can_be_compared(trials: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without search are columns of their own, each at its price; a model without search says so."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    desk.desk.cache_clear()
    asked = {"prompt/1": "A quetzal", "models": ["gemini-3.1-flash-image"], "search": ["", "web"]}
    app = page(trials, **asked)
    assert button(app, r"Make 2 images · up to \$0.18 with search") is not None
    assert "a query; the month" in words(app)
    plain = page(trials, **{**asked, "models": ["gemini-nano-banana-2.1"], "search": []})
    assert button(plain, r"Make 1 image · about \$0.034") is not None
    assert not [pills for pills in plain.button_group if pills.label == "Search"]

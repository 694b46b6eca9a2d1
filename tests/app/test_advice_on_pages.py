"""Advice wherever a prompt is written: one click on a page changes the prompt, and the hint is gone."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.models.story import Step
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from tests.app import test_prompt_grid as grid
from tests.app import test_prompt_lab as lab
from tests.app import walk
from tests.app.walk import STORY, button
from tests.samples import keep


def written(app: AppTest, label: str = "Prompt") -> Any:
    return next(area for area in app.text_area if area.label == label)


def told(app: AppTest, words: str) -> bool:
    return any(words in text.value for text in app.text)


def with_prompts(**prompts: str) -> Any:
    """Return the sample story with other prompts."""
    steps: tuple[Step, ...] = tuple(
        step.model_copy(update={"prompt": prompts.get(step.id, step.prompt)}) for step in STORY.steps
    )
    return STORY.model_copy(update={"steps": steps})


@pytest.mark.parametrize(("way", "line"), [("It stays", "stays as it is."), ("It is gone", "is gone.")])
def test_a_scene_says_what_becomes_of_the_lantern(empty: Workspace, way: str, line: str) -> None:
    """What the scene before holds is asked about in the next one; either answer becomes a line of its prompt."""
    walk.save(empty, with_prompts(a="A hare, holding a red lantern, at dusk.", b="The hare climbs the hill at dawn."))
    app = walk.page(empty, "b")
    assert told(app, "red lantern")
    button(app, way).click().run()
    assert not app.exception
    assert walk.story_of(empty).step("b").prompt == (
        f"The hare climbs the hill at dawn.\nThe red lantern of the previous scene {line}"
    )
    assert written(app).value.endswith(line)
    assert button(app, way) is None


def test_a_sheet_s_prompt_is_advised_once_it_is_edited(trials: Workspace) -> None:
    """The form's own words are left alone; praise that somebody adds is left out with one click."""
    keep(trials, "print", 1)
    app = walk.opened(trials, "character_sheet", "en")
    DraftsFile(trials.folder).write("sheet/picture", "print")
    app.run()
    assert button(app, "Leave it out") is None
    written(app).input("A beautiful robot, seen from the front, in even light.").run()
    button(app, "Leave it out").click().run()
    assert written(app).value == "A robot, seen from the front, in even light."


def test_the_grid_advises_each_prompt(trials: Workspace) -> None:
    """A number of images in the second prompt becomes the number of tries; the first prompt stays as it is."""
    asked = {"prompt/1": "A red lamp on a desk, seen from above", "prompt/2": "Make three pictures of a tower at dusk"}
    app = grid.page(trials, **asked)
    button(app, "Make 3 variants").click().run()
    assert grid.prompts(app) == [asked["prompt/1"], "A tower at dusk"]
    assert button(app, "Make 6 images") is not None


def test_a_conversation_is_advised(trials: Workspace) -> None:
    """In a turn many changes are split into steps with one click."""
    app = lab.page(trials, mode="chat")
    written(app).input("Add a hat, remove the tree, change the sky to red and put a bird on the roof").run()
    button(app, "Split into steps").click().run()
    assert written(app).value.splitlines()[0] == "Step 1: Add a hat."


def test_the_text_is_written_before_the_image(trials: Workspace) -> None:
    """A poster without its words gets a blank for them, which the page then names."""
    app = lab.page(trials, prompt="A concert poster with a headline, at night")
    button(app, "Write the text first").click().run()
    assert written(app).value.startswith('First write the text, word for word: "{words}".\nThen make the image: A conc')
    assert any("Still blank: words" in caption.value for caption in app.caption)
    button(app, "Not for me").click().run()
    assert button(app, "Write the text first") is None

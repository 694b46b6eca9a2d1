"""Controls of the lab that only some models or ways have: a seed, a video in a conversation, what a grid shares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import load_settings
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.ui import desk
from tests.app import test_prompt_grid as grid
from tests.app import test_prompt_lab as lab
from tests.app import walk
from tests.app.walk import STORY, button
from tests.samples import keep
from tests.standin import StandIn
from tests.terminal.harness import wait_until

PRO, FLASH = "gemini-3-pro-image", "gemini-3.1-flash-image"


@pytest.fixture
def trials(tmp_path: Path, account: StandIn) -> Workspace:
    """An empty project of a studio with the stand-in's key, in whose own list one model heeds a seed."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "catalog.toml").write_text(f'[[models]]\nid = "{PRO}"\nsampling = ["temperature", "top_p", "seed"]\n')
    desk.desk.cache_clear()
    return Studio(load_settings()).workspace(home / "projects" / "trials", "Trials")


def labels(app: AppTest) -> set[str]:
    fields = [*app.selectbox, *app.toggle, *app.text_area, *app.text_input, *app.number_input, *app.expander]
    return {field.label for field in fields}


def field(app: AppTest, kind: str, label: str) -> Any:
    return next(one for one in getattr(app, kind) if one.label == label)


def test_a_seed_is_shown_where_it_counts(trials: Workspace) -> None:
    """A model that heeds one shows its seed, random until one is drawn or typed; it stays, and no other shows it."""
    app = lab.page(trials, prompt="A lamp", model=PRO)
    assert field(app, "number_input", "Seed").value is None
    button(app, "New seed").click().run()
    drawn = field(app, "number_input", "Seed").value
    assert isinstance(drawn, int)
    assert DraftsFile(trials.folder).read()["lab/seed"] == drawn
    field(app, "number_input", "Seed").set_value(7).run()
    assert field(lab.page(trials), "number_input", "Seed").value == 7
    assert "Seed" not in labels(lab.page(trials, model=FLASH))


def test_a_scene_has_a_seed_of_its_own(trials: Workspace) -> None:
    """In a story's step it is drawn and taken away again, and the story's file has it."""
    keep(trials, "hare", 1)
    story = STORY.model_copy(update={"model": PRO})
    walk.save(trials, story, is_made=False)
    DraftsFile(trials.folder).write("sequencer/part", "settings")
    app = walk.page(trials, "b")
    button(app, "New seed").click().run()
    assert not app.exception
    drawn = walk.story_of(trials).step("b").settings.seed
    assert isinstance(drawn, int)
    assert field(app, "number_input", "Seed").value == drawn
    field(app, "number_input", "Seed").set_value(None).run()
    assert walk.story_of(trials).step("b").settings.seed is None


def test_a_video_goes_by_chat_alone(trials: Workspace) -> None:
    """In a conversation a video is offered where the way takes it, and not where the service keeps what was said."""
    app = lab.page(trials, mode="chat")
    drafts = DraftsFile(trials.folder)
    drafts.write("talk/new/model", FLASH)
    assert "YouTube address" in labels(lab.page(trials))
    drafts.write("talk/new/way", "interactions")
    assert "YouTube address" not in labels(lab.page(trials))
    assert "YouTube address" not in labels(app)


def test_a_grid_shares_what_its_models_heed(trials: Workspace, server: StandIn) -> None:
    """One expander sets thoughts, instruction, safety and top p for all images; the count says how many are set."""
    asked = {"prompt/1": "A lamp", "models": [PRO, FLASH]}
    app = grid.page(trials, **asked)
    shared = {"Top p", "Keep the model's thoughts", "Image only, no words", "Harassment"}
    assert shared | {"System instruction", "For all images"} <= labels(app)
    field(app, "number_input", "Top p").set_value(0.5)
    field(app, "toggle", "Image only, no words").set_value(True)
    field(app, "text_area", "System instruction").input("Draw in ink.")
    field(app, "selectbox", "Harassment").set_value("high").run()
    assert not app.exception
    assert "For all images: 4" in labels(app)
    button(app, r"Make 2 images · about \$0.20").click().run()
    wait_until(lambda: len(server.requests) == 2, "both calls")
    for sent in server.requests:
        assert (sent.config["topP"], sent.config["responseModalities"]) == (0.5, ["IMAGE"])
        assert sent.body["systemInstruction"]["parts"] == [{"text": "Draw in ink."}]
        assert [rule["category"] for rule in sent.body["safetySettings"]] == ["HARM_CATEGORY_HARASSMENT"]


def test_hostile_drafts_share_nothing(trials: Workspace) -> None:
    """What a drafts file holds wrong of what is shared is not set."""
    odd = {"prompt/1": "A lamp", "models": [PRO], "top_p": "x", "safety/harassment": "y", "search": "all", "output": 3}
    app = grid.page(trials, **odd)
    assert button(app, r"Make 1 image · about \$0.13") is not None

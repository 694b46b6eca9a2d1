"""A story that another tab, or somebody at the files, changed while its page was open: nothing typed is lost."""

from __future__ import annotations

from core.store.workspace import Workspace
from core.studio.project_stories import change_story
from core.studio.story_editing import delete, edit
from tests.app.walk import page, prompt_area, story_of


def test_the_same_text_changed_in_two_tabs(project: Workspace) -> None:
    """Who replaces what another tab wrote into the same field is told so."""
    app = page(project, "b")
    change_story(project, "walk", lambda story: edit(story, "b", prompt="- other tab"))
    prompt_area(app).set_value("- this tab").run()
    assert story_of(project).step("b").prompt == "- this tab"
    assert any("Undo brings the other one back" in toast.value for toast in app.toast)


def test_words_for_a_scene_that_is_gone_can_be_copied(project: Workspace) -> None:
    """What was typed for a scene that another tab deleted stays on the page until the person has it."""
    app = page(project, "c")
    change_story(project, "walk", lambda story: delete(story, "c"))
    prompt_area(app).set_value("- a long and good idea").run()
    assert any("no scene 'c' any more" in error.value for error in app.error)
    app.run()
    assert "- a long and good idea" in [code.value for code in app.code]
    next(button for button in app.button if button.label == "I have it").click().run()
    assert "- a long and good idea" not in [code.value for code in app.code]


def test_a_new_scene_after_one_that_is_gone(project: Workspace) -> None:
    """The form for a scene whose predecessor another tab deleted says so, and its words can be copied."""
    app = page(project, "c")
    app.query_params["add"] = "c"
    app.run()
    next(area for area in app.text_area if area.label == "What the picture shows").set_value("- a new idea").run()
    change_story(project, "walk", lambda story: delete(story, "c"))
    app.run()
    assert any("deleted elsewhere" in toast.value for toast in app.toast)
    assert "- a new idea" in [code.value for code in app.code]


def test_a_project_that_went_away_is_said(project: Workspace) -> None:
    """When the folder is moved while the page is open, the page says so instead of beginning anew."""
    app = page(project, "c")
    project.folder.rename(project.folder.with_name("moved"))
    app.run()
    assert any("not where it was" in info.value for info in app.info)
    assert not app.exception

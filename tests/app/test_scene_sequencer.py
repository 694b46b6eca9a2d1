"""The scene sequencer as a script: what it shows, what a click asks for, and what an edit does to the story."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.models.asset import EngineName, GenerationSettings, Kind, Recipe
from core.models.batch import Batch, BatchEntry
from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio.context import LOCAL_USER, Studio
from core.studio.project_stories import open_story, story_slugs
from core.studio.specs import RunSpec
from core.studio.story_writing import write_story
from core.ui import desk
from core.ui.sequencer import actions
from tests.app.walk import STORY, page, prompt_area, save, story_of
from tests.samples import scene

HOSTILE = "![x](https://evil.example/x.png) <img src=x onerror=alert(1)> **bold** :red[r]"


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[RunSpec]:
    """What was to be run, instead of running it."""
    specs: list[RunSpec] = []
    monkeypatch.setattr(actions, "begin_story", lambda _studio, spec: (specs.append(spec), "run-1")[1])
    return specs


def button(app: AppTest, label: str) -> Any:
    found = [item for item in app.button if item.label.startswith(label)]
    assert found, f"no button {label!r} among {[item.label for item in app.button]}"
    return found[0]


def select(app: AppTest, label: str) -> Any:
    return next(item for item in app.main.selectbox if item.label == label)


def has_button(app: AppTest, label: str) -> bool:
    return any(item.label.startswith(label) for item in app.button)


def show_part(app: AppTest, part: str) -> AppTest:
    group = next(item for item in app.get("button_group") if item.label == "Part of the scene")
    return group.set_value(part).run()


def said(app: AppTest) -> str:
    return "\n".join(str(item.value) for kind in ("text", "caption", "warning", "error") for item in app.get(kind))


def test_without_a_project_it_says_what_to_do() -> None:
    """Opened first on a fresh server the page explains itself and raises nothing."""
    assert "Open one in the sidebar" in said(page())


def test_a_project_without_a_story_begins_one(empty: Workspace) -> None:
    """A kept character and a first scene make a story, which is then shown."""
    app = page(empty)
    next(area for area in app.text_area if area.label == "The first scene").set_value("- Hare sets out.").run()
    button(app, "Start the story").click().run()
    assert not app.exception
    assert story_slugs(empty) == ["story"]
    assert open_story(empty, "story").story.steps[0].prompt == "- Hare sets out."
    assert prompt_area(app).value == "- Hare sets out."
    assert has_button(app, "Make 1 image · free")


def test_an_empty_project_leads_to_a_character(tmp_path: Path) -> None:
    """Without any picture the one button leads to the character sheet."""
    workspace = Studio(load_settings()).workspace(tmp_path / "home" / "projects" / "bare", "Bare")
    assert button(page(workspace), "Make a character")


def test_what_is_up_to_date_offers_no_run(project: Workspace) -> None:
    """With every picture current there is no primary button to press."""
    app = page(project)
    assert "All 3 images are up to date" in said(app)
    assert not has_button(app, "Make 3 images")


def test_an_edited_prompt_is_in_the_story_and_makes_what_follows_stale(project: Workspace) -> None:
    """A typed prompt is saved at once; its scene and what follows are offered, free with draft."""
    app = page(project, "b")
    prompt_area(app).set_value("- b, at night").run()
    assert story_of(project).step("b").prompt == "- b, at night"
    assert button(app, "Make 2 images · free")
    assert "2 to make · 1 up to date" in said(app)


def test_what_is_on_its_way_in_a_batch_is_told_beside_the_button(project: Workspace) -> None:
    """Who makes at once what was sent as a batch pays for it twice, and is told so before the click."""
    recipe = Recipe(kind=Kind.SCENE, step="b", prompt="b, at night", engine=EngineName.GEMINI)
    values = {"model": "m", "entries": (BatchEntry(recipe=recipe, attempt="1"),), "job": "batches/1"}
    created = datetime.now(UTC)
    project.batches.put(Batch(id="batch-0123456789ab", created=created, user=LOCAL_USER, state="running", **values))
    app = page(project, "b")
    assert "paid for twice" not in said(app)
    prompt_area(app).set_value("- b, at night").run()
    assert "1 of these is on its way in a batch: made now, it is paid for twice." in said(app)


def test_undo_brings_the_text_back_to_the_letter(project: Workspace) -> None:
    """The last change can be taken back, also after a refresh."""
    before = open_story(project, "walk").text
    prompt_area(app := page(project, "b")).set_value("- changed").run()
    assert not app.exception
    app = page(project, "b")
    button(app, "Undo").click().run()
    assert open_story(project, "walk").text == before
    assert not has_button(app, "Undo")


def test_an_empty_prompt_is_refused_with_a_sentence(project: Workspace) -> None:
    """Nothing is saved, and the page says why."""
    app = page(project, "b")
    prompt_area(app).set_value("  ").run()
    assert "prompt is empty" in said(app)
    assert story_of(project).step("b").prompt == "- b"


def test_a_deleted_scene_can_be_undone(project: Workspace) -> None:
    """Deleting joins its neighbours; undo brings the scene back with its picture."""
    app = page(project, "b")
    button(app, "Delete the scene").click().run()
    assert [step.id for step in story_of(project).steps] == ["a", "c"]
    assert [source.id for source in story_of(project).step("c").sources] == ["hare", "a"]
    button(app, "Undo").click().run()
    assert story_of(project).steps[1].id == "b"
    assert "All 3 images are up to date" in said(app)


def test_a_scene_is_added_after_another(project: Workspace) -> None:
    """The new scene is made from the character and the scene before it, is selected, and waits to be made."""
    app = page(project, "a")
    button(app, "Add a scene after it").click().run()
    next(item for item in app.text_input if item.label == "Name").set_value("By the sea").run()
    next(item for item in app.text_area if item.label == "What the picture shows").set_value("- A beach.").run()
    next(item for item in app.text_input if item.label == "Light").set_value("dusk").run()
    button(app, "Add the scene").click().run()
    step = story_of(project).step("By the sea")
    assert step.prompt == "- A beach.\n- Light: dusk"
    assert [source.id for source in step.sources] == ["hare", "a"]
    assert app.query_params["step"] == "By the sea"
    assert button(app, "Make 1 image · free")


def test_one_scene_is_made_alone(project: Workspace, begun: list[RunSpec]) -> None:
    """The button of a current scene makes just that one again."""
    button(page(project, "b"), "Make again · free").click().run()
    (spec,) = begun
    assert (spec.step_ids, spec.options.again) == (("b",), ("b",))
    assert spec.starting == {"hare": "hare", "a": "a"}


def test_all_stale_are_made_with_one_button(project: Workspace, begun: list[RunSpec]) -> None:
    """The primary button asks for the whole story; what is current is reused by the run."""
    app = page(project, "b")
    prompt_area(app).set_value("- new").run()
    button(app, "Make 2 images").click().run()
    (spec,) = begun
    assert (spec.only, spec.options.again, spec.options.engine) == ((), (), EngineName.DRAFT)
    assert spec.story.step("b").prompt == "- new"


def test_a_lock_keeps_a_picture(project: Workspace) -> None:
    """A locked scene is not among those to be made when its prompt changes, and can be unlocked."""
    app = page(project, "b")
    button(app, "Lock").click().run()
    assert project.choices.read().is_locked("walk", "b")
    prompt_area(app).set_value("- new").run()
    assert "All 3 images are up to date" in said(app)
    button(app, "Unlock").click().run()
    assert button(app, "Make 2 images")


def test_sources_change_order_and_role(project: Workspace) -> None:
    """Moving an image up, taking it out and naming its role are in the story file."""
    app = show_part(page(project, "b"), "images")
    next(item for item in app.button if item.key == "up-walk-b-a").click().run()
    assert [source.id for source in story_of(project).step("b").sources] == ["a", "hare"]
    next(item for item in app.selectbox if item.key == "role-walk-b-hare-None").set_value("style").run()
    assert story_of(project).step("b").sources[1].role == "style"
    next(item for item in app.button if item.key == "out-walk-b-a").click().run()
    assert [source.id for source in story_of(project).step("b").sources] == ["hare"]


def test_a_scene_cannot_be_made_from_what_follows_it(project: Workspace) -> None:
    """The list of images to add holds no descendant of the scene."""
    app = show_part(page(project, "b"), "images")
    adds = [item for item in app.selectbox if item.label == "Add an image"]
    assert adds == []  # the rest of the story is the scene itself, its sources and its descendants


def test_own_settings_are_the_scenes(project: Workspace) -> None:
    """A ratio chosen for one scene is written to it alone; looking at the settings changes nothing."""
    before = open_story(project, "walk").text
    app = show_part(page(project, "b"), "settings")
    assert open_story(project, "walk").text == before
    next(item for item in app.selectbox if item.label == "Ratio").set_value("1:1").run()
    story = story_of(project)
    assert story.step("b").settings.aspect_ratio == "1:1"
    assert story.step("a").settings.aspect_ratio is None


def test_settings_are_only_changed_by_a_person(project: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model, ratio or size that the controls do not offer is listed as it is, and stays in the file to the letter."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 20)
    desk.desk.cache_clear()
    private = GenerationSettings(aspect_ratio="1:8", image_size="512")
    steps = (
        scene("a", "hare").model_copy(update={"model": "my-private-model", "settings": private}),
        scene("b", "a").model_copy(update={"model": "gemini-2.5-flash-image", "settings": private}),
    )
    save(project, STORY.model_copy(update={"steps": steps}), is_made=False)
    before = open_story(project, "walk").text
    app = show_part(page(project, "a"), "settings")
    assert [select(app, label).value for label in ("Model", "Ratio", "Size")] == ["my-private-model", "1:8", "512"]
    assert "my-private-model · not in the list of models" in select(app, "Model").options
    app = page(project, "b")
    assert "1:8 · not offered by this model" in select(app, "Ratio").options
    assert open_story(project, "walk").text == before
    select(app, "Ratio").set_value("1:1").run()
    assert story_of(project).step("b").settings == GenerationSettings(aspect_ratio="1:1", image_size="512")
    assert story_of(project).step("a").settings == private


def test_settings_are_those_of_the_storys_model(project: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scene without a model of its own is offered what the story's model takes."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 20)
    desk.desk.cache_clear()
    save(project, STORY.model_copy(update={"model": "gemini-2.5-flash-image"}), is_made=False)
    app = show_part(page(project, "a"), "settings")
    assert select(app, "Model").options[0].startswith("The story's: ")
    assert not [option for option in select(app, "Ratio").options if option.startswith("1:8")]


def test_a_second_story_is_shown_when_it_begins(project: Workspace) -> None:
    """A story begun or opened beside others becomes the one that is shown, and the form is empty again."""
    project.save_story("other", write_story(STORY))
    app = page(project)
    next(area for area in app.text_area if area.label == "The first scene").set_value("- Hare sets out.").run()
    next(item for item in app.text_input if item.label == "Title of the story").set_value("A third").run()
    button(app, "Start the story").click().run()
    assert not app.exception
    assert select(app, "Story").value == "A third"
    assert prompt_area(app).value == "- Hare sets out."
    assert next(area for area in app.text_area if area.label == "The first scene").value == ""
    select(app, "Story").set_value("walk").run()
    assert prompt_area(app).value == "- a"


def test_a_story_changed_elsewhere_is_shown_and_not_lost(project: Workspace) -> None:
    """An edit on a page that is out of date is put on top of what another tab wrote, and the page says so."""
    app = page(project, "b")
    other = story_of(project)
    steps = tuple(s.model_copy(update={"prompt": "- other tab"}) if s.id == "c" else s for s in other.steps)
    project.save_story("walk", write_story(other.model_copy(update={"steps": steps})))
    prompt_area(app).set_value("- this tab").run()
    story = story_of(project)
    assert (story.step("b").prompt, story.step("c").prompt) == ("- this tab", "- other tab")
    assert any("changed elsewhere" in toast.value for toast in app.toast)


def test_hostile_words_are_shown_as_they_are(empty: Workspace) -> None:
    """Names and prompts with Markdown and HTML in them reach the page escaped or as plain text."""
    step = scene("a", "hare").model_copy(update={"name": HOSTILE, "prompt": HOSTILE})
    save(empty, STORY.model_copy(update={"steps": (step, scene("b", "hare", "a"))}))
    app = page(empty, "b")
    for label in [item.label for item in app.button] + [item.value for item in (*app.caption, *app.markdown)]:
        assert "![x](https" not in label
        assert "<img" not in label.replace("\\<", "")


def test_files_deleted_outside_are_missed(project: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture whose file is gone is to be made again; without its starting picture the story cannot be downloaded."""
    monkeypatch.setattr(desk, "_LOOK_SECONDS", 0.0)
    app = page(project, "b")
    assert "All 3 images are up to date" in said(app)
    assert app.get("download_button")
    project.path(project.get("b")).unlink()
    assert "2 to make · 1 up to date" in said(app.run())
    project.path(project.get("hare")).unlink()
    app.run()
    assert "is not in the project" in said(app).replace("\\", "")
    assert not app.get("download_button")
    assert not app.exception


def test_a_broken_story_is_one_sentence(project: Workspace) -> None:
    """A story file that was damaged by hand shows its line, not a traceback."""
    (project.folder / "stories" / "walk.yaml").write_text("title: x\nsteps: 3\n", encoding="utf-8")
    assert "line 2" in said(page(project)).replace("\\", "")


def test_gemini_is_priced_before_it_is_asked(project: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key, roughs wait for gemini; the button tells the price, and nothing is asked for it."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 20)
    desk.desk.cache_clear()
    label = button(page(project), "Make 3 images").label.replace("\\", "")
    assert "about $0." in label


def test_a_scene_that_may_search_says_so_in_its_price(project: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A story whose settings let a scene look things up has that in every price: of the scene, the run and a batch."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    desk.desk.cache_clear()
    settings = GenerationSettings(search="web")
    story = STORY.model_copy(update={"model": "gemini-3.1-flash-image", "settings": settings})
    save(project, story, is_made=False)
    app = page(project, "a")
    assert button(app, r"Make 3 images · up to \$0\.33 with search")
    assert button(app, r"Send 1 image as a batch · up to \$0.076 with search")
    show_part(app, "settings")
    assert any(r"Each image up to \$0\.11 with search" in caption.value for caption in app.caption)

"""The prompt lab page as a script: its empty states, its controls, and what its templates say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.models.account import AccountModels
from core.models.asset import EngineName, GenerationSettings, Kind, Recipe, Result
from core.models.batch import Batch, BatchEntry
from core.settings import load_settings
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.context import LOCAL_USER, Studio
from core.studio.lab import LAB, LabOrder, advance
from core.studio.project_stories import open_story, story_slugs
from tests.app.walk import button, opened
from tests.standin.pictures import draw_picture


def page(workspace: Workspace | None = None, language: str = "en", **drafts: object) -> AppTest:
    """Return the page, run once, with these drafts kept in the project before."""
    for name, value in drafts.items() if workspace else ():
        DraftsFile(workspace.folder).write(f"lab/{name}", value)
    return opened(workspace, "prompt_lab", language)


def test_without_a_project_one_is_made_here(tmp_path: Path) -> None:
    """The page asks for a title, makes the project, and shows the form."""
    app = page()
    next(field for field in app.text_input if field.label == "Title").input("Trials")
    button(app, "Make the project").click()
    app.run()
    assert any(area.label == "Prompt" for area in app.text_area)
    assert (tmp_path / "home" / "projects" / "Trials" / "project.json").is_file()


def test_nothing_is_made_of_no_words(trials: Workspace) -> None:
    """Without a prompt the button says what is missing; with one it says how many, and that a draft is free."""
    app = page(trials)
    button(app, "Make 1 image").click()
    app.run()
    assert any("The prompt is empty" in error.value for error in app.error)
    assert not trials.assets()
    assert button(page(trials, prompt="A red lamp at night", variants=3), "Make 3 images · free")


@pytest.mark.parametrize(("days", "can_cancel"), [(0, False), (3, True)])
def test_a_cancelled_batch_that_never_ends_can_be_given_up(trials: Workspace, days: int, can_cancel: bool) -> None:
    """A batch is cancelled once; one that should have ended long ago can be cancelled again, which gives it up."""
    recipe = Recipe(kind=Kind.IMAGE, prompt="A lamp", engine=EngineName.GEMINI)
    entries = (BatchEntry(recipe=recipe, attempt="1"),)
    values = {"model": "m", "entries": entries, "job": "batches/1", "state": "running", "is_cancelled": True}
    created = datetime.now(UTC) - timedelta(days=days)
    trials.batches.put(Batch(id="batch-0123456789ab", created=created, user=LOCAL_USER, **values))
    app = page(trials, mode="batches")
    assert any("Look now" in one.label for one in app.button)
    assert any(one.label == "Cancel" for one in app.button) is can_cancel


@pytest.mark.parametrize("typed", ["youtu.be/abcdefghijk", "https://www.youtube.com/watch?v=", "x" * 3000])
def test_an_address_that_is_none_is_told_and_not_sent(
    trials: Workspace, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    """What is no address of a video stays in its field to be mended; it is never taken for a file."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    app = page(trials, model="gemini-3.1-flash-image", prompt="A red lamp")
    next(field for field in app.text_input if field.label == "YouTube address").input(typed)
    app.run()
    assert not app.exception
    assert any("no address of a YouTube video" in caption.value for caption in app.caption)
    assert not any("file is attached" in text.value for text in app.text)
    assert next(field for field in app.text_input if field.label == "YouTube address").value == typed


def test_only_what_the_model_heeds_is_offered(trials: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model with search shows it, one without does not, and draft shows none of the further controls."""

    def labels(model: str) -> set[str]:
        app = page(trials, model=model)
        return {control.label for control in [*app.selectbox, *app.toggle, *app.text_area, *app.number_input]}

    assert not labels("") & {"May look things up", "System instruction"}
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    from core.ui import desk

    desk.desk.cache_clear()
    with_search, without = labels("gemini-3.1-flash-image"), labels("gemini-nano-banana-2.1")
    assert {"May look things up", "Keep the model's thoughts", "Temperature", "System instruction"} <= with_search
    assert not without & {"May look things up", "Temperature"}
    assert {"Keep the model's thoughts", "System instruction"} <= without


def test_a_blank_that_is_left_is_named(trials: Workspace) -> None:
    """A prompt with an open blank says which it is."""
    app = page(trials, prompt="A {thing} at night")
    assert any("Still blank: thing" in caption.value for caption in app.caption)


def test_templates_speak_the_visitors_language(trials: Workspace) -> None:
    """In Chinese the templates are Chinese, down to their blanks."""
    app = page(trials, "zh_CN")
    assert any("像摄影师那样说" in caption.value for caption in app.caption)
    assert any(field.label == "主体" for field in app.text_input)


def test_hostile_drafts_are_harmless(trials: Workspace) -> None:
    """Whatever a drafts file holds, the page is whole."""
    odd = {"references": [["nowhere", "hero"], "x", 3, ["a"]], "variants": 99, "unwanted": [{"a": 1}], "shown": 5}
    app = page(trials, prompt="![x](http://evil.test/a.png) <b>b</b> {blank}", **odd)
    assert button(app, "Make 1 image") is not None


def test_an_image_goes_on_into_a_story(trials: Workspace) -> None:
    """A result's button leads to a new story that begins with it."""
    recipe = Recipe(
        kind=Kind.IMAGE, name="Lamp", prompt="A lamp", composed="A lamp", engine=EngineName.DRAFT, story=LAB
    )
    trials.save(recipe, Result(), draw_picture("0" * 64, (64, 48)), "lamp")
    app = page(trials)
    button(app, "Use in a scene").click()
    app.run()
    assert app.title[0].value == "Scene sequencer"
    assert next(box for box in app.selectbox if box.label == "Character").value == "lamp"


def test_an_image_becomes_a_step_of_a_story(trials: Workspace) -> None:
    """A result's button makes a story of its prompt with the picture as its version, and leads there."""
    (recipe,) = advance(Studio(load_settings()), trials, LabOrder("A lamp")).recipes
    made = trials.save(recipe, Result(), draw_picture("0" * 64, (64, 48)), "lamp")
    app = page(trials)
    button(app, "Use as a story step").click()
    app.run()
    assert app.title[0].value == "Scene sequencer"
    (slug,) = story_slugs(trials)
    (step,) = open_story(trials, slug).story.steps
    assert (step.prompt, trials.choices.read().asset_id(slug, step.id)) == ("A lamp", made.id)


def test_stars_are_found_again(trials: Workspace) -> None:
    """A starred image can be shown alone in the history, until its star is taken away."""
    recipe = Recipe(kind=Kind.IMAGE, name="Lamp", prompt="A lamp", engine=EngineName.DRAFT, story=LAB)
    made = trials.save(recipe, Result(), draw_picture("0" * 64, (64, 48)), "lamp")
    app = page(trials)
    assert not [toggle for toggle in app.toggle if toggle.label == "Starred only"]
    button(app, "Star").click().run()
    assert trials.notes.stars() == (made.id,)
    assert [toggle for toggle in app.toggle if toggle.label == "Starred only"]
    button(app, "Starred").click().run()
    assert trials.notes.stars() == ()


def test_the_form_as_it_was(trials: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "Use its words" brings back prompt, model and every control an image was made with."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    settings = GenerationSettings(
        aspect_ratio="16:9", temperature=0.5, thoughts=True, output="image", safety="harassment=high", search="web"
    )
    model = "gemini-3.1-flash-image"
    recipe = Recipe(
        kind=Kind.IMAGE, name="Lamp", prompt="A lamp", composed="A lamp", engine=EngineName.GEMINI, model=model,
        settings=settings, story=LAB,
    )  # fmt: skip
    trials.save(recipe, Result(), draw_picture("0" * 64, (64, 48)), "lamp")
    app = page(trials)
    button(app, "Use its words").click()
    app.run()
    shown = {control.label: control.value for control in [*app.selectbox, *app.number_input, *app.toggle]}
    assert next(area for area in app.text_area if area.label == "Prompt").value == "A lamp"
    assert (shown["Model"], shown["Ratio"], shown["Temperature"]) == (model, "16:9", 0.5)
    assert (shown["Keep the model's thoughts"], shown["Image only, no words"]) == (True, True)
    assert (shown["May look things up"], shown["Harassment"], shown["Hate speech"]) == ("web", "high", "")


def test_a_part_of_a_video_is_kept(trials: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """From which second on, up to which, and how many frames: what is typed stays, and goes into what is sent."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    app = page(trials, model="gemini-3.1-flash-image", prompt="A red lamp", video="https://youtu.be/abcdefghijk")
    for label, value in {"From second": 5.0, "To second": 90.5, "Frames a second": 2.0}.items():
        next(field for field in app.number_input if field.label == label).set_value(value)
        app.run()
        assert not app.exception
        assert next(field for field in app.number_input if field.label == label).value == value
    again = page(trials)
    assert [field.value for field in again.number_input if field.label == "To second"] == [90.5]


def test_what_searches_may_cost_stands_on_the_buttons(trials: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """With search chosen the price is the most to reckon with, alone and in a batch, and its terms stand below."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    app = page(trials, model="gemini-3.1-flash-image", prompt="A quetzal", search="web", variants=2)
    assert button(app, r"Make 2 images · up to \$0.22 with search")
    assert button(app, r"Send 2 images as a batch · up to \$0.15 with search")
    captions = " ".join(caption.value for caption in app.caption)
    assert r"Each image up to \$0\.11 with search" in captions
    assert r"\$0\.014 a query; the month's first 5,000 prompts that search are free" in captions
    next(box for box in app.selectbox if box.label == "May look things up").select("").run()
    assert button(app, r"Make 2 images · about \$0.13")
    assert "a query" not in " ".join(caption.value for caption in app.caption)


def test_a_turn_that_searches_says_its_price(trials: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The conversation's button has the price of searches as the bench's has."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    for name, value in {"model": "gemini-3-pro-image", "prompt": "A quetzal", "search": "web"}.items():
        DraftsFile(trials.folder).write(f"talk/new/{name}", value)
    app = page(trials, mode="chat")
    assert button(app, r"Make 1 image · up to \$0.18 with search")


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("gemini-nano-banana-2.1", "Not in this account. Use Nano Banana Pro instead."),
        ("gemini-2.5-flash-image", "Shut down on 2026-10-02. Not in this account. Use Nano Banana Pro instead."),
        ("gemini-3-pro-image", ""),
    ],
)
def test_a_model_the_account_lacks_has_a_way_out(
    trials: Workspace, monkeypatch: pytest.MonkeyPatch, model: str, told: str
) -> None:
    """A chosen model that is past its date or not in the account says so, and which one the account has instead."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    Studio(load_settings()).account_models.write(AccountModels(ids=("gemini-3-pro-image",), asked=datetime.now(UTC)))
    app = page(trials, model=model)
    said = [caption.value.replace("\\", "") for caption in app.caption]
    assert [line for line in said if "instead" in line] == ([told] if told else [])

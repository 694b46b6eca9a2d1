"""Templates on the lab's page: what they ask for, what they set, and a person's own ones from saved to brought back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.models.asset import Role
from core.models.template import Template
from core.store.drafts import DraftsFile
from core.store.templates import TemplatesFile
from core.store.workspace import Workspace
from core.studio.prompting.templates import from_file, to_file
from tests.app.test_prompt_lab import page
from tests.app.walk import button
from tests.samples import keep, png


@pytest.fixture
def trials(trials: Workspace) -> Workspace:
    """A project with two pictures."""
    keep(trials, "hare", 1)
    keep(trials, "ink", 2)
    return trials


def home(trials: Workspace) -> Path:
    return trials.folder.parents[1]


def pick(app: AppTest, template: str) -> None:
    """Choose a template and use it."""
    box = next(box for box in app.selectbox if box.label == "Template")
    box.set_value(template).run()
    button(app, "Use it").click().run()
    assert not app.exception


def captions(app: AppTest) -> list[str]:
    """Return the captions as they are read."""
    return [caption.value.replace("\\", "") for caption in app.caption]


def missing(app: AppTest) -> list[str]:
    """Return which references are asked for."""
    mark = ":material/add_photo_alternate: "
    return [caption.removeprefix(mark) for caption in captions(app) if caption.startswith(mark)]


def shown(app: AppTest, label: str) -> Any:
    """Return what is in a field, whichever sort it is."""
    fields = [*app.text_input, *app.text_area, *app.selectbox, *app.number_input, *app.multiselect]
    return next(field for field in fields if field.label == label)


def roles(trials: Workspace) -> list[list[str]]:
    return DraftsFile(trials.folder).read()["lab/references"]


def test_a_click_right_after_the_choice_uses_what_was_chosen(trials: Workspace) -> None:
    """The choice, a filled blank and the click arrive together, before the page showed the other template."""
    app = page(trials)
    pick(app, "photoreal")
    next(box for box in app.selectbox if box.label == "Template").set_value("sticker")
    button(app, "Use its example").click().run()
    assert "Template: Sticker or illustration" in captions(app)
    app.text_input(key="lab-blank-sticker-subject").set_value("a blue hare")
    button(app, "Use it").click().run()
    assert "a blue hare" in str(DraftsFile(trials.folder).read()["lab/prompt"])


def test_references_get_the_template_s_roles(trials: Workspace) -> None:
    """In order they become figure and style, the background is asked for, and a role can still be changed."""
    app = page(trials, references=[["hare", ""], ["ink", ""]])
    pick(app, "fusion")
    assert roles(trials) == [["hare", Role.CHARACTER], ["ink", Role.STYLE]]
    assert missing(app) == ["Image 3: add the background"]
    assert any(caption.startswith("Template: Fuse figure") for caption in captions(app))
    box = next(box for box in app.selectbox if box.label.startswith("Image 2"))
    box.set_value(Role.OBJECT).run()
    assert roles(trials) == [["hare", Role.CHARACTER], ["ink", Role.OBJECT]]
    assert missing(app) == ["Image 2: add a picture of the style", "Image 3: add the background"]
    app.button(key="lab-leave-template").click().run()
    assert missing(app) == []


def test_one_more_reference_goes_where_it_is_missed(trials: Workspace) -> None:
    """With the style and the background there, the picture that is added becomes the figure, as Image 1."""
    keep(trials, "hill", 3)
    app = page(trials, template="fusion", references=[["ink", "style"], ["hill", "background"]])
    assert missing(app) == ["Image 1: add the character"]
    field = next(field for field in app.file_uploader if field.label == "Add a reference image")
    field.upload("fox.png", png(4), "image/png").run()
    assert not app.exception
    assert roles(trials) == [["fox", Role.CHARACTER], ["ink", Role.STYLE], ["hill", Role.BACKGROUND]]
    assert missing(app) == []


@pytest.fixture
def _keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.ui import desk

    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    desk.desk.cache_clear()


@pytest.mark.usefixtures("_keyed")
def test_a_suited_model_is_one_click_away(trials: Workspace) -> None:
    """A template that another model makes better says so; one click takes it, and then it is said to suit."""
    app = page(trials)
    pick(app, "comic")
    assert any("Nano Banana 2.1 suits this template" in caption for caption in captions(app))
    shown(app, "Model").set_value("gemini-3.1-flash-lite-image").run()
    button(app, "Nano Banana Pro").click().run()
    assert shown(app, "Model").value == "gemini-3-pro-image"
    assert any("Nano Banana Pro suits this template" in caption for caption in captions(app))


@pytest.mark.usefixtures("_keyed")
def test_a_turntable_has_the_price_of_the_whole(trials: Workspace) -> None:
    """It offers four views; their list is changed, the price follows, and what is missing is told before any call."""
    app = page(trials)
    pick(app, "turntable")
    assert shown(app, "Views, one a line").value.splitlines()[-1] == "the back"
    assert not [box for box in app.button if box.label == "Make 1 image"]
    button(app, r"Make 4 images · about \$0.14").click().run()
    assert any("no sheet yet" in error.value for error in app.error)
    assert missing(app) == ["Image 1: add the character", "Image 2: add a picture of the pose, if you like"]
    shown(app, "Views, one a line").input("the front\n\nthe back\nthe front").run()
    assert button(app, r"Make 2 images · about \$0.068") is not None
    assert not any("Still blank: view" in caption for caption in captions(app))
    shown(app, "Prompt").input("A hare in the grass at noon.").run()
    assert any("Write {view} in the prompt" in caption for caption in captions(app))


def test_ones_own_template_is_changed_and_brought_back(trials: Workspace) -> None:
    """Title, tags, hint, models and text are edited on the page; the version before can be had again."""
    kept = TemplatesFile(home(trials)).save(Template(id="", title="Night", text="A {thing} at night.", tags=("dark",)))
    app = page(trials)
    next(box for box in app.selectbox if box.label == "Template").set_value("own/night").run()
    changes = {"Title": "Dusk", "Hint": "Say which thing.", "Tags": "dark, blue", "Text": "A {thing} at dusk."}
    for label, text in changes.items():
        found = [*app.text_input, *app.text_area]
        next(one for one in found if one.label == label and (one.key or "").startswith("lab-edit")).input(text)
    shown(app, "Models that suit").set_value(["gemini-3-pro-image"])
    app.run()
    button(app, "Save the changes").click().run()
    assert not app.exception
    (now,) = TemplatesFile(home(trials)).current()
    assert (now.title, now.hint, now.tags, now.text) == ("Dusk", "Say which thing.", ("dark", "blue"), changes["Text"])
    assert now.models == ("gemini-3-pro-image",)
    assert any("Say which thing" in caption for caption in captions(app))
    button(app, "Bring this version back").click().run()
    assert TemplatesFile(home(trials)).current() == (kept,)


def test_templates_are_chosen_by_tag(trials: Workspace) -> None:
    """A tag leaves only the templates that have it."""
    for title, tag in (("Night", "dark"), ("Noon", "bright")):
        TemplatesFile(home(trials)).save(Template(id="", title=title, text="A {thing}.", tags=(tag,)))
    app = page(trials)
    offered = next(box for box in app.selectbox if box.label == "Template")
    assert len(offered.options) == 17
    next(group for group in app.button_group if group.label == "Tag").set_value("dark").run()
    assert not app.exception
    assert next(box for box in app.selectbox if box.label == "Template").options == ["Night · dark"]
    assert shown(app, "Thing") is not None


def test_templates_are_carried_over(trials: Workspace) -> None:
    """What was exported elsewhere comes in on the page, and goes out again as it is."""
    theirs = Template(id="x", title="Night", text="A {thing} at night.", hint="Which?", models=("gemini-3-pro-image",))
    app = page(trials)
    field = next(field for field in app.file_uploader if field.label == "Import templates")
    field.upload("templates.json", to_file([theirs]), "application/json").run()
    assert not app.exception
    (mine,) = TemplatesFile(home(trials)).current()
    assert (mine.title, mine.hint, mine.models, mine.is_own) == ("Night", "Which?", theirs.models, True)
    assert next(one for one in app.download_button if one.label == "Export my templates").disabled is False
    assert next(box for box in app.selectbox if box.label == "Template").options[-1] == "Night · your own"
    assert from_file(to_file([mine]))[0].model_copy(update={"id": mine.id}) == mine

"""The character sheet page as a script: what it shows at each stage, and what its form asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import load_settings
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.intake import take_in
from tests.app.walk import button
from tests.samples import jpeg

APP = Path(__file__).parents[2] / "core" / "ui" / "app.py"


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    """A project with one archive picture."""
    workspace = Studio(load_settings()).workspace(tmp_path / "home" / "projects" / "lamp", "The lamplighter")
    take_in(workspace, jpeg(size=(64, 80)), "plate")
    return workspace


def page(project: Workspace | None = None, **drafts: object) -> AppTest:
    """Return the page, run once, with these drafts kept in the project before."""

    app = AppTest.from_file(str(APP), default_timeout=30)
    if project is not None:
        app.query_params["project"] = project.uuid
        for name, value in drafts.items():
            DraftsFile(project.folder).write(f"sheet/{name}", value)
    app.run()
    app.switch_page("../../pages/character_sheet.py")
    return app.run()


def texts(app: AppTest) -> str:
    """Return everything that is said outside widgets."""
    return "\n".join(str(element.value) for element in [*app.text, *app.caption, *app.markdown])


def field(app: AppTest, label: str) -> object:
    """Return a text input or area by its label."""
    return next(found for found in [*app.text_input, *app.text_area] if found.label == label)


def test_without_a_project_one_is_made_right_here(tmp_path: Path) -> None:
    """The page asks for a title, makes the project, and goes on to the picture."""
    app = page()
    field(app, "Title").input("Lamps")
    button(app, "Make the project").click()
    app.run()
    assert not app.exception
    assert button(app, "Try it with the sample picture")
    assert (tmp_path / "home" / "projects" / "Lamps" / "project.json").is_file()


def test_the_sample_picture_leads_to_the_form(project: Workspace) -> None:
    """One click brings the built-in picture in and shows the form with one primary button and its price."""
    app = page(project)
    assert button(app, "Make 2 images") is None
    button(app, "Try it with the sample picture").click()
    app.run()
    assert not app.exception
    assert "archive" in {asset.id for asset in project.assets()}
    primary = [found.label for found in app.button if found.proto.type == "primary" and "Make" in found.label]
    assert primary == ["Make 2 images · free"]


def test_the_prompt_follows_the_form_until_it_is_edited(project: Workspace) -> None:
    """Fields change the prompt; an edited prompt stays as it is; "Reset to the form" follows again."""
    app = page(project, picture="plate")
    field(app, "Name").input("Wick").run()
    assert "of Wick:" in field(app, "Prompt").value
    assert button(app, "Reset to the form") is None
    field(app, "Prompt").input("- My own words.").run()
    field(app, "Accessories").input("lantern").run()
    assert field(app, "Prompt").value == "- My own words."
    button(app, "Reset to the form").click().run()
    assert "lantern" in field(app, "Prompt").value
    field(app, "Style").input("ink wash").run()
    assert "ink wash" in field(app, "Prompt").value
    assert not app.exception


def test_what_was_typed_comes_back_in_a_new_session(project: Workspace) -> None:
    """After a refresh the form is as it was, the edited prompt and the choices included."""
    app = page(project, picture="plate")
    field(app, "Name").input("Wick").run()
    field(app, "Prompt").input("- My own words.").run()
    app.segmented_control(key=f"{project.uuid}/sheet/variants").set_value(4).run()
    again = page(project)
    assert (field(again, "Name").value, field(again, "Prompt").value) == ("Wick", "- My own words.")
    assert button(again, "Make 4 images · free")


def test_a_cut_out_asks_for_no_views(project: Workspace) -> None:
    """What a cut-out has no use for is not asked, and its ratio is its picture's."""
    app = page(project, picture="plate", kind="cutout")
    assert "Views" not in {found.label for found in app.button_group}
    assert field(app, "Prompt").value.startswith("- Cut plate out")
    ratio = next(found for found in app.selectbox if found.label == "Ratio")
    assert ratio.value == ""


def test_prices_stand_on_the_button(project: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """With gemini the button says what all variants cost, with the model and size that were chosen."""
    monkeypatch.setenv("GEMINI_API_KEY", "some-key")
    app = page(project, picture="plate", model="gemini-3-pro-image", image_size="4K", variants=3)
    assert button(app, r"Make 3 images · about \$0.72")
    assert {"Model", "Ratio", "Size"} <= {found.label for found in app.selectbox}
    assert {found.label for found in app.number_input} == {"Temperature", "Top p"}


def test_only_what_the_model_honours_is_shown(project: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model without a size control and thinking levels shows neither; a kept size of another model is let go."""
    monkeypatch.setenv("GEMINI_API_KEY", "some-key")
    app = page(project, picture="plate", model="gemini-2.5-flash-image", image_size="4K")
    labels = {found.label for found in app.selectbox}
    assert {"Model", "Ratio"} <= labels
    assert not {"Size", "Thinking"} & labels
    chosen = next(found for found in app.selectbox if found.label == "Model")
    assert any("shut down, use Nano Banana 2.1" in option for option in chosen.options)
    said = [line.value.replace("\\", "") for line in app.caption]
    assert "Shut down on 2026-10-02. Use Nano Banana 2.1 instead." in said
    assert button(app, r"Make 2 images · about \$0.078")


def test_gemini_without_a_key_is_told_in_a_sentence(project: Workspace) -> None:
    """Choosing gemini without an account and clicking shows what to do, and begins nothing."""
    app = page(project, picture="plate")
    engine = next(found for found in app.button_group if found.label == "Engine")
    engine.set_value("gemini").run()
    button(app, "Make 2 images").click().run()
    assert not app.exception
    assert any("needs an account" in warning.value.replace("\\", "") for warning in app.warning)


def test_a_run_of_a_cleared_home_is_no_trouble(project: Workspace) -> None:
    """A run that nobody knows any more is as good as none."""
    app = page(project, picture="plate", run="images-0123456789ab")
    assert not app.exception
    assert not app.error
    assert not button(app, "Make 2 images").disabled


def test_the_chinese_page_writes_a_chinese_prompt(project: Workspace) -> None:
    """With nothing typed in letters, the interface's language is the prompt's."""
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params.update({"project": project.uuid, "lang": "zh_CN"})

    DraftsFile(project.folder).write("sheet/picture", "plate")
    DraftsFile(project.folder).write("sheet/name", "灯芯")
    app.run()
    app.switch_page("../../pages/character_sheet.py")
    app.run()
    assert not app.exception
    assert any("灯芯的角色设定图" in area.value for area in app.text_area)

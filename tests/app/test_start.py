"""The start page and the frame around it as a script: ways in, the account's state, what is spent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio import background
from core.studio.context import Studio
from core.studio.intake import take_in
from core.studio.project_stories import change_story
from core.studio.sample import scene_names
from core.studio.story_editing import edit
from core.ui import desk
from tests.samples import jpeg
from tests.standin import StandIn

APP = Path(__file__).parents[2] / "core" / "ui" / "app.py"


@pytest.fixture(autouse=True)
def _own_desk() -> Iterator[None]:
    """Give each test a server's studio and opened projects of its own."""
    desk.desk.cache_clear()
    desk.project.cache_clear()
    yield
    desk.desk.cache_clear()
    desk.project.cache_clear()


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    """A project with one archive picture."""
    workspace = Studio(load_settings()).workspace(tmp_path / "home" / "projects" / "lamp", "The lamplighter")
    take_in(workspace, jpeg(size=(64, 80)), "plate")
    return workspace


def start(**query: str) -> AppTest:
    """Return the start page, run once with these query parameters."""
    page = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def said(page: AppTest) -> str:
    """Return every caption of the page and its sidebar."""
    return "\n".join(caption.value for caption in [*page.main.caption, *page.sidebar.caption])


def covers(page: AppTest) -> list[dict[str, Any]]:
    """Return the projects' covers as the browser was given them."""
    found = [json.loads(part.proto.json)[0] for part in page.get("bidi_component") if "covers" in part.proto.json]
    return list(found[0]["covers"]) if found else []


def click(page: AppTest, label: str) -> AppTest:
    """Click a button by its label."""
    return next(button for button in page.button if button.label == label).click().run()


def enter_key(page: AppTest, key: str) -> AppTest:
    """Enter an API key in the sidebar."""
    next(field for field in page.sidebar.text_input if field.label == "Gemini API key").set_value(key)
    return click(page, "Use this key")


def test_a_newcomer_sees_two_ways_in() -> None:
    """Without a project there is one heading, the free sample story and a new project, and no list."""
    page = start()
    assert [title.value for title in page.title] == ["Carry one picture through a whole story"]
    assert [button.label for button in page.main.button] == ["Open the sample story · free", "Make the project"]
    assert not page.subheader
    assert not page.exception


def test_projects_are_listed_with_covers(project: Workspace) -> None:
    """A project stands on the page with its number of images and when it was opened; its picture is a signed URL."""
    page = start()
    (cover,) = covers(page)
    assert (cover["id"], cover["title"], cover["line"]) == (
        project.uuid,
        "The lamplighter",
        "1 image · opened just now",
    )
    assert cover["thumbnail"].startswith(f"/app/static/picture/{project.uuid}/plate/t?")
    assert page.sidebar.selectbox[0].options == ["The lamplighter"]


def test_projects_of_one_title_are_told_apart(project: Workspace, tmp_path: Path) -> None:
    """Two projects of one title have labels of their own, and whichever is chosen stays open."""
    other = Studio(load_settings()).workspace(tmp_path / "home" / "projects" / "lamp-2", project.title)
    page = start(project=project.uuid)
    assert sorted(page.sidebar.selectbox[0].options) == ["The lamplighter · lamp", "The lamplighter · lamp-2"]
    assert {cover["title"] for cover in covers(page)} == set(page.sidebar.selectbox[0].options)
    for wanted in (other, project, other):
        page.sidebar.selectbox[0].set_value(wanted.uuid).run()
        assert wanted.uuid in page.query_params["project"]
        assert wanted.uuid in page.run().query_params["project"]


def test_the_sample_is_opened_once_until_it_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second click opens the same project; a sample somebody changed is theirs, and another one is made."""
    monkeypatch.setattr(background, "begin_story", lambda _studio, _spec: "")
    for _click in range(2):
        sample = click(start(), "Open the sample story · free")
        assert not sample.exception
    (folder,) = Studio(load_settings()).index.recent_projects()
    workspace = Studio(load_settings()).workspace(folder)
    change_story(workspace, "story", lambda story: edit(story, "wood", prompt="- Another wood."))
    click(start(), "Open the sample story · free")
    assert len(Studio(load_settings()).index.recent_projects()) == 2


def test_every_scene_of_the_sample_has_a_name() -> None:
    """The cards that stand before the story is there have eleven names, in both languages, none an id."""
    for language in ("en", "zh_CN"):
        names = scene_names(language)
        assert len(set(names)) == 11
        assert not [name for name in names if name.islower()]


def test_a_wrong_key_is_refused_where_it_is_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service is asked about a typed key: a wrong one is told at once, a right one used; offline it is used too."""
    with StandIn(key="the-right-key-of-a-visitor") as service:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", service.url)
        page = enter_key(start(), "a-wrong-key-of-a-visitor")
        assert "Gemini does not accept this key" in page.sidebar.error[0].value
        assert "Draft makes roughs" in said(page)
        page = enter_key(page, "the-right-key-of-a-visitor")
        assert not page.sidebar.error
        assert "ending in itor" in said(page)
    page = enter_key(start(), "the-right-key-of-a-visitor")
    assert "ending in itor" in said(page)
    assert "could not be asked" in page.toast[0].value


def test_a_new_project_is_opened(tmp_path: Path) -> None:
    """Making a project names it, makes its folder and stays in the address."""
    page = start()
    page.text_input[0].set_value("The lamplighter")
    next(button for button in page.main.button if button.label == "Make the project").click().run()
    found = Studio(load_settings()).index.recent_projects()
    assert [folder.name for folder in found] == ["The-lamplighter"]
    assert not page.exception


@pytest.mark.parametrize(
    ("title", "folder"),
    [
        ("A/B: 'x' & $y", "A-B-x-y"),
        ("灯芯的故事 2", "灯芯的故事-2"),
        ("...", "project"),
        ("été_à la mer", "été_à-la-mer"),
    ],
)
def test_a_projects_folder_needs_no_quotes(title: str, folder: str) -> None:
    """A folder's name has letters of any script, digits, hyphens and underscores, whatever the title."""
    page = start()
    page.text_input[0].set_value(title)
    click(page, "Make the project")
    assert [path.name for path in Studio(load_settings()).index.recent_projects()] == [folder]


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({}, "Draft makes roughs without a key"),
        ({"GEMINI_API_KEY": "AIza-0123456789-WXYZ"}, "Gemini with the server's key, ending in WXYZ"),
        ({"GOOGLE_CLOUD_PROJECT": "a-project"}, "Gemini through Google Cloud"),
        ({"THROUGHLINE_ENGINE": "gemini"}, "Gemini needs a key. Enter one, or use draft"),
    ],
)
def test_the_account_is_told(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], words: str) -> None:
    """The sidebar says which account makes the images, and shows no more of a key than its end."""
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    page = start()
    assert words in said(page).replace("\\", "")
    assert "0123456789" not in str(page)


def test_a_language_from_the_address() -> None:
    """The address chooses the language, and one we do not have falls back to English."""
    assert start(lang="zh_CN").title[0].value == "让一张图片贯穿整个故事"
    assert start(lang="tlh").title[0].value == "Carry one picture through a whole story"


def test_an_address_from_elsewhere_is_harmless() -> None:
    """An unknown project, run or engine in the address opens nothing and breaks nothing."""
    page = start(project="../../etc", run="nothing-1", engine="warp")
    assert not page.exception
    assert [title.value for title in page.title] == ["Carry one picture through a whole story"]
    assert "project" not in page.query_params
    assert "engine" not in page.query_params


def test_a_setting_that_cannot_be_used_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong setting shows as an error with what to do, in the visitor's language, and nothing else breaks."""
    monkeypatch.setenv("THROUGHLINE_CONCURRENCY", "many")
    assert "A setting cannot be used" in start().error[0].value
    assert "请改正后重新启动工作室" in start(lang="zh_CN").error[0].value

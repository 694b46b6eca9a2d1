"""What is typed stays: a click on another page, a refresh in the middle of a word, a second look at the form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.intake import take_in
from core.studio.project_stories import open_story
from tests.browser.harness import StudioServer, Visits, wait_idle, wait_until
from tests.browser.test_scene_sequencer import address, take_in_story
from tests.samples import jpeg

PAGES = ["Lineage", "Scene sequencer", "Start"]
FOX = "a red fox"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """A studio shared by this module's tests."""
    with StudioServer(tmp_path_factory.mktemp("typing"), is_forked=True) as running:
        yield running


@pytest.fixture
def project(server: StudioServer, request: pytest.FixtureRequest) -> Workspace:
    """A project whose character form is open."""
    workspace = server.studio().workspace(server.home / "projects" / request.node.name[:40], "Foxes")
    take_in(workspace, jpeg(size=(64, 80)), "plate")
    DraftsFile(workspace.folder).write("sheet/picture", "plate")
    return workspace


def fields(page: Page) -> list[str]:
    """Return what stands in the form's first two fields."""
    return [page.get_by_label(label, exact=True).input_value() for label in ("Name", "Subject")]


def go(page: Page, name: str) -> None:
    """Go to a page by its link, as a person does who just typed."""
    page.get_by_role("link", name=name).click()


def test_a_page_change_takes_along_what_was_typed(server: StudioServer, project: Workspace, open_page: Visits) -> None:
    """A link clicked out of a field leads where it says; back again the form is as it was, and so is its draft."""
    page = open_page(server, f"/character_sheet?project={project.uuid}")
    for place in PAGES:
        page.get_by_label("Name", exact=True).fill(f"Rusty of {place}")
        page.keyboard.press("Tab")
        page.get_by_label("Subject", exact=True).press_sequentially(FOX)
        go(page, place)
        expect(page.get_by_label("Subject", exact=True)).to_have_count(0)
        wait_idle(page)
        go(page, "Character sheet")
        expect(page.get_by_label("Name", exact=True)).to_have_value(f"Rusty of {place}")
        wait_idle(page)
        assert fields(page) == [f"Rusty of {place}", FOX]
        page.get_by_label("Style", exact=True).fill(f"ink, {place}")
        page.keyboard.press("Tab")
        wait_until(lambda style=f"ink, {place}": drafts(project).get("sheet/style") == style, "the style's draft", page)
        assert [drafts(project)[f"sheet/{name}"] for name in ("name", "subject")] == [f"Rusty of {place}", FOX]


def test_hurried_page_changes_blank_nothing(server: StudioServer, project: Workspace, open_page: Visits) -> None:
    """Whoever goes to and fro before a page stands finds the form as it was, not blanks."""
    page = open_page(server, f"/character_sheet?project={project.uuid}")
    page.get_by_label("Name", exact=True).fill("Rusty")
    page.keyboard.press("Tab")
    wait_until(lambda: drafts(project).get("sheet/name") == "Rusty", "the name's draft", page)
    for place in (*PAGES, *PAGES):
        go(page, place)
        page.wait_for_timeout(120)
        go(page, "Character sheet")
        page.wait_for_timeout(300)
    wait_idle(page)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Rusty")
    expect(page.get_by_role("button", name="Make 2 images")).to_be_visible()


def test_a_refresh_in_the_middle_of_a_text_loses_nothing(
    server: StudioServer, project: Workspace, open_page: Visits
) -> None:
    """A text is saved while it is typed: the field keeps focus and caret, and a refresh shows it again."""
    page = open_page(server, f"/character_sheet?project={project.uuid}")
    subject = page.get_by_label("Subject", exact=True)
    subject.press_sequentially("a fox")
    wait_until(lambda: drafts(project).get("sheet/subject") == "a fox", "the subject's draft", page)
    wait_idle(page)
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("red ")
    wait_until(lambda: drafts(project).get("sheet/subject") == "a red fox", "the subject's draft", page)
    wait_idle(page)
    expect(subject).to_be_focused()
    page.keyboard.type("old ")
    expect(subject).to_have_value("a red old fox")
    wait_until(lambda: drafts(project).get("sheet/subject") == "a red old fox", "the subject's draft", page)
    page.reload()
    expect(page.get_by_label("Subject", exact=True)).to_have_value("a red old fox")


def test_a_scenes_prompt_is_saved_while_it_is_typed(server: StudioServer, open_page: Visits) -> None:
    """The prompt's field stays the same one at every saving, and one undo takes the whole typing back."""
    workspace = take_in_story(server)
    page = open_page(server, address(workspace, "near"))
    prompt = page.get_by_role("textbox", name="Prompt", exact=True)
    prompt.press("End")
    for words in (" Rain.", " Wind."):
        before = saved_prompt(workspace)
        page.keyboard.type(words)
        wait_until(lambda text=before + words: saved_prompt(workspace) == text, "the story's prompt", page)
        wait_idle(page)
        expect(prompt).to_be_focused()
    assert saved_prompt(workspace) == "Scene: near. Rain. Wind."
    page.get_by_role("button", name="Undo: prompt changed").click()
    expect(prompt).to_have_value("Scene: near.")
    assert saved_prompt(workspace) == "Scene: near."


def drafts(project: Workspace) -> dict[str, object]:
    """Return the project's drafts as they are on disk."""
    return DraftsFile(project.folder).read()


def saved_prompt(workspace: Workspace) -> str:
    """Return the prompt of the scene `near` as the story's file has it."""
    return open_story(workspace, "story").story.step("near").prompt

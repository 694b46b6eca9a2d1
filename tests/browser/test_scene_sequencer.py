"""The scene sequencer in a real Chromium: the sample from the first click, edits, runs that outlive a tab, blocks."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.models.asset import EngineName
from core.models.catalog import load_catalog
from core.store.workspace import Workspace
from core.studio.project_stories import open_story
from core.studio.story_packs import open_files
from tests.browser.harness import PHONE, StudioServer, Visits, wait_idle, wait_until
from tests.standin import StandIn
from tests.standin.pictures import draw_picture
from tests.terminal.harness import Terminal

SAMPLE = "Open the sample story"
SCENES = 11
UP_TO_DATE = re.compile("All 11 images are up to date")
STORY = """title: Two hills
sources: {{archive: archive.png}}
steps:
  - {{id: hare, kind: character_sheet, from: [archive], prompt: "Scene: hare."}}
  - {{id: near, kind: scene, from: [hare], prompt: "Scene: near."}}
  - {{id: far, name: "{name}", kind: scene, from: [hare, near], prompt: "Scene: far."}}
"""


def choose(page: Page, name: str) -> None:
    """Select a scene by its card and wait until the page shows it."""
    page.locator(f'.board .card[data-id="{name}"] .face').click()
    page.wait_for_url(f"**step={name}*")
    expect(page.locator(f'input[placeholder="{name}"]')).to_be_visible()
    wait_idle(page)


def write_prompt(page: Page, text: str) -> None:
    area = page.get_by_role("textbox", name="Prompt", exact=True)
    area.fill(text)
    area.press("Control+Enter")


def open_sample(page: Page) -> None:
    page.get_by_role("button", name=SAMPLE).click()
    expect(page.locator(".board .card")).to_have_count(SCENES + 1)


def take_in_story(server: StudioServer, name: str = "Far") -> Workspace:
    """Make a project with a small story in it, none of it made."""
    workspace = server.studio().workspace(server.home / "projects" / "hills", "Hills")
    files = [("story.yaml", STORY.format(name=name).encode()), ("archive.png", draw_picture("a" * 64, (96, 64)))]
    open_files(workspace, files, load_catalog())
    return workspace


def address(workspace: Workspace, step: str = "") -> str:
    return f"/scene_sequencer?project={workspace.uuid}" + (f"&step={step}" if step else "")


def versions(workspace: Workspace, step: str) -> list[str]:
    return [asset.id for asset in workspace.versions("story", step)]


def test_the_sample_comes_to_life_and_lives_on(studio: StudioServer, open_page: Visits) -> None:
    """From the first click to eleven pictures; an edit makes exactly what follows stale; a refresh in the middle of
    the run comes back to it, and it ends with every picture current."""
    page = open_page(studio)
    open_sample(page)
    expect(page.get_by_text(UP_TO_DATE)).to_be_visible()
    wait_idle(page)
    expect(page.locator(".board .card .plate img")).to_have_count(SCENES + 1)
    choose(page, "crossing")
    write_prompt(page, "- Midnight in a lonely valley, seen from afar.")
    expect(page.locator(".board .card.stale")).to_have_count(7)
    page.get_by_role("button", name="Make 7 images · free").click()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Cancel")).to_be_visible()
    page.reload()
    expect(page.get_by_text(UP_TO_DATE)).to_be_visible()
    assert "step=crossing" in page.url
    (workspace,) = studio.projects()
    assert versions(workspace, "crossing") == ["crossing", "crossing-v2"]
    assert versions(workspace, "wood") == ["wood"]


def test_a_run_goes_on_without_its_tab(studio: StudioServer, open_page: Visits) -> None:
    """A tab closed in the middle of a run loses nothing: whoever opens the project again sees it end."""
    page = open_page(studio)
    open_sample(page)
    page.close()
    again = open_page(studio, is_idle=False)
    again.get_by_test_id("stMain").get_by_role("button", name=re.compile("^Open (?!the sample)")).click()
    expect(again.get_by_text(UP_TO_DATE)).to_be_visible()


def test_a_blocked_scene_is_a_receipt_and_can_be_tried_again(
    gemini_studio: StudioServer, standin: StandIn, open_page: Visits
) -> None:
    """A block marks its card, shows its rule, skips what follows, and one click tries again.

    So does one that leaves out an image it was made from.
    """
    standin.fail_next("blocked_prompt")
    workspace = take_in_story(gemini_studio)
    page = open_page(gemini_studio, address(workspace, "hare"))
    page.get_by_role("button", name=re.compile(r"Make 3 images · about \$0\.")).click()
    expect(page.locator('.board .card.failed[data-id="hare"]')).to_be_visible()
    expect(page.get_by_text("The service made no image")).to_be_visible()
    expect(page.locator(".board .card.missing")).to_have_count(2)
    assert len(standin.requests) == 1
    page.get_by_role("button", name=re.compile("Try again")).click()
    expect(page.locator('.board .card.generated[data-id="hare"]')).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Make 2 images · about"))).to_be_visible()
    assert len(standin.requests) == 2
    workspace.sync()
    assert [workspace.get(name).recipe.engine for name in versions(workspace, "hare")] == [EngineName.GEMINI]
    wait_idle(page)
    standin.fail_when("Scene: far", "blocked_image_safety")
    page.get_by_role("button", name=re.compile("Make 2 images · about")).click()
    expect(page.locator('.board .card.failed[data-id="far"]')).to_be_visible()
    choose(page, "far")
    page.get_by_role("button", name=re.compile("Leave out image 2: near")).click()
    expect(page.get_by_role("button", name="Undo: images changed")).to_be_visible()
    assert [source.id for source in open_story(workspace, "story").story.step("far").sources] == ["hare"]


def test_a_run_is_cancelled_beside_its_progress(
    gemini_studio: StudioServer, standin: StandIn, open_page: Visits
) -> None:
    """Cancel drops the open call at once, keeps what was made, and offers the rest."""
    standin.delay = 60.0
    workspace = take_in_story(gemini_studio)
    page = open_page(gemini_studio, address(workspace))
    page.get_by_role("button", name=re.compile("Make 3 images")).click()
    wait_until(lambda: standin.requests, "the first call", page)
    page.get_by_test_id("stMain").get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Stopped, may be billed", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Make 3 images"))).to_be_visible()
    assert len(standin.requests) == 1


def test_two_tabs_change_one_story(studio: StudioServer, open_page: Visits) -> None:
    """Each tab's change is on top of the other's; the page that was out of date says so."""
    workspace = take_in_story(studio)
    one, other = open_page(studio, address(workspace, "near")), open_page(studio, address(workspace, "far"))
    write_prompt(one, "- from tab one")
    expect(one.get_by_role("button", name="Undo: prompt changed")).to_be_visible()
    write_prompt(other, "- from tab two")
    expect(other.get_by_text("changed elsewhere")).to_be_visible()
    story = open_story(workspace, "story").story
    assert (story.step("near").prompt, story.step("far").prompt) == ("- from tab one", "- from tab two")


def test_the_keyboard_is_enough(studio: StudioServer, open_page: Visits) -> None:
    """Arrow keys go from card to card, Enter selects, and the menu opens, is walked and deletes by keys alone."""
    workspace = take_in_story(studio)
    page = open_page(studio, address(workspace))
    page.locator('.board .card[data-id="hare"] .face').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**step=far*")
    wait_idle(page)
    page.locator('.board .card[data-id="far"] .more').focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name=re.compile("^Make this and 2 before it"))).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator(".board .card")).to_have_count(3)
    wait_idle(page)
    page.get_by_role("button", name="Undo: scene deleted").click()
    expect(page.locator(".board .card")).to_have_count(4)


def test_my_file_replaces_a_picture(studio: StudioServer, open_page: Visits, tmp_path: Path) -> None:
    """An uploaded file becomes a locked version, what follows becomes stale, and the first picture comes back."""
    workspace = take_in_story(studio)
    page = open_page(studio, address(workspace, "near"))
    page.get_by_role("button", name="Make 3 images · free").click()
    expect(page.get_by_text("All 3 images are up to date")).to_be_visible()
    mine = tmp_path / "mine.png"
    mine.write_bytes(draw_picture("b" * 64, (96, 54)))
    page.get_by_role("radio", name="Versions").click()
    page.locator('input[type="file"]').last.set_input_files(mine)
    expect(page.get_by_text("mine.png")).to_be_visible()
    page.get_by_role("button", name="Replace with my edited file").click()
    expect(page.locator('.board .card.locked[data-id="near"]')).to_be_visible()
    expect(page.locator('.board .card.stale[data-id="far"]')).to_be_visible()
    page.locator(".item").first.click()
    page.get_by_role("button", name="Bring this version back").click()
    expect(page.locator(".board .card.stale")).to_have_count(0)
    assert versions(workspace, "near") == ["near", "near-v2"]


def test_a_downloaded_story_runs_in_the_terminal(studio: StudioServer, open_page: Visits, tmp_path: Path) -> None:
    """The ZIP of a story edited in the browser, unpacked, is a story the terminal makes; so is the project's file."""
    workspace = take_in_story(studio)
    page = open_page(studio, address(workspace, "near"))
    write_prompt(page, "- Edited in the browser.")
    expect(page.get_by_role("button", name="Undo: prompt changed")).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("button", name="Story", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the story").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as packed:
        packed.extractall(tmp_path / "unpacked")
    terminal = Terminal(tmp_path)
    said = terminal.run("story", "run", tmp_path / "unpacked" / "story.yaml", "--project", "elsewhere", "--json")
    assert set(said.statuses.values()) == {"generated"}
    own = workspace.folder / "stories" / "story.yaml"
    said = terminal.run("story", "run", own, "--project", workspace.folder, "--json")
    assert set(said.statuses.values()) == {"generated"}


def test_hostile_names_are_words(studio: StudioServer, open_page: Visits) -> None:
    """A scene's name with HTML and a Markdown picture is shown to the letter, and nothing is fetched for it."""
    name = "<img src=x onerror=alert(1)> ![p](http://evil.example/p.png)"
    workspace = take_in_story(studio, name)
    page = open_page(studio, address(workspace, "far"))
    expect(page.locator('.board .card[data-id="far"] .name')).to_have_text(name)
    assert page.locator("img[src*='evil'], img[onerror]").count() == 0


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_it_fits_a_phone(studio: StudioServer, open_page: Visits, language: str) -> None:
    """At 390 px nothing is wider than the screen, cards are a list, and a chosen scene comes into view."""
    workspace = take_in_story(studio)
    page = open_page(studio, address(workspace) + f"&lang={language}", viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    boxes = [page.locator(".board .card").nth(number).bounding_box() for number in range(4)]
    assert all(box is not None and box["width"] > 300 for box in boxes)
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(tops)
    choose(page, "far")
    wait_until(
        lambda: page.locator(".st-key-inspector").bounding_box()["y"] < PHONE[1] / 2,  # type: ignore[index]
        "the inspector's coming into view",
        page,
    )


def test_opened_first_on_a_fresh_server(studio: StudioServer, open_page: Visits) -> None:
    """The page works as the very first thing a server is asked for, and without a project says what to do."""
    page = open_page(studio, "/scene_sequencer")
    expect(page.get_by_role("heading", name="Scene sequencer")).to_be_visible()
    expect(page.get_by_text("Open one in the sidebar", exact=False)).to_be_visible()

"""The character sheet in a real Chromium: with the draft engine, and against a Gemini that is slow or says no."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.studio.characters import CHARACTERS, list_characters, tries
from tests.browser.harness import PHONE, StudioServer, Visits, wait_idle, wait_until
from tests.samples import jpeg
from tests.standin import StandIn

KEEP, CANCEL = "Keep as character", "Cancel"


@pytest.fixture
def hare(tmp_path: Path) -> Path:
    """A small picture file of a name of its own."""
    path = tmp_path / "old hare.jpg"
    path.write_bytes(jpeg(size=(240, 320)))
    return path


@pytest.fixture
def wrong_key_studio(tmp_path: Path, standin: StandIn) -> Iterator[StudioServer]:
    """A studio whose key the stand-in does not know."""
    env = {"GEMINI_API_KEY": "no-such-key", "GOOGLE_GEMINI_BASE_URL": standin.url}
    with StudioServer(tmp_path / "studio", env, is_forked=True) as running:
        yield running


def begin(page: Page, picture: Path, name: str = "Wick") -> None:
    """Make a project from the page itself, upload a picture and name the character."""
    page.get_by_label("Title").fill("The lamplighter")
    page.get_by_role("button", name="Make the project").click()
    page.locator('input[type="file"]').set_input_files(picture)
    field = page.get_by_label("Name", exact=True)
    field.fill(name)
    field.press("Enter")
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(re.compile(re.escape(name)))
    wait_idle(page)


def make(page: Page, words: str = "Make 2 images") -> None:
    """Press the button that makes the images."""
    page.get_by_role("button", name=words).click()


def page_cancel(page: Page) -> Locator:
    """Return the page's own Cancel, not the sidebar's."""
    return page.get_by_test_id("stMain").get_by_role("button", name=CANCEL)


def test_a_picture_becomes_a_character(studio: StudioServer, open_page: Visits, hare: Path) -> None:
    """Upload, two variants with the draft engine, pick the older one, keep it, and go on to a scene."""
    page = open_page(studio, "/character_sheet")
    begin(page, hare)
    make(page, "Make 2 images · free")
    page.get_by_role("button", name=KEEP).wait_for()
    wait_idle(page)
    assert page.locator(".item .name").all_inner_texts() == ["Version 2", "Version 1"]
    page.get_by_role("option").nth(1).click()
    expect(page.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    wait_idle(page)
    page.get_by_role("button", name=KEEP).click()
    page.get_by_text("kept as a character").wait_for()
    workspace = studio.projects()[0]
    first = tries(workspace, "Wick")[0]
    assert [(kept.name, kept.asset.id) for kept in list_characters(workspace)] == [("Wick", first.id)]
    assert workspace.find(first.source_ids[0]).recipe.name == "old hare"
    page.get_by_role("button", name="Use in a scene").click()
    page.wait_for_url("**/scene_sequencer*")
    assert workspace.uuid in page.url


def test_another_picture_of_the_project_is_picked(studio: StudioServer, open_page: Visits, hare: Path) -> None:
    """A click on a thumbnail changes the picture, closes the list, and is remembered after a refresh."""
    page = open_page(studio, "/character_sheet")
    begin(page, hare)
    make(page, "Make 2 images · free")
    page.get_by_role("button", name=KEEP).wait_for()
    wait_idle(page)
    page.get_by_role("button", name="Change picture").click()
    chooser = page.get_by_test_id("stPopoverBody")
    chooser.get_by_text("Project").click()
    chooser.get_by_role("option", name=re.compile("Wick")).first.click()
    page.get_by_text("Wick · 1264 × 848").wait_for()
    expect(chooser).to_have_count(0)
    page.reload()
    page.get_by_text("Wick · 1264 × 848").wait_for()


def test_work_under_way_survives_refresh_and_is_seen_in_a_second_tab(
    gemini_studio: StudioServer, standin: StandIn, open_page: Visits, hare: Path
) -> None:
    """A run's rows come back after a refresh, stand in another tab too, and lead to the same two images, paid once."""
    standin.delay = 15
    page = open_page(gemini_studio, "/character_sheet")
    begin(page, hare)
    make(page)
    expect(page.get_by_text("being made")).to_have_count(2)
    page.reload()
    expect(page.get_by_text("being made")).to_have_count(2)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Wick")
    second = page.context.new_page()
    second.goto(page.url)
    page_cancel(second).wait_for()
    for tab in (page, second):
        tab.get_by_role("button", name=KEEP).wait_for()
        expect(tab.get_by_role("option")).to_have_count(2)
    assert len([request for request in standin.requests if "generateContent" in request.path]) == 2


def test_cancel_stops_at_once_and_can_be_made_up(
    gemini_studio: StudioServer, standin: StandIn, open_page: Visits, hare: Path
) -> None:
    """Cancel beside the rows ends the run without an image; trying again makes both."""
    standin.delay = 60
    page = open_page(gemini_studio, "/character_sheet")
    begin(page, hare)
    make(page)
    page_cancel(page).click()
    retry = page.get_by_role("button", name="Try again: 2 images · about $0.068")
    retry.wait_for()
    assert tries(gemini_studio.projects()[0], "Wick") == []
    standin.delay = 0
    retry.click()
    page.get_by_role("button", name=KEEP).wait_for()
    assert len(tries(gemini_studio.projects()[0], "Wick")) == 2


def test_a_block_is_a_receipt_and_its_image_can_be_tried_again(
    gemini_studio: StudioServer, standin: StandIn, open_page: Visits, hare: Path
) -> None:
    """One of two images blocked: the other is there, the rule is told, and one more try works."""
    standin.fail_next("blocked_image_safety")
    page = open_page(gemini_studio, "/character_sheet")
    begin(page, hare)
    make(page)
    page.get_by_role("button", name=KEEP).wait_for()
    page.get_by_text("Why an image is missing").click()
    page.get_by_text("(IMAGE_SAFETY)").wait_for()
    wait_idle(page)
    assert len(tries(gemini_studio.projects()[0], "Wick")) == 1
    page.get_by_role("button", name="Try again: 1 image").click()
    expect(page.get_by_role("option")).to_have_count(2)
    expect(page.get_by_text("(IMAGE_SAFETY)")).to_have_count(0)


def test_a_wrong_key_is_said_beside_the_button_and_loses_nothing(
    wrong_key_studio: StudioServer, open_page: Visits, hare: Path
) -> None:
    """The key's error stands where one clicked, no run begins, and the form is as it was."""
    page = open_page(wrong_key_studio, "/character_sheet")
    begin(page, hare)
    make(page)
    page.get_by_test_id("stAlert").wait_for()
    assert "no-such-key" not in page.content()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Wick")
    expect(page_cancel(page)).to_have_count(0)


def test_an_address_inside_is_refused_and_stays_in_its_box(
    studio: StudioServer, standin: StandIn, open_page: Visits
) -> None:
    """The studio never asks a server of its own network for a picture, and what was pasted can be corrected."""
    page = open_page(studio, "/character_sheet")
    page.get_by_label("Title").fill("The lamplighter")
    page.get_by_role("button", name="Make the project").click()
    page.get_by_text("Web address", exact=True).click()
    field = page.get_by_label("Address of a picture")
    field.fill("http://127.0.0.1/hare.png")
    field.press("Enter")
    page.get_by_role("button", name="Take this picture").click()
    page.get_by_text("This address leads into a private network.").wait_for()
    expect(field).to_have_value("http://127.0.0.1/hare.png")
    assert standin.requests == []


def test_hostile_words_are_only_words(studio: StudioServer, open_page: Visits, tmp_path: Path) -> None:
    """Markup in names and file names is shown as it is typed; no picture is fetched for it and nothing runs."""
    hostile = "![x](http://evil.example/a.png) <img src=http://evil.example/b onerror=alert(1)> :material/home: $x$"
    file = tmp_path / "![y](http%3A,evil.example) <b>hare.jpg"
    file.write_bytes(jpeg(size=(240, 320)))
    page = open_page(studio, "/character_sheet")
    begin(page, file, hostile[:79])
    make(page)
    page.get_by_role("button", name=KEEP).click()
    page.get_by_text("kept as a character").wait_for()
    expect(page.get_by_test_id("stText").get_by_text("![x](http://evil.example/a.png) <img")).to_have_count(1)
    wait_idle(page)
    assert page.locator('img[src^="http://evil"]').count() == 0
    (character,) = list_characters(studio.projects()[0])
    assert character.asset.recipe.story == CHARACTERS


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_picture_comes_first(studio: StudioServer, open_page: Visits, hare: Path, scheme: str) -> None:
    """At 390 px the picture stands above the form, nothing is wider than the screen, the button is in sight."""
    page = open_page(studio, "/character_sheet", viewport=PHONE, color_scheme=scheme)
    begin(page, hare)
    picture = page.locator(".st-key-picture-side")
    wait_until(lambda: picture.bounding_box()["height"] > 200, "the picture", page)
    assert picture.bounding_box()["y"] < page.get_by_label("Name", exact=True).bounding_box()["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    button = page.get_by_role("button", name="Make 2 images").bounding_box()
    assert button["y"] + button["height"] <= PHONE[1]

"""The whole way in a real Chromium, on both engines: from a sample page to a ZIP that is opened."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.models.asset import EngineName
from core.models.region import Box
from core.store import embedded
from core.store.workspace import Workspace
from tests.browser.books import drag, regions_of
from tests.browser.harness import StudioServer, Visits, wait_idle, wait_until

SAMPLE = "sample-lighthouse"


@pytest.mark.parametrize("engine", [EngineName.DRAFT, EngineName.GEMINI])
def test_a_sample_page_becomes_plates(engine: EngineName, request: pytest.FixtureRequest, open_page: Visits) -> None:
    """A sample page is searched, a box moved, restored, colourised, compared, and all of it is in the ZIP."""
    is_draft = engine is EngineName.DRAFT
    server: StudioServer = request.getfixturevalue("studio" if is_draft else "gemini_studio")
    workspace = server.studio().workspace(server.home / "projects" / "book", "Old book")
    page = open_page(server, f"/book_pages?project={workspace.uuid}", viewport=(1440, 1000))
    page.get_by_role("button", name="Take the sample pages").click()
    expect(page.locator(".gallery .item")).to_have_count(5)
    wait_idle(page)
    price = "free" if is_draft else r"about \$0\."
    page.get_by_role("button", name=re.compile(f"^Find objects · {price}")).click()
    expect(page.locator(".editor .box")).to_have_count(3)
    wait_idle(page)
    expect(page.locator(".gallery .item", has_text="not searched")).to_have_count(4)
    expect(page.locator(".gallery .item").first).not_to_contain_text("not")
    moved = _one_is_taken_out_and_one_moved(page, workspace)
    if not is_draft:
        request.getfixturevalue("standin").fail_next("blocked_prompt")
    mark = "draft" if is_draft else "generated"
    page.locator(".matrix thead th", has_text="Restore").get_by_role("button", name=re.compile(price)).click()
    if not is_draft:
        page.locator(".matrix .cell.failed").click()
        expect(page.get_by_text("The service made no image")).to_be_visible()
        page.get_by_role("button", name=re.compile("Try again · about")).click()
    expect(page.locator(f".matrix .cell.{mark}")).to_have_count(2)
    expect(page.locator(".matrix .cell.failed")).to_have_count(0)
    wait_idle(page)
    first = page.locator(".matrix tbody tr").first.locator(f".cell.{mark}")
    first.first.click()
    expect(page.get_by_text("Lines kept")).to_be_visible()
    expect(first.first.locator(".warning")).to_have_count(0 if is_draft else 1)  # the stand-in's picture is any picture
    _is_compared(page)
    if is_draft:
        page.locator(".matrix thead th", has_text="Colourise").get_by_role("button", name=re.compile(price)).click()
    else:  # what strays waits for the look it just got
        page.get_by_role("button", name=re.compile(f"Go on anyway · {price}")).click()
    expect(page.locator(f".matrix .cell.{mark}")).to_have_count(4)
    wait_idle(page)
    first.nth(1).click()
    expect(page.locator(".st-key-plates-cell")).to_contain_text("Colourisation")
    wait_idle(page)
    _is_compared(page)
    page.get_by_role("button", name="Export", exact=True).click()
    page.get_by_role("button", name="Put it together", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    with zipfile.ZipFile(download.value.path()) as packed:
        _is_whole(packed, moved, engine)


def _one_is_taken_out_and_one_moved(page: Page, workspace: Workspace) -> Box:
    """Take one of three boxes out by keys, move another by hand, and return where it is then."""
    page.locator('.editor .box[data-id="r3"]').focus()
    page.keyboard.press("Delete")
    wait_until(lambda: len(regions_of(workspace, SAMPLE)) == 2, "the box's going", page)
    wait_idle(page)
    found = regions_of(workspace, SAMPLE)[0].box
    drag(page, page.locator('.editor .box[data-id="r1"]'), 12, 8)
    wait_until(lambda: regions_of(workspace, SAMPLE)[0].box != found, "the box's moving", page)
    wait_idle(page)
    expect(page.get_by_test_id("stMain").get_by_role("button", name="undo")).to_be_enabled()
    moved = regions_of(workspace, SAMPLE)[0].box
    assert moved.xmin > found.xmin
    assert moved.ymin > found.ymin
    assert moved.xmax - moved.xmin == pytest.approx(found.xmax - found.xmin)
    assert moved.ymax - moved.ymin == pytest.approx(found.ymax - found.ymin)
    return moved


def _is_compared(page: Page) -> None:
    """Hold that the open cell's picture stands under a slider that moves, and beside the one it was made from."""
    pair = page.locator(".st-key-plates-cell .pair")
    pair.get_by_role("slider").press("Home")
    expect(pair.locator(".stage")).to_have_attribute("style", re.compile("--place: 0%"))
    pair.get_by_role("button", name="Side by side").click()
    expect(pair).to_have_attribute("data-view", "side")
    halves = [pair.locator(f".half.{side} img") for side in ("before", "after")]
    for half in halves:
        expect(half).to_have_js_property("complete", True)
        assert half.evaluate("image => image.naturalWidth") > 0
    before, after = (half.bounding_box() for half in halves)
    assert before is not None
    assert after is not None
    assert before["x"] + before["width"] <= after["x"]
    assert halves[0].get_attribute("src") != halves[1].get_attribute("src")
    pair.get_by_role("button", name="Slider").click()


def _is_whole(packed: zipfile.ZipFile, box: Box, engine: EngineName) -> None:
    """Hold that an export has both plates with their pictures and recipes, the page, the tables and the credit."""
    names = sorted(packed.namelist())
    told, _other = [name for name in names if name.endswith("/plate.json")]
    plate = json.loads(packed.read(told))
    assert Box.model_validate(plate["region"]["box"]) == box
    recipes = [picture["recipe"] for picture in plate["pictures"]]
    made = [("crop", None), ("restoration", engine), ("colourisation", engine)]
    assert [(recipe["kind"], recipe.get("engine")) for recipe in recipes][:3] == made
    folder = told.removesuffix("plate.json")
    pictures = [packed.read(name) for name in names if name.startswith(folder) and name != told]
    kept = [json.loads(embedded.read(data).document or "{}")["recipe"] for data in pictures]
    prompts = [recipe.get("prompt", "") for recipe in kept]
    assert prompts == [recipe.get("prompt", "") for recipe in recipes]
    assert "Restore this printed picture" in prompts[1]
    assert "Colour this picture" in prompts[2]
    width, height = plate["page_size"]
    left, top, right, bottom = box.pixels(width, height, margin=10)
    sizes = [Image.open(io.BytesIO(data)).size for data in pictures]
    assert sizes[0] == (right - left, bottom - top)
    assert min(min(size) for size in sizes) > 100
    assert Image.open(io.BytesIO(packed.read(f"pages/{SAMPLE}.jpg"))).size == (width, height)
    assert len(list(csv.DictReader(io.StringIO(packed.read("plates.csv").decode("utf-8-sig"))))) == 2
    assert len(json.loads(packed.read("coco.json"))["annotations"]) == 2
    assert "Drawn by Throughline" in packed.read("credits.txt").decode()

"""Book pages in a real Chromium: a sample page searched, a box moved, plates made, compared and taken out."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from core.models.asset import EngineName, Kind, Recipe, Result
from core.models.region import Box, Detection, Region
from core.store import embedded
from core.store.workspace import Workspace
from tests.browser.harness import PHONE, StudioServer, Visits, wait_idle, wait_until
from tests.samples import encoded, picture, png
from tests.standin import StandIn

SAMPLE = "sample-lighthouse"
LARGE = (6000, 4000)
HOSTILE = "<img src=x onerror=alert(1)> ![p](http://evil.example/p.png)"


def book(
    server: StudioServer, *regions: Region, label: str = "ship", data: bytes | None = None
) -> tuple[Workspace, str]:
    """Make a project with one page, with these objects on it; return it and the address of the page."""
    workspace = server.studio().workspace(server.home / "projects" / "book", "Old book")
    page = workspace.save(Recipe(kind=Kind.PAGE, name=label), Result(), data or png(1, (600, 400)), "page-1")
    if regions:
        workspace.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=regions))
    return workspace, f"/book_pages?project={workspace.uuid}"


def region(name: str, left: float, label: str = "ship") -> Region:
    return Region(id=name, box=Box(ymin=100, xmin=left, ymax=600, xmax=left + 300), label=label, caption="A\nship.")


def regions_of(workspace: Workspace, page: str = "page-1") -> tuple[Region, ...]:
    found = workspace.detections.current(page)
    return found.regions if found else ()


def middle(thing: Locator) -> tuple[float, float]:
    """Bring a thing into sight and return the place of its middle on the screen."""
    thing.scroll_into_view_if_needed()
    box = thing.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, thing: Locator, dx: float, dy: float) -> None:
    """Take a thing by its middle with the mouse and let it go somewhere else."""
    x, y = middle(thing)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up()


def drag_by_finger(page: Page, thing: Locator, dx: float, dy: float) -> None:
    """Take a thing by its middle with a finger and let it go somewhere else."""
    x, y = middle(thing)
    fingers = page.context.new_cdp_session(page)
    for kind, share in (("touchStart", 0.0), ("touchMove", 0.5), ("touchMove", 1.0)):
        points = [{"x": x + dx * share, "y": y + dy * share}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    fingers.detach()


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


def test_boxes_are_edited_by_hand_and_by_keys(studio: StudioServer, open_page: Visits) -> None:
    """On a page of 6000 pixels boxes are moved, resized, named, ordered and drawn, by mouse, finger and keys.

    Every change is a version, undo brings the earlier one back, and what is not touched keeps its pixel.
    """
    data = encoded(picture(1, (60, 40)).resize(LARGE), "JPEG", quality=70)
    workspace, address = book(studio, region("r1", 100), region("r2", 500), data=data)
    page = open_page(studio, address, viewport=(1440, 1000), has_touch=True)
    first, second = (page.locator(f'.editor .box[data-id="{name}"]') for name in ("r1", "r2"))

    def edited(act: str, name: str) -> tuple[int, int, int, int]:
        """Wait until a box has changed on the disk; return by how many pixels its sides have moved."""
        before = known[name]
        wait_until(lambda: boxes()[name] != before, act, page)
        wait_idle(page)
        known.update(boxes())
        left, top, right, bottom = (new - old for new, old in zip(known[name], before, strict=True))
        return left, top, right, bottom

    def boxes() -> dict[str, tuple[int, int, int, int]]:
        return {one.id: one.box.pixels(*LARGE) for one in regions_of(workspace)}

    known = boxes()
    unit = LARGE[0] / (page.locator(".editor .over").bounding_box() or {"width": 0})["width"]
    assert unit > 4, "the preview is much smaller than the page"
    first.focus()
    page.keyboard.press("ArrowRight")
    left, top, right, bottom = edited("moving by keys", "r1")
    assert (left == right > 0, top, bottom) == (True, 0, 0)
    page.keyboard.press("Shift+ArrowDown")
    left, top, right, bottom = edited("resizing by keys", "r1")
    assert (left, top, right, bottom > 0) == (0, 0, 0, True)
    first.click()
    caption = page.get_by_label("Caption, letter for letter")
    expect(caption).to_be_visible()
    wait_idle(page)
    drag(page, page.locator('.editor .grip[data-handle="se"]'), 60, 40)
    left, top, right, bottom = edited("resizing by hand", "r1")
    assert (left, top) == (0, 0)
    assert right == pytest.approx(60 * unit, abs=unit)
    assert bottom == pytest.approx(40 * unit, abs=unit)
    page.touchscreen.tap(*middle(second))
    expect(page.locator('.editor .grip[data-id="r2"]')).to_have_count(8)
    expect(page.locator(".st-key-plates-delete-r2")).to_be_visible()
    wait_idle(page)
    drag_by_finger(page, second, -30, 50)
    left, top, right, bottom = edited("moving by finger", "r2")
    assert left == pytest.approx(-30 * unit, abs=unit)
    assert top == pytest.approx(50 * unit, abs=unit)
    assert abs(left - right) <= 1
    caption.fill("Fig. 2.\nA ship at sea.")
    page.keyboard.press("Tab")
    wait_until(lambda: regions_of(workspace)[1].caption == "Fig. 2.\nA ship at sea.", "the caption", page)
    wait_idle(page)
    page.locator(".st-key-plates-arrow_upward-r2 button").click()
    wait_until(lambda: [one.id for one in regions_of(workspace)] == ["r2", "r1"], "the other order", page)
    wait_idle(page)
    page.get_by_role("button", name="Cut out 2 · free").click()
    wait_until((workspace.folder / "assets" / "page-1-r1.png").exists, "the cut-out", page)
    wait_idle(page)
    left, top, right, bottom = known["r1"]
    cut = Image.open(workspace.folder / "assets" / "page-1-r1.png").size
    assert cut == (right - left + 20, bottom - top + 20)
    second.focus()
    page.keyboard.press("Delete")
    wait_until(lambda: len(regions_of(workspace)) == 1, "the box's going", page)
    wait_idle(page)
    page.get_by_role("button", name="Add a box").click()
    page.locator(".editor .over").scroll_into_view_if_needed()
    stage = page.locator(".editor .over").bounding_box()
    assert stage is not None
    page.mouse.move(stage["x"] + stage["width"] * 0.6, stage["y"] + stage["height"] * 0.6)
    page.mouse.down()
    page.mouse.move(stage["x"] + stage["width"] * 0.9, stage["y"] + stage["height"] * 0.9)
    page.mouse.up()
    wait_until(lambda: len(regions_of(workspace)) == 2, "the new box", page)
    wait_idle(page)
    page.locator(".st-key-plates-undo button").first.click()
    wait_until(lambda: len(regions_of(workspace)) == 1, "taking it back", page)


def test_hostile_words_and_a_phone(studio: StudioServer, open_page: Visits) -> None:
    """Labels with HTML and Markdown are words; at 390 px nothing is wider than the screen, in Chinese too."""
    _, address = book(studio, region("r1", 100, HOSTILE), label=HOSTILE)
    page = open_page(studio, f"{address}&lang=zh_CN", viewport=PHONE)
    expect(page.locator(".editor .box")).to_have_count(1)
    assert page.locator("img[src*='evil'], img[onerror]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_opened_first_on_a_fresh_server(studio: StudioServer, open_page: Visits) -> None:
    """The page works as the very first thing a server is asked for, and without a project says what to do."""
    page = open_page(studio, "/book_pages")
    expect(page.get_by_role("heading", name="Book pages")).to_be_visible()
    expect(page.get_by_text("Pages belong to a project", exact=False)).to_be_visible()
    page.get_by_role("button", name="Begin a project").click()
    expect(page.get_by_role("button", name="Take the sample pages")).to_be_visible()


def test_a_page_that_failed_is_searched_again(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """A search that failed keeps its reason, and one click with its price does just that page again."""
    workspace, address = book(gemini_studio)
    standin.fail_next("blocked_prompt")
    page = open_page(gemini_studio, address, viewport=(1440, 1000))
    page.get_by_role("button", name=re.compile(r"Find objects · about \$0\.")).click()
    again = page.get_by_role("button", name=re.compile(r"Try 1 page again · about \$0\."))
    expect(page.get_by_text("The service made no image")).to_be_visible()
    assert regions_of(workspace) == ()
    standin.fail_next("prose", 2)
    wait_idle(page)
    again.click()
    page.get_by_text("The answer as it came").click()
    expect(page.get_by_text("I see a castle [on the left] and a ship.")).to_be_visible()
    wait_idle(page)
    again.click()
    expect(page.locator(".editor .box").first).to_be_visible()
    expect(again).to_have_count(0)


def test_boxes_are_made_and_named_by_keys_alone(studio: StudioServer, open_page: Visits) -> None:
    """A box is added, moved, named and taken back without a pointer; the keys stay with it when it gets its id."""
    workspace, address = book(studio, region("r1", 100))
    page = open_page(studio, address, viewport=(1440, 1000))
    page.get_by_role("button", name="Add a box").focus()
    page.keyboard.press("Enter")
    wait_until(lambda: len(regions_of(workspace)) == 2, "the new box", page)
    expect(page.locator('.editor .box[data-id="r2"]')).to_be_focused()
    wait_idle(page)
    before = regions_of(workspace)[1].box
    page.keyboard.press("ArrowRight")
    wait_until(lambda: regions_of(workspace)[1].box.xmin > before.xmin, "the box's moving", page)
    wait_idle(page)
    page.get_by_label("Label", exact=True).fill("tower")
    page.keyboard.press("Tab")
    wait_until(lambda: regions_of(workspace)[1].label == "tower", "its name", page)
    wait_idle(page)
    page.locator('.editor .box[data-id="r2"]').focus()
    page.keyboard.press("Control+z")
    wait_until(lambda: regions_of(workspace)[1].label == "", "taking the name back", page)
    wait_idle(page)
    page.keyboard.press("Control+Shift+Z")
    wait_until(lambda: regions_of(workspace)[1].label == "tower", "the name again", page)


def test_files_of_every_kind_come_in_together(studio: StudioServer, open_page: Visits, tmp_path: Path) -> None:
    """A picture, a ZIP and a manifest are taken by the same place; what is bad among them is named, in page order."""
    (tmp_path / "page 10.png").write_bytes(png(3, (90, 60)))
    (tmp_path / "page 2.png").write_bytes(png(4, (90, 60)))
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    (tmp_path / "book.json").write_text("{}", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as packed:
        packed.writestr("leaf.png", png(5, (90, 60)))
    workspace = studio.studio().workspace(studio.home / "projects" / "book", "Old book")
    page = open_page(studio, f"/book_pages?project={workspace.uuid}")
    page.locator("input[type=file]").first.set_input_files(sorted(tmp_path.glob("*.*")))
    page.get_by_role("button", name="Bring them in").click()
    expect(page.locator(".gallery .item")).to_have_count(3)
    expect(page.get_by_text("2 files were not taken")).to_be_visible()
    expect(page.get_by_text("no IIIF manifest")).to_be_visible()
    assert [item.split("\n")[0] for item in page.locator(".gallery .item").all_inner_texts()] == [
        *("leaf", "page 2", "page 10"),
    ]

"""Book pages in a real Chromium: boxes moved, drawn and named, pages brought in, and what failed done again."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.books import book, drag, drag_by_finger, middle, region, regions_of
from tests.browser.harness import PHONE, StudioServer, Visits, wait_idle, wait_until
from tests.samples import encoded, picture, png
from tests.standin import StandIn

LARGE = (6000, 4000)
HOSTILE = "<img src=x onerror=alert(1)> ![p](http://evil.example/p.png)"


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


def test_words_in_a_closed_popover_are_there_when_it_is_opened(studio: StudioServer, open_page: Visits) -> None:
    """What was to be found stands there after a refresh, also when the popover is opened some runs later."""
    workspace, address = book(studio, region("r1", 100), region("r2", 500))
    page = open_page(studio, address, viewport=(1440, 1000))
    page.get_by_role("button", name="What to find").click()
    page.get_by_label("In your own words").fill("ships only")
    page.get_by_role("radio", name="Engravings").click()
    wait_idle(page)
    page.reload()
    page.locator('.editor .box[data-id="r2"]').click()
    expect(page.locator(".st-key-plates-delete-r2")).to_be_visible()
    wait_idle(page)
    page.get_by_role("button", name="What to find").click()
    expect(page.get_by_label("In your own words")).to_have_value("ships only")
    expect(page.get_by_role("radio", name="Engravings")).to_be_checked()
    page.keyboard.press("Escape")
    page.locator('.editor .box[data-id="r1"]').click()
    expect(page.locator(".st-key-plates-delete-r1")).to_be_visible()
    wait_idle(page)
    assert json.loads((workspace.folder / "drafts.json").read_text())["plates/find/what"] == "ships only"

"""Book pages in a real Chromium: a sample page searched, a box moved, plates made, compared and taken out."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from core.models.asset import EngineName, Kind, Recipe, Result
from core.models.region import Box, Detection, Region
from core.store.workspace import Workspace
from tests.browser.harness import PHONE, StudioServer, Visits, wait_idle, wait_until
from tests.samples import png
from tests.standin import StandIn

HOSTILE = "<img src=x onerror=alert(1)> ![p](http://evil.example/p.png)"


def book(server: StudioServer, *regions: Region, label: str = "ship") -> tuple[Workspace, str]:
    """Make a project with one page, with these objects on it; return it and the address of the page."""
    workspace = server.studio().workspace(server.home / "projects" / "book", "Old book")
    page = workspace.save(Recipe(kind=Kind.PAGE, name=label), Result(), png(1, (600, 400)), "page-1")
    if regions:
        workspace.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=regions))
    return workspace, f"/book_pages?project={workspace.uuid}"


def region(name: str, left: float, label: str = "ship") -> Region:
    return Region(id=name, box=Box(ymin=100, xmin=left, ymax=600, xmax=left + 300), label=label, caption="A\nship.")


def regions_of(workspace: Workspace) -> tuple[Region, ...]:
    found = workspace.detections.current("page-1")
    return found.regions if found else ()


def drag(page: Page, dx: float, dy: float) -> None:
    """Take the first box by its middle and let it go somewhere else."""
    page.locator(".editor .box").first.scroll_into_view_if_needed()
    box = page.locator(".editor .box").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up()


def test_a_sample_page_becomes_plates(studio: StudioServer, open_page: Visits, tmp_path: Path) -> None:
    """From the sample pages by draft: found, moved by hand, restored, compared with its crop, and out as a ZIP."""
    workspace = studio.studio().workspace(studio.home / "projects" / "book", "Old book")
    page = open_page(studio, f"/book_pages?project={workspace.uuid}", viewport=(1440, 1000))
    page.get_by_role("button", name="Take the sample pages").click()
    expect(page.locator(".gallery .item, .item")).to_have_count(5)
    wait_idle(page)
    page.get_by_role("button", name="Find objects · free").click()
    expect(page.locator(".editor .box")).to_have_count(3)
    wait_idle(page)
    expect(page.locator(".gallery .item", has_text="not searched")).to_have_count(4)
    expect(page.locator(".gallery .item").first).not_to_contain_text("not")
    drag(page, 12, 8)
    expect(page.get_by_test_id("stMain").get_by_role("button", name="undo")).to_be_enabled()
    page.get_by_role("button", name=re.compile(r"^Make 3 images · free")).first.click()
    expect(page.locator(".matrix .cell.draft")).to_have_count(3)
    wait_idle(page)
    page.locator(".matrix .cell.draft").first.click()
    expect(page.locator(".st-key-plates-cell .pair")).to_be_visible()
    expect(page.get_by_text("Lines kept")).to_be_visible()
    wait_idle(page)
    page.get_by_role("button", name="Export", exact=True).click()
    page.get_by_role("button", name="Put it together", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


def test_boxes_are_edited_by_hand_and_by_keys(studio: StudioServer, open_page: Visits) -> None:
    """A box is moved, deleted and drawn; every change is a version, and undo brings the earlier one back."""
    workspace, address = book(studio, region("r1", 100), region("r2", 500))
    page = open_page(studio, address, viewport=(1440, 1000))
    first = page.locator('.editor .box[data-id="r1"]')
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    wait_until(lambda: regions_of(workspace)[0].box.xmin > 100, "the box's moving", page)
    wait_idle(page)
    page.locator('.editor .box[data-id="r2"]').focus()
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


def test_gemini_finds_and_a_blocked_plate_is_tried_again(
    gemini_studio: StudioServer, standin: StandIn, open_page: Visits
) -> None:
    """With an account the price stands on the button; a blocked cell keeps its reason and is tried again alone."""
    workspace, address = book(gemini_studio)
    page = open_page(gemini_studio, address, viewport=(1440, 1000))
    page.get_by_role("button", name=re.compile(r"Find objects · about \$0\.")).click()
    expect(page.locator(".editor .box").first).to_be_visible()
    wait_idle(page)
    count = len(regions_of(workspace))
    assert count == page.locator(".editor .box").count() > 0
    standin.fail_next("blocked_prompt")
    page.get_by_role("button", name=re.compile(rf"^Make {count} images · about")).first.click()
    expect(page.locator(".matrix .cell.failed")).to_have_count(1)
    page.locator(".matrix .cell.failed").click()
    expect(page.get_by_text("The service made no image")).to_be_visible()
    page.get_by_role("button", name=re.compile("Try again · about")).click()
    expect(page.locator(".matrix .cell.failed")).to_have_count(0)
    expect(page.locator(".matrix .cell.generated")).to_have_count(count)
    expect(page.locator(".matrix .cell.generated").first).to_contain_text("strays")
    made = [asset for asset in workspace.assets() if asset.recipe.kind is Kind.RESTORATION]
    workspace.sync()
    made = [asset for asset in workspace.assets() if asset.recipe.kind is Kind.RESTORATION]
    assert {asset.recipe.engine for asset in made} == {EngineName.GEMINI}


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
    expect(again).to_be_visible()
    assert regions_of(workspace) == ()
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


def test_all_pages_have_their_price(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """One click makes a page whole for a price on the button; for all pages it is said at most how much.

    So it is for sending what is ready on all pages as a batch, which a run over all pages then makes whole.
    """
    workspace, address = book(gemini_studio, region("r1", 100))
    other = workspace.save(Recipe(kind=Kind.PAGE), Result(), png(2, (600, 400)), "page-2")
    workspace.detections.save(Detection(number=1, page=other.id, digest=other.digest, regions=(region("r1", 50),)))
    page = open_page(gemini_studio, address, viewport=(1440, 1000))
    expect(page.get_by_role("button", name=re.compile(r"missing · 3 images · about \$0\.10"))).to_be_visible()
    page.get_by_role("button", name="Make what is missing on all pages").click()
    page.get_by_role("button", name=re.compile(r"ready on all pages as a batch · at most \$0\.034")).click()
    expect(page.get_by_text("2 images sent as a batch.")).to_be_visible()
    assert sorted(len(job.requests) for job in standin.batches.jobs.values()) == [2]
    wait_idle(page)
    page.reload()
    expect(page.locator(".matrix")).to_be_visible()
    wait_idle(page)
    page.get_by_role("button", name="Make what is missing on all pages").click()
    page.get_by_role("button", name=re.compile(r"Make it on all pages · at most \$0\.20")).click()
    wait_until(lambda: len(_made(workspace)) == 6, "both pages' plates", page)
    wait_idle(page)


def _made(workspace: Workspace) -> list[str]:
    workspace.sync()
    return [asset.id for asset in workspace.assets() if asset.recipe.engine is EngineName.GEMINI]

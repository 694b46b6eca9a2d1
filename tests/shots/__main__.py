"""`make shots`: opens the studio in Chromium, makes the sample story in it, and keeps the README's pictures."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from core.models.asset import Kind
from core.store.drafts import DraftsFile
from tests.browser.harness import PHONE, StudioServer, Visits, chromium, wait_idle

HERE = Path(__file__).parent
SCREEN = (1360, 860)
TALL = {"width": 1360, "height": 1500}
WIDTH = 1600
STEPS = 11
ALL_PICTURES_SHOWN = """() => {
  const images = root => [...root.querySelectorAll('img'),
    ...[...root.querySelectorAll('*')].flatMap(element => element.shadowRoot ? images(element.shadowRoot) : [])];
  return images(document).every(image => !image.checkVisibility() || (image.complete && image.naturalWidth));
}"""
expect.set_options(timeout=120_000)


def main() -> None:
    """Drive the studio through the sample story in English and Chinese, and take every picture on the way."""
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        visits = Visits(browser)
        with StudioServer(Path(name) / "english") as server:
            page = visits(server, "/", viewport=SCREEN, device_scale_factor=2)
            _make_sample(page, "Open the sample story", f"All {STEPS} images are up to date")
            place = page.url.partition("?")[2]
            _scene(page, "pass")
            _take(page, "scene_sequencer")
            _lineage(page, server, place, "lineage_page")
            page.goto(f"{server.url}/?{place}")
            _take(page, "start")
            dark = visits(server, f"/scene_sequencer?{place}", viewport=SCREEN, color_scheme="dark")
            _scene(dark, "cove")
            _take(dark, "dark")
            phone = visits(server, f"/scene_sequencer?{place}", viewport=PHONE, device_scale_factor=2, has_touch=True)
            _take(phone, "phone")
            _character_sheet(page, server, place)
            _prompt_lab(page, server, place)
            _grid(page, server, place)
            _book_pages(page, server, place)
        with StudioServer(Path(name) / "chinese") as server:
            page = visits(server, "/", viewport=SCREEN, device_scale_factor=2, locale="zh-CN")
            _make_sample(page, "打开示例故事", f"{STEPS} 张图片均为最新")
            _lineage(page, server, page.url.partition("?")[2], "chinese")
        visits.end()
        _terminal(Path(name))


def _make_sample(page: Page, button: str, words: str) -> None:
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/scene_sequencer*")
    expect(page.locator(".st-key-runbar")).to_contain_text(words)


def _scene(page: Page, name: str) -> None:
    page.locator(f'.board .card[data-id="{name}"] .face').click()
    page.locator(f'input[placeholder="{name}"]').wait_for()
    page.evaluate("scrollTo(0, 0)")


def _character_sheet(page: Page, server: StudioServer, place: str) -> None:
    page.goto(f"{server.url}/character_sheet?{place}")
    page.get_by_role("button", name="Try it with the sample picture").click()
    make = page.get_by_role("button", name=re.compile(r"Make \d images · free"))
    expect(make).to_be_enabled(timeout=60_000)
    wait_idle(page)
    make.click()
    expect(page.get_by_role("button", name="Keep as character").first).to_be_visible(timeout=120_000)
    _take(page, "character_sheet")


def _prompt_lab(page: Page, server: StudioServer, place: str) -> None:
    (workspace,) = server.projects()
    sheet = next(asset for asset in workspace.assets() if asset.recipe.kind is Kind.CHARACTER_SHEET)
    drafts = DraftsFile(workspace.folder)
    drafts.write("lab/references", [[sheet.id, ""]])
    drafts.write("lab/prompt", "Wick on a wooden bridge at dusk, seen from the side, holding the lit lantern up.")
    drafts.write("lab/aspect_ratio", "16:9")
    drafts.write("lab/variants", 2)
    page.goto(f"{server.url}/prompt_lab?{place}")
    make = page.get_by_role("button", name=re.compile(r"Make 2 images · free"))
    expect(make).to_be_enabled()
    wait_idle(page)
    make.click()
    expect(page.locator(".gallery .item")).to_have_count(2)
    page.evaluate("scrollTo(0, 0)")
    _take(page, "prompt_lab")


def _grid(page: Page, server: StudioServer, place: str) -> None:
    (workspace,) = server.projects()
    drafts = DraftsFile(workspace.folder)
    drafts.write("lab/mode", "grid")
    drafts.write("grid/references", drafts.read()["lab/references"])
    drafts.write("grid/prompt/1", "Wick at the edge of a pine forest at night, on the left.")
    drafts.write("grid/prompt/2", "Wick at the edge of a pine forest at dawn, on the right.")
    drafts.write("grid/aspect_ratio", ["1:1", "16:9"])
    page.goto(f"{server.url}/prompt_lab?{place}")
    make = page.get_by_role("button", name=re.compile(r"^Make 4 images")).first
    expect(make).to_be_enabled()
    wait_idle(page)
    make.click()
    expect(page.locator(".matrix .cell.draft")).to_have_count(4)
    page.set_viewport_size(TALL)
    page.evaluate("scrollTo(0, 0)")
    _take(page, "grid")
    page.set_viewport_size({"width": SCREEN[0], "height": SCREEN[1]})


def _book_pages(page: Page, server: StudioServer, place: str) -> None:
    page.goto(f"{server.url}/book_pages?{place}")
    page.get_by_role("button", name="Take the sample pages").click()
    find = page.get_by_role("button", name="Find objects · free")
    expect(find).to_be_enabled()
    wait_idle(page)
    find.click()
    expect(page.locator(".editor .box").first).to_be_visible()
    wait_idle(page)
    page.get_by_role("button", name=re.compile(r"^Make \d images · free")).first.click()
    expect(page.locator(".matrix .cell.draft")).to_have_count(3)
    page.set_viewport_size(TALL)
    page.locator(".editor").scroll_into_view_if_needed()
    page.get_by_role("heading", level=1).scroll_into_view_if_needed()
    _take(page, "book_pages")


def _lineage(page: Page, server: StudioServer, place: str, name: str) -> None:
    page.goto(f"{server.url}/lineage?{place}")
    page.locator("[data-view='showWhole']").click()
    _take(page, name)


def _take(page: Page, name: str) -> None:
    """Keep what is on the screen once every picture on it is there."""
    page.get_by_role("heading", level=1).wait_for()
    wait_idle(page)
    page.wait_for_function(ALL_PICTURES_SHOWN)
    page.mouse.move(0, 0)
    with Image.open(io.BytesIO(page.screenshot(animations="disabled"))) as picture:
        picture.thumbnail((WIDTH, 4 * WIDTH), Image.Resampling.LANCZOS)
        picture.convert("RGB").save(HERE / f"{name}.webp", quality=86)


def _terminal(folder: Path) -> None:
    """Make the sample from the terminal too, for its contact sheet and its lineage picture."""
    server = StudioServer(folder / "terminal")
    command = [sys.executable, "-m", "core", "demo", "--out", str(folder / "demo"), "--engine", "draft"]
    subprocess.run(command, env=server.environment, check=True)
    for name in ("contact_sheet", "lineage"):
        with Image.open(folder / "demo" / f"{name}.png") as picture:
            picture.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
            picture.convert("RGB").save(HERE / f"{name}.webp", quality=86)


if __name__ == "__main__":
    main()

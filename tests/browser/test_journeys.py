"""The studio's journeys in a real Chromium: the sample story from the first page to its lineage, whatever happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.models.asset import EngineName
from core.store.workspace import Workspace
from tests.browser.harness import StudioServer, Visits, wait_idle, wait_until
from tests.standin import StandIn

STEPS = 11
UP_TO_DATE = f"All {STEPS} images are up to date"
KEY = "stand-in-key-of-a-visitor-WXYZ"


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[tuple[StudioServer, StandIn]]:
    """A studio without a key whose Gemini is a stand-in that knows the visitor's key."""
    with (
        StandIn(key=KEY) as service,
        StudioServer(tmp_path / "studio", {"GOOGLE_GEMINI_BASE_URL": service.url}, is_forked=True) as server,
    ):
        yield server, service


def _open_sample(page: Page) -> None:
    page.get_by_role("button", name="Open the sample story").click()
    page.wait_for_url("**/scene_sequencer*")


def _run_bar(page: Page) -> str:
    return page.locator(".st-key-runbar").inner_text()


def _up_to_date(page: Page) -> None:
    expect(page.locator(".st-key-runbar")).to_contain_text(UP_TO_DATE)
    wait_idle(page)


def _make_with_gemini(page: Page) -> None:
    button = page.get_by_role("button", name=re.compile(rf"Make {STEPS} images · about \$\d"))
    expect(button).to_be_enabled(timeout=240_000)
    wait_idle(page)
    button.click()


def _rendered(workspace: Workspace) -> int:
    return sum(asset.recipe.engine is EngineName.GEMINI for asset in workspace.assets())


def _choose(page: Page, engine: str) -> None:
    page.get_by_role("radio", name=engine).click()
    wait_idle(page)


def test_the_sample_story_comes_to_life(studio: StudioServer, open_page: Visits) -> None:
    """Without a key, from the start page: one click makes the whole story, and the lineage shows what came of what."""
    page = open_page(studio, "/")
    _open_sample(page)
    _up_to_date(page)
    page.get_by_role("link", name="Lineage").click()
    page.get_by_text("List of images", exact=True).click()
    expect(page.locator("details li")).to_have_count(STEPS + 1)
    wait_idle(page)
    workspace = studio.projects()[0]
    made = [asset for asset in workspace.assets() if asset.recipe.engine is EngineName.DRAFT]
    assert len(made) == STEPS
    assert all(asset.source_ids for asset in made)
    wait_until(lambda: len({url for url in open_page.requests if "/picture/" in url}) >= STEPS, "the pictures", page)
    page.get_by_role("link", name="Start").click()
    expect(page.get_by_test_id("stMain").locator("img[src*='/picture/']")).to_have_count(1)


def test_a_run_goes_on_without_its_page(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """Refreshed in the middle a page comes back to its run; with every tab closed the run ends all the same.

    The service fails now and then; each image is paid once.
    """
    page = open_page(gemini_studio, "/")
    _open_sample(page)
    workspace = wait_until(lambda: next(iter(gemini_studio.projects()), None), "the project", page)
    standin.delay = 0.5
    standin.fail_next("server_error_503")
    standin.fail_next("rate_limited")
    _make_with_gemini(page)
    wait_until(lambda: _rendered(workspace) >= 1, "the first image", page)
    standin.delay = 10.0  # however slow this machine is, the run goes on while its pages come and go
    page.reload()
    expect(page.locator(".st-key-runbar")).to_contain_text(f"of {STEPS} images")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".st-key-runbar")).to_contain_text(f"of {STEPS} images")
    page.context.close()
    assert _rendered(workspace) < STEPS
    standin.delay = 0.0
    wait_until(lambda: _rendered(workspace) == STEPS, "the end of the run")
    paid = [request for request in standin.requests if request.status == 200]
    assert len(paid) == STEPS
    again = open_page(gemini_studio, f"/scene_sequencer?project={workspace.uuid}")
    _up_to_date(again)


def test_a_blocked_image_stops_only_what_follows(
    gemini_studio: StudioServer, standin: StandIn, open_page: Visits
) -> None:
    """The service blocks the character: it says which rule and why, nothing after it is called, and again works.

    Then the lineage shows what came of what.
    """
    page = open_page(gemini_studio, "/")
    _open_sample(page)
    standin.fail_next("blocked_image_safety")
    _make_with_gemini(page)
    expect(page.locator(".st-key-runbar")).to_contain_text("1 failed")
    expect(page.get_by_text("The service made no image").first).to_be_visible()
    assert len(standin.requests) == 1
    wait_idle(page)
    _make_with_gemini(page)
    _up_to_date(page)
    assert len(standin.requests) == STEPS + 1
    page.get_by_role("link", name="Lineage").click()
    page.get_by_text("List of images", exact=True).click()
    expect(page.locator("details li")).to_have_count(STEPS + 1)


def test_a_key_of_a_session_ends_with_the_server(keyed: tuple[StudioServer, StandIn], open_page: Visits) -> None:
    """A run with a key that was typed in is never continued without it: after a crash it asks for the key again."""
    server, service = keyed
    page = open_page(server, "/")
    _open_sample(page)
    _up_to_date(page)
    _choose(page, "Gemini")
    _enter_key(page)
    service.fail_next("silent")
    _make_with_gemini(page)
    wait_until(lambda: service.requests, "the call", page)
    page.context.close()
    server.kill()
    assert not _holders_of_key(server.folder)
    server.start()
    workspace = server.projects()[0]
    fresh = open_page(server, f"/scene_sequencer?project={workspace.uuid}&engine=gemini")
    expect(fresh.get_by_text("The key was entered for a session that has ended").first).to_be_visible(timeout=60_000)
    assert len(service.requests) == 1
    _enter_key(fresh)
    _make_with_gemini(fresh)
    _up_to_date(fresh)
    assert KEY not in fresh.content()
    assert not [url for url in open_page.requests if KEY in url]
    assert KEY not in server.log
    assert not _holders_of_key(server.folder)


def _enter_key(page: Page) -> None:
    page.get_by_role("button", name="API key").click()
    page.get_by_label("Gemini API key").fill(KEY)
    page.get_by_role("button", name="Use this key").click()
    page.get_by_text(f"ending in {KEY[-4:]}").wait_for()
    page.keyboard.press("Escape")
    wait_idle(page)


def _holders_of_key(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_everything_is_said_in_chinese(studio: StudioServer, open_page: Visits) -> None:
    """With a Chinese browser the sample story and every word around it are Chinese."""
    page = open_page(studio, "/", locale="zh-CN")
    page.get_by_role("button", name="打开示例故事").click()
    page.wait_for_url("**/scene_sequencer*")
    expect(page.locator(".st-key-runbar")).to_contain_text(f"{STEPS} 张图片均为最新")
    wait_idle(page)
    place = page.url.partition("?")[2]
    for path in ("/scene_sequencer", "/lineage", "/character_sheet", "/"):
        page.goto(f"{studio.url}{path}?{place}")
        page.get_by_role("heading", level=1).wait_for()
        wait_idle(page)
        assert not _english(page), path


def _english(page: Page) -> set[str]:
    """The Latin words on a page that are no name: not Streamlit's icons, not the language switch, no file's name."""
    icons = page.locator('[data-testid="stIconMaterial"], [data-testid="stExpanderIcon"]')
    icons.evaluate_all("icons => icons.forEach(icon => icon.remove())")
    words = set(re.findall(r"[A-Za-z]{2,}", page.locator("body").inner_text()))
    return words - {"Skip", "to", "main", "content", "English", "Gemini", "API", "archive", "PNG", "JPEG"}

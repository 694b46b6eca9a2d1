"""What a visitor sees of limits, quotas and waits: nothing is spent unasked, and there is always a way on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.orders import take_in
from core.studio.story_files import read_story
from tests.browser.harness import StudioServer, Visits, wait_idle
from tests.standin import StandIn
from tests.standin.replies import as_error, retry_info
from tests.terminal.harness import write_story

PROMPT = "A red lamp on a table at night"
OFFER = re.compile("Use the image made on")


@pytest.fixture
def careful_studio(tmp_path: Path, standin: StandIn) -> Iterator[StudioServer]:
    """A studio with a key for the stand-in, where a run may cost ten cents."""
    env = {"GEMINI_API_KEY": standin.key, "GOOGLE_GEMINI_BASE_URL": standin.url, "THROUGHLINE_RUN_BUDGET_USD": "0.1"}
    with StudioServer(tmp_path / "studio", env, is_forked=True) as running:
        yield running


def _project(server: StudioServer, title: str, variants: int = 1) -> Workspace:
    workspace = server.studio().workspace(server.home / "projects" / title, title)
    DraftsFile(workspace.folder).write("lab/prompt", PROMPT)
    DraftsFile(workspace.folder).write("lab/variants", variants)
    return workspace


def _lab(open_page: Visits, server: StudioServer, workspace: Workspace) -> Page:
    page = open_page(server, f"/prompt_lab?project={workspace.uuid}")
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(PROMPT)
    return page


def _click(page: Page, name: re.Pattern[str]) -> None:
    button = page.get_by_role("button", name=name)
    expect(button).to_be_enabled()
    button.click()


def test_a_wait_counts_down_in_its_row(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """While a quota per minute is waited for, row and sidebar say how long and why, fewer seconds each time."""
    page = _lab(open_page, gemini_studio, _project(gemini_studio, "Lamps"))
    standin.answer_next(as_error(429, "RESOURCE_EXHAUSTED", "Slow down.", retry_info("9s")))
    _click(page, re.compile("Make 1 image"))
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text(re.compile(r"waits [5-9] s: rate limit"))).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text(re.compile(r"waits \d s: rate limit"))).to_be_visible()
    expect(main.get_by_text(re.compile(r"waits [1-4] s: rate limit"))).to_be_visible()
    expect(page.locator(".gallery .item")).to_have_count(1)
    assert len(standin.requests) == 2


def test_a_run_over_its_limit_is_refused_at_the_button(
    careful_studio: StudioServer, standin: StandIn, open_page: Visits
) -> None:
    """Four images that would cost more than a run may are refused before anything is sent, with what to do."""
    page = _lab(open_page, careful_studio, _project(careful_studio, "Lamps", variants=4))
    _click(page, re.compile(r"Make 4 images · about \$0\.14"))
    expect(page.get_by_text(re.compile(r"about \$0\.14, and a run may cost \$0\.10 at most"))).to_be_visible()
    assert standin.requests == []


def test_what_another_project_made_is_used_when_the_quota_is_gone(
    gemini_studio: StudioServer, standin: StandIn, open_page: Visits
) -> None:
    """The receipt of a used-up quota offers the image that the same words made elsewhere; a click costs nothing."""
    there, here = _project(gemini_studio, "There *[x]*"), _project(gemini_studio, "Here")
    page = _lab(open_page, gemini_studio, there)
    _click(page, re.compile("Make 1 image"))
    expect(page.locator(".gallery .item")).to_have_count(1)
    page = _lab(open_page, gemini_studio, here)
    standin.fail_next("rate_limited_daily")
    _click(page, re.compile("Make 1 image"))
    expect(page.get_by_text("Today's quota of the account is used up.")).to_be_visible()
    expect(page.get_by_text("made an image in the project There *[x]*.")).to_be_visible()
    _click(page, OFFER)
    expect(page.get_by_text("and used again here at no cost.")).to_be_visible()
    expect(page.get_by_role("button", name=OFFER)).to_have_count(0)
    assert len(standin.requests) == 2
    here.sync()
    (copied,) = here.assets()
    assert copied.result.cost_usd == 0


def test_a_scene_is_taken_from_another_project_when_the_quota_is_gone(
    gemini_studio: StudioServer, standin: StandIn, open_page: Visits, tmp_path: Path
) -> None:
    """A scene that failed for want of quota takes the image of the same recipe elsewhere, and is up to date."""
    steps, catalog = {"robot": ["archive"], "hill": ["robot"]}, gemini_studio.studio().catalog
    story = write_story(tmp_path / "files", steps)
    one, two = _project(gemini_studio, "One"), _project(gemini_studio, "Two")
    for workspace in (one, two):
        take_in(workspace, story, read_story(story, catalog))
    page = open_page(gemini_studio, f"/scene_sequencer?project={one.uuid}")
    _click(page, re.compile("Make 2 images"))
    expect(page.get_by_text("All 2 images are up to date")).to_be_visible()
    page = open_page(gemini_studio, f"/scene_sequencer?project={two.uuid}")
    standin.fail_next("rate_limited_daily")
    _click(page, re.compile("Make 2 images"))
    _click(page, OFFER)
    expect(page.get_by_text("1 to make · 1 up to date")).to_be_visible()
    wait_idle(page)
    _click(page, re.compile("Make 1 image"))
    expect(page.get_by_text("All 2 images are up to date")).to_be_visible()
    assert len(standin.requests) == 4

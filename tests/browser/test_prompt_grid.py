"""The grid in a real Chromium: from two prompts to a matrix, two cells compared, one retried, one taken further."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from core.store.drafts import DraftsFile
from core.store.templates import TemplatesFile
from core.store.workspace import Workspace
from core.studio.project_stories import open_story, story_slugs
from tests.browser.harness import StudioServer, Visits, wait_idle
from tests.standin import StandIn

HOSTILE = "<img src=x onerror=alert(1)> ![x](http://evil.test/a.png) **b**"
NANO, PRO = "gemini-nano-banana-2.1", "gemini-3-pro-image"


def _project(server: StudioServer, **drafts: object) -> Workspace:
    workspace = server.studio().workspace(server.home / "projects" / "trials", "Trials")
    for name, value in {"lab/mode": "grid", **drafts}.items():
        DraftsFile(workspace.folder).write(name, value)
    return workspace


def _grid(open_page: Visits, server: StudioServer, workspace: Workspace) -> Page:
    page = open_page(server, f"/prompt_lab?project={workspace.uuid}")
    expect(page.get_by_label("Prompt 1", exact=True)).to_be_visible()
    return page


def _write(page: Page, *prompts: str) -> None:
    for number, prompt in enumerate(prompts, 1):
        page.get_by_label(f"Prompt {number}", exact=True).fill(prompt)
        page.keyboard.press("Tab")
        wait_idle(page)


def _make(page: Page, label: str) -> None:
    button = page.get_by_test_id("stMain").get_by_role("button", name=re.compile(label))
    expect(button).to_be_enabled()
    button.click()


def test_a_draft_grid_from_words_to_a_story(studio: StudioServer, open_page: Visits) -> None:
    """A copied prompt with one word changed makes a row; two cells are compared word by word, one becomes a step."""
    workspace = _project(studio, **{"grid/rows": ["1"], "grid/aspect_ratio": ["1:1", "16:9"]})
    page = _grid(open_page, studio, workspace)
    _write(page, "A red lamp at night")
    page.locator(".st-key-grid-copy-1 button").first.click()
    second = page.get_by_label("Prompt 2", exact=True)
    expect(second).to_have_value("A red lamp at night")
    wait_idle(page)
    second.fill(f"A blue lamp at night {HOSTILE}")
    page.keyboard.press("Tab")
    wait_idle(page)
    _make(page, "Make 4 images · free")
    expect(page.locator(".matrix .cell.draft")).to_have_count(4)
    wait_idle(page)
    page.locator(".matrix .cell").nth(2).click()
    expect(page.locator(".st-key-grid-cell")).to_be_in_viewport()
    page.get_by_role("button", name="Star", exact=True).click()
    expect(page.locator(".matrix .cell").nth(2)).to_contain_text("★")
    wait_idle(page)
    page.get_by_role("button", name="Compare with").click()
    page.locator(".gallery .item").filter(has_text="Prompt 1: Draft · 1:1").click()
    expect(page.locator(".words del").last).to_have_text("red ")
    expect(page.locator(".words ins").last).to_contain_text(HOSTILE)
    wait_idle(page)
    assert page.locator("img[src*='evil'], img[onerror]").count() == 0
    page.get_by_role("button", name="Take it further").click()
    page.get_by_label("Title of the story").fill("A night")
    page.keyboard.press("Tab")
    wait_idle(page)
    page.get_by_role("button", name="Use as a story step").click()
    page.wait_for_url("**/scene_sequencer*")
    expect(page.locator(".st-key-runbar")).to_contain_text("up to date")
    workspace.sync()
    (slug,) = story_slugs(workspace)
    (step,) = open_story(workspace, slug).story.steps
    chosen = workspace.choices.read().asset_id(slug, step.id)
    assert (workspace.notes.stars(), len(workspace.assets())) == ((chosen,), 4)
    assert step.prompt.endswith(HOSTILE)


def test_a_cell_that_failed_is_retried_alone(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """A blocked cell keeps its reason through a reload; tried again it is the only call, and the others stay."""
    standin.fail_when("moon", "blocked_image_safety")
    workspace = _project(gemini_studio, **{"grid/models": [NANO, PRO]})
    page = _grid(open_page, gemini_studio, workspace)
    _write(page, "A lamp", "A moon")
    _make(page, r"Make 4 images · about \$0\.34")
    expect(page.locator(".matrix .cell.generated")).to_have_count(2)
    expect(page.locator(".matrix .cell.failed")).to_have_count(2)
    assert len(standin.requests) == 4
    wait_idle(page)
    page.reload()
    page.locator(".matrix .cell.failed").first.click()
    expect(page.get_by_text("The service made no image")).to_be_visible()
    expect(page.locator(".st-key-grid-cell").get_by_text(re.compile("IMAGE_SAFETY"))).to_be_visible()
    wait_idle(page)
    standin.fail_when("moon", "slow")
    page.get_by_role("button", name=re.compile(r"Try again · about \$0\.034")).click()
    expect(page.locator(".matrix .cell.generated")).to_have_count(3)
    expect(page.locator(".matrix .cell.failed")).to_have_count(1)
    assert [(sent.model, sent.prompt) for sent in standin.requests[4:]] == [(NANO, "A moon")]
    wait_idle(page)
    _make(page, r"Make 1 image · about \$0\.13, 3 reused")
    expect(page.locator(".matrix .cell.generated")).to_have_count(4)
    expect(page.get_by_role("button", name="All 4 images are made")).to_be_disabled()
    assert len(standin.requests) == 6


def test_a_column_alone_and_on_to_the_bench(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """A column's button makes its cells alone; a cell's words fill the single form, and become a template."""
    workspace = _project(gemini_studio, **{"grid/models": [NANO, PRO]})
    page = _grid(open_page, gemini_studio, workspace)
    _write(page, "A lamp", "A moon")
    page.locator(".matrix thead .act").nth(1).click()
    expect(page.locator(".matrix .cell.generated")).to_have_count(2)
    assert {sent.model for sent in standin.requests} == {PRO}
    wait_idle(page)
    page.locator(".matrix .cell.generated").last.click()
    expect(page.get_by_role("button", name="Take it further")).to_be_visible()
    wait_idle(page)
    page.get_by_role("button", name="Take it further").click()
    page.get_by_label("Title of the template").fill("Moon")
    page.keyboard.press("Tab")
    wait_idle(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The template is saved.")).to_be_visible()
    (saved,) = TemplatesFile(gemini_studio.home).current()
    assert (saved.title, saved.text, saved.models) == ("Moon", "A moon", (PRO,))
    wait_idle(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Use its words").click()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("A moon")
    expect(page.get_by_role("button", name=re.compile(r"Make 1 image · about \$0\.13"))).to_be_enabled()


def test_what_is_under_way_in_a_batch_is_not_made_twice(
    gemini_studio: StudioServer, standin: StandIn, open_page: Visits
) -> None:
    """A grid goes as a batch at half the price; a row added later is made alone, and the batch's cells wait for it."""
    standin.batches.running = 1000
    page = _grid(open_page, gemini_studio, _project(gemini_studio, **{"grid/models": [PRO]}))
    _write(page, "A lamp")
    _make(page, r"Send 1 image as a batch · about \$0\.067")
    expect(page.locator(".matrix .cell").first).to_contain_text("in a batch")
    wait_idle(page)
    page.get_by_label("Prompt 2", exact=True).fill("A moon")
    page.keyboard.press("Tab")
    _make(page, r"Make 1 image · about \$0\.13")
    expect(page.locator(".matrix .cell.generated")).to_have_count(1)
    assert [sent.prompt for sent in standin.requests] == ["A moon"]
    expect(page.locator(".matrix .cell").first).to_contain_text("in a batch")

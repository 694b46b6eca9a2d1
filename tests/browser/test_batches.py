"""Batches in a real Chromium: sent at half the price, looked for, and what failed sent again."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Page, expect

from core.models.asset import EngineName
from core.settings import load_settings
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.batches import send_batch
from core.studio.context import Studio
from core.studio.lab import LabOrder, advance
from tests.browser.harness import StudioServer, Visits, wait_idle, wait_until
from tests.browser.test_scene_sequencer import open_sample
from tests.standin import StandIn

PRO = "gemini-3-pro-image"


def _project(server: StudioServer) -> Workspace:
    return server.studio().workspace(server.home / "projects" / "trials", "Trials")


def _send(page: Page, prompt: str) -> None:
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.keyboard.press("Tab")
    wait_idle(page)
    page.get_by_role("button", name=re.compile("Send 1 image as a batch")).click()


def test_a_batch_arrives_in_the_lab(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """A batch is sent without a call, its image arrives when somebody looks, and it stands in the history."""
    standin.batches.running = 1000
    workspace = _project(gemini_studio)
    page = open_page(gemini_studio, f"/prompt_lab?project={workspace.uuid}")
    _send(page, "A red lamp at night")
    expect(page.get_by_text("1 image sent as a batch.")).to_be_visible()
    expect(page.get_by_text("1 image under way in a batch")).to_be_visible()
    _send(page, "A red lamp at night")
    expect(page.get_by_text("1 under way in a batch already.")).to_be_visible()
    page.get_by_text("Batches", exact=True).click()
    wait_idle(page)
    standin.batches.running = 0
    page.get_by_role("button", name="Look now").click()
    expect(page.get_by_text("1 of 1 image there")).to_be_visible()
    assert standin.requests == []
    assert standin.batches.sent == 1
    page.get_by_text("Single images", exact=True).click()
    expect(page.get_by_role("button", name="Work on it")).to_be_visible()
    workspace.sync()
    (made,) = workspace.assets()
    assert made.recipe.prompt == "A red lamp at night"


def test_what_failed_in_a_batch_is_sent_again(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """Of three images one is blocked: it keeps its receipt, whose way out fills the bench, and is sent again alone."""
    workspace = _project(gemini_studio)
    names = ("good", "bad", "fair")
    lamps = [LabOrder(f"A {name} lamp", engine=EngineName.GEMINI, model=PRO) for name in names]
    values = {"GEMINI_API_KEY": standin.key, "GOOGLE_GEMINI_BASE_URL": standin.url}
    studio = Studio(load_settings(THROUGHLINE_HOME=str(gemini_studio.home), **values))
    ahead = [recipe for lamp in lamps for recipe in advance(studio, workspace, lamp, is_only_priced=True).recipes]
    standin.fail_when("bad", "blocked_prompt_safety")
    standin.batches.running = 0
    with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
        thread.submit(send_batch, studio, workspace, ahead).result()
    DraftsFile(workspace.folder).write("lab/mode", "batches")
    page = open_page(gemini_studio, f"/prompt_lab?project={workspace.uuid}")
    expect(page.get_by_text("2 of 3 images there")).to_be_visible()
    wait_idle(page)
    page.get_by_text("Why an image is missing").click()
    expect(page.get_by_text("Stopped before it was drawn: the prompt, or one of its reference images.")).to_be_visible()
    expect(page.get_by_text("Rule: the safety rules (SAFETY)")).to_be_visible()
    page.get_by_role("button", name=re.compile("Send again: 1 image")).click()
    wait_until(lambda: standin.batches.sent == 2, "the second job", page)
    expect(page.get_by_text("1 image sent as a batch.")).to_be_visible()
    (again,) = standin.batches.jobs["batches/job2"].requests
    assert again.prompt == "A bad lamp"
    wait_idle(page)
    page.get_by_text("Why an image is missing").first.click()
    page.get_by_role("button", name="Back to the prompt").first.click()
    expect(page.get_by_label("Prompt", exact=True)).to_be_focused()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("A bad lamp")


def test_a_story_s_ready_scenes_go_as_a_batch(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """Of a story only what waits for no other image is sent; the next scenes can be sent once those are there."""
    standin.batches.running = 0
    page = open_page(gemini_studio)
    open_sample(page)
    expect(page.get_by_role("button", name=re.compile("Make 11 images"))).to_be_visible()
    page.get_by_role("button", name=re.compile("Send 1 image as a batch")).click()
    expect(page.get_by_text("1 image sent as a batch.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Make 10 images"))).to_be_visible()
    assert len(standin.batches.jobs["batches/job1"].requests) == 1
    assert standin.requests == []

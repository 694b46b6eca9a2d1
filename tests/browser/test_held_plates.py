"""Plates of all pages in a real Chromium: what strays waits for a look, and one cell is tried several times."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from core.models.asset import EngineName, Kind, Recipe, Result
from core.models.region import Detection
from core.store.workspace import Workspace
from tests.browser.books import book, region
from tests.browser.harness import StudioServer, Visits, wait_idle, wait_until
from tests.samples import png
from tests.standin import StandIn


def test_all_pages_have_their_price(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """For all pages it is said at most how much; what strays waits for a look, and goes on after it.

    What is ready on all pages can be sent as a batch instead, for half of it.
    """
    standin.batches.running = 1000
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
    expect(page.locator(".st-key-plates-waiting")).to_contain_text("On 2 pages further steps wait")
    assert len(_made(workspace)) == 2
    wait_idle(page)
    page.locator(".matrix .cell", has_text="waits: its restoration strays").first.click()
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("Further steps wait")).to_be_visible()
    expect(page.get_by_text("Not tried yet: Restore · flat page · says what comes out")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"Try another preset · about \$0\."))).to_be_visible()
    wait_idle(page)
    page.get_by_role("button", name=re.compile(r"Go on anyway · about \$0\.")).click()
    wait_until(lambda: len(_made(workspace)) == 4, "the colouring and the film", page)
    expect(page.locator(".matrix .cell", has_text="waits")).to_have_count(0)
    wait_idle(page)
    page.get_by_role("radio", name="2", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("Make 2 images to choose among"))).to_be_visible()
    wait_idle(page)
    page.get_by_role("button", name=re.compile(r"Make 2 images to choose among · about \$0\.")).click()
    versions = page.locator(".st-key-plates-cell .gallery .item")
    expect(versions).to_have_count(3)
    wait_idle(page)
    versions.last.click()
    expect(versions.last).to_have_attribute("aria-selected", "true")


def _made(workspace: Workspace) -> list[str]:
    workspace.sync()
    return [asset.id for asset in workspace.assets() if asset.recipe.engine is EngineName.GEMINI]

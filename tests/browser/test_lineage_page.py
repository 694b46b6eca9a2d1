"""The lineage page in a real Chromium: the live graph, its details, its exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Position, expect

from core.models.asset import Asset, EngineName, Kind, Recipe, Result, Source
from core.store.workspace import Workspace
from tests.browser.harness import PHONE, StudioServer, Visits, wait_idle, wait_until
from tests.samples import png

HOSTILE = (
    "</script><script>alert(1)</script> <img src=x onerror=alert(1)> ![](http://evil.test/x.png) "
    "[a](javascript:alert(1)) :material/home: :red[x] $x$ \x1b[31m \u202e"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """A studio for tests that leave nothing behind."""
    with StudioServer(tmp_path_factory.mktemp("lineage"), is_forked=True) as running:
        yield running


@pytest.fixture(scope="module")
def story(server: StudioServer) -> Workspace:
    """A plate, a sheet made from it, two scenes made from the sheet."""
    workspace = server.studio().workspace(server.home / "projects" / "story", "Story")
    plate = save(workspace, "plate", "Tin robot")
    sheet = save(workspace, "robot", "Robot sheet", plate)
    valley = save(workspace, "valley", "Valley", sheet, prompt="A wide valley")
    save(workspace, "market", "Market", sheet, valley)
    return workspace


def save(workspace: Workspace, stem: str, name: str, *sources: Asset, prompt: str = "", text: str = "") -> Asset:
    """Save a picture made from sources; the first one of all is an archive picture."""
    recipe = Recipe(
        kind=Kind.SCENE if sources else Kind.ARCHIVE,
        name=name,
        prompt=prompt,
        composed=prompt,
        sources=tuple(Source(asset_id=source.id, digest=source.digest) for source in sources),
        engine=EngineName.DRAFT if sources else None,
    )
    return workspace.save(recipe, Result(text=text), png(len(stem), (480, 270)), stem)


def opened(open_page: Visits, server: StudioServer, project: Workspace, query: str = "", **options: object) -> Page:
    """Open the lineage of a project and wait until its graph is drawn."""
    page = open_page(server, f"/lineage?project={project.uuid}{query}", **options)
    page.locator(".net[data-ready]").wait_for()
    wait_idle(page)
    return page


def beside_the_middle(page: Page) -> Position:
    """Return a place on a picture that stands in the middle of the graph, away from its centre."""
    box = page.locator(".net").bounding_box()
    assert box
    return {"x": box["width"] / 2 + 70, "y": box["height"] / 2 - 60}


def test_a_click_on_a_picture_shows_how_it_was_made(server: StudioServer, open_page: Visits) -> None:
    """The only picture stands in the middle: clicked near its edge, its details open and its id is in the address."""
    project = server.studio().workspace(server.home / "projects" / "one", "One")
    save(project, "plate", "Tin robot")
    page = opened(open_page, server, project)
    page.locator(".net").click(position=beside_the_middle(page))
    expect(page.locator(".st-key-lineage-drawer h3")).to_have_text("Tin robot")
    assert "asset=plate" in page.url
    page.reload()
    expect(page.locator(".st-key-lineage-drawer h3")).to_have_text("Tin robot")


def test_a_double_click_opens_the_original_pixels(server: StudioServer, open_page: Visits) -> None:
    """Twice on the picture in the middle: its original stands over the page."""
    project = server.studio().workspace(server.home / "projects" / "two", "Two")
    save(project, "plate", "Tin robot")
    page = opened(open_page, server, project)
    image = page.locator(".lightbox[open] img[data-shows=original]")

    def is_open() -> bool:
        if not page.locator(".lightbox[open]").count():
            page.locator(".net").dblclick()  # on a busy machine two clicks may come too far apart to be a double one
        page.wait_for_timeout(2000)
        return image.is_visible()

    wait_until(is_open, "the original", page)
    assert image.evaluate("image => image.naturalWidth") == 480


def test_the_keyboard_goes_along_the_threads(server: StudioServer, story: Workspace, open_page: Visits) -> None:
    """Arrows lead from source to result, Enter opens the picture, Escape closes it, and again the details."""
    page = opened(open_page, server, story, "&asset=plate")
    page.locator(".net").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".st-key-lineage-drawer h3")).to_have_text("Robot sheet")
    page.keyboard.press("Enter")
    page.locator(".lightbox[open]").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".lightbox[open]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-lineage-drawer")).to_have_count(0)
    assert "asset=" not in page.url


def test_the_list_says_the_same_in_words(server: StudioServer, story: Workspace, open_page: Visits) -> None:
    """Every image is a button under the graph; a source in the drawer is one too."""
    page = opened(open_page, server, story)
    page.get_by_text("List of images", exact=True).click()
    expect(page.locator(".lineage li")).to_have_count(4)
    page.locator(".lineage li button", has_text="Valley").press("Enter")
    expect(page.locator(".st-key-lineage-drawer h3")).to_have_text("Valley")
    page.locator(".st-key-lineage-sources .item", has_text="Robot sheet").press("Enter")
    expect(page.locator(".st-key-lineage-drawer h3")).to_have_text("Robot sheet")


def test_a_selection_keeps_the_graph_as_it_is(server: StudioServer, story: Workspace, open_page: Visits) -> None:
    """Selecting reloads no thumbnail and does not build the graph anew."""
    page = opened(open_page, server, story, "&asset=plate")
    page.locator(".net canvas").evaluate("canvas => { canvas.wasHere = true; }")
    thumbnails = [url for url in open_page.requests if "/t?" in url]
    page.locator(".net").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".st-key-lineage-drawer h3")).to_have_text("Robot sheet")
    wait_idle(page)
    assert page.locator(".net canvas").evaluate("canvas => canvas.wasHere") is True
    again = [url for url in open_page.requests if "/t?" in url]
    assert len(set(again)) <= 4
    assert sum("/plate/t?" in url for url in again) <= sum("/plate/t?" in url for url in thumbnails) + 1


def test_hostile_words_do_nothing(server: StudioServer, open_page: Visits) -> None:
    """Markup in names, prompts and a model's words opens no dialog, asks nobody and adds no element."""
    project = server.studio().workspace(server.home / "projects" / "hostile", HOSTILE)
    plate = save(project, "plate", HOSTILE, prompt=HOSTILE, text=HOSTILE)
    save(project, "scene", HOSTILE, plate, prompt=HOSTILE, text=HOSTILE)
    page = opened(open_page, server, project, "&asset=scene")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.get_by_text("The model's words").click()
    page.get_by_text("List of images", exact=True).click()
    page.locator(".net").hover()
    page.locator(".lineage li button").first.hover()
    page.locator(".zoom .picture").click()
    page.locator(".lightbox[open] img[data-shows=original]").wait_for()
    page.keyboard.press("Escape")
    page.locator(".st-key-lineage-sources .item").click()
    wait_idle(page)
    assert "<img src=x onerror=" in page.locator("[data-testid=stCode]").first.inner_text()
    assert dialogs == []
    assert page.locator("img[src='x'], a[href^='javascript'], [data-testid=stMain] script").count() == 0
    assert not [url for url in open_page.requests if "evil" in url]


def test_an_export_is_made_by_its_click(
    server: StudioServer, story: Workspace, open_page: Visits, tmp_path: Path
) -> None:
    """The page with the graph comes down whole, with the pictures inside."""
    page = opened(open_page, server, story)
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Page with the graph").click()
    assert coming.value.suggested_filename == "Story-lineage.html"
    coming.value.save_as(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert text.count("data:image/") >= 4


def test_the_original_comes_down_byte_for_byte(
    server: StudioServer, story: Workspace, open_page: Visits, tmp_path: Path
) -> None:
    """What is downloaded is the project's file, recipe inside."""
    page = opened(open_page, server, story, "&asset=valley")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Original").click()
    coming.value.save_as(tmp_path / "valley.png")
    assert (tmp_path / "valley.png").read_bytes() == story.path(story.get("valley")).read_bytes()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_follows_the_theme(server: StudioServer, story: Workspace, open_page: Visits, scheme: str) -> None:
    """The graph's ground is the theme's, and its ink stands out on it."""
    page = opened(open_page, server, story, color_scheme=scheme)
    paper = page.locator(".lineage .stage").evaluate("stage => getComputedStyle(stage).backgroundColor")
    assert paper == {"light": "rgb(251, 249, 245)", "dark": "rgb(22, 23, 26)"}[scheme]


def test_a_phone_shows_the_graph_and_the_details_below(
    server: StudioServer, story: Workspace, open_page: Visits
) -> None:
    """At 390 pixels nothing is wider than the screen; the details stand under the graph."""
    page = opened(open_page, server, story, "&asset=valley", viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    graph, drawer = page.locator(".stage").bounding_box(), page.locator(".st-key-lineage-drawer").bounding_box()
    assert graph
    assert drawer
    assert drawer["y"] > graph["y"] + graph["height"]
    assert drawer["width"] <= PHONE[0]


def test_the_library_is_served_here_and_kept(server: StudioServer) -> None:
    """vis-network comes from this server, from the installed package, and may be kept for a year."""
    status, headers, body = server.get("/app/static/vis-network.min.js?v=9.1.2")
    assert status == 200
    assert headers["content-type"].startswith("text/javascript")
    assert "immutable" in headers["cache-control"]
    assert b"vis-network" in body[:500]

"""The frame around every page, in a real Chromium: deep links, pictures, headers, keys, languages, sizes, keyboard."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.models.asset import Kind, Recipe, Result
from core.store.workspace import Workspace
from tests.browser.harness import PHONE, ROOT, StudioServer, Visits, wait_idle

PATHS = ["/", *(f"/{path.stem}" for path in sorted((ROOT / "pages").glob("*.py")))]
HOSTILE = "<img src=x onerror=alert(1)> ![](http://elsewhere.test/a.png) **bold** :red[red] `x`"
KEY = "AIza-a-key-of-the-tests-WXYZ"
ACCESSIBLE = """() => {
  const shown = element => element.checkVisibility() && !element.closest('[aria-hidden="true"]');
  const all = selector => [...document.querySelectorAll(selector)].filter(shown);
  const label = field => field.getAttribute('aria-label') || field.getAttribute('aria-labelledby')
    || field.title || [...(field.labels || [])].map(label => label.innerText).join('');
  const told = element => (element.innerText || element.getAttribute('aria-label') || element.title
    || element.querySelector('img')?.alt || '').trim();
  return {
    headings: all('h1').length,
    pictures: all('img').filter(image => !image.hasAttribute('alt')).map(image => image.outerHTML),
    fields: all('input, textarea, select').filter(field => !label(field)).map(field => field.outerHTML.slice(0, 200)),
    buttons: all('button, a[href]').filter(button => !told(button)).map(button => button.outerHTML.slice(0, 200)),
  };
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """A studio for tests that leave nothing behind, with a project whose names are hostile."""
    with StudioServer(tmp_path_factory.mktemp("frame")) as running:
        yield running


@pytest.fixture(scope="module")
def project(server: StudioServer) -> Workspace:
    """A project with one picture; its title and the picture's name are hostile."""
    workspace = server.studio().workspace(server.home / "projects" / "one", HOSTILE)
    picture = server.folder / "red.png"
    Image.new("RGB", (640, 480), "red").save(picture)
    recipe = Recipe(kind=Kind.ARCHIVE, name=HOSTILE, prompt=HOSTILE)
    workspace.save(recipe, Result(text=HOSTILE), picture.read_bytes(), "red")
    return workspace


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_whole_when_it_is_the_first(tmp_path: Path, open_page: Visits, path: str) -> None:
    """Each page, opened first on a fresh server, has the studio's title, theme, sidebar and navigation."""
    with StudioServer(tmp_path / "studio", is_forked=path != "/") as server:
        page = open_page(server, path)
        expect(page).to_have_title("Throughline")
        expect(page.get_by_text("Draft makes roughs without a key")).to_be_visible()
        expect(page.get_by_role("link", name="Lineage")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert page.locator('[data-testid="stApp"]').evaluate("app => getComputedStyle(app).backgroundColor") == (
            "rgb(251, 249, 245)"
        )


def test_pictures_are_served_by_their_signature_only(
    server: StudioServer, project: Workspace, open_page: Visits
) -> None:
    """A picture's URL answers as it was signed; changed, bare, expired or for another picture it is not found."""
    page = open_page(server, "/")
    good = (page.locator("img[src*='/picture/']").first.get_attribute("src") or "").removeprefix(server.url)
    status, headers, body = server.get(good)
    assert (status, headers["content-type"]) == (200, "image/webp")
    assert body[8:12] == b"WEBP"
    assert "private" in headers["cache-control"]
    path, _, query = good.partition("?")
    expires = re.search(r"e=(\d+)", query)
    assert expires is not None
    assert int(expires[1]) - time.time() < 3 * 86_400
    changed = [
        path,
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        good.replace(f"e={expires[1]}", f"e={int(expires[1]) + 86_400}"),
        good.replace(f"e={expires[1]}", "e=1"),
        good.replace("/t?", "/o?"),
        good.replace("/red/", "/other/"),
        good.replace(project.uuid, "00000000-0000-0000-0000-000000000000"),
        good.replace("/red/", "/..%2f..%2fproject.json/"),
        "/app/static/picture/../../project.json",
        "/app/static/%2e%2e/%2e%2e/home/url.secret",
    ]
    refused = {url: server.get(url)[0] for url in changed}
    assert set(refused.values()) <= {400, 404}, refused


@pytest.mark.parametrize("path", ["/", "/lineage", "/_stcore/health", "/app/static/picture/a/b/t", "/favicon.png"])
def test_every_answer_has_the_security_headers(server: StudioServer, path: str) -> None:
    """Pages, files, pictures and refusals all say that nothing may come from another host."""
    _, headers, _ = server.get(path)
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "connect-src 'self';" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_names_are_inert_and_everything_has_one(server: StudioServer, project: Workspace, open_page: Visits) -> None:
    """Names from people are shown letter by letter: no HTML, no Markdown, no picture from elsewhere is asked for.

    There is one first heading; every picture has a text, every field a label, every button and link words.
    """
    page = open_page(server, f"/?project={project.uuid}")
    for path in PATHS:
        page.goto(f"{server.url}{path}?project={project.uuid}")
        wait_idle(page)
        assert not page.locator("img[src='x'], img[src*='elsewhere']").count(), path
        assert not page.locator("[onerror]").count(), path
        assert not page.locator("strong:has-text('bold')").count(), path
        assert page.get_by_label("Project", exact=True).first.input_value() == HOSTILE, path
        assert page.evaluate(ACCESSIBLE) == {"headings": 1, "pictures": [], "fields": [], "buttons": []}, path


def test_an_unusable_setting_is_told(tmp_path: Path, open_page: Visits) -> None:
    """A setting that cannot be used shows as a sentence on the page, not as a traceback."""
    with StudioServer(tmp_path / "studio", {"THROUGHLINE_CONCURRENCY": "many"}) as server:
        page = open_page(server, "/lineage")
        expect(page.get_by_text("A setting cannot be used")).to_be_visible()
        assert "Traceback" not in page.content()


def test_a_damaged_project_harms_no_other(tmp_path: Path, open_page: Visits) -> None:
    """A project whose file is damaged is left out of the list; the studio and the other projects work."""
    with StudioServer(tmp_path / "studio", is_forked=True) as server:
        for name in ("good", "bad"):
            server.studio().workspace(server.home / "projects" / name, name)
        (server.home / "projects" / "bad" / "project.json").write_text("{", encoding="utf-8")
        page = open_page(server, "/")
        expect(
            page.get_by_test_id("stMain").get_by_role("button", name=re.compile("^Open (?!the sample)"))
        ).to_have_count(1)


def _enter_key(page: Page, key: str) -> None:
    field = page.get_by_label("Gemini API key")
    if not field.is_visible():
        page.get_by_role("button", name="API key").click()
    field.fill(key)
    page.get_by_role("button", name="Use this key").click()
    page.get_by_text(f"ending in {key[-4:]}").wait_for()
    wait_idle(page)


def test_a_key_is_for_this_session_only(tmp_path: Path, open_page: Visits) -> None:
    """A key is known by its last four letters, is in no page, address, log or file, and is forgotten on reload."""
    with StudioServer(tmp_path / "studio", is_forked=True) as server:
        page = open_page(server, "/")
        _enter_key(page, KEY)
        places = [page.content(), page.url, server.log, *_files(server.folder)]
        assert not [place[:80] for place in places if KEY in place]
        other = page.context.new_page()
        other.goto(server.url)
        wait_idle(other)
        expect(other.get_by_text("Draft makes roughs without a key")).to_be_visible()
        page.get_by_role("button", name="Forget the key").click()
        page.get_by_text("Draft makes roughs without a key").wait_for()
        wait_idle(page)
        _enter_key(page, KEY)
        page.reload()
        wait_idle(page)
        expect(page.get_by_text("Draft makes roughs without a key")).to_be_visible()


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes().decode("latin-1")


def test_a_budget_is_shown(tmp_path: Path, open_page: Visits) -> None:
    """With a budget the sidebar says what was spent of it."""
    with StudioServer(tmp_path / "studio", {"THROUGHLINE_BUDGET_USD": "2.5"}, is_forked=True) as server:
        page = open_page(server, "/")
        expect(page.get_by_text("Spent today: $0.00 of $2.50")).to_be_visible()


def test_language_of_browser_and_switch(server: StudioServer, open_page: Visits) -> None:
    """A Chinese browser gets Chinese; the switch changes it, and a refresh keeps what was chosen."""
    page = open_page(server, "/", locale="zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text("让一张图片贯穿整个故事")
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Carry one picture through a whole story")
    wait_idle(page)
    page.reload()
    wait_idle(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Carry one picture through a whole story")
    elsewhere = open_page(server, "/?lang=zh_CN", locale="fr-FR")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("让一张图片贯穿整个故事")


def test_choices_survive_page_change_and_refresh(server: StudioServer, project: Workspace, open_page: Visits) -> None:
    """Project and engine stay chosen on another page and after a refresh."""
    page = open_page(server, f"/?project={project.uuid}")
    page.get_by_role("radio", name="Draft · free").click()
    page.get_by_role("link", name="Lineage").click()
    page.wait_for_url("**/lineage*")
    wait_idle(page)
    page.reload()
    wait_idle(page)
    assert project.uuid in page.url
    expect(page.get_by_role("radio", name="Draft · free")).to_be_checked()


def test_a_phone_never_scrolls_sideways(server: StudioServer, project: Workspace, open_page: Visits) -> None:
    """At 390 px, in Chinese and dark, no page is wider than the screen."""
    options = {"viewport": PHONE, "color_scheme": "dark", "locale": "zh-CN", "has_touch": True}
    page = open_page(server, f"/?project={project.uuid}", **options)
    for path in PATHS:
        page.goto(f"{server.url}{path}?project={project.uuid}")
        wait_idle(page)
        widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert widths[0] <= widths[1], path
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0, path
        dark = page.locator('[data-testid="stApp"]').evaluate("app => getComputedStyle(app).backgroundColor")
        assert dark == "rgb(22, 23, 26)", path


def test_the_first_button_is_reached_by_keyboard(server: StudioServer, open_page: Visits) -> None:
    """Tab reaches the start page's first button, and where the focus is can be seen."""
    page = open_page(server, "/")
    first = page.get_by_role("button", name="Open the sample story")
    for _ in range(40):
        page.keyboard.press("Tab")
        if first.evaluate("button => button === document.activeElement"):
            break
    expect(first).to_be_focused()
    outline = first.evaluate("button => (s => [s.outlineStyle, s.outlineWidth, s.boxShadow])(getComputedStyle(button))")
    assert (outline[0] != "none" and outline[1] != "0px") or outline[2] != "none"

"""The pictures' components in a real Chromium: zoom, before and after, gallery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.models.asset import Kind, Recipe, Result
from tests.browser.harness import PHONE, StudioServer, Visits, wait_idle
from tests.samples import png

FOLDER = Path(__file__).parent
HOSTILE = "<img src=x onerror=alert(1)> ![](http://evil.test/x.png) </span><script>alert(1)</script>"
PIXELS = (1200, 800)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """A server that shows the components, on a project with a landscape and a tall picture."""
    flags = ("--browser.gatherUsageStats", "false", "--client.toolbarMode", "viewer")
    server = StudioServer(tmp_path_factory.mktemp("components"), script=FOLDER / "components_app.py", flags=flags)
    workspace = server.studio().workspace(server.home / "projects" / "one", "One")
    for name, size in (("wide", PIXELS), ("tall", (300, 600))):
        recipe = Recipe(kind=Kind.ARCHIVE, name=HOSTILE if name == "wide" else "Tall one")
        workspace.save(recipe, Result(), png(len(name) + size[0], size), name)
    with server:
        yield server


def opened(open_page: Visits, server: StudioServer, path: str = "/", **options: Any) -> Page:
    """Open the page and wait until the components' scripts have drawn them; Streamlit is idle before they have."""
    page = open_page(server, path, **options)
    expect(page.locator(".zoom img[src]")).to_have_count(1)
    expect(page.get_by_label("Move between Old and New")).to_have_count(1)
    expect(page.locator(".gallery .item").first).to_be_attached()
    return page


def scale(page: Page) -> str:
    """Return the zoom's scale as it is written on the screen."""
    return page.locator(".lightbox[open] .scale").inner_text()


def place(page: Page) -> list[float]:
    """Return the zoomed picture's left and top corner on the screen."""
    box = page.locator(".lightbox[open] img").bounding_box()
    assert box is not None
    return [round(box["x"]), round(box["y"])]


def test_a_click_opens_the_original_pixels(server: StudioServer, open_page: Visits) -> None:
    """The preview is a button; behind it stands the original at its own size, and Escape gives the focus back."""
    page = opened(open_page, server)
    button = page.locator(".zoom .picture")
    button.press("Enter")
    image = page.locator(".lightbox[open] img[data-shows=original]")
    image.wait_for()
    assert image.evaluate("image => [image.naturalWidth, image.naturalHeight]") == list(PIXELS)
    assert HOSTILE in (image.get_attribute("alt") or "")
    assert any("/o?" in url for url in open_page.requests)
    page.keyboard.press("Escape")
    expect(page.locator(".lightbox[open]")).to_have_count(0)
    expect(button).to_be_focused()


def test_keys_wheel_and_hand_move_the_picture(server: StudioServer, open_page: Visits) -> None:
    """1 shows every pixel, plus and wheel come nearer, arrows and dragging move, 0 fits again."""
    page = opened(open_page, server)
    page.locator(".zoom .picture").click()
    page.locator(".lightbox[open] img[data-shows=original]").wait_for()
    fitted = scale(page)
    page.keyboard.press("1")
    assert scale(page) == "100 %"
    page.keyboard.press("+")
    assert scale(page) == "125 %"
    before = place(page)
    page.keyboard.press("ArrowRight")
    assert place(page) == [before[0] - 64, before[1]]
    page.mouse.move(600, 400)
    page.mouse.down()
    page.mouse.move(630, 420)
    page.mouse.up()
    assert place(page) == [before[0] - 34, before[1] + 20]
    page.mouse.wheel(0, -300)
    expect(page.locator(".lightbox[open] .scale")).not_to_have_text("125 %")
    assert int(scale(page).split()[0]) > 125
    page.keyboard.press("0")
    assert scale(page) == fitted


def test_the_focus_stays_in_the_open_picture(server: StudioServer, open_page: Visits) -> None:
    """Tabbing through the zoom never reaches what lies below it."""
    page = opened(open_page, server)
    page.locator(".zoom .picture").click()
    page.locator(".lightbox[open]").wait_for()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate(
            """() => {
              let element = document.activeElement;
              while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
              return element === document.body || Boolean(element.closest(".lightbox"));
            }"""
        )


def test_the_slider_is_moved_by_keys(server: StudioServer, open_page: Visits) -> None:
    """Home and End of the range show the whole of one picture; its label says which two."""
    page = opened(open_page, server)
    slider = page.get_by_label("Move between Old and New")
    for key, clip in (("Home", "0%"), ("End", "100%")):
        slider.press(key)
        assert page.locator(".pair .stage").evaluate("stage => stage.style.getPropertyValue('--place')") == clip


def test_both_pictures_are_looked_into_together(server: StudioServer, open_page: Visits) -> None:
    """Keys, wheel and dragging zoom and move both in step, at their original pixels; the slider stays where it is."""
    page = opened(open_page, server)
    stage, slider = page.locator(".pair .stage"), page.get_by_label("Move between Old and New")

    def places() -> list[str]:
        found = page.locator(".half.before img, .half.after img").evaluate_all("all => all.map(i => i.style.transform)")
        assert found[0] == found[1]
        return found

    assert places() == ["", ""]
    slider.press("1")
    expect(page.locator(".pair .scale").first).to_have_text("100 %")
    expect(page.locator(".pair .half img[data-shows=original]")).to_have_count(2)
    near = places()
    assert "scale(2." in near[0]
    slider.press("Shift+ArrowRight")
    moved = places()
    assert moved != near
    box = stage.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 70)
    page.mouse.up()
    assert places() != moved
    assert stage.evaluate("stage => stage.style.getPropertyValue('--place')") == "50%"
    page.mouse.wheel(0, -300)
    expect(page.locator(".pair .scale").first).not_to_have_text("100 %")
    page.get_by_role("button", name="Blink").click()
    assert places() != ["", ""]
    stage.press("0")
    assert places() == ["", ""]
    stage.hover(position={"x": 30, "y": 50})
    page.mouse.wheel(0, 30)
    assert places() == ["", ""], "a page that is scrolled past the pictures does not zoom them"
    page.get_by_role("button", name="Slider").click()
    stage.click(position={"x": 30, "y": 50})
    assert stage.evaluate("stage => parseInt(stage.style.getPropertyValue('--place'))") < 30
    stage.dblclick(position={"x": 30, "y": 50})
    expect(page.locator(".pair .scale").first).to_have_text("100 %")


def test_pictures_of_other_shapes_keep_theirs(server: StudioServer, open_page: Visits) -> None:
    """A tall and a wide picture share one stage, each whole and unstretched; side by side too."""
    page = opened(open_page, server)
    fits = "images => images.map(image => getComputedStyle(image).objectFit)"
    halves = page.locator(".half.before img, .half.after img")
    assert halves.evaluate_all(fits) == ["contain", "contain"]
    page.get_by_role("button", name="Side by side").click()
    boxes = [page.locator(f".half.{side}").bounding_box() for side in ("before", "after")]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    assert page.locator(".pair input").is_hidden()
    page.get_by_role("button", name="Look closer: Old").click()
    page.locator(".lightbox[open] img[data-shows=original]").wait_for()


def test_the_gallery_is_picked_by_keys_and_python_hears_it(server: StudioServer, open_page: Visits) -> None:
    """Arrows go from picture to picture, Enter picks one, and its id arrives."""
    page = opened(open_page, server)
    page.locator(".gallery .item").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_text("picked: tall").wait_for()
    expect(page.locator(".gallery [aria-selected=true]")).to_have_attribute("data-id", "tall")


def test_an_id_that_was_never_shown_is_not_taken(server: StudioServer, open_page: Visits) -> None:
    """What a browser makes up does not reach the page's script."""
    page = opened(open_page, server)
    page.locator(".gallery .item").first.evaluate("item => { item.dataset.id = '../../etc/passwd'; }")
    page.locator(".gallery .item").first.click()
    wait_idle(page)
    expect(page.get_by_text("picked: None")).to_be_visible()


def test_a_thousand_pictures_are_loaded_as_they_come_into_view(server: StudioServer, open_page: Visits) -> None:
    """All are there, few were asked for, and a rerun keeps the same elements."""
    page = opened(open_page, server, "/?times=500")
    items = page.locator(".gallery .item")
    expect(items).to_have_count(1000)
    loaded = page.locator(".gallery img").evaluate_all(
        "images => images.filter(image => image.complete && image.src).length"
    )
    assert loaded < 300
    items.first.evaluate("item => { item.wasHere = true; }")
    items.nth(1).click()
    page.get_by_text("picked: tall").wait_for()
    assert items.first.evaluate("item => item.wasHere") is True


def test_hostile_names_are_words(server: StudioServer, open_page: Visits) -> None:
    """A name full of markup adds no element and asks nobody, wherever it is shown."""
    page = opened(open_page, server)
    page.locator(".zoom .picture").hover()
    page.locator(".zoom .picture").click()
    assert page.locator(".lightbox[open] .name").inner_text() == HOSTILE
    assert page.locator("img[src='x'], .zoom script, .gallery script, .lightbox script").count() == 0
    assert page.locator(".zoom figcaption").inner_text() == "**Caption**"


def test_a_phone_shows_all_without_scrolling_sideways(server: StudioServer, open_page: Visits) -> None:
    """At 390 pixels nothing is wider than the screen, the open zoom included."""
    page = opened(open_page, server, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.locator(".zoom .picture").click()
    box = page.locator(".lightbox[open] header").bounding_box()
    assert box
    assert box["width"] <= PHONE[0]
    assert page.get_by_role("button", name="Close", exact=True).is_visible()

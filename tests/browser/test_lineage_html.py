"""The exported lineage page in a real Chromium, opened from the disk."""

from pathlib import Path

import pytest

from core.studio.exports.graph_html import write_graph_html
from core.studio.lineage import lineage_graph
from tests.lineage_samples import HOSTILE, asset, picture, story

PLACE_OF = """label => {
  const node = JSON.parse(document.getElementById('lineage').textContent).nodes.find(node => node.label === label);
  const place = lineage.network.canvasToDOM(lineage.network.getPosition(node.id));
  const box = document.getElementById('graph').getBoundingClientRect();
  return {x: place.x + box.x, y: place.y + box.y};
}"""


@pytest.fixture
def opened(browser, tmp_path):
    """Return a function that exports assets, opens the page, and holds what it asked for and complained about."""
    contexts = []

    def open_page(assets, title="A story", **options):
        out = Path(tmp_path) / "lineage.html"
        write_graph_html(lineage_graph(assets), picture, out, title)
        contexts.append(
            browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **options})
        )
        page = contexts[-1].new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(out.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def ready(page):
    """Wait until the graph is drawn."""
    page.wait_for_selector("#graph[data-ready]")
    return page


def is_drawn(page, label):
    """Return whether the canvas shows the thumbnails' orange where a node stands."""
    return page.evaluate(
        """label => {
          const node = JSON.parse(document.getElementById('lineage').textContent).nodes.find(n => n.label === label);
          const place = lineage.network.canvasToDOM(lineage.network.getPosition(node.id));
          const canvas = document.querySelector('#graph canvas');
          const ratio = canvas.width / canvas.clientWidth;
          const [r, g, b] = canvas.getContext('2d').getImageData(place.x * ratio, place.y * ratio, 1, 1).data;
          return Math.abs(r - 210) < 12 && Math.abs(g - 120) < 12 && Math.abs(b - 40) < 12;
        }""",
        label,
    )


def test_the_page_asks_for_nothing_but_itself(opened):
    """From a disk the page draws its pictures without one request beyond the file, and without a complaint."""
    page = ready(opened(story()))
    page.wait_for_function("document.querySelectorAll('#images img').length === 6")
    page.wait_for_timeout(200)
    assert is_drawn(page, "Robot sheet")
    assert [url for url in page.asked if not url.startswith("data:")] == [page.url]
    assert page.complaints == []


def test_a_click_on_a_node_tells_how_it_was_made(opened):
    """Clicking a picture shows its prompt, sources, model, settings and cost; Escape goes back to the list."""
    page = ready(opened(story()))
    page.mouse.click(**page.evaluate(PLACE_OF, "Valley"))
    details = page.locator("#details")
    for words in ("Valley", "- Wide shot.", "Robot sheet", "山谷", "gemini-3-pro-image", "aspect ratio 16:9", "$0.134"):
        assert words in details.inner_text()
    page.keyboard.press("Escape")
    assert details.is_hidden()
    assert page.locator("#list").is_visible()


def test_the_keyboard_reaches_every_image(opened):
    """Without a mouse an image is found by its name, opened with Enter, and its source from there."""
    page = ready(opened(story()))
    page.focus("#find")
    page.keyboard.type("market")
    assert page.locator("#images li:visible").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#details h2").inner_text() == "Market"
    page.locator("#details .row", has_text="Robot sheet").press("Enter")
    assert page.locator("#details h2").inner_text() == "Robot sheet"


def test_hostile_words_do_nothing(opened):
    """Markup in titles, ids, names, prompts and a model's words is shown as text wherever it is shown."""
    assets = [
        asset("__proto__", "constructor", "gone<script>", name=HOSTILE, prompt=HOSTILE, text=HOSTILE),
        asset("constructor", "__proto__", name="plain", prompt=HOSTILE),
        asset("</script><img src=x onerror=window.__pwned=1>"),
    ]
    page = ready(opened(assets, title=HOSTILE))
    for index in range(4):
        node = page.locator("#images .row").nth(index)
        node.click()
        page.wait_for_timeout(50)
        page.keyboard.press("Escape")
    page.click("#whole")
    place = page.evaluate(PLACE_OF, "plain")
    page.mouse.move(place["x"] + 3, place["y"])
    page.wait_for_selector("#tip:not([hidden])")
    page.mouse.click(**place)
    assert "<img src=x onerror=" in page.locator("#details .prompt").first.inner_text()
    assert page.evaluate("window.__pwned") is None
    assert page.locator("h1 script, #details script, #details a, #tip img, img[src='x']").count() == 0
    assert [url for url in page.asked if not url.startswith("data:")] == [page.url]
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_follows_the_readers_scheme(opened, scheme):
    """Light and dark readers get paper of their own, and ink that stands out on it."""
    page = ready(opened(story(), color_scheme=scheme))
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(251, 249, 245)", "dark": "rgb(22, 23, 26)"}[scheme]


def test_a_phone_shows_the_graph_and_no_sideways_scrolling(opened):
    """At 390 pixels the page is no wider than the screen and the first pictures are large enough to see."""
    page = ready(opened([*story(), asset("W" * 80, name="W" * 300)], viewport={"width": 390, "height": 844}))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("lineage.network.getScale()") >= 0.5
    place = page.evaluate(PLACE_OF, "Tin robot, 1957")
    assert 0 < place["x"] < 390


def test_an_empty_project_says_so(opened):
    """Without images the page has one sentence and no controls."""
    page = opened([])
    assert page.locator("#empty").is_visible()
    assert page.locator("button:visible").count() == 0
    assert page.complaints == []

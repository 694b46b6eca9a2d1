import html.parser
import io
import json
import re

import numpy as np
import pytest
from PIL import Image, ImageChops

from core.errors import CorruptAssetError, WorkspaceError
from core.models.asset import EngineName, Kind, Result
from core.studio.exports import canvas
from core.studio.exports.contact_sheet import write_contact_sheet
from core.studio.exports.graph_html import write_graph_html
from core.studio.exports.graph_png import write_graph_png
from core.studio.exports.style import LIGHT, STATE_COLOURS, rgb
from core.studio.lineage import lineage_graph
from core.studio.states import State
from tests.lineage_samples import HOSTILE, asset, picture, story


class Page(html.parser.HTMLParser):
    """Collects the tags, attributes and texts of a page as a browser reads them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self._open = [], [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note a tag with its attributes."""
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self._open.append(tag + "#" + dict(attrs).get("id", ""))

    def handle_endtag(self, tag):
        """Leave a tag, and what was left open inside it."""
        while self._open and not self._open.pop().startswith(tag + "#"):
            continue

    def handle_data(self, data):
        """Note a text under the tag it stands in."""
        place = self._open[-1] if self._open else ""
        self.texts[place] = self.texts.get(place, "") + data


def write_page(tmp_path, assets, title="A story", thumbnails=picture):
    out = tmp_path / "lineage.html"
    write_graph_html(lineage_graph(assets), thumbnails, out, title)
    return out.read_text(encoding="utf-8")


def content_of(text):
    return json.loads(Page(text).texts["script#lineage"])


def colours_in(image):
    return {colour for _, colour in image.convert("RGB").getcolors(1 << 24)}


def hostile_assets():
    return [
        asset("__proto__", "constructor", name=HOSTILE, prompt=HOSTILE, text=HOSTILE),
        asset("constructor", "__proto__", "</script>", name="مرحبا", prompt="x" * 20_000),
        asset("a<b>&\"'", name="W" * 5_000),
    ]


def test_the_page_names_no_resource_outside_itself(tmp_path):
    """No tag loads, links or frames anything, and styles hold no url() and no import."""
    text = write_page(tmp_path, story())
    page = Page(text)
    assert set(page.tags) & {"link", "iframe", "object", "embed", "base", "form", "a", "img", "image", "use"} == set()
    assert [found for found in page.attributes if found[1] in {"src", "href", "srcset", "action", "xlink:href"}] == []
    style = page.texts["style#"]
    assert "url(" not in style
    assert "@import" not in style
    assert all(node["picture"].startswith("data:image/webp;base64,") for node in content_of(text)["nodes"])


def test_the_policy_forbids_everything_but_the_two_scripts_of_the_page(tmp_path):
    """The Content-Security-Policy allows no request, no inline handler and only scripts with the right digest."""
    page = Page(write_page(tmp_path, story()))
    policy = next(
        value for tag, name, value in page.attributes if tag == "meta" and (value or "").startswith("default")
    )
    assert "default-src 'none'" in policy
    assert "img-src data:" in policy
    scripts = re.search(r"script-src ([^;]*)", policy)[1]
    assert len(re.findall(r"'sha256-[^']+'", scripts)) == 2
    assert "unsafe" not in scripts


def test_hostile_words_stay_data(tmp_path):
    """Ids, names, prompts and titles full of markup add no tag and come back letter for letter from the JSON."""
    calm = Page(write_page(tmp_path, story()))
    text = write_page(tmp_path, hostile_assets(), title=HOSTILE)
    assert set(Page(text).tags) == set(calm.tags)
    assert Page(text).tags.count("script") == calm.tags.count("script") == 3
    nodes = content_of(text)["nodes"]
    assert nodes[0]["about"]["prompt"] == HOSTILE.replace("\ud800", "?")
    assert nodes[0]["about"]["id"] == "__proto__"
    assert [node["id"] for node in nodes] == ["n0", "n1", "n2", "n3"]


def test_the_page_holds_what_is_known_of_each_image(tmp_path):
    """Label, kind, state, prompt, model, settings and cost of an image are in the page."""
    node = content_of(write_page(tmp_path, story()))["nodes"][2]
    assert (node["label"], node["line"], node["state"]) == ("Valley", "Scene, generated", "generated")
    assert node["about"]["prompt"] == "- Wide shot."
    facts = dict(node["about"]["facts"])
    assert facts["Model"] == "gemini-3-pro-image"
    assert facts["Settings"] == "aspect ratio 16:9"
    assert facts["Cost"] == "$0.134"


@pytest.mark.parametrize("failure", [CorruptAssetError("damaged"), FileNotFoundError(), KeyError("x")])
def test_a_thumbnail_that_fails_does_not_stop_an_export(tmp_path, failure):
    """One unreadable picture costs its tile, not the page, the graph or the sheet."""

    def one_fails(asset_id):
        if asset_id == "scene-2":
            raise failure
        return b"RIFF\0\0\0\0WEBPnope" if asset_id == "robot" else picture()

    nodes = content_of(write_page(tmp_path, story(), thumbnails=one_fails))["nodes"]
    assert [node["label"] for node in nodes if not node["picture"]] == ["Robot sheet", "山谷"]
    write_graph_png(lineage_graph(story()), one_fails, tmp_path / "graph.png", "A story")
    write_contact_sheet(story(), one_fails, tmp_path / "sheet.png", "A story")
    for name in ("graph.png", "sheet.png"):
        assert rgb(LIGHT.panel) in colours_in(Image.open(tmp_path / name))


@pytest.mark.parametrize(("kind", "mime"), [("WEBP", "image/webp"), ("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_thumbnail_keeps_its_kind(tmp_path, kind, mime):
    """The data URI names the kind the bytes have, whatever they are called."""
    text = write_page(tmp_path, [asset("a")], thumbnails=lambda _: picture(kind=kind))
    assert content_of(text)["nodes"][0]["picture"].startswith(f"data:{mime};base64,")


def test_the_drawn_graph_shows_states_threads_and_pictures(tmp_path):
    """The PNG holds the colours of archive, generated and draft frames, of threads and of the pictures."""
    write_graph_png(lineage_graph([*story(), asset("late", "lost")]), picture, tmp_path / "graph.png", "A story")
    colours = colours_in(Image.open(tmp_path / "graph.png"))
    wanted = {rgb(STATE_COLOURS[state]) for state in State} | {rgb(LIGHT.thread), rgb(LIGHT.ink)}
    assert wanted <= colours
    assert any(abs(r - 210) < 4 and abs(g - 120) < 4 and abs(b - 40) < 4 for r, g, b in colours)


def test_words_change_the_picture_and_markup_does_not_break_it(tmp_path):
    """A name is drawn, in any script; hostile ones neither stop the export nor leave the sheet blank."""
    for name in ("Valley", "山谷"):
        write_graph_png(lineage_graph([asset("a", name=name)]), picture, tmp_path / f"{name}.png", "")
    difference = ImageChops.difference(Image.open(tmp_path / "Valley.png"), Image.open(tmp_path / "山谷.png"))
    assert difference.getbbox() is not None
    write_graph_png(lineage_graph(hostile_assets()), picture, tmp_path / "graph.png", HOSTILE)
    write_contact_sheet(hostile_assets(), picture, tmp_path / "sheet.png", HOSTILE)
    assert rgb(LIGHT.ink) in colours_in(Image.open(tmp_path / "sheet.png"))


def test_drawn_exports_are_bounded(tmp_path, monkeypatch):
    """However many pictures there are, no drawn file passes the limits on pixels and sides."""
    monkeypatch.setattr(canvas, "MAX_PIXELS", 400_000)
    monkeypatch.setattr(canvas, "MAX_SIDE", 900)
    chain = [asset("s0"), *(asset(f"s{index}", f"s{index - 1}") for index in range(1, 60))]
    write_graph_png(lineage_graph(chain), picture, tmp_path / "graph.png", "Long")
    write_contact_sheet(chain, picture, tmp_path / "sheet.png", "Long")
    for name in ("graph.png", "sheet.png"):
        size = Image.open(tmp_path / name).size
        assert max(size) <= 900
        assert size[0] * size[1] <= 400_000


def test_an_image_that_names_thousands_of_missing_sources_can_be_drawn(tmp_path):
    """The graph of an image with 20,000 missing sources is a page and a picture that name only some of them."""
    graph = lineage_graph([asset("crowd", *(f"lost-{number}" for number in range(20_000)))])
    write_graph_png(graph, picture, tmp_path / "graph.png", "Crowd")
    write_graph_html(graph, picture, tmp_path / "graph.html", "Crowd")
    page = (tmp_path / "graph.html").read_text()
    assert "19980 more missing" in page
    assert "lost-20" not in page
    assert Image.open(tmp_path / "graph.png").size[1] < 20_000


def test_the_contact_sheet_grows_with_its_pictures(tmp_path):
    """Every picture has a tile: frames of each of thirty images are on the sheet."""
    many = [asset(f"a{index}", kind=Kind.ARCHIVE, engine=None) for index in range(30)]
    write_contact_sheet(many[:3], picture, tmp_path / "few.png", "Few")
    write_contact_sheet(many, picture, tmp_path / "many.png", "Many")
    green = rgb(STATE_COLOURS[State.ARCHIVE])
    few, all_of_them = (
        sum(count for count, colour in Image.open(tmp_path / name).getcolors(1 << 24) if colour == green)
        for name in ("few.png", "many.png")
    )
    assert 9 < all_of_them / few < 11


@pytest.mark.parametrize("size", [(1, 384), (384, 1), (384, 384)])
def test_pictures_of_any_shape_are_drawn(tmp_path, size):
    """Slivers and squares keep their place: no shape stops an export."""
    write_graph_png(lineage_graph([asset("a"), asset("b", "a")]), lambda _: picture(size=size), tmp_path / "g.png", "")
    write_contact_sheet([asset("a")], lambda _: picture(size=size), tmp_path / "s.png", "")
    assert min(Image.open(tmp_path / "g.png").size) > 100


def test_clear_pictures_stand_on_white(tmp_path):
    """A cut-out with clear parts is shown on white, not on black."""
    clear = io.BytesIO()
    Image.new("RGBA", (160, 90), (0, 0, 0, 0)).save(clear, "PNG")
    write_graph_png(lineage_graph([asset("a")]), lambda _: clear.getvalue(), tmp_path / "g.png", "")
    assert (255, 255, 255) in colours_in(Image.open(tmp_path / "g.png"))


def test_an_empty_project_says_that_there_is_nothing_yet(tmp_path):
    """Without images each export is still a whole file that says so."""
    assert "Nothing here yet." in write_page(tmp_path, [])
    write_graph_png(lineage_graph([]), picture, tmp_path / "graph.png", "Empty")
    write_contact_sheet([], picture, tmp_path / "sheet.png", "Empty")
    for name in ("graph.png", "sheet.png"):
        assert rgb(LIGHT.thread) in colours_in(Image.open(tmp_path / name))


def test_an_export_replaces_the_old_file_whole_and_leaves_nothing_beside_it(tmp_path):
    """Writing again gives the new file and no temporary one; a folder in the way is a clear error and stays."""
    write_page(tmp_path, story(), title="First")
    assert "Second" in write_page(tmp_path, story(), title="Second")
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["lineage.html"]
    (tmp_path / "taken").mkdir()
    with pytest.raises(WorkspaceError, match="Name another file"):
        write_graph_png(lineage_graph(story()), picture, tmp_path / "taken", "A story")
    assert list((tmp_path / "taken").iterdir()) == []


def test_the_same_graph_gives_the_same_files(tmp_path):
    """Two exports of one graph are equal byte for byte."""
    graph = lineage_graph(story())
    for name in ("one", "two"):
        write_graph_png(graph, picture, tmp_path / f"{name}.png", "A story")
        write_graph_html(graph, picture, tmp_path / f"{name}.html", "A story")
    for kind in ("png", "html"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()


def test_free_work_says_free(tmp_path):
    """A draft says that it cost nothing; an archive picture says nothing about cost."""
    drawn = [asset("draft", engine=EngineName.DRAFT), asset("old", kind=Kind.ARCHIVE, engine=None)]
    facts = [dict(node["about"]["facts"]) for node in content_of(write_page(tmp_path, drawn))["nodes"]]
    assert facts[0]["Cost"] == "free"
    assert "Cost" not in facts[1]


def test_the_contact_sheet_wastes_no_room(tmp_path):
    """Twelve wide pictures fill three whole rows, each no higher than its pictures and their captions."""
    wide = [asset(f"a{index}") for index in range(12)]
    flat = [one.model_copy(update={"result": Result(width=1376, height=768)}) for one in wide]
    write_contact_sheet(flat, picture, tmp_path / "flat.png", "Flat")
    drawn = np.asarray(Image.open(tmp_path / "flat.png").convert("RGB")).astype(int)
    is_blank = (np.abs(drawn - rgb(LIGHT.paper)).max(axis=2) < 4).all(axis=1)
    starts = np.flatnonzero(np.diff(np.r_[0, is_blank, 0]) == 1)
    ends = np.flatnonzero(np.diff(np.r_[0, is_blank, 0]) == -1)
    assert (ends - starts).max() < 0.06 * len(drawn)
    assert (np.abs(drawn[-200:-60, -200:] - rgb(LIGHT.paper)) > 20).any(), "the last row's end is empty"

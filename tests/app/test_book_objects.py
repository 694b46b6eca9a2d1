"""The book pages as a script, the page's side: how pages come in, what is looked for, and what was found."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.engines.drawing.picture import encode
from core.models.asset import Kind
from core.models.region import Detection, Preset, Region, Wish
from core.models.wishes import PRESETS, detection_prompt
from core.store.detections import mask_digest
from core.store.workspace import Workspace
from core.studio import fetching
from core.studio.pages.origins import credit_of
from tests import plates as drawn
from tests.app.books import BOAT, SHIP, add_pages, make_book, opened
from tests.app.components import data_of, send
from tests.app.walk import button, named
from tests.samples import encoded, jpeg, png
from tests.standin import StandIn
from tests.terminal.harness import wait_until
from tests.web import Web, sends

SHIPS = SHIP.model_copy(update={"label": "ship", "caption": "Fig. 1.\nThe *ship*."})


@pytest.fixture
def book(tmp_path: Path) -> Workspace:
    """A searched page with two objects."""
    return make_book(tmp_path, SHIPS, BOAT)


def sent_words(app: AppTest) -> str:
    """Return what the form says is sent after the page."""
    return str(app.code[0].value)


def regions_of(book: Workspace) -> tuple[Region, ...]:
    found = book.detections.current("page-3")
    return found.regions if found else ()


def test_every_preset_says_what_is_sent(book: Workspace) -> None:
    """Each preset's own words stand in the prompt, with any label; "exhaustively" and outlines add theirs."""
    app = opened(book)
    for preset in reversed(Preset):
        named(app.button_group, "Look for").set_value(preset.value).run()
        assert sent_words(app) == detection_prompt(Wish(preset=preset))
        assert PRESETS[preset].what in sent_words(app)
        assert PRESETS[preset].caption_means in sent_words(app)
    named(app.checkbox, "Find all, exhaustively").check().run()
    named(app.checkbox, "Outlines too").check().run()
    assert sent_words(app) == detection_prompt(Wish(is_exhaustive=True, has_masks=True))
    assert "exhaustively" in sent_words(app)
    assert "segmentation mask" in sent_words(app)


def test_what_the_form_says_is_what_is_sent(book: Workspace, account: StandIn) -> None:
    """Own words, what caption and label mean, closed labels, detail, thinking: each reaches the service."""
    app = opened(book)
    named(app.text_area, "In your own words").input("every ship, also the far ones")
    named(app.text_input, "A caption is").input("the handwritten words below it")
    named(app.text_input, "A label is").input("the type of ship")
    named(app.text_input, "Only these labels").input(" brig, sloop,, brig ")
    named(app.selectbox, "Detail in which").select("ultra_high")
    named(app.selectbox, "Thinking").select("low")
    app.run()
    shown = sent_words(app)
    assert button(app, r"Find again · about \$0\.")
    button(app, "Find again").click().run()
    wait_until(lambda: len(account.requests) == 1, "the search")
    (sent,) = account.requests
    assert sent.prompt == shown
    typed = (
        "every ship, also the far ones",
        "the handwritten words below it",
        "the type of ship",
        "brig, sloop.",
    )
    for words in typed:
        assert words in sent.prompt
    assert sent.schema["properties"]["label"]["enum"] == ["brig", "sloop"]
    assert sent.parts[0]["mediaResolution"] == {"level": "MEDIA_RESOLUTION_ULTRA_HIGH"}
    assert sent.config["thinkingConfig"] == {"thinkingLevel": "LOW"}
    assert "temperature" not in sent.config
    wait_until(lambda: book.detections.current("page-3").number == 2, "what was found")  # type: ignore[union-attr]
    found = book.detections.current("page-3")
    assert found is not None
    assert found.wish.labels == ("brig", "sloop")


def test_the_table_shows_line_breaks_and_the_words_of_the_chosen(book: Workspace) -> None:
    """A caption's line break can be seen in the table, and words and order of a chosen object can be changed."""
    app = opened(book, object="r1")
    table = app.dataframe[0].value
    assert list(table["Caption"]) == ["Fig. 1. ↵ The *ship*.", ""]
    assert list(table["Label"]) == ["ship", "boat"]
    assert next(iter(table["Size, px"])) == "80 × 30"
    assert any("ship" in caption.value and "boat" in caption.value for caption in app.caption)
    field = named(app.text_area, "Caption, letter for letter")
    assert field.value == "Fig. 1.\nThe *ship*."
    field.input("Fig. 2.\n\nTwo lines  below").run()
    assert regions_of(book)[0].caption == "Fig. 2.\n\nTwo lines  below"
    assert next(iter(app.dataframe[0].value["Caption"])) == "Fig. 2. ↵  ↵ Two lines  below"
    app.button(key="plates/arrow_downward/r1").click().run()
    assert [region.id for region in regions_of(book)] == ["r2", "r1"]
    app.button(key="plates/undo").click().run()
    assert [region.id for region in regions_of(book)] == ["r1", "r2"]


def test_what_was_odd_about_an_answer_is_said(book: Workspace) -> None:
    """Repairs are counted in words below the table, and a flagged box is marked in the editor."""
    page = book.get("page-3")
    flagged = BOAT.model_copy(update={"flags": ("swallowed",)})
    repairs = {"swallowed": 1, "duplicate": 3}
    book.detections.save(
        Detection(number=2, page=page.id, digest=page.digest, regions=(SHIPS, flagged), repairs=repairs)
    )
    app = opened(book)
    said = [caption.value.replace("\\", "") for caption in app.caption]
    assert "Box inside another one, look at it: 1" in said
    assert "Answered twice, left out: 3" in said
    assert [box["is_flagged"] for box in data_of(app, "boxes-page-3")["regions"]] == [False, True]


def test_a_box_that_is_none_is_not_taken_from_the_browser(book: Workspace) -> None:
    """Of what the editor sends, unreadable and empty boxes are left out; values beyond the page end at its edge."""
    odd: list[Any] = [
        *([500, 500, 100, 100], [0, 0, 0, 0], [None, 1, 2, 3], ["a", 1, 2, 3], [1, 2, 3], [1, 2, 3, 4, 5]),
        *([float("nan"), 0, 10, 10], [[1], 2, 3, 4], {"top": 1}, "0 0 9 9", None, 7),
    ]
    app = opened(book)
    boxes = [{"id": "r1", "box": [-50, 10, 300, 5000]}, *({"id": f"n{at}", "box": box} for at, box in enumerate(odd))]
    send(app, "boxes-page-3", "edited", {"stamp": 1, "page": "page-3", "regions": [*boxes, {"id": "r2"}, 7, None]})
    (left,) = regions_of(book)
    assert (left.id, left.box.box_2d) == ("r1", [0, 10, 300, 1000])
    for sent in ({"stamp": 2, "page": "another", "regions": []}, {"page": "page-3", "regions": 3}, "x", None):
        send(app, "boxes-page-3", "edited", sent)
        assert regions_of(book) == (left,)


def test_all_objects_stand_on_white(book: Workspace) -> None:
    """The composite is put together with one click: the page's size, white but for its objects."""
    app = opened(book)
    button(app, "Put it together · free").click().run()
    book.sync()
    made = next(asset for asset in book.assets() if asset.recipe.step == "objects")
    image = Image.open(io.BytesIO(book.read(made))).convert("RGB")
    assert image.size == (200, 100)
    assert image.getpixel((0, 99)) == (255, 255, 255)
    assert image.getpixel((100, 50)) != (255, 255, 255)
    assert button(app, "Put it together · free") is None
    assert data_of(app, f"composite-{made.id}")["picture"]["id"] == made.id


def test_a_page_is_straightened_and_opened(tmp_path: Path) -> None:
    """One click makes the page straight and opens that; from the first one a button leads there again."""
    crooked, _ = drawn.tilted(drawn.on_paper(drawn.text_page(5, 700, 900)), 3.0)
    book = make_book(tmp_path, SHIP, data=encode(crooked))
    app = opened(book)
    button(app, "Straighten the page · free").click().run()
    assert app.query_params["page"] == "page-3-straight"
    app = opened(book, page="page-3")
    button(app, "Open the straightened page").click().run()
    assert app.query_params["page"] == "page-3-straight"
    book.sync()
    assert len(book.assets()) == 2


def test_objects_are_cut_out_along_their_outlines(tmp_path: Path) -> None:
    """With an outline, "Cut along the outline" leaves white around the object; without one it is not offered."""
    mask = encoded(Image.new("L", (4, 2), 0), "PNG")
    book = make_book(tmp_path, SHIP.model_copy(update={"mask": mask_digest(mask)}), masks=(mask,))
    app = opened(book)
    named(app.checkbox, "Cut along the outline").check().run()
    button(app, "Cut out 1").click().run()
    book.sync()
    crop = next(asset for asset in book.assets() if asset.recipe.kind is Kind.CROP)
    assert Image.open(io.BytesIO(book.read(crop))).convert("RGB").getcolors() == [(100 * 50, (255, 255, 255))]
    plain = make_book(tmp_path / "plain", SHIP)
    assert not [box for box in opened(plain).checkbox if box.label.startswith("Cut along")]


def test_a_plain_files_origin_is_said_by_hand(book: Workspace) -> None:
    """Title, source, credit and rights that are typed are kept, shown under the page, and inert."""
    app = opened(book)
    assert any("Nobody said yet" in caption.value for caption in app.caption)
    typed = {"Title": "Denver, p. 12", "Source": "City Library", "Credit line": "Gift <b>of</b> 1893"}
    for label, words in typed.items():
        named(app.text_input, label).input(words).run()
    origin = credit_of(book, book.get("page-3"))
    assert (origin.title, origin.source, origin.credit) == ("Denver, p. 12", "City Library", "Gift <b>of</b> 1893")
    line = next(caption.value for caption in app.caption if "Denver" in caption.value)
    assert "<b>" not in line
    assert "Denver, p. 12 · City Library" in line.replace("\\", "")


def test_a_web_address_gives_a_page(book: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetching from the web takes the picture in, opens it, and keeps where it came from; a bad address is told."""
    web = Web()
    web.pages["/leaf.jpg"] = sends(jpeg(4, (60, 40)))
    monkeypatch.setattr(fetching, "WayOut", web.way)
    app = opened(book)
    assert button(app, "Fetch from the web").disabled
    named(app.text_input, "Web address").input("http://library.example/leaf.jpg").run()
    button(app, "Fetch from the web").click().run()
    assert app.query_params["page"] == "leaf"
    book.sync()
    origin = book.get("leaf").recipe.origin
    assert origin is not None
    assert (origin.source, origin.place) == ("library.example", "http://library.example/leaf.jpg")
    web.names["inside.example"] = [["127.0.0.1"]]
    named(app.text_input, "Web address").input("http://inside.example/leaf.jpg").run()
    button(app, "Fetch from the web").click().run()
    assert app.error
    assert len(web.connected) == 1
    web.server.shutdown()
    web.server.server_close()


def test_a_folder_comes_in_in_page_order(tmp_path: Path) -> None:
    """Of a whole folder the pages come in, 2 before 10, hidden files are nobody's pages, and a bad one is named."""
    book = make_book(tmp_path, SHIP)
    app = opened(book)
    uploader = named(app.file_uploader, "A whole folder")
    names = ("leaf 10.png", "leaf 2.png", "bad.png", ".DS_Store")
    contents = (png(5), png(6), b"no picture", b"x")
    uploader.set_value([(name, data, "image/png") for name, data in zip(names, contents, strict=True)]).run()
    button(app, "Bring them in").click().run()
    book.sync()
    assert [asset.id for asset in book.assets()][1:] == ["leaf 2", "leaf 10"]
    assert any("1 file was not taken" in text.value for text in app.markdown)
    assert any("bad" in text.value for text in app.text)


def test_a_book_of_500_pages_opens_and_its_last_page_is_chosen(tmp_path: Path) -> None:
    """Every page is in the filmstrip, and a click on the last one opens it, with what was found on it."""
    book = make_book(tmp_path, SHIPS)
    add_pages(book, 499)
    last = book.get("page-3-499")
    book.detections.save(Detection(number=1, page=last.id, digest=last.digest, regions=(BOAT, SHIPS)))
    app = opened(book)
    strip = data_of(app, "pages")
    assert (len(strip["items"]), strip["label"], strip["selected"]) == (500, "500 pages", "page-3")
    assert button(app, "Find on 498 pages · free")
    send(app, "pages", "picked", "page-3-499")
    assert app.query_params["page"] == "page-3-499"
    assert data_of(app, "pages")["selected"] == "page-3-499"
    assert [box["id"] for box in data_of(app, "boxes-page-3-499")["regions"]] == ["r2", "r1"]

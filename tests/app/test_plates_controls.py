"""The book pages as a script, the plates' side: the chain of steps, the cells, what comes out and where it leads."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.models.asset import EngineName, Kind, Result
from core.models.plates import Chain, Framing
from core.models.region import Region
from core.settings import load_settings
from core.store.drafts import DraftsFile
from core.store.plates import PlatesFile
from core.store.workspace import Workspace
from core.studio.background import active_runs
from core.studio.context import Studio
from core.studio.planning import Planner, RunOptions
from core.studio.plates.cutting import Cut, plates_slug
from core.studio.plates.matrix import cell_id, read_chain, set_chain
from core.studio.plates.presets import first_chain, preset
from core.studio.plates.runs import PlatesOrder, plates_spec, read_plate
from core.studio.project_stories import open_story, story_slugs
from core.studio.runner import Runner
from tests.app.books import BOAT, SHIP, make_book, opened
from tests.app.components import data_of, send
from tests.app.walk import button, named
from tests.samples import png
from tests.terminal.harness import wait_until

SHIPS = SHIP.model_copy(update={"label": "ship", "caption": "Fig. 1.\nThe ship."})


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Workspace]:
    """A searched page with two objects; what is run ends with the test."""
    yield make_book(tmp_path, SHIPS, BOAT)
    if Runner.current is not None:
        Runner.current.close()


def cell(book: Workspace, step: str, region: Region = SHIPS) -> str:
    return cell_id(book.get("page-3"), region.id, step)


def make(book: Workspace, chain: Chain, tries: int = 1) -> None:
    """Store an image for every cell of a chain, as runs of the draft engine would; the last try is chosen."""
    studio = Studio(load_settings())
    order = PlatesOrder(chain, Cut(), RunOptions(engine=EngineName.DRAFT))
    spec = plates_spec(studio, book, read_plate(book, "page-3"), order)
    planner = Planner(book, spec.story, spec.slug, spec.options, studio.catalog)
    made = {name: book.get(asset_id) for name, asset_id in spec.starting.items()}
    for number, step in enumerate(spec.story.ordered()):
        for attempt in range(1, tries + 1):
            recipe = planner.recipe(step, [made[source.id] for source in step.sources])
            recipe = recipe.model_copy(update={"attempt": str(attempt) if attempt > 1 else recipe.attempt})
            asset = book.save(recipe, Result(), png(100 * attempt + number, (60, 40)), step.id)
        made[step.id] = asset
        book.choices.choose(spec.slug, step.id, asset.id)


def ran(app: AppTest) -> AppTest:
    """Wait until what was begun has ended, and show the page again."""
    studio = Studio(load_settings())
    wait_until(lambda: not active_runs(studio, "local"), "the run's end", 60)
    app.run()
    assert not app.exception
    return app


def images_of(book: Workspace) -> dict[str, Kind]:
    book.sync()
    return {asset.id: asset.recipe.kind for asset in book.assets() if asset.recipe.engine is EngineName.DRAFT}


def test_a_row_and_then_all_that_is_missing_are_made(book: Workspace) -> None:
    """A row's button makes that object's steps alone; "all that is missing" makes the rest, each thing once."""
    steps = (preset("watercolour").step("en"), preset("cinematise").step("en"))  # they stray from nothing
    set_chain(book, Chain(steps=steps))
    app = opened(book)
    act = data_of(app, "matrix-page-3")["rows"][1]["act"]
    assert (act["action"], act["id"], act["label"]) == ("row", "r2", "Make 2 images · free")
    app = ran(send(app, "matrix-page-3", "act", {"action": "row", "id": "r2"}))
    assert images_of(book) == {cell(book, step.id, BOAT): step.kind for step in steps}
    send(app, "matrix-page-3", "act", {"action": "row", "id": "r9"})
    assert button(app, r"Make all that is missing · 2 images · free")
    app = ran(button(app, "Make all that is missing").click().run())
    assert images_of(book) == {cell(book, step.id, one): step.kind for one in (SHIPS, BOAT) for step in steps}
    assert button(app, "Make all that is missing") is None


def test_an_own_step_is_added_saved_used_and_forgotten(book: Workspace) -> None:
    """A step of one's own joins the chain, is kept for later, comes from the list again, and can be forgotten."""
    app = opened(book)
    app.selectbox(key="plates/add/0").select("own").run()
    assert button(app, "Add this step").disabled
    app.selectbox(key="plates/own/kind/0").select(Kind.TRANSFORMATION)
    app.text_input(key="plates/own/name/0").input("Linocut")
    app.text_area(key="plates/own/prompt/0").input("- As a linocut in two colours.").run()
    button(app, "Add this step").click().run()
    added = read_chain(book, "en").steps[-1]
    assert (added.name, added.kind, added.prompt) == ("Linocut", Kind.TRANSFORMATION, "- As a linocut in two colours.")
    assert [head["name"] for head in data_of(app, "matrix-page-3")["columns"]][-1] == "Linocut"
    app.button(key=f"plates/save/{added.id}").click().run()
    assert [step.name for step in PlatesFile(book.folder).read().saved] == ["Linocut"]
    app.button(key=f"plates/remove/{added.id}").click().run()
    assert read_chain(book, "en") == first_chain("en")
    app.selectbox(key="plates/add/1").select("saved/Linocut").run()
    button(app, "Add this step").click().run()
    assert read_chain(book, "en").steps[-1].prompt == added.prompt
    app.selectbox(key="plates/add/2").select("saved/Linocut").run()
    button(app, "Forget it").click().run()
    assert PlatesFile(book.folder).read().saved == ()
    assert read_chain(book, "en").steps[-1].name == "Linocut"


def test_a_step_takes_another_place_words_and_settings(book: Workspace) -> None:
    """The chain's editor changes just the step that is open: its name, its words, its format, and where it stands."""
    app = opened(book)
    named(app.text_input, "Name of the step").input("Clean").run()
    named(app.text_area, "Prompt for every object").input("- Clean it.").run()
    named(app.selectbox, "Ratio").select("1:1").run()
    step = read_chain(book, "en").steps[0]
    assert (step.name, step.prompt, step.settings.aspect_ratio) == ("Clean", "- Clean it.", "1:1")
    assert step.settings.temperature == first_chain("en").steps[0].settings.temperature
    app.button(key=f"plates/later/{step.id}").click().run()
    assert [one.id for one in read_chain(book, "en").steps] == ["colourise", "restore-flat", "cinematise"]
    assert read_chain(book, "en").steps[2] == first_chain("en").steps[2]


def test_a_preset_with_framing_and_cover_is_used_for_one_object(book: Workspace) -> None:
    """Another preset's words, with the framing and the cover that are chosen, become that one cell's own prompt."""
    make(book, first_chain("en"))
    name = cell(book, "restore-flat")
    app = opened(book, cell=name)
    app.selectbox(key=f"plates/preset/{name}").select("restore-tilted-described").run()
    app.checkbox(key=f"plates/cover/{name}").check()
    app.button_group(key=f"plates/framing/{name}/restore-tilted-described").set_value(Framing.FULL_BLEED).run()
    app.button(key=f"plates/use/{name}").click().run()
    own = preset("restore-tilted-described").prompt("en", Framing.FULL_BLEED, has_cover=True)
    assert PlatesFile(book.folder).read().own == {"page-3": {name: own}}
    assert named(app.text_area, "Prompt for this object alone").value == own
    rows = data_of(app, "matrix-page-3")["rows"]
    assert [[one["mark"] for one in row["cells"][1:]] for row in rows] == [["stale"] * 3, ["draft"] * 3]


def test_an_earlier_try_is_chosen_and_what_follows_is_stale(book: Workspace) -> None:
    """A click on a try of a cell chooses it; what was made of the other one is to be made again."""
    make(book, first_chain("en"), tries=2)
    name = cell(book, "restore-flat")
    app = opened(book, cell=name)
    tries = data_of(app, f"tries-{name}")
    assert [item["name"] for item in tries["items"]] == ["Version 1", "Version 2"]
    first, second = (item["id"] for item in tries["items"])
    assert tries["selected"] == second
    send(app, f"tries-{name}", "picked", first)
    assert book.choices.read().asset_id(plates_slug(book.get("page-3")), name) == first
    assert data_of(app, f"tries-{name}")["selected"] == first
    marks = [one["mark"] for one in data_of(app, "matrix-page-3")["rows"][0]["cells"]]
    assert marks == ["archive", "draft", "stale", "stale"]


def test_a_plate_begins_a_character_sheet(book: Workspace) -> None:
    """One click takes the picture along to the character sheet's form."""
    make(book, first_chain("en"))
    name = cell(book, "colourise")
    app = opened(book, cell=name)
    button(app, "Make a character sheet of it").click().run()
    assert not app.exception
    assert app.title[0].value == "Character sheet"
    assert DraftsFile(book.folder).read()["sheet/picture"] == name
    assert any("60 × 40" in caption.value for caption in app.caption)


def test_a_plate_begins_a_scene(book: Workspace) -> None:
    """One click makes a story that begins with the picture, and opens it."""
    make(book, first_chain("en"))
    name = cell(book, "colourise")
    app = opened(book, cell=name)
    before = set(story_slugs(book))
    button(app, "Begin a scene with it").click().run()
    assert not app.exception
    assert app.title[0].value == "Scene sequencer"
    (slug,) = set(story_slugs(book)) - before
    story = open_story(book, slug).story
    assert [Path(source.path).stem for source in story.sources] == [name]
    assert [source.id for source in story.steps[0].sources] == [story.sources[0].id]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, str]]:
    """What the page offers to be downloaded, with its file's name."""
    found: list[tuple[bytes, str]] = []
    download = st.download_button

    def note(label: str, data: bytes, file_name: str, **options: Any) -> bool:
        found.append((data, file_name))
        return download(label, data, file_name, **options)

    monkeypatch.setattr(st, "download_button", note)
    return found


def exported(book: Workspace, offered: list[tuple[bytes, str]], form: str) -> bytes:
    """Put an export of the book together on its page and return the file that is offered."""
    app = opened(book)
    named(app.selectbox, "What to write").select(form).run()
    button(app, "Put it together").click().run()
    assert not app.exception
    ((data, name),) = offered
    assert (
        name == f"page-3-{form}.{ {'csv': 'csv', 'pdf': 'pdf', 'zip': 'zip', 'references': 'zip'}.get(form, 'json') }"
    )
    return data


def test_tables_come_out_with_both_objects(book: Workspace, offered: list[tuple[bytes, str]]) -> None:
    """The CSV has a row an object with its caption and its pixels."""
    rows = list(csv.DictReader(io.StringIO(exported(book, offered, "csv").decode("utf-8-sig"))))
    assert [(row["label"], row["caption"], row["left"], row["bottom"]) for row in rows] == [
        ("ship", "Fig. 1.\nThe ship.", "60", "70"),
        ("boat", "", "60", "70"),
    ]


def test_boxes_come_out_for_training(book: Workspace, offered: list[tuple[bytes, str]]) -> None:
    """COCO has the boxes in pixels of the page, with a category a label."""
    document = json.loads(exported(book, offered, "coco"))
    assert [item["bbox"] for item in document["annotations"]] == [[60, 40, 80, 30], [60, 1, 80, 69]]
    assert {item["name"] for item in document["categories"]} == {"ship", "boat"}
    assert [(image["width"], image["height"]) for image in document["images"]] == [(200, 100)]


def test_boxes_come_out_for_label_studio(book: Workspace, offered: list[tuple[bytes, str]]) -> None:
    """Label Studio gets one task for the page, with the boxes in percent and the caption as text."""
    (task,) = json.loads(exported(book, offered, "label-studio"))
    results = task["annotations"][0]["result"]
    boxes = [item["value"] for item in results if item["type"] == "rectanglelabels"]
    assert [(box["x"], box["y"], box["rectanglelabels"]) for box in boxes] == [(30, 40, ["ship"]), (30, 1, ["boat"])]
    assert [item["value"]["text"] for item in results if item["type"] == "textarea"] == [["Fig. 1.\nThe ship."]]


def test_a_book_comes_out_with_captions_and_credits(book: Workspace, offered: list[tuple[bytes, str]]) -> None:
    """The PDF opens and has a page a plate with its picture, caption and credit."""
    make(book, first_chain("en"))
    app = opened(book)
    named(app.text_input, "Credit line").input("Gift of 1893").run()
    document = pdfium.PdfDocument(exported(book, offered, "pdf"))
    texts = [page.get_textpage().get_text_bounded() for page in document]
    plates = [text for text in texts if "Gift of 1893" in text]
    assert len(plates) >= 2
    assert sum("The ship." in text for text in texts) >= 1
    pictures = [sum(item.type == pdfium.raw.FPDF_PAGEOBJ_IMAGE for item in page.get_objects()) for page in document]
    assert sum(pictures) >= 2


def test_references_come_out_for_a_video_model(book: Workspace, offered: list[tuple[bytes, str]]) -> None:
    """The reference set has the last picture of each plate and says what it is for."""
    make(book, first_chain("en"))
    with zipfile.ZipFile(io.BytesIO(exported(book, offered, "references"))) as packed:
        assert sorted(packed.namelist()) == ["reference-1-ship.png", "reference-2-boat.png", "roles.txt"]
        assert packed.read("reference-1-ship.png") == book.read(book.get(cell(book, "cinematise")))
        assert "The ship." in packed.read("roles.txt").decode()


def test_references_are_told_apart_by_number_and_page(book: Workspace) -> None:
    """Each plate to choose is called as in the matrix, with its page's name."""
    make(book, first_chain("en"))
    app = opened(book)
    named(app.selectbox, "What to write").select("references").run()
    options = named(app.multiselect, "Plates, up to three").options
    assert [option.split(" · ")[0] for option in options] == ["1 ship", "2 boat"]

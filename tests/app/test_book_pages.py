"""The book pages as a script: what is set for cutting out stays, and a button costs what it says."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from core.models.asset import Asset, Kind
from core.models.region import Box, Detection, Region
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.plates.matrix import cell_id
from core.studio.plates.presets import first_chain
from tests.app.books import SHIP, make_book, opened
from tests.app.walk import button


@pytest.fixture
def book(tmp_path: Path) -> Workspace:
    """A project with a searched page of 200 x 100 pixels that has one object on it."""
    return make_book(tmp_path, SHIP)


def crop_of(book: Workspace) -> Asset:
    book.sync()
    return next(asset for asset in book.assets() if asset.recipe.kind is Kind.CROP)


def test_the_margin_is_what_was_set(book: Workspace) -> None:
    """A margin that is typed stays, and objects are cut out with it."""
    app = opened(book)
    field = next(field for field in app.number_input if field.label.startswith("Margin around"))
    assert field.value == 10
    field.set_value(20)
    app.run()
    assert next(field for field in app.number_input if field.label.startswith("Margin around")).value == 20
    button(app, "Cut out 1").click()
    app.run()
    assert not app.exception
    size = Image.open(io.BytesIO(book.read(crop_of(book)))).size
    assert size == (80 + 40, 30 + 40)


def test_an_intake_that_was_cut_off_is_told(book: Workspace) -> None:
    """What a closed tab left undone is said the next time, with the way to go on, until it is done or left."""
    address = "https://archive.example/book.json"
    DraftsFile(book.folder).write("plates/intake", address)
    app = opened(book)
    assert address in [text.value for text in app.text]
    assert button(app, "Go on with what is missing") is not None
    button(app, "Leave it").click()
    app.run()
    assert button(app, "Go on with what is missing") is None
    assert not DraftsFile(book.folder).read().get("plates/intake")


def test_objects_of_one_label_stand_together(book: Workspace) -> None:
    """By label, each label is a row with its count, and its objects stand beneath it in reading order."""
    boxes = [Box(ymin=at, xmin=0, ymax=at + 90, xmax=90) for at in (0, 200, 400)]
    labels = ("ship", "", "ship")
    regions = tuple(
        Region(id=f"r{number}", box=box, label=label, caption=f"No. {number}")
        for number, (box, label) in enumerate(zip(boxes, labels, strict=True), 1)
    )
    page = book.get("page-3")
    book.detections.save(Detection(number=2, page=page.id, digest=page.digest, regions=regions))
    app = opened(book)
    assert list(app.dataframe[0].value["Label"]) == ["ship", "", "ship"]
    next(control for control in app.segmented_control if control.label == "Table").set_value("label")
    app.run()
    table = app.dataframe[0].value
    assert list(table["Label"]) == ["ship × 2", "", "", "without a label × 1", ""]
    assert list(table["Caption"]) == ["No. 1, No. 3", "No. 1", "No. 3", "No. 2", "No. 2"]


def test_a_cell_costs_what_is_made_before_it_too(book: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last step's button says how many images come before it, and the price of all of them."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 40)
    monkeypatch.setenv("THROUGHLINE_MODEL", "gemini-3-pro-image")
    page = book.get("page-3")
    steps = first_chain("en").steps
    app = opened(book, cell=cell_id(page, "r1", steps[-1].id))
    made = next(found.label for found in app.button if "before it" in found.label)
    assert made.replace("\\", "") == f"Make this and {len(steps) - 1} before it · about ${0.134 * len(steps):.2f}"

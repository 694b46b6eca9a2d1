"""The sample pages: the same every time, with true boxes, and known as ours."""

from __future__ import annotations

import io
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from PIL import Image

from core.models.asset import Kind
from core.store.workspace import Workspace
from core.studio.pages.samples import take_sample_pages
from core.studio.sample.pages import DrawnPage, sample_pages

PAGES = {page.name: page for page in sample_pages()}


@cache
def _drawn(name: str) -> DrawnPage:
    return PAGES[name].draw()


@cache
def _dark(name: str) -> np.ndarray:
    grey = np.asarray(Image.open(io.BytesIO(_drawn(name).data)).convert("L"), np.float32)
    return 255 - grey


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_the_size_of_a_scan_and_boxes_on_it(name: str) -> None:
    """Each page is large enough to work on, and its boxes lie on it, apart from each other."""
    page = _drawn(name)
    assert 1500 <= page.height <= 2200
    with Image.open(io.BytesIO(page.data)) as image:
        assert image.size == (page.width, page.height)
    boxes = [region.box for region in page.regions]
    assert all(one.iou(other) == 0 for at, one in enumerate(boxes) for other in boxes[at + 1 :])
    assert len({region.id for region in page.regions}) == len(page.regions)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("lighthouse", ["lighthouse", "fish", "beetle"]),
        ("balloon", ["windmill", "balloon"]),
        ("barque", ["ship"]),
        ("spread", ["windmill", "shell", "fish"]),
    ],
)
def test_every_engraving_is_where_its_box_says(name: str, labels: list[str]) -> None:
    """A box is full of lines, and the strip just outside its left side is empty paper or a margin of it."""
    page, dark = _drawn(name), _dark(name)
    assert [region.label for region in page.regions] == labels
    assert all(region.caption for region in page.regions)
    for region in page.regions:
        left, top, right, bottom = region.box.pixels(page.width, page.height)
        inside = dark[top:bottom, left:right]
        edges = np.abs(np.diff(inside, axis=0)).mean()
        gap = dark[top:bottom, max(0, left - 14) : left - 4]
        assert edges > 3 * np.abs(np.diff(gap, axis=0)).mean() or edges > 9
        assert edges > 6


def test_the_board_has_chips_resistors_and_capacitors_with_their_print() -> None:
    """Parts of every kind are on the board; what is printed on them keeps its lines."""
    regions = _drawn("circuit").regions
    labels = [region.label for region in regions]
    assert (labels.count("chip"), labels.count("resistor"), labels.count("capacitor")) == (3, 11, 9)
    assert "TL8017-20\nLAMP CTRL\n9047 K" in {region.caption for region in regions}


def test_a_page_is_the_same_every_time() -> None:
    """Two drawings are one file."""
    assert PAGES["barque"].draw().data == _drawn("barque").data


def test_samples_come_in_once_and_say_who_drew_them(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are pages with our credit; what is there is not drawn again."""
    first = take_sample_pages(workspace, ["circuit"])
    assert [item.is_new for item in first] == [True]
    asset = first[0].asset
    assert asset is not None
    assert (asset.id, asset.recipe.kind) == ("sample-circuit", Kind.PAGE)
    assert asset.recipe.origin is not None
    assert asset.recipe.origin.credit == "Drawn by Throughline"
    monkeypatch.setattr("core.studio.sample.pages.SamplePage.draw", None)
    assert [(item.asset, item.is_new) for item in take_sample_pages(workspace, ["circuit"])] == [(asset, False)]


def test_listing_the_samples_loads_no_drawing() -> None:
    """What a page shows before a click costs no start-up time."""
    code = "import sys; from core.studio.sample.pages import sample_pages; sample_pages(); print('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"

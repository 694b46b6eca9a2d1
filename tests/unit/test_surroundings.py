"""A crop is straightened by the page it was cut from: by its text, or by a frame that the crop cut too close."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.engines.base import GenerationRequest, Origin, Reference
from core.engines.draft import DraftEngine
from core.engines.draft_pool import Unrecorded
from core.engines.drawing.picture import encode
from core.engines.vision.restoration.curl import straightened
from core.engines.vision.restoration.frame import find_frame
from core.engines.vision.restoration.restoring import restore
from core.engines.vision.restoration.surroundings import Surroundings, seen_page
from core.models.asset import Asset, EngineName, GenerationSettings, Kind, Recipe, Result, Role, Source
from core.models.region import Box, Region
from core.settings import load_settings
from core.studio.attempts import Errand
from core.studio.context import Studio
from core.studio.generation import generate_asset
from core.studio.plates.cutting import Cut, cut_out, place_on_page
from tests import plates
from tests.benchmarks.bench_restoration import residual

PLACE = (230, 400, 770, 780)
"""Where the picture stands on the pages drawn here: left, top, right, bottom in pixels."""


def flat_page(is_framed: bool = False) -> np.ndarray:
    """A page of print with one picture among its lines."""
    page = plates.text_page(71, 1000, 1200, has_picture=False)
    left, top, right, bottom = PLACE
    page[top - 40 : bottom + 40] = 255
    page[top:bottom, left:right] = plates.line_art(72, right - left, bottom - top, is_framed=is_framed)
    return plates.on_paper(page)


def crooked(page: np.ndarray) -> tuple[np.ndarray, plates.Place]:
    """The page bent and tilted, and where its pixels were."""
    bent, origin = plates.curled(page, 0.03)
    spoilt, back = plates.tilted(bent, 3.0)
    return spoilt, lambda x, y: origin(*back(x, y))


def crop_of(page: np.ndarray, place: tuple[int, int, int, int]) -> np.ndarray:
    left, top, right, bottom = place
    return np.ascontiguousarray(page[top:bottom, left:right])


def shifted(origin: plates.Place, place: tuple[int, int, int, int]) -> plates.Place:
    return lambda x, y: origin(x + place[0], y + place[1])


def test_a_crop_is_straightened_by_the_text_of_its_page() -> None:
    """Nothing in the crop shows a tilt; its page does. Without the page it is left as it stands."""
    flat = flat_page()
    page, origin = crooked(flat)
    place = (200, 380, 800, 830)
    crop = crop_of(page, place)
    assert restore(crop).warp is None
    made = restore(crop, None, lambda: Surroundings(seen_page(page), place))
    tilt, curl = residual(made, flat, crop, shifted(origin, place))
    assert abs(tilt) < 0.3
    assert curl < 2
    assert made.skew > 2
    assert made.bend > 8


def test_lines_that_go_on_beyond_a_tilted_crop_are_no_part_of_it() -> None:
    """Text above and below a picture reaches into its crop on a tilted page; what is restored is the picture alone."""
    page = plates.text_page(75, 1000, 1200, has_picture=False)
    left, top, right, bottom = PLACE
    # whole rows make room: their base lines are 34 pixels apart
    page[403:781] = 255
    art = plates.line_art(76, right - left, bottom - top)
    page[top:bottom, left:right] = art
    crooked_page, _ = plates.tilted(plates.on_paper(page), 4.0)
    place = (205, 365, 795, 815)
    crop = crop_of(crooked_page, place)
    alone, within = restore(crop, None), restore(crop, None, lambda: Surroundings(seen_page(crooked_page), place))
    rows, columns = (np.flatnonzero((art < 128).any(axis=axis).any(axis=-1)) for axis in (1, 0))
    size = (int(np.ptp(rows)), int(np.ptp(columns)))
    assert within.picture.shape[:2] == pytest.approx(size, abs=8)
    assert alone.picture.shape[0] > size[0] + 20, "the crop shows the lines"


def test_a_straightened_page_has_upright_pictures() -> None:
    """A tilted page is turned, not sheared: the frame of its picture is level and plumb; a level page stays."""
    page = plates.on_paper(plates.text_page(77))
    tilted, _ = plates.tilted(page, 4.0)
    straight = straightened(tilted)
    assert straight is not None
    height, width = straight.shape[:2]
    frame = find_frame(np.ascontiguousarray(straight[int(height * 0.34) : int(height * 0.72), 150 : width - 150]))
    assert frame is not None
    first, second, _, last = frame.corners
    level, plumb = second - first, last - first
    assert abs(np.degrees(np.arctan2(level[1], level[0]))) < 0.4
    assert abs(np.degrees(np.arctan2(plumb[0], plumb[1]))) < 0.4
    assert straightened(page) is None


def test_a_page_s_scale_is_not_the_crop_s() -> None:
    """A page larger than is looked at gives the same straightening, in the crop's own pixels."""
    flat = flat_page()
    page, origin = crooked(flat)
    large = cv2.resize(page, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    place = (600, 1140, 2400, 2490)
    crop = crop_of(large, place)
    made = restore(crop, None, lambda: Surroundings(seen_page(large), place))

    def back(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return origin((x + place[0]) / 3, (y + place[1]) / 3)

    tilt, curl = residual(made, flat, crop, back)
    assert abs(tilt) < 0.3
    assert curl < 2


def test_a_frame_that_the_crop_cuts_is_found_on_the_page() -> None:
    """A crop too close to show its frame whole is made upright by the frame on its page."""
    flat = plates.on_paper(np.full((1200, 1000, 3), 255, np.uint8))
    left, top, right, bottom = PLACE
    flat[top:bottom, left:right] = plates.line_art(73, right - left, bottom - top, is_framed=True)
    page, origin = plates.tilted(flat, 4.0)
    place = (240, 408, 760, 772)
    crop = crop_of(page, place)
    assert find_frame(crop) is None
    made = restore(crop, None, lambda: Surroundings(seen_page(page), place))
    assert abs(residual(made, flat, crop, shifted(origin, place))[0]) < 0.3
    assert made.skew == pytest.approx(4.0, abs=0.3)


def test_another_frame_nearby_turns_nothing() -> None:
    """A frame that is not the crop's own says nothing of it."""
    page = plates.on_paper(np.full((700, 1000, 3), 255, np.uint8))
    tilted, _ = plates.tilted(plates.on_paper(plates.line_art(74, 420, 420, is_framed=True), 60), 5)
    page[80 : 80 + len(tilted), 420 : 420 + tilted.shape[1]] = tilted
    place = (60, 80, 430, 600)
    around = Surroundings(seen_page(page), place)
    assert around.widened(crop_of(page, place)).frame() is None


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """A studio without an account."""
    return Studio(load_settings(THROUGHLINE_HOME=str(tmp_path / "home")))


def restoration(crop: Asset) -> Recipe:
    source = Source(asset_id=crop.id, role=Role.PLATE, digest=crop.digest, name=crop.id)
    settings = GenerationSettings(aspect_ratio="1:1", image_size="512")
    return Recipe(
        kind=Kind.RESTORATION, sources=(source,), engine=EngineName.DRAFT, model="draft", settings=settings, step="r"
    )


def test_the_project_s_restorations_know_their_page(studio: Studio, tmp_path: Path) -> None:
    """A cut-out's recipe says where it was cut from, and its draft restoration is another for it."""
    workspace = studio.workspace(tmp_path / "project", "Book")
    page, _ = crooked(flat_page())
    stored = workspace.save(Recipe(kind=Kind.PAGE, name="Page"), Result(), encode(page), "page")
    box = Box(ymin=330, xmin=210, ymax=680, xmax=790)
    region = Region(id="r1", box=box)
    crop = cut_out(workspace, stored, (region,), Cut(margin=12))["r1"]
    assert place_on_page(crop) == box.pixels(1000, 1200, 12)
    assert place_on_page(stored) is None
    made = asyncio.run(generate_asset(studio, workspace, restoration(crop), Errand("run", "runner", "r")))
    alone = workspace.save(Recipe(kind=Kind.ARCHIVE), Result(), workspace.read(crop), "alone")
    other = asyncio.run(generate_asset(studio, workspace, restoration(alone), Errand("run", "runner", "r")))
    assert made.digest != other.digest


def test_a_page_that_cannot_be_read_is_missed_not_needed() -> None:
    """The crop itself is whole: it is restored by what it shows."""
    data = encode(crop_of(flat_page(), PLACE))
    alone = Reference("plate", Role.PLATE, Kind.CROP, data, "image/png", "d")
    broken = replace(alone, origin=Origin(b"no picture", PLACE))
    assert drawn(broken) == drawn(alone)


def drawn(reference: Reference) -> bytes:
    settings = GenerationSettings(aspect_ratio="1:1", image_size="512")
    request = GenerationRequest(Kind.RESTORATION, "plate", "", "", (reference,), "draft", settings, "ab" * 32)
    return asyncio.run(DraftEngine().generate(request, Unrecorded())).data

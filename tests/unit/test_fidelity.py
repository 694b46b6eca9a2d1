"""The fidelity meter: tolerant of tone and colour, strict about shapes, and never at a loss."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image

from core.engines.drawing.picture import encode
from core.engines.vision.fidelity import measure
from core.engines.vision.looks.tint import tinted
from core.engines.vision.restoration.restoring import restore
from core.errors import InvalidImageError
from core.models.fidelity import Fault, Fidelity
from tests import plates

DRAWN = {"line": plates.line_art, "tone": plates.tone, "colour": plates.colour, "photograph": plates.photograph}


def crop_of(name: str, seed: int = 11) -> np.ndarray:
    return plates.on_paper(DRAWN[name](seed), 30)


def compared(crop: np.ndarray, restoration: np.ndarray) -> Fidelity:
    return measure(encode(crop), encode(restoration))


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_true_to_itself(name: str) -> None:
    """The same picture agrees fully and lacks nothing."""
    found = compared(crop_of(name), crop_of(name))
    assert found.edge_agreement > 0.99
    assert (found.missing, found.invented, found.is_poor) == (pytest.approx(0, abs=0.01),) * 2 + (False,)


@pytest.mark.parametrize("name", DRAWN)
def test_a_restoration_is_true_enough_to_build_on(name: str) -> None:
    """The draft engine's own restoration of a stained crop, at another size and shape, is not poor."""
    crop = plates.stained(crop_of(name))
    found = compared(crop, restore(crop).sized(1024, 1024))
    assert found.faults == ()
    assert found.edge_agreement > 0.75


@pytest.mark.parametrize("text", ["", "duotone", "sepia plate"])
def test_colour_and_tone_may_change(text: str) -> None:
    """A colourised plate that keeps its lines scores high."""
    crop = crop_of("line")
    found = compared(crop, tinted(restore(crop).sized(900, 800), text))
    assert found.edge_agreement > 0.75
    assert not found.is_poor


def test_what_was_erased_is_missing() -> None:
    """A part wiped out of a restoration is missing, and counted as one patch."""
    crop = crop_of("line")
    wiped = crop.copy()
    cv2.circle(wiped, (400, 330), 110, (255, 255, 255), -1)
    found = compared(crop, wiped)
    assert found.missing > 0.08
    assert found.missing_patch > 0.025
    assert Fault.MISSING in found.faults
    assert found.invented < 0.05


def test_what_was_added_is_invented() -> None:
    """Strokes that the crop does not have are invented."""
    crop = crop_of("tone")
    drawn = crop.copy()
    for radius in range(15, 120, 14):
        cv2.circle(drawn, (330, 300), radius, (10, 10, 10), 4)
    found = compared(crop, drawn)
    assert found.invented > 0.1
    assert Fault.INVENTED in found.faults
    assert found.missing < 0.1


@pytest.mark.parametrize("name", ["line", "photograph"])
def test_another_picture_is_no_restoration(name: str) -> None:
    """Another drawing of the same kind, or the mirrored one, is poor."""
    crop = crop_of(name)
    assert compared(crop, crop_of(name, seed=12)[:, ::-1]).is_poor


ALTERED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "turned": lambda crop: plates.tilted(crop, 6)[0],
    "cropped": lambda crop: crop[50:-50, 60:-60],
    "smaller": lambda crop: cv2.resize(crop, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA),
    "larger": lambda crop: cv2.resize(crop, None, fx=2.6, fy=2.6, interpolation=cv2.INTER_CUBIC),
    "on_a_margin": lambda crop: cv2.copyMakeBorder(crop, 300, 300, 90, 90, cv2.BORDER_CONSTANT, value=(255,) * 3),
    "bent": lambda crop: plates.curled(crop, 0.012)[0],
}


@pytest.mark.parametrize("name", ALTERED)
def test_geometry_is_undone_before_comparing(name: str) -> None:
    """Turning, cropping, scaling and a slight bend are no faults."""
    crop = crop_of("line", seed=13)
    found = compared(crop, ALTERED[name](crop))
    assert found.is_aligned
    assert found.edge_agreement > 0.8
    assert found.aspect_drift < 0.05


def test_the_page_around_a_tilted_frame_may_go() -> None:
    """Words beside a frame are no part of the picture: what is cut out along the frame lacks nothing."""
    picture = plates.line_art(11)
    cv2.rectangle(picture, (0, 0), (picture.shape[1] - 1, picture.shape[0] - 1), (20, 20, 20), 5)
    crop = cv2.copyMakeBorder(picture, 110, 110, 110, 110, cv2.BORDER_CONSTANT, value=(255,) * 3)
    for line in (35, 65, crop.shape[0] - 60, crop.shape[0] - 30):
        cv2.putText(crop, "of the voyage and its end", (60, line), cv2.FONT_HERSHEY_SIMPLEX, 1, (20, 20, 20), 2)
    assert compared(crop, crop[106:-106, 106:-106]).faults == ()
    assert Fault.MISSING in compared(crop, crop[106:-106, picture.shape[1] // 2 :]).faults


def test_stretching_is_a_fault() -> None:
    """A picture squeezed by a fifth drifts by a quarter."""
    crop = crop_of("line")
    found = compared(crop, cv2.resize(crop, None, fx=1, fy=0.8))
    assert found.aspect_drift == pytest.approx(0.25, abs=0.04)
    assert found.faults == (Fault.STRETCHED,)


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (40, 30), (700, 500)])
def test_blank_and_tiny_pictures_are_measured(size: tuple[int, int]) -> None:
    """Two blank pictures agree, whatever their sizes."""
    found = compared(np.full((*size, 3), 255, np.uint8), np.full((300, 200, 3), 240, np.uint8))
    assert (found.edge_agreement, found.missing, found.invented) == (1.0, 0.0, 0.0)


def test_a_blank_restoration_lacks_all() -> None:
    """An empty answer to a drawn crop is poor, and so is a drawing for an empty crop."""
    blank = np.full((500, 500, 3), 255, np.uint8)
    lost, made_up = compared(crop_of("line"), blank), compared(blank, crop_of("line"))
    assert (lost.edge_agreement, lost.missing) == (0.0, 1.0)
    assert (made_up.edge_agreement, made_up.invented) == (0.0, 1.0)
    assert lost.is_poor
    assert made_up.is_poor


def test_clear_pictures_lie_on_white() -> None:
    """A restoration with an alpha channel is measured as it looks on white paper."""
    buffer = io.BytesIO()
    clear = Image.fromarray(crop_of("line")[..., ::-1]).convert("RGBA")
    clear.save(buffer, "PNG")
    assert measure(encode(crop_of("line")), buffer.getvalue()).edge_agreement > 0.99


def test_the_heat_map_shows_where() -> None:
    """The heat map is a PNG of the crop's size, orange where something is missing and blue where it was invented."""
    crop = crop_of("line")
    changed = crop.copy()
    cv2.circle(changed, (400, 330), 110, (255, 255, 255), -1)
    for radius in range(10, 50, 12):
        cv2.circle(changed, (90, 90), radius, (0, 0, 0), 4)
    data = compared(crop, changed).heat_map
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("PNG", (crop.shape[1], crop.shape[0]))
        colours = np.asarray(image.convert("RGB")).astype(int)
    orange = (colours[..., 0] - colours[..., 2] > 90).nonzero()
    blue = (colours[..., 2] - colours[..., 0] > 90).nonzero()
    assert (np.median(orange[0]), np.median(orange[1])) == (pytest.approx(330, abs=60), pytest.approx(400, abs=60))
    assert (np.median(blue[0]), np.median(blue[1])) == (pytest.approx(90, abs=40), pytest.approx(90, abs=40))


def test_it_is_repeatable() -> None:
    """Measured twice, the same pair gives the same value."""
    crop = plates.stained(crop_of("colour"))
    made = restore(crop).sized(800, 1000)
    assert compared(crop, made) == compared(crop, made)


def test_what_cannot_be_read_is_named() -> None:
    """Bytes that are no picture give a typed error that names which of the two they are."""
    with pytest.raises(InvalidImageError, match="restoration"):
        measure(encode(crop_of("line")), b"no picture")

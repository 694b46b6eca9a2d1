"""Draft restoration: every fault of a page gets less, a clean plate stays as it is, and words choose."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.engines.base import GenerationRequest, Reference
from core.engines.drawing.drafting import draw
from core.engines.drawing.finish import unmarked
from core.engines.drawing.picture import decode, encode, on_white
from core.engines.vision.looks.film import cinematic
from core.engines.vision.looks.technique import turned_into
from core.engines.vision.looks.tint import tinted
from core.engines.vision.looks.wishes import Technique, Tint, framing_asked, inks_asked, technique_asked, tint_asked
from core.engines.vision.restoration.canvas import has_white_rim, placed, without_margin
from core.engines.vision.restoration.plate import PlateType, named_type
from core.engines.vision.restoration.restoring import restore
from core.models.asset import GenerationSettings, Kind, Role
from core.models.catalog import load_catalog
from core.models.plates import Framing
from core.studio.plates.presets import preset, presets
from tests import plates
from tests.benchmarks.bench_restoration import _in_place, residual, ssim

DRAWN = {
    PlateType.LINE_ART: plates.line_art,
    PlateType.TONE: plates.tone,
    PlateType.COLOUR: plates.colour,
    PlateType.PHOTOGRAPH: plates.photograph,
}
SPOILT = {"light": plates.badly_lit, "stains": plates.stained, "bleed-through": plates.bled_through}


def page_of(plate: np.ndarray) -> np.ndarray:
    return cv2.copyMakeBorder(plate, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(255, 255, 255))


@pytest.mark.parametrize("plate_type", DRAWN)
@pytest.mark.parametrize("seed", [21, 22])
def test_a_plate_s_type_is_told_from_its_pixels(plate_type: PlateType, seed: int) -> None:
    """Line art, wash, colour and a framed photograph are told apart, on white and on unevenly lit yellow paper."""
    clean = DRAWN[plate_type](seed)
    if seed == 21:
        assert restore(clean).plate_type is plate_type
    assert restore(plates.badly_lit(plates.on_paper(clean, 20))).plate_type is plate_type


def test_a_picture_stands_as_it_was_asked_to() -> None:
    """Margin and full bleed are made as asked, a margin is never made twice, and nothing asked leaves it as it was."""
    drawing = restore(plates.on_paper(plates.line_art(2), 20))
    assert has_white_rim(drawing.sized(400, 300))
    photograph = restore(plates.on_paper(plates.photograph(2)))
    assert not has_white_rim(photograph.sized(400, 300))
    framed = photograph.sized(400, 300, Framing.MARGIN)
    assert has_white_rim(framed)
    assert 340 < without_margin(framed).shape[1] < 400
    assert not has_white_rim(without_margin(framed))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("framing", Framing)
def test_the_framing_is_read_from_every_presets_words(framing: Framing, language: str) -> None:
    """Each preset's framing is understood in both languages."""
    assert {framing_asked(found.prompt(language, framing)) for found in presets()} == {framing}


@pytest.mark.parametrize(
    ("text", "framing"),
    [
        ("- as a poster, full bleed, no margin", Framing.FULL_BLEED),
        ("- with a wide margin", Framing.MARGIN),
        ("- its edges parallel to the canvas", Framing.BY_TYPE),
    ],
)
def test_the_framing_is_read_from_own_words(text: str, framing: Framing) -> None:
    """Words that leave it open leave it to the picture."""
    assert framing_asked(text) is framing


def _reach(picture: np.ndarray) -> float:
    """Return how much of its canvas a picture spans, across or down."""
    ink = picture.min(axis=2) < 235
    spans = [np.flatnonzero(ink.any(axis=axis)) for axis in (0, 1)]
    return max((found[-1] + 1 - found[0]) / ink.shape[1 - axis] for axis, found in enumerate(spans))


@pytest.mark.parametrize("kind", [Kind.COLOURISATION, Kind.TRANSFORMATION, Kind.CINEMATIC])
def test_a_look_is_framed_as_asked(kind: Kind) -> None:
    """A plate on white fills its canvas when that is asked for, and keeps one margin when a margin is."""
    plate = restore(plates.on_paper(plates.line_art(2), 20)).sized(480, 360)
    facts = load_catalog().model("draft")
    drawn = {}
    for framing in (Framing.MARGIN, Framing.FULL_BLEED):
        words = preset("colourise").prompt("en", framing)
        reference = Reference("plate", Role.PLATE, Kind.RESTORATION, encode(plate), "image/png", "d")
        request = GenerationRequest(kind, "x", words, words, (reference,), "draft", GenerationSettings(), "0" * 64)
        drawn[framing] = _reach(unmarked(on_white(decode(draw(request, facts), "drawn"))))
    assert 0.8 < drawn[Framing.MARGIN] < 0.95
    assert drawn[Framing.FULL_BLEED] > 0.97


@pytest.mark.parametrize("fault", SPOILT)
@pytest.mark.parametrize("plate_type", [PlateType.LINE_ART, PlateType.TONE, PlateType.COLOUR])
def test_every_fault_of_the_paper_gets_less(plate_type: PlateType, fault: str) -> None:
    """Uneven light, stains and bleed-through leave a plate more like its clean original than it came."""
    clean = page_of(DRAWN[plate_type](31))
    spoilt = SPOILT[fault](plates.on_paper(clean))
    assert ssim(_in_place(restore(spoilt).picture, clean), clean) > ssim(spoilt, clean) + 0.004


def test_stains_and_bleed_through_leave_white_paper() -> None:
    """Around line art nothing is left: no rim of a stain, no shadow of the other side."""
    clean = page_of(plates.line_art(41))
    made = restore(plates.bled_through(plates.stained(plates.on_paper(clean)))).picture
    far = cv2.erode((_in_place(clean, clean).min(axis=2) == 255).astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    assert (_in_place(made, clean)[far] >= 250).mean() > 0.999


@pytest.mark.parametrize("plate_type", [PlateType.LINE_ART, PlateType.TONE, PlateType.COLOUR])
def test_a_clean_plate_stays_as_it_is(plate_type: PlateType) -> None:
    """What had no fault gets none: nothing moves, nothing is lost."""
    clean = page_of(DRAWN[plate_type](51))
    made = restore(clean)
    assert made.warp is None
    assert ssim(_in_place(made.picture, clean), clean) > 0.96


@pytest.mark.parametrize("degrees", [-7.0, -2.0, 3.0, 9.0])
def test_a_frame_is_made_upright(degrees: float) -> None:
    """A tilted frame is upright to three tenths of a degree, and its tilt is told."""
    flat = plates.on_paper(plates.line_art(61, is_framed=True), 90)
    spoilt, origin = plates.tilted(flat, degrees)
    made = restore(spoilt)
    assert made.skew == pytest.approx(degrees, abs=0.3)
    assert abs(residual(made, flat, spoilt, origin)[0]) < 0.3


def test_a_bent_frame_is_made_straight() -> None:
    """A frame that bows with its page has straight sides afterwards."""
    flat = plates.on_paper(plates.line_art(62, is_framed=True), 60)
    spoilt, origin = plates.curled(flat, 0.03)
    assert residual(restore(spoilt), flat, spoilt, origin)[1] < 2


@pytest.mark.parametrize("tilt", [0.0, 3.0])
def test_text_shows_a_page_s_curl_and_tilt(tilt: float) -> None:
    """Lines of print that bend and run down are straight and level to two pixels and three tenths of a degree."""
    flat = plates.on_paper(plates.text_page(63, 760, 900, has_picture=False))
    bent, origin = plates.curled(flat, 0.03)
    spoilt, back = plates.tilted(bent, tilt)
    made = restore(spoilt)
    left = residual(made, flat, spoilt, lambda x, y: origin(*back(x, y)))
    assert made.bend > 8
    assert abs(left[0]) < 0.3
    assert left[1] < 2


def test_nothing_is_turned_without_proof() -> None:
    """Slanting hatching is no tilt: without a frame or text a picture is left as it stands."""
    slanted, _ = plates.tilted(plates.on_paper(plates.line_art(64), 60), 5)
    made = restore(slanted)
    assert (made.warp, made.skew) == (None, 0.0)


def test_what_fills_its_crop_has_no_paper_to_whiten() -> None:
    """A green board from edge to edge stays green: nothing green is paper."""
    board = np.full((600, 800, 3), (58, 90, 30), np.uint8)
    for left in range(60, 760, 90):
        cv2.rectangle(board, (left, 120), (left + 50, 300), (35, 33, 32), -1)
        cv2.line(board, (left, 360), (left + 60, 560), (110, 150, 80), 3)
    made = restore(board)
    assert made.plate_type is PlateType.PHOTOGRAPH
    blue, green, red = made.picture[20, 20]
    assert green > 1.2 * max(blue, red)
    assert made.picture.mean() < 150


def test_a_photograph_is_cut_out_along_its_edge() -> None:
    """No paper is left around a photograph, also a tilted one; it fills its canvas."""
    spoilt, _ = plates.tilted(plates.on_paper(plates.photograph(71), 30), 4)
    made = restore(spoilt)
    assert made.is_full_bleed
    edge = np.concatenate([made.picture[0], made.picture[-1], made.picture[:, 0], made.picture[:, -1]])
    assert (edge.min(axis=1) > 245).mean() < 0.05
    assert made.picture.shape[1] / made.picture.shape[0] == pytest.approx(640 / 480, rel=0.03)


@pytest.mark.parametrize(("width", "height"), [(1024, 1024), (1376, 768), (512, 2048), (3000, 2200)])
def test_sizes_are_exact_and_shapes_true(width: int, height: int) -> None:
    """A plate stands whole on an even white margin at any size, in its own proportions."""
    picture = np.full((300, 450, 3), 90, np.uint8)
    made = placed(picture, width, height, is_full_bleed=False)
    assert made.shape == (height, width, 3)
    rows, columns = (np.flatnonzero((made.min(axis=2) < 200).any(axis=axis)) for axis in (1, 0))
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(1.5, rel=0.02)
    assert rows[0] == pytest.approx(height - 1 - rows[-1], abs=2)
    assert columns[0] == pytest.approx(width - 1 - columns[-1], abs=2)
    assert min(rows[0], columns[0]) > 0.03 * min(width, height)


def test_full_bleed_cuts_little_or_nothing() -> None:
    """A photograph fills a size of nearly its shape, and stands whole on white in one of quite another."""
    picture = np.full((300, 400, 3), 90, np.uint8)
    assert placed(picture, 640, 512, is_full_bleed=True).max() == 90
    assert placed(picture, 640, 200, is_full_bleed=True).max() == 255


ODD = {
    "one_pixel": np.zeros((1, 1, 3), np.uint8),
    "thin": np.full((2, 900, 3), 40, np.uint8),
    "narrow": np.random.default_rng(2).integers(0, 256, (700, 17, 3), dtype=np.uint8),
    "white": np.full((300, 200, 3), 255, np.uint8),
    "black": np.zeros((200, 300, 3), np.uint8),
    "noise": np.random.default_rng(1).integers(0, 256, (240, 320, 3), dtype=np.uint8),
    "half": np.repeat(np.repeat(np.uint8([[[0, 0, 0], [255, 255, 255]]]), 200, 0), 100, 1),
    "huge": cv2.resize(plates.on_paper(plates.line_art(3), 20), (3300, 2500), interpolation=cv2.INTER_NEAREST),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_are_restored_all_the_same(name: str) -> None:
    """Nothing that can be read makes a restoration or a look fail."""
    made = restore(ODD[name]).sized(320, 240)
    assert made.shape == (240, 320, 3)
    assert tinted(made, "").shape == (240, 320, 3)
    assert cinematic(made, 200, 100, 1).shape == (100, 200, 3)


@pytest.mark.parametrize("plate_type", [PlateType.LINE_ART, PlateType.COLOUR])
def test_the_same_plate_gives_the_same_pixels(plate_type: PlateType) -> None:
    """A restoration is repeatable to the last bit."""
    page = plates.stained(plates.on_paper(DRAWN[plate_type](81), 20))
    assert np.array_equal(restore(page).picture, restore(page).picture)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Restore this wood engraving: whiten the paper", PlateType.LINE_ART),
        ("这是一幅木刻版画", PlateType.LINE_ART),
        ("an aquatint, keep its greys", PlateType.TONE),
        ("a hand-coloured plate", PlateType.COLOUR),
        ("修复这张照片", PlateType.PHOTOGRAPH),
        ("This is not a photograph but an etching", PlateType.LINE_ART),
        ("Clean this photographed page", None),
        ("white margin for engravings, full bleed for photographs", None),
        ("", None),
    ],
)
def test_words_may_say_the_type(text: str, named: PlateType | None) -> None:
    """A type that a prompt names is taken; a prompt that names several is for every case and says nothing."""
    assert named_type(text) is named


@pytest.mark.parametrize(
    ("text", "tint", "technique"),
    [
        ("", Tint.HAND, Technique.WATERCOLOUR),
        ("a sepia plate", Tint.PLATE, Technique.WATERCOLOUR),
        ("双色调，蓝和橙", Tint.DUOTONE, Technique.WATERCOLOUR),
        ("Turn this photograph into an oil painting", Tint.HAND, Technique.PAINTING),
        ("a modern flat digital graphic", Tint.HAND, Technique.GRAPHIC),
        ("把它变成照片", Tint.HAND, Technique.PHOTOGRAPH),
        ("画成水彩", Tint.HAND, Technique.WATERCOLOUR),
        ("Turn the painting into a photo", Tint.HAND, Technique.PHOTOGRAPH),
    ],
)
def test_words_choose_the_look(text: str, tint: Tint, technique: Technique) -> None:
    """English and Chinese words name the look; what a picture shall become counts before what it is."""
    assert tint_asked(text) is tint
    assert technique_asked(text) is technique


def test_named_inks_colour_the_plate() -> None:
    """A blue plate is blue, a red one red, and its paper stays white."""
    plate = page_of(plates.line_art(91))
    assert len(inks_asked("blue, then orange")) == 2
    blue, red = tinted(plate, "blue, single colour"), tinted(plate, "red, single colour")
    ink = plate.min(axis=2) < 60
    assert blue[ink][:, 0].mean() > blue[ink][:, 2].mean() + 40
    assert red[ink][:, 2].mean() > red[ink][:, 0].mean() + 40
    assert (blue[:20, :20] == 255).all()


@pytest.mark.parametrize("technique", Technique)
def test_techniques_differ_and_keep_the_shape(technique: Technique) -> None:
    """Each technique changes the picture, keeps its proportions, and is repeatable."""
    plate = page_of(plates.tone(92))
    made = turned_into(plate, technique, "", 5)
    assert made.shape == plate.shape
    assert np.abs(made.astype(int) - plate).mean() > 3
    assert np.array_equal(made, turned_into(plate, technique, "", 5))


@pytest.mark.parametrize(("width", "height"), [(640, 360), (360, 640), (512, 512)])
def test_a_film_still_fills_its_size(width: int, height: int) -> None:
    """A still has no bars and no paper white, whatever the shape it is asked for."""
    made = cinematic(page_of(plates.line_art(93)), width, height, 4)
    assert made.shape == (height, width, 3)
    assert (made.min(axis=2) > 250).mean() < 0.01
    assert made[:3].std() > 0

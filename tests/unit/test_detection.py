"""The draft detector as its caller sees it: a page in, the boxes of its pictures out, in reading order."""

from __future__ import annotations

import asyncio
import io
import stat
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.engines.base import AttemptOutcome, AttemptReport, DetectionRequest, Findings, Reference
from core.engines.draft import DraftEngine
from core.engines.vision import captions, detect
from core.engines.vision.detect import find
from core.engines.vision.ink import find_marks
from core.engines.vision.lines import find_text
from core.errors import InvalidImageError, InvalidRequestError
from core.models.asset import Kind, Role
from core.models.region import FAILED_TESSERACT, NO_LABEL_FITS, NO_TESSERACT, DetectionSettings, Preset, Wish
from tests import plates
from tests.pages import drawn
from tests.pages.make_pages import make
from tests.pages.scoring import Score, iou, score

SETTINGS = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@pytest.fixture(autouse=True)
def _no_tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def found(page: drawn.Pixels, **wish: object) -> Findings:
    return find(drawn.png(page), Wish(**wish))  # type: ignore[arg-type]


def assert_found(page: drawn.Pixels, boxes: list[tuple[int, int, int, int]], least: float = 0.85) -> None:
    """Assert that exactly these rectangles are found, in this order."""
    answer = [one.box_2d for one in found(page).found]
    assert len(answer) == len(boxes)
    for box, one in zip(boxes, answer, strict=True):
        assert iou(drawn.box_2d(box, page), one) >= least


def test_the_picture_of_a_page_is_found_without_its_caption() -> None:
    """One illustration among text gives one box that fits it closely."""
    page, box = drawn.illustrated()
    assert_found(page, [box], 0.92)


def test_a_photograph_is_found_to_its_edges() -> None:
    """A picture of soft tones without strokes is found as a whole."""
    page = drawn.paper()
    drawn.write(page, 70, 60, 630, 8)
    assert_found(page, [drawn.photograph(page, 120, 300, 580, 700)], 0.95)


def test_several_pictures_come_in_the_order_of_their_columns() -> None:
    """On a page of two columns the left one is read to its end first."""
    page = drawn.paper(900, 1000)
    boxes = []
    for left, right, tops in ((60, 420, (200, 620)), (480, 840, (110, 560))):
        y = 40
        for top in tops:
            drawn.write(page, left, y, right, (top - y - 10) // 24)
            boxes.append(drawn.engrave(page, left + 20, top, right - 20, top + 220))
            y = top + 240
        drawn.write(page, left, y, right, (960 - y) // 24)
    assert_found(page, boxes)


def test_a_page_of_text_holds_nothing() -> None:
    """Rows of text, however many, are no picture."""
    page = drawn.paper()
    drawn.write(page, 70, 60, 630, 36)
    assert found(page) == Findings(())


def test_a_tilted_page_gives_boxes_on_the_page_as_it_is() -> None:
    """A page photographed at three degrees is straightened inside; its boxes are those of the tilted picture."""
    page, (left, top, right, bottom) = drawn.illustrated()
    turn = cv2.getRotationMatrix2D((350, 500), 3, 1)
    tilted = cv2.warpAffine(page, turn, (700, 1000), borderValue=(215, 232, 240))
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float)
    moved = corners @ turn[:, :2].T + turn[:, 2]
    x0, y0, x1, y1 = (int(value) for value in (*moved.min(0), *moved.max(0)))
    assert_found(tilted, [(x0, y0, x1, y1)], 0.8)


def test_a_curved_page_gives_boxes_on_the_page_as_it_is() -> None:
    """Lines that rise towards the gutter do not tear the box apart or move it."""
    page, (left, top, right, bottom) = drawn.illustrated()
    columns, rows = np.meshgrid(np.arange(700, dtype=np.float32), np.arange(1000, dtype=np.float32))
    curl = (40 * np.exp(-columns / 130)).astype(np.float32)
    curved = cv2.remap(page, columns, rows - curl, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rise = 40 * np.exp(-left / 130)
    assert_found(curved, [(left, top, right, int(bottom + rise))], 0.8)


def test_a_spread_is_read_page_by_page() -> None:
    """What is on the left page comes before what stands higher on the right one."""
    spread = drawn.paper(1400, 1000)
    boxes = []
    for left, top in ((0, 500), (700, 150)):
        drawn.write(spread, left + 70, 60, left + 630, (top - 70) // 24)
        boxes.append(drawn.engrave(spread, left + 150, top, left + 550, top + 260))
        drawn.write(spread, left + 70, top + 290, left + 630, (940 - top - 290) // 24)
    assert_found(spread, boxes)


@pytest.mark.parametrize("ground", [(0, 0, 0), (18, 18, 18), (50, 90, 140)])
def test_what_the_page_lies_on_is_no_picture(ground: tuple[int, int, int]) -> None:
    """A black scanner lid or a brown desk around the page is neither found nor disturbs what is."""
    page, (left, top, right, bottom) = drawn.illustrated()
    around = cv2.copyMakeBorder(page, 80, 60, 90, 70, cv2.BORDER_CONSTANT, value=ground)
    assert_found(around, [(left + 90, top + 80, right + 90, bottom + 80)])


def test_a_page_of_six_thousand_pixels_gives_the_same_boxes() -> None:
    """A huge page is searched through a small copy; its boxes are the small page's."""
    page, box = drawn.illustrated()
    huge = cv2.resize(page, (4200, 6000), interpolation=cv2.INTER_LINEAR)
    answer = find(drawn.png(huge), Wish()).found
    assert len(answer) == 1
    assert iou(drawn.box_2d(box, page), answer[0].box_2d) > 0.9


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (7, 5), (23, 400), (24, 24), (40, 31)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "1"])
def test_tiny_and_empty_pages_hold_nothing(size: tuple[int, int], mode: str) -> None:
    """A page too small to show anything, of any kind of pixels, is answered and not failed."""
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, "PNG")
    for preset in Preset:
        assert find(buffer.getvalue(), Wish(preset=preset)).found == ()


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (30, 30, 200)])
def test_a_page_of_one_colour_holds_nothing(colour: tuple[int, int, int]) -> None:
    """Black, white or coloured: nothing is drawn on it."""
    for preset in Preset:
        assert find(drawn.png(drawn.paper(400, 500, colour)), Wish(preset=preset)).found == ()


@pytest.mark.parametrize("mode", ["RGBA", "L", "P", "CMYK"])
def test_every_kind_of_pixels_is_searched_alike(mode: str) -> None:
    """Transparency, grey, palettes and ink colours give the picture's box as colours do."""
    page, box = drawn.illustrated()
    buffer = io.BytesIO()
    Image.fromarray(page[..., ::-1]).convert(mode).save(buffer, "TIFF")
    (one,) = find(buffer.getvalue(), Wish()).found
    assert iou(drawn.box_2d(box, page), one.box_2d) > 0.9


@given(
    seed=st.integers(0, 2**32 - 1),
    width=st.integers(1, 260),
    height=st.integers(1, 260),
    grain=st.integers(1, 40),
    preset=st.sampled_from(Preset),
    is_exhaustive=st.booleans(),
)
@settings(max_examples=20, **SETTINGS)  # type: ignore[arg-type]
def test_no_noise_is_too_wild(
    seed: int, width: int, height: int, grain: int, preset: Preset, is_exhaustive: bool
) -> None:
    """Whatever the pixels, boxes lie on the page, have an area, and their masks are pictures."""
    noise = np.random.default_rng(seed).integers(0, 256, (height // grain + 1, width // grain + 1, 3), np.uint8)
    page = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    for one in found(page, preset=preset, is_exhaustive=is_exhaustive, has_masks=True).found:
        ymin, xmin, ymax, xmax = one.box_2d
        assert 0 <= ymin < ymax <= 1000
        assert 0 <= xmin < xmax <= 1000
        assert one.score is None or 0 <= one.score <= 1
        assert Image.open(io.BytesIO(one.mask)).size[0] >= 1


def test_the_same_page_gives_the_same_findings() -> None:
    """Nothing is left to chance: twice the same bytes, twice the same answer, masks included."""
    page, _ = drawn.illustrated()
    assert found(page, has_masks=True) == found(page, has_masks=True)


def test_most_pictures_of_badly_photographed_pages_are_found() -> None:
    """Four made-up pages with curl, stains and shadows keep most of their pictures; the bench has the figures."""
    total = Score()
    for number in range(4):
        picture, truth, *_ = make(3, number, 2, 900)
        total += score(truth, [one.box_2d for one in found(picture).found], 0.5)
    assert total.precision > 0.8
    assert total.recall > 0.8


def test_photographs_and_engravings_are_told_apart() -> None:
    """Each preset finds its own kind only, and calls it by its name."""
    page = drawn.paper(700, 1100)
    drawn.write(page, 70, 40, 630, 4)
    engraving = drawn.engrave(page, 150, 160, 550, 480)
    drawn.write(page, 70, 510, 630, 4)
    photograph = drawn.photograph(page, 150, 640, 550, 960)
    for preset, box in ((Preset.ENGRAVINGS, engraving), (Preset.PHOTOGRAPHS, photograph)):
        (one,) = found(page, preset=preset).found
        assert one.label == preset.value.removesuffix("s")
        assert iou(drawn.box_2d(box, page), one.box_2d) > 0.85


@pytest.mark.parametrize(
    ("labels", "label"),
    [((), "illustration"), (("map", "Woodcut illustration"), "Woodcut illustration"), (("map", "table"), "")],
)
def test_a_closed_list_of_labels_is_kept_to(labels: tuple[str, ...], label: str) -> None:
    """The first label that means a picture is used as it is written; without one the label is empty, and it is said."""
    page, _ = drawn.illustrated()
    findings = found(page, labels=labels)
    assert [one.label for one in findings.found] == [label]
    assert (NO_LABEL_FITS in findings.warnings) is (label == "")


def test_words_that_cannot_be_read_are_said_to_be_unread() -> None:
    """A description of what to find is answered with a warning, for this engine sees forms only."""
    page, _ = drawn.illustrated()
    assert any("cannot read" in warning for warning in found(page, what="only maps of islands").warnings)


def test_parts_of_a_board_are_found() -> None:
    """The parts of a circuit board are found by their colour; tracks are not, and tiny parts only exhaustively."""
    page, boxes, tiny = drawn.board()
    for is_exhaustive, wanted in ((False, boxes), (True, [*boxes, tiny])):
        answer = [one.box_2d for one in found(page, preset=Preset.COMPONENTS, is_exhaustive=is_exhaustive).found]
        truth = [{"box_2d": drawn.box_2d(box, page), "label": "illustration"} for box in wanted]
        assert score(truth, answer, 0.6) == Score(len(wanted), 0, 0)


def test_a_board_on_a_table_is_searched_and_not_found() -> None:
    """The board itself is no part of it, though it differs most from what it lies on."""
    page, boxes, _ = drawn.board()
    around = cv2.copyMakeBorder(page, 90, 90, 120, 120, cv2.BORDER_CONSTANT, value=(235, 238, 240))
    answer = [one.box_2d for one in found(around, preset=Preset.COMPONENTS).found]
    moved = [(left + 120, top + 90, right + 120, bottom + 90) for left, top, right, bottom in boxes]
    truth = [{"box_2d": drawn.box_2d(box, around), "label": "illustration"} for box in moved]
    assert score(truth, answer, 0.6) == Score(4, 0, 0)


def test_a_few_lines_on_a_curled_page_are_text() -> None:
    """Rows too few to straighten the page by are bent; piece by piece they are level, and no strokes of pictures."""
    page = plates.text_page(3, 1000, 1400, has_picture=False)
    page[260:] = 255
    bent, _ = plates.curled(page, 0.02)
    ink = bent[..., 0] < 128
    marks = find_marks(ink)
    assert find_text(marks, ink).is_text[marks.height > 8].mean() > 0.9


def test_masks_cover_their_boxes_in_the_pixels_of_the_page() -> None:
    """A mask is as large as its box on the page, 255 where its picture is and 0 on bare paper around it."""
    page, _ = drawn.illustrated()
    large = cv2.resize(page, (2100, 3000), interpolation=cv2.INTER_LINEAR)
    (one,) = found(large, has_masks=True).found
    mask = np.asarray(Image.open(io.BytesIO(one.mask)))
    ymin, xmin, ymax, xmax = one.box_2d
    assert abs(mask.shape[0] - (ymax - ymin) * 3) <= 3
    assert abs(mask.shape[1] - (xmax - xmin) * 2.1) <= 3
    assert set(np.unique(mask)) == {0, 255}
    assert mask[int(mask.shape[0] * 0.27), mask.shape[1] // 2] == 255  # the dark ring
    assert found(page).found[0].mask == b""


def tesseract(folder: Path, body: str) -> None:
    """Put a program named tesseract on the PATH that runs a line of Python."""
    program = folder / "tesseract"
    program.write_text(f"#!{sys.executable}\nimport sys, time\nimage = sys.stdin.buffer.read()\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)


def test_a_caption_is_read_from_the_text_below_its_picture(tmp_path: Path) -> None:
    """Tesseract gets the caption alone, as a PNG, and its lines come back with their breaks."""
    tesseract(
        tmp_path,
        f"open({str(tmp_path / 'seen.png')!r}, 'wb').write(image); print('Fig. 3. A heron\\n\\n by the lake. ')",
    )
    page, _ = drawn.illustrated()
    (one,) = found(page).found
    assert one.caption == "Fig. 3. A heron\nby the lake."
    with Image.open(tmp_path / "seen.png") as seen:
        assert 3 < seen.width / seen.height < 12  # one row, not the rows of text below it
        assert np.asarray(seen.convert("L")).min() < 90


def test_without_tesseract_captions_are_empty_and_it_is_said() -> None:
    """A caption that nobody can read is left empty with a warning that names the remedy."""
    page, _ = drawn.illustrated()
    answer = found(page)
    assert answer.found[0].caption == ""
    assert answer.warnings == (NO_TESSERACT,)


@pytest.mark.parametrize("body", ["sys.exit(3)", "time.sleep(60)", "print(chr(0)); sys.exit(1)"])
def test_a_failing_tesseract_leaves_the_boxes(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that fails or hangs costs the caption and a warning, never the picture."""
    monkeypatch.setattr(captions, "SECONDS", 0.5)
    tesseract(tmp_path, body)
    page, _ = drawn.illustrated()
    answer = found(page)
    assert [one.caption for one in answer.found] == [""]
    assert answer.warnings == (FAILED_TESSERACT,)


class Ledger:
    """Remembers what an engine reports."""

    def __init__(self) -> None:
        self.reports: list[AttemptReport] = []

    def attempt_started(self, estimate_usd: float) -> str:
        assert estimate_usd == 0
        return "1"

    def attempt_finished(self, attempt_id: str, report: AttemptReport) -> None:
        self.reports.append(report)

    def waiting(self, seconds: float, reason: str) -> None:
        raise AssertionError("a search never waits")


def request(data: bytes) -> DetectionRequest:
    page = Reference("page 3", Role.ARCHIVE, Kind.ARCHIVE, data, "image/png", "")
    return DetectionRequest(page, Wish(), "draft", DetectionSettings())


def test_the_engine_reports_its_search_as_one_free_attempt() -> None:
    """A search is recorded before and after, costs nothing, and its model is the draft engine's only one."""
    ledger, engine = Ledger(), DraftEngine()
    answer = asyncio.run(engine.detect(request(drawn.png(drawn.illustrated()[0])), ledger))
    assert len(answer.found) == 1
    assert [(report.outcome, report.cost_usd) for report in ledger.reports] == [(AttemptOutcome.SUCCEEDED, 0)]
    assert asyncio.run(engine.default_detection_model()) == "draft"


def test_a_damaged_page_is_refused_by_name() -> None:
    """Bytes that are no image raise an error that names the page, and the attempt is recorded as failed."""
    ledger = Ledger()
    with pytest.raises(InvalidImageError, match="page 3"):
        asyncio.run(DraftEngine().detect(request(b"no image"), ledger))
    assert ledger.reports[0].outcome is AttemptOutcome.FAILED


def test_a_fault_of_image_processing_is_an_invalid_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """What OpenCV cannot do comes out as our own error with its code in the record."""

    def broken(*_: object) -> None:
        raise cv2.error("out of memory")

    monkeypatch.setattr(detect, "find", broken)
    ledger = Ledger()
    with pytest.raises(InvalidRequestError, match="page 3"):
        asyncio.run(DraftEngine().detect(request(b""), ledger))
    assert [report.error for report in ledger.reports] == ["invalid_request"]

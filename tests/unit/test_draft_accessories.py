"""The accessory sheet of the draft engine: which items a prompt names, and the details shown for them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.engines.drawing.accessories import draw_accessory_sheet, items_named
from core.engines.drawing.cutout import Subject

COAT, LANTERN, BOOTS = (40, 40, 190), (60, 200, 230), (40, 150, 40)


def walker() -> Subject:
    """A red figure with green boots, and a yellow lantern held out at its left."""
    colour, alpha = np.full((600, 420, 3), COAT, np.uint8), np.zeros((600, 420), np.float32)
    cv2.ellipse(alpha, (240, 300), (110, 290), 0, 0, 360, 1.0, -1)
    cv2.rectangle(alpha, (20, 330), (90, 420), 1.0, -1)
    cv2.rectangle(alpha, (80, 340), (200, 360), 1.0, -1)
    cv2.rectangle(colour, (20, 330), (90, 420), LANTERN, -1)
    cv2.rectangle(colour, (0, 520), (420, 600), BOOTS, -1)
    for x in (60, 180, 300):
        cv2.line(colour, (x, 0), (x, 300), (20, 20, 120), 4)
    return Subject(colour, alpha)


@pytest.mark.parametrize(
    ("prompt", "items"),
    [
        ("Accessories: the lantern, a striped scarf and boots.", ("lantern", "striped scarf", "boots")),
        ("These belong to it and stay as they are: red spool, key.", ("red spool", "key")),
        ("Show the lantern and her green boots apart.", ("lantern", "green boots")),
        ('"WICK\'S KIT", "Lantern", "Boots"', ("Lantern", "Boots")),
        ("物件：灯笼、条纹围巾和靴子。", ("灯笼", "条纹围巾", "靴子")),
        ("Accessory sheet of Lamp: the main object. Two views: front view, back view.", ()),
        ("on white", ()),
    ],
)
def test_items_come_from_the_prompt(prompt: str, items: tuple[str, ...]) -> None:
    """Items are what is quoted after the title, else what is listed, else things that are known; views are none."""
    assert items_named(prompt) == items


def cells(page: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Return the frames of a sheet's details, in reading order."""
    frame = (np.abs(page.astype(int) - 228).max(axis=2) < 6).astype(np.uint8)
    found = [cv2.boundingRect(outline) for outline in cv2.findContours(frame, cv2.RETR_EXTERNAL, 1)[0]]
    return sorted((box for box in found if min(box[2:]) > 60), key=lambda box: (box[1] // 40, box[0]))


@pytest.mark.parametrize("count", [1, 3, 5, 12])
@pytest.mark.parametrize("size", [(1376, 768), (768, 1376), (512, 512)])
def test_as_many_details_as_items_in_a_grid(count: int, size: tuple[int, int]) -> None:
    """Every item has its square, all of one size, none over another nor over the edge."""
    page = draw_accessory_sheet(walker(), *size, "Kit", tuple(f"thing {i}" for i in range(count)))
    found = cells(page)
    assert page.shape == (size[1], size[0], 3)
    assert len(found) == count
    assert np.ptp([box[2] for box in found]) <= 2
    for i, (x, y, wide, high) in enumerate(found):
        assert all(x + wide <= a or a + b <= x or y + high <= c or c + d <= y for a, c, b, d in found[:i])


@pytest.mark.parametrize("names", [("lantern", "boots"), ("灯笼", "靴子")])
def test_a_detail_shows_what_its_name_leads_one_to_expect(names: tuple[str, str]) -> None:
    """The lantern's square holds the lantern, the boots' the boots; neither is the whole figure."""
    page = draw_accessory_sheet(walker(), 1376, 768, "Kit", names)
    lantern, boots = (page[y : y + high, x : x + wide].astype(int) for x, y, wide, high in cells(page))

    def share(part: np.ndarray, tone: tuple[int, int, int]) -> float:
        return float((np.abs(part - tone).max(axis=2) < 30).mean())

    assert share(lantern, LANTERN) > 0.1
    assert share(boots, BOOTS) > 0.1
    assert share(boots, LANTERN) < share(lantern, LANTERN)


def test_captions_are_written_under_their_details() -> None:
    """Below every square stands ink, and another name leaves other ink."""
    one = draw_accessory_sheet(walker(), 1376, 768, "Kit", ("lantern", "boots"))
    other = draw_accessory_sheet(walker(), 1376, 768, "Kit", ("lantern", "shoes"))
    (x, y, wide, high), (a, b, _, _) = cells(one)
    below = slice(y + high + 4, y + high + 40)
    assert (one[below, x : x + wide].min(axis=2) < 120).sum() > 40
    assert np.array_equal(one[below, x : x + wide], other[below, x : x + wide])
    assert not np.array_equal(
        one[b + high + 4 : b + high + 40, a : a + wide], other[b + high + 4 : b + high + 40, a : a + wide]
    )

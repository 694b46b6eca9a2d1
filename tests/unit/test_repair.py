"""Answers are never trusted: whatever an engine finds, the regions are sound and what was wrong is counted."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engines.base import Finding
from core.models.region import SCALE, Flag, Region, Wish
from core.models.repair import DROPPED, LONGEST_CAPTION, Repaired, repair


def found(*boxes: Any, **more: Any) -> list[Finding]:
    return [Finding(box_2d=box, **more) for box in boxes]


def mended(*boxes: Any, wish: Wish | None = None, **more: Any) -> Repaired:
    return repair(found(*boxes, **more), wish or Wish())


def corners(region: Region) -> tuple[float, ...]:
    box = region.box
    return box.ymin, box.xmin, box.ymax, box.xmax


NUMBERS = st.one_of(
    st.floats(),
    st.integers(-(10**400), 10**400),
    st.integers(-50, 1050),
    st.sampled_from([0, 1000, 500, math.nan, math.inf, -math.inf, 1e308, 5e-324]),
)
ANYTHING = st.one_of(NUMBERS, st.text(max_size=5), st.none(), st.booleans(), st.lists(st.integers(), max_size=4))
BOXES = st.one_of(
    st.tuples(*[st.integers(-100, 1100)] * 4),
    st.tuples(*[NUMBERS] * 4),
    st.tuples(*[st.integers(0, 1000).map(str)] * 4),
    st.lists(ANYTHING, max_size=6),
    st.integers(5, 3000).map(lambda count: [1] * count),
    st.dictionaries(st.sampled_from(["ymin", "xmin", "ymax", "xmax"]), NUMBERS),
    ANYTHING,
)
FINDINGS = st.lists(
    st.builds(
        Finding, box_2d=BOXES, label=st.text(max_size=99), caption=st.text(max_size=60), score=st.none() | st.floats()
    ),
    max_size=20,
)
WISHES = st.builds(Wish, labels=st.lists(st.text(max_size=6), max_size=3).map(tuple))


@given(FINDINGS, WISHES)
def test_regions_are_always_sound(findings: list[Finding], wish: Wish) -> None:
    """Of any answer whatever, the regions have valid boxes, ids in order, clean words and labels of the list."""
    done = repair(findings, wish)
    assert [region.id for region in done.regions] == [f"r{at}" for at in range(1, len(done.regions) + 1)]
    for region in done.regions:
        top, left, bottom, right = corners(region)
        assert 0 <= top < bottom <= SCALE
        assert 0 <= left < right <= SCALE
        assert all(char in "\n\t" or ord(char) >= 32 for char in region.caption)
        assert "\n" not in region.label
        assert not wish.labels or region.label in ("", *wish.labels)
        assert region.score is None or 0 <= region.score <= 1
        Region.model_validate_json(region.model_dump_json())


@given(FINDINGS, WISHES)
def test_counts_add_up(findings: list[Finding], wish: Wish) -> None:
    """Every finding is a region or counted as dropped, and every flag of a region is counted once."""
    done = repair(findings, wish)
    dropped = sum(done.counts.get(flag, 0) for flag in DROPPED)
    assert len(done.regions) + dropped == len(findings)
    for flag in set(Flag) - set(DROPPED):
        assert done.counts.get(flag, 0) == sum(flag in region.flags for region in done.regions)
    assert list(done.origins) == sorted(set(done.origins))
    assert len(done.origins) == len(done.regions)


@given(FINDINGS, WISHES)
def test_repairing_twice_changes_nothing(findings: list[Finding], wish: Wish) -> None:
    """What was repaired needs no repair: the same boxes, words and ids come out, and nothing is dropped."""
    once = repair(findings, wish).regions
    again = [Finding(corners(region), region.label, region.caption, region.score) for region in once]
    twice = repair(again, wish)
    assert not set(twice.counts) & {*DROPPED, Flag.REVERSED, Flag.OUT_OF_RANGE, Flag.LABEL_NOT_ALLOWED}
    without_flags = [region.model_copy(update={"flags": ()}) for region in once]
    assert [region.model_copy(update={"flags": ()}) for region in twice.regions] == without_flags


@given(st.tuples(*[st.integers(0, 1000)] * 4), st.integers(1000, 3000), st.booleans())
def test_a_huge_answer_of_one_box_is_one_region(box: Any, count: int, is_reversed: bool) -> None:
    """However often a box is answered, turned round or not, it is one region, and all the others are counted."""
    top, left, bottom, right = box
    done = mended(*[(bottom, right, top, left) if is_reversed and at % 2 else box for at in range(count)])
    is_box = top != bottom and left != right
    assert len(done.regions) == int(is_box)
    assert sum(done.counts.get(flag, 0) for flag in DROPPED) == count - int(is_box)


@given(st.lists(st.tuples(*[st.integers(0, 1000)] * 4), max_size=25))
def test_no_two_regions_are_one(boxes: list[Any]) -> None:
    """Of boxes that are nearly the same only one is left, and each box left is one that was answered."""
    regions = mended(*boxes).regions
    for at, one in enumerate(regions):
        assert all(one.box.iou(other.box) <= 0.9 for other in regions[at + 1 :])
    answered = {(min(t, b), min(l, r), max(t, b), max(l, r)) for t, l, b, r in boxes}  # noqa: E741
    assert {corners(region) for region in regions} <= answered


@pytest.mark.parametrize(
    ("box", "expected", "flags"),
    [
        ((100, 100, 300, 400), (100, 100, 300, 400), ()),
        ((300, 400, 100, 100), (100, 100, 300, 400), (Flag.REVERSED,)),
        ((300, 100, 100, 400), (100, 100, 300, 400), (Flag.REVERSED,)),
        ((-50, 100, 300, 1400), (0, 100, 300, 1000), (Flag.OUT_OF_RANGE,)),
        ((1300, 100, 300, 400), (300, 100, 1000, 400), (Flag.REVERSED, Flag.OUT_OF_RANGE)),
        ((1.5, 2.25, 3.5, 1e308), (1.5, 2.25, 3.5, 1000), (Flag.OUT_OF_RANGE,)),
    ],
)
def test_boxes_are_mended(box: Any, expected: tuple[float, ...], flags: tuple[Flag, ...]) -> None:
    """A reversed box is turned and one beyond the page is cut at its edge; both are flagged and counted."""
    done = mended(box)
    assert corners(done.regions[0]) == expected
    assert done.regions[0].flags == flags
    assert done.counts == dict.fromkeys(flags, 1)


@pytest.mark.parametrize(
    ("box", "flag"),
    [
        ((), Flag.UNREADABLE),
        ((1, 2, 3), Flag.UNREADABLE),
        ((1, 2, 3, 4, 5), Flag.UNREADABLE),
        (("1", "2", "3", "4"), Flag.UNREADABLE),
        ((math.nan, 0, 10, 10), Flag.UNREADABLE),
        ((0, 0, math.inf, 10), Flag.UNREADABLE),
        ((0, 0, 10**400, 10), Flag.UNREADABLE),
        ((False, False, True, True), Flag.UNREADABLE),
        (None, Flag.UNREADABLE),
        ("0 0 10 10", Flag.UNREADABLE),
        ((100, 100, 100, 400), Flag.EMPTY),
        ((100, 100, 300, 100.3), Flag.EMPTY),
        ((2000, 2000, 3000, 3000), Flag.EMPTY),
    ],
)
def test_boxes_that_say_nothing_are_dropped(box: Any, flag: Flag) -> None:
    """What is not four finite numbers, or has no area on the page, is dropped and counted by its kind."""
    done = mended(box, (10, 10, 500, 500))
    assert [corners(region) for region in done.regions] == [(10, 10, 500, 500)]
    assert done.counts == {flag: 1}
    assert done.origins == (1,)


def test_the_first_of_duplicates_stays() -> None:
    """Of boxes that overlap by more than nine tenths the first stays; by less, both."""
    done = mended((100, 100, 500, 500), (102, 100, 500, 500), (100, 100, 500, 450))
    assert [corners(region) for region in done.regions] == [(100, 100, 500, 500), (100, 100, 500, 450)]
    assert done.counts[Flag.DUPLICATE] == 1


def test_whole_pages_are_flagged() -> None:
    """A box of the whole page is kept and flagged, beside others and alone; an only picture within it is plausible."""
    beside = mended((0, 0, 1000, 1000), (100, 100, 400, 400))
    assert [region.flags for region in beside.regions] == [(Flag.WHOLE_PAGE,), ()]
    assert mended((0, 0, 1000, 1000)).regions[0].flags == (Flag.WHOLE_PAGE,)
    assert mended((8, 8, 992, 992)).regions[0].flags == ()
    assert mended((8, 8, 992, 992), (10, 10, 50, 50)).counts == {Flag.WHOLE_PAGE: 1}


def test_swallowed_boxes_are_flagged() -> None:
    """A box inside a larger one is kept and flagged; one that only reaches into it is not."""
    done = mended((100, 100, 600, 600), (200, 200, 300, 300), (550, 550, 800, 800))
    assert [region.flags for region in done.regions] == [(), (Flag.SWALLOWED,), ()]
    assert done.counts == {Flag.SWALLOWED: 1}


@pytest.mark.parametrize(
    ("label", "expected", "is_flagged"),
    [("Resistor ", "resistor", False), ("IC", "IC", False), ("lamp", "", True), ("", "", False)],
)
def test_labels_of_a_closed_list(label: str, expected: str, is_flagged: bool) -> None:
    """With a closed list a label is spelt as the list does; one that is not on it is blanked and flagged."""
    done = mended((1, 1, 9, 9), label=label, wish=Wish(labels=("resistor", "IC")))
    assert done.regions[0].label == expected
    assert (Flag.LABEL_NOT_ALLOWED in done.regions[0].flags) is is_flagged


def test_captions_stay_verbatim() -> None:
    """Line breaks, spaces and spelling of a caption stay; control and turning characters do not, nor endless text."""
    caption = "  PLATE  IV.\r\nThe caſtle\u2028of Troy\x00\x1b[31m\u202e "
    region = mended((1, 1, 9, 9), caption=caption, label="a\nb\x07  c").regions[0]
    assert region.caption == "PLATE  IV.\nThe caſtle\nof Troy[31m"
    assert region.label == "a b c"
    assert len(mended((1, 1, 9, 9), caption="x" * 99_999).regions[0].caption) == LONGEST_CAPTION


def test_words_of_any_other_kind_are_none() -> None:
    """A label, caption or score that is none is left out."""
    region = mended((1, 1, 9, 9), label=None, caption=7, score=math.nan).regions[0]
    assert (region.label, region.caption, region.score) == ("", "", None)

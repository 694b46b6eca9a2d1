"""What differs between two prompts: words that stayed, came and went, in every script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.studio.prompting.word_diff import Change, word_diff

SAME, ADDED, REMOVED = Change.SAME, Change.ADDED, Change.REMOVED


def pieces(before: str, after: str) -> list[tuple[Change, str]]:
    return [(piece.change, piece.text) for piece in word_diff(before, after)]


def test_a_changed_word_is_told_apart() -> None:
    """Only the words that changed are marked; those around them stay in one piece."""
    assert pieces("A red lamp at night.", "A blue lamp at dawn.") == [
        (SAME, "A "),
        (REMOVED, "red "),
        (ADDED, "blue "),
        (SAME, "lamp at "),
        (REMOVED, "night"),
        (ADDED, "dawn"),
        (SAME, "."),
    ]


def test_chinese_is_compared_by_characters() -> None:
    """Without spaces between words, each character counts alone."""
    assert pieces("夜里的红灯", "夜里的蓝灯笼") == [
        (SAME, "夜里的"),
        (REMOVED, "红"),
        (ADDED, "蓝"),
        (SAME, "灯"),
        (ADDED, "笼"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("a lamp\nat night", "a  lamp at night", [(SAME, "a  lamp at night")]),
        ("", "a lamp", [(ADDED, "a lamp")]),
        ("a lamp", "", [(REMOVED, "a lamp")]),
        ("", "", []),
        ("lamp, lit", "lamp lit", [(SAME, "lamp "), (REMOVED, ", "), (SAME, "lit")]),
    ],
)
def test_spaces_and_signs(before: str, after: str, wanted: list[tuple[Change, str]]) -> None:
    """Where a line breaks is no difference, a comma is one, and an empty prompt is all new or all gone."""
    found = pieces(before, after)
    assert [(change, text.split()) for change, text in found] == [(change, text.split()) for change, text in wanted]


TEXTS = st.text(alphabet="ab ,.\n红灯_é'", max_size=40)


@given(TEXTS, TEXTS)
def test_nothing_is_lost(before: str, after: str) -> None:
    """Whatever the texts: the pieces without the removed ones are the new text, those without the added the old."""
    found = word_diff(before, after)
    assert "".join(piece.text for piece in found if piece.change is not REMOVED) == after
    old = "".join(piece.text for piece in found if piece.change is not ADDED)
    assert "".join(old.split()) == "".join(before.split())


def test_long_prompts_are_compared_too() -> None:
    """Two prompts of the longest sort that share a word thousands of times come back whole."""
    before, after = ("x the " * 5000, "y the " * 5000)
    found = word_diff(before, after)
    assert "".join(piece.text for piece in found if piece.change is not REMOVED) == after
    assert REMOVED in {piece.change for piece in found}

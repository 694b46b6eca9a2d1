"""How the terminal sets people's words into columns."""

from __future__ import annotations

import pytest

from core.cli.printing import padded, width_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("wick", "wick      "),
        ("灯芯", "灯芯      "),
        ("ウィック", "ウィック  "),
        ("a long name", "a long nam"),
        ("很长很长的名字", "很长很长的"),
        ("a很长很长的名字", "a很长很长 "),
        ("cafe\u0301", "cafe\u0301      "),
        ("ti\x1b[31mtle", "ti·[31mtle"),
    ],
)
def test_columns_count_the_places_letters_take(text: str, shown: str) -> None:
    """A column of ten places is ten places wide in a terminal, where a Chinese letter takes two and an accent none."""
    assert padded(text, 10) == shown
    assert width_of(shown) == 10

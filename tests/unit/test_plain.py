"""Text from people and models on its way through Streamlit's Markdown."""

from __future__ import annotations

import re

import pytest

from core.ui.widgets import plain

# what Streamlit's front makes of text after Markdown has taken the backslashes away
ALIVE = re.compile(
    r"(https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+(\.[-\w]+)+|:material/|:[\w+-]+:"
    r"|(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)|&#?\w+;",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "http://evil.test/a.png",
            "Https://x.y",
            "www.evil.test",
            "WWW.x.y",
            "<img src=http://evil.test/x>",
            "a@b.test",
        ),
        *(":material/home:", ":streamlit:", ":smile:", ":+1:", "a:b:c:d", "a -> b", "<-> <- -- >= <= ~="),
    ],
)
def test_nothing_alive_is_left_without_the_backslashes(text: str) -> None:
    """A character without width stands inside of whatever would become a link, an icon or an arrow."""
    shown = re.sub(r"\\(.)", r"\1", plain(text))
    assert not ALIVE.search(shown)
    assert shown.replace("\u2060", "") == text


def test_entities_are_escaped() -> None:
    """An ampersand is an ampersand: what follows it is not read as the name of a character."""
    assert plain("&lt;b&gt;") == r"\&lt;b\&gt;"


@pytest.mark.parametrize("text", ["about $0.27 · 16:9", "Image 1: wick", "A walk-through, 12:30", "to be made: 2"])
def test_ordinary_text_gets_no_unseen_characters(text: str) -> None:
    """Prices, ratios and names come through as they are, backslashes aside."""
    assert plain(text).replace("\\", "") == text

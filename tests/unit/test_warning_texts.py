"""What an engine left out is said in the visitor's language, with its names and figures."""

from __future__ import annotations

import pytest

from core.ui import warning_texts
from core.ui.warning_texts import warning_text


@pytest.mark.parametrize(
    ("warning", "said"),
    [
        ("Nano Banana 2.1 does not heed top_p 0.5: it was left out.", "Nano Banana 2.1 / temperature / 0.5"),
        ("Draft does not heed temperature 0.2: left out.", "Draft / temperature / 0.2"),
        ("The answer named 700 objects; the first 500 were taken.", "700 / 500"),
        ("1 of 3 masks were missing or could not be read; their boxes are used.", "1 / 3"),
        ("Only half of it was made: {left out}.", "Only half of it was made: {left out}."),
    ],
)
def test_a_sentence_with_figures_is_translated(warning: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of ours are put into the translated sentence; a service's words stay as they are."""
    words = {
        "{title} does not heed {setting} {value}: it was left out.": "{title} / {setting} / {value}",
        "The answer named {count} objects; the first {taken} were taken.": "{count} / {taken}",
        "{count} of {total} masks were missing or could not be read; their boxes are used.": "{count} / {total}",
    }
    monkeypatch.setattr(warning_texts, "_", lambda text: words.get(text, text))
    monkeypatch.setattr(warning_texts, "setting_name", lambda _setting: "Temperature")
    assert warning_text(warning) == said

"""The models page as a script: every fact of a model, and what is said of one the account has not got."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import load_settings
from core.studio.context import Studio
from tests.app.walk import opened
from tests.standin import StandIn

NANO, FLASH, PRO = "gemini-nano-banana-2.1", "gemini-3.1-flash-image", "gemini-3-pro-image"
PAST, UNKNOWN = "gemini-2.5-flash-image", "gemini-9-banana"
_TITLES = {
    NANO: "Nano Banana 2.1",
    FLASH: "Nano Banana 2",
    PRO: "Nano Banana Pro",
    PAST: "Nano Banana",
    UNKNOWN: UNKNOWN,
    "draft": "Draft",
}


@pytest.fixture(autouse=True)
def _november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the calendar on the day the catalog's dates are seen from."""
    monkeypatch.setattr(Studio, "today", lambda _studio: date(2026, 11, 21))


def page() -> AppTest:
    """Return the page, run once."""
    return opened(None, "models")


def page_of(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the page of somebody who has an account."""
    monkeypatch.setenv("GEMINI_API_KEY", server.key)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    return page()


def _inside(block: Any) -> list[Any]:
    """Return the elements of a block and of all within it, in the order of the page."""
    found = []
    for child in block.children.values():
        found += _inside(child) if hasattr(child, "children") else [child]
    return found


def card(app: AppTest, model: str) -> tuple[dict[str, str], str]:
    """Return a card's facts by their names, and its badges and notes."""
    elements = _inside(app.main)
    title = f"**{_TITLES[model].replace('.', chr(92) + '.').replace('-', chr(92) + '-')}**"
    begin = next(place for place, one in enumerate(elements) if _value(one) == title)
    facts, said = {}, []
    for one in elements[begin + 1 :]:
        if one.type in ("table", "arrow_table"):
            facts = {row[0]: _spoken(row[1]) for row in one.value.values.tolist()}
        elif _value(one).startswith("**") or one.type == "subheader":
            break
        else:
            said.append(_spoken(_value(one)))
    return facts, " ".join(said)


def _value(element: Any) -> str:
    value = getattr(element, "value", "")
    return value if isinstance(value, str) else ""


def _spoken(text: str) -> str:
    """Return text as a person sees it, without what keeps Markdown from it."""
    return text.replace("\\", "").replace("\u2060", "")


def test_each_fact_is_shown() -> None:
    """Without an account a card says what a model costs, makes, takes and heeds, and until when it is there."""
    app = page()
    facts, said = card(app, FLASH)
    assert facts == {
        "Price": "512: $0.045, 1K: $0.067, 2K: $0.101, 4K: $0.151",
        "Sizes": "512, 1K, 2K, 4K",
        "Ratios": "1:1, 2:3, 3:2, 3:4, 4:3, 4:5, 5:4, 9:16, 16:9, 21:9, 1:4, 4:1, 1:8, 8:1",
        "Reference images": "at most 14: 4 characters, 10 objects",
        "Thinking": "minimal, high",
        "Search": "web and images",
        "Price of a search": "$0.014 a query; the month's first 5,000 prompts that search are free",
        "Video input": "yes",
        "Also heeds": "temperature, top p",
        "Replaced by": "Nano Banana 2.1",
    }
    assert "reported shut down on 2026-10-29" in said
    assert "in this account" not in said
    facts, said = card(app, NANO)
    assert facts["Released"] == "2026-10-07"
    assert facts["Price"].endswith("(unsure)")
    assert not facts.keys() & {"Search", "Price of a search", "Video input", "Replaced by", "Use instead"}
    assert "Takes neither temperature nor top_p" in said
    facts, said = card(app, PRO)
    assert (facts["Thinking"], facts["Search"]) == ("always; the amount cannot be set", "web")
    assert facts["Reference images"] == "at most 14: 5 characters, 6 objects, 3 styles"
    facts, said = card(app, "draft")
    assert facts["Price"] == "free"
    assert "built in" in said
    assert any("There is no key" in text.value for text in app.text)


def test_what_the_account_has_is_marked_and_what_it_lacks_has_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account is asked; a model it lacks says so and names one it has, its replacement where that is there."""
    with StandIn(models=(PRO, "gemini-3.5-flash-lite", UNKNOWN)) as server:
        app = page_of(server, monkeypatch)
        assert len(server.listings) == 1
    assert any("This account has 3 models" in text.value for text in app.text)
    facts, said = card(app, PRO)
    assert "in this account" in said
    assert "not in this account" not in said
    assert "Use instead" not in facts
    facts, said = card(app, NANO)
    assert "not in this account" in said
    assert facts["Use instead"] == "Nano Banana Pro"
    facts, said = card(app, PAST)
    assert "shut down on 2026-10-02" in said
    assert (facts["Replaced by"], facts["Use instead"]) == ("Nano Banana 2.1", "Nano Banana Pro")


def test_a_replacement_that_is_there_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that the account lacks and whose replacement it has names that one, and no other."""
    with StandIn(models=(NANO, PRO)) as server:
        facts, _ = card(page_of(server, monkeypatch), PAST)
    assert facts["Replaced by"] == "Nano Banana 2.1"
    assert "Use instead" not in facts


def test_an_unknown_live_model_has_careful_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that makes images and that the list does not have is shown by its id, with limits that are guesses."""
    with StandIn(models=(PRO, UNKNOWN, "gemini-9-text")) as server:
        app = page_of(server, monkeypatch)
    facts, said = card(app, UNKNOWN)
    assert facts["Reference images"] == "at most 3"
    assert facts["Price"].endswith("(unsure)")
    assert "the dearest one known is assumed" in said
    assert not any("gemini" in one.value and "text" in one.value for one in app.caption)


def test_an_account_that_cannot_be_asked_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is not accepted is told on the page, and the models are shown all the same."""
    with StandIn() as server:
        monkeypatch.setenv("GEMINI_API_KEY", "wrong-key")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        app = page()
    assert any("key" in error.value for error in app.error)
    assert "Price" in card(app, PRO)[0]


def test_what_holds_of_all_models_is_said(tmp_path: Any) -> None:
    """The watermark, the languages, what is not taken in, and where an entry is corrected stand below the cards."""
    app = page()
    said = _spoken("\n".join(text.value for text in app.markdown))
    for words in ("SynthID", "Ukrainian", "a video only by: Nano Banana 2.", "more or fewer", "real people"):
        assert words in said
    assert any("2026" in one.value and "catalog" in one.value for one in app.caption)
    (tmp_path / "home").mkdir(exist_ok=True)
    own = f'[[models]]\nid = "{NANO}"\nhas_search = true\nsearch_usd_per_1000 = 35.0\n'
    (tmp_path / "home" / "catalog.toml").write_text(own)
    from core.ui import desk

    desk.desk.cache_clear()
    assert card(page(), NANO)[0]["Price of a search"].startswith("$0.035 a query")
    assert load_settings().home == tmp_path / "home"

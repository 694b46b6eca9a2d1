"""Text from people and models in a real Chromium: it reads as it was written, and nothing in it is alive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.harness import StudioServer, Visits
from tests.browser.hostile_texts import TEXTS

FOLDER = Path(__file__).parent
UNSEEN = "\u2060"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """A server that shows the texts."""
    flags = ("--browser.gatherUsageStats", "false", "--client.toolbarMode", "viewer")
    with StudioServer(tmp_path_factory.mktemp("plain"), script=FOLDER / "plain_page.py", flags=flags) as running:
        yield running


def test_plain_text_is_inert_wherever_it_is_shown(server: StudioServer, open_page: Visits) -> None:
    """Addresses become no links, words no icons, signs no arrows, and entities stay as they are."""
    page = open_page(server)
    shown = page.locator(".st-key-shown")
    expect(shown.get_by_role("heading")).to_have_count(len(TEXTS))
    alive = "a[href], img, strong, del, code, .katex, [role=img], span[translate=no]:not([data-testid])"
    for place in (shown, page.locator("[data-testid=stToast]")):
        assert [found.evaluate("found => found.outerHTML") for found in place.locator(alive).all()] == []
    for calls in ("h3", "[data-testid=stCaptionContainer]", ".stButton", "[data-testid=stAlert]"):
        texts = [text.replace(UNSEEN, "").strip() for text in shown.locator(calls).all_inner_texts()]
        assert texts == list(TEXTS), calls
    cells = [text.replace(UNSEEN, "").strip() for text in shown.locator("td").all_inner_texts()]
    assert cells == list(TEXTS)
    toasts = [text.replace(UNSEEN, "") for text in page.locator("[data-testid=stToast]").all_inner_texts()]
    assert all(any(text in toast for toast in toasts) for text in TEXTS[:2])

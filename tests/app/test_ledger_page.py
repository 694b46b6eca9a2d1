"""The ledger page as a script: what it shows of attempts, and to whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import load_settings
from core.store.ledger import Ledger
from tests.app.walk import APP

ROW = {
    **{"project": "p", "project_title": "Hares", "user": "local", "run": "r", "runner": "x", "story": "s", "step": "a"},
    **{"fingerprint": "f", "engine": "gemini", "model": "m1"},
}


def page() -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.run()
    app.switch_page("../../pages/ledger.py")
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(load_settings().home)


def test_before_the_first_call(tmp_path: Path) -> None:
    """Without any attempt the page says so."""
    assert any("Nothing was called" in text.value for text in page().text)


def test_every_attempt_stands_there(ledger: Ledger) -> None:
    """A made and a blocked attempt are rows with their cost, and together they are counted."""
    for outcome, cost in (("succeeded", 0.034), ("blocked", 0.0)):
        ledger.finish(ledger.start(ROW, 0.034, None), {"outcome": outcome, "cost_usd": cost})
    app = page()
    shown = app.dataframe[0].value
    assert list(shown["Outcome"]) == ["blocked", "made"]
    assert any("2 attempts · $0.068" in text.value for text in app.text)
    group = next(control for control in app.button_group if control.label == "Show")
    group.set_value("model").run()
    assert list(app.dataframe[0].value["Attempts"]) == [2]

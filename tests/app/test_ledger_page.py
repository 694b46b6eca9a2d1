"""The ledger page as a script: what it shows of attempts, and to whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import load_settings
from core.store.ledger import Ledger
from core.studio.context import Studio
from tests.app.walk import APP

ROW = {
    **{"project": "p", "project_title": "Hares", "user": "local", "run": "r", "runner": "x", "story": "s", "step": "a"},
    **{"fingerprint": "f", "engine": "gemini", "model": "m1"},
}


def page(project: str = "") -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    if project:
        app.query_params["project"] = project
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
    assert any("2 attempts · 1 image · $0.068" in text.value for text in app.text)
    group = next(control for control in app.button_group if control.label == "Show")
    group.set_value("model").run()
    assert list(app.dataframe[0].value["Attempts"]) == [2]


def test_each_end_has_its_name_and_whether_it_was_billed(ledger: Ledger) -> None:
    """Made, blocked, cancelled, failed and unknown attempts are told apart, by one and put together by outcome."""
    ends = (("succeeded", True), ("blocked", True), ("cancelled", True), ("failed", False), ("unknown", True))
    for outcome, is_billed in ends:
        values = {"outcome": outcome, "may_be_billed": is_billed, "cost_usd": 0.034 * (outcome == "succeeded")}
        ledger.finish(ledger.start(ROW, 0.034, None), values)
    app = page()
    shown = app.dataframe[0].value
    assert dict(zip(shown["Outcome"], shown["Billed"], strict=True)) == {
        "made": "yes",
        "blocked": "maybe",
        "cancelled": "maybe",
        "failed": "no",
        "unknown, may be billed": "maybe",
    }
    assert any("Images that were used again cost nothing" in caption.value for caption in app.caption)
    group = next(control for control in app.button_group if control.label == "Show")
    group.set_value("outcome").run()
    totals = app.dataframe[0].value
    assert set(totals["Outcome"]) == set(shown["Outcome"])
    assert totals["Cost"].sum() == pytest.approx(4 * 0.034)


def test_limits_stand_where_what_was_spent_does(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The page and the sidebar say what is left of the day's and the project's budget, and what a run may cost."""
    monkeypatch.setenv("THROUGHLINE_BUDGET_USD", "2")
    monkeypatch.setenv("THROUGHLINE_RUN_BUDGET_USD", "0.5")
    monkeypatch.setenv("THROUGHLINE_PROJECT_BUDGET_USD", "30")
    project = Studio(load_settings()).workspace(tmp_path / "home" / "projects" / "hares", "Hares {amount}")
    ledger.finish(ledger.start({**ROW, "project": project.uuid}, 1.5, None), {"outcome": "succeeded", "cost_usd": 1.5})
    app = page(project.uuid)
    said = app.text[1].value
    assert said.splitlines() == [
        "Spent today: $1.50 · $0.50 of $2.00 left",
        "On Hares {amount}: $1.50 · $28.50 of $30.00 left",
        "A run may cost $0.50 at most",
    ]
    assert any("A run may cost" in caption.value for caption in app.sidebar.caption)

"""The ledger page as a script: what it shows of attempts, and to whom."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import load_settings
from core.store import ledger as ledger_module
from core.store.ledger import Ledger
from core.studio.context import Studio
from core.ui.spending import table as table_module
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


@pytest.fixture
def shared(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Attempts of two users on two projects, days and models; one of them looked something up."""
    midday = datetime(2026, 11, 21, 12).astimezone().timestamp()
    for days, (user, project, model, cost) in enumerate(
        (("ann", "Hares", "m1", 0.034), ("bob", "Hares", "m2", 0.134), ("bob", "=Lamps", "m1", 0.081))
    ):
        monkeypatch.setattr(ledger_module.time, "time", lambda at=midday + days * 86_400: at)
        row = {**ROW, "user": user, "project_title": project, "model": model}
        ended = {"outcome": "succeeded", "cost_usd": cost, "searches": 1 if project == "=Lamps" else 0}
        ledger.finish(ledger.start(row, 0.1, None), ended)
    return ledger


def show(app: AppTest, group: str) -> dict[str, tuple[int, float]]:
    """Put the attempts together and return attempts and cost by name, in the order shown."""
    next(control for control in app.button_group if control.label == "Show").set_value(group).run()
    table = app.dataframe[0].value
    return {row[0]: (row[1], round(row[3], 3)) for row in table.values.tolist()}


def test_attempts_are_put_together(shared: Ledger) -> None:
    """By day, project, model and user each group has its attempts and its cost; days newest first, others dearest."""
    app = page()
    assert list(show(app, "day").items()) == [
        ("2026-11-23", (1, 0.081)),
        ("2026-11-22", (1, 0.134)),
        ("2026-11-21", (1, 0.034)),
    ]
    assert list(show(app, "project_title").items()) == [("Hares", (2, 0.168)), ("=Lamps", (1, 0.081))]
    assert list(show(app, "model").items()) == [("m2", (1, 0.134)), ("m1", (2, 0.115))]
    assert list(show(app, "user").items()) == [("bob", (2, 0.215)), ("ann", (1, 0.034))]


def test_several_users_can_be_told_apart(shared: Ledger) -> None:
    """Where several people made attempts one can look at those of some of them; their searches are counted."""
    app = page()
    assert "Prompts that searched this month: 1 here, of 5,000 that are free" in app.text[1].value
    next(box for box in app.multiselect if box.label == "User").select("bob").run()
    assert any("2 attempts · 2 images · $0.22" in text.value for text in app.text)
    table = app.dataframe[0].value
    assert list(table["Project"]) == ["=Lamps", "Hares"]
    assert table["Searches"].fillna(0).tolist() == [1, 0]


def test_one_user_is_offered_no_choice_of_users(ledger: Ledger) -> None:
    """Where all attempts are one person's there is nothing to choose among."""
    ledger.finish(ledger.start(ROW, 0.034, None), {"outcome": "succeeded", "cost_usd": 0.034})
    assert "User" not in [box.label for box in page().multiselect]


def test_the_file_holds_what_is_shown(shared: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CSV has the attempts that the filters leave, with all their columns, and none of its cells is a formula."""
    offered: list[Callable[[], bytes]] = []
    monkeypatch.setattr(table_module.st, "download_button", lambda _label, data, **_options: offered.append(data))
    app = page()
    next(box for box in app.multiselect if box.label == "User").select("bob").run()
    rows = list(csv.DictReader(io.StringIO(offered[-1]().decode("utf-8-sig"))))
    assert [(row["user"], row["project_title"], row["model"]) for row in rows] == [
        ("bob", "'=Lamps", "m1"),
        ("bob", "Hares", "m2"),
    ]
    assert [(row["cost_usd"], row["searches"], row["outcome"]) for row in rows] == [
        ("0.081", "1", "succeeded"),
        ("0.134", "0", "succeeded"),
    ]
    assert rows[0]["time"].startswith("2026-11-23T12:00:00")
    assert rows[0]["run"] == "r"

"""The ledger: a row before every call, a budget nobody slips past, and totals that count what may be billed."""

from __future__ import annotations

import sqlite3
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import CompileError

from core.errors import BudgetExceededError, ConfigurationError
from core.models.limits import Limits
from core.store import ledger as ledger_module
from core.store.ledger import STARTED, UNKNOWN, Ledger
from tests.processes import together
from tests.samples import attempt
from tests.workers import spend

DONE = {"outcome": "succeeded", "cost_usd": 0.04, "may_be_billed": True, "seconds": 1.5}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return Ledger(tmp_path / "home")


def _on_disk(home: Path) -> list[dict[str, Any]]:
    """Return the rows as another program reads them."""
    connection = sqlite3.connect(home / "ledger.sqlite")
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute("select * from attempts")]
    connection.close()
    return rows


def test_the_row_is_on_disk_before_the_call(ledger: Ledger, tmp_path: Path) -> None:
    """As soon as `start` returns, any other process sees the attempt with its estimate, as started."""
    before = time.time()
    attempt_id = ledger.start(attempt(), 0.04, None)
    (row,) = _on_disk(tmp_path / "home")
    assert row.items() >= {**attempt(), "id": attempt_id, "outcome": STARTED, "estimate_usd": 0.04}.items()
    assert before <= row["time"] <= time.time()
    assert row["may_be_billed"]


def test_commits_are_synced_to_the_disk(ledger: Ledger) -> None:
    """The ledger waits for the disk at every commit, so a power cut takes no row of a paid call."""
    with ledger._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


def test_a_row_is_completed_once_the_call_is_over(ledger: Ledger) -> None:
    """What came back replaces what was guessed; nothing else of the row changes."""
    attempt_id = ledger.start(attempt(), 0.05, None)
    ledger.finish(attempt_id, {**DONE, "input_tokens": 10, "output_tokens": 1290, "status": 200})
    (row,) = ledger.rows()
    assert row.items() >= {**attempt(), **DONE, "input_tokens": 10, "output_tokens": 1290, "status": 200}.items()


def test_a_budget_stops_before_the_call(ledger: Ledger) -> None:
    """The call that would go over the day's budget is refused, and leaves no row."""
    ledger.finish(ledger.start(attempt(), 0.04, Limits(day=0.1)), DONE)
    ledger.start(attempt(), 0.06, Limits(day=0.1))
    with pytest.raises(BudgetExceededError, match="Nothing was sent"):
        ledger.start(attempt(), 0.01, Limits(day=0.1))
    assert len(ledger.rows()) == 2


def test_a_free_call_needs_no_budget(ledger: Ledger) -> None:
    """The draft engine costs nothing and works when the budget is used up or is zero."""
    ledger.start(attempt(), 0.5, None)
    ledger.start(attempt(engine="draft"), 0.0, Limits(day=0.1))
    ledger.start(attempt(engine="draft"), 0.0, Limits(day=0.0))
    with pytest.raises(BudgetExceededError):
        ledger.start(attempt(), 0.01, Limits(day=0.0))


def test_a_budget_is_met_to_the_cent(ledger: Ledger) -> None:
    """Ten calls of ten cents fit into a dollar, whatever floating-point numbers say."""
    for _ in range(10):
        ledger.start(attempt(), 0.1, Limits(day=1.0))
    with pytest.raises(BudgetExceededError):
        ledger.start(attempt(), 0.1, Limits(day=1.0))


def test_a_run_stops_at_its_own_limit(ledger: Ledger) -> None:
    """A run is refused what would take it, with the runs it started, over its limit; other runs go on."""
    limits = Limits(run=0.1)
    ledger.start(attempt(run="pages-abc123"), 0.04, limits)
    ledger.start(attempt(run="page-1-f00d-abc123"), 0.06, limits)
    for run in ("pages-abc123", "page-2-cafe-abc123"):
        with pytest.raises(BudgetExceededError, match="THROUGHLINE_RUN_BUDGET_USD") as caught:
            ledger.start(attempt(run=run), 0.01, limits)
        assert (caught.value.limit, caught.value.allowed_usd) == ("run", 0.1)
        assert caught.value.spent_usd == pytest.approx(0.1)
    ledger.start(attempt(run="pages-xabc123"), 0.1, limits)
    ledger.start(attempt(run="pages-abc123", project="another"), 0.1, limits)


def test_a_project_stops_at_its_own_limit(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a project has cost on all days counts; another project, and a call for none, go on."""
    limits = Limits(project=0.1)
    now = time.time()
    monkeypatch.setattr(ledger_module.time, "time", lambda: now - 9 * 86_400)
    ledger.finish(ledger.start(attempt(run="old"), 0.05, limits), {**DONE, "cost_usd": 0.09})
    monkeypatch.undo()
    with pytest.raises(BudgetExceededError, match=r"\$0\.09 of the \$0\.10 it may cost.*PROJECT_BUDGET") as caught:
        ledger.start(attempt(run="new"), 0.05, limits)
    assert caught.value.limit == "project"
    assert ledger.spent_on("0-1-2") == pytest.approx(0.09)
    ledger.start(attempt(project="another"), 0.1, limits)
    for _ in range(3):
        ledger.start(attempt(project=""), 0.1, limits)


def test_the_narrowest_limit_is_named(ledger: Ledger) -> None:
    """Of several limits each one counts for itself, whatever the others still allow."""
    for limits, name in (
        (Limits(run=9, day=0.01, project=9), "day"),
        (Limits(run=0.01, day=9, project=9), "run"),
        (Limits(run=9, day=9, project=0.01), "project"),
    ):
        with pytest.raises(BudgetExceededError, match="Nothing was sent") as caught:
            ledger.start(attempt(), 0.05, limits)
        assert caught.value.limit == name
    assert ledger.rows() == []


def test_no_process_slips_past_the_budget(tmp_path: Path) -> None:
    """Six processes that spend at once are allowed ten calls together: exactly what the budget pays."""
    allowed = together(spend, [(tmp_path / "home", 5)] * 6)
    assert sum(allowed) == len(_on_disk(tmp_path / "home")) == 10


@pytest.mark.parametrize(
    ("finished", "burden"),
    [
        (None, 0.05),
        (DONE, 0.04),
        ({"outcome": "succeeded", "cost_usd": 0.0, "may_be_billed": True}, 0.0),
        ({"outcome": "failed", "cost_usd": 0.0, "may_be_billed": False}, 0.0),
        ({"outcome": "failed", "cost_usd": 0.0, "may_be_billed": True}, 0.05),
        ({"outcome": "blocked", "cost_usd": 0.01, "may_be_billed": True}, 0.01),
        ({"outcome": "no_image", "cost_usd": 0.02, "may_be_billed": False}, 0.02),
        ({"outcome": "cancelled", "cost_usd": 0.0, "may_be_billed": True}, 0.05),
        ({"outcome": "cancelled", "cost_usd": 0.0, "may_be_billed": False}, 0.0),
    ],
)
def test_every_outcome_counts_as_it_should(ledger: Ledger, finished: dict[str, Any] | None, burden: float) -> None:
    """A known cost counts as it is; where it is not known the estimate counts, as long as it may be billed."""
    attempt_id = ledger.start(attempt(), 0.05, None)
    if finished is not None:
        ledger.finish(attempt_id, finished)
    assert ledger.spent_today() == pytest.approx(burden)
    assert ledger.run_totals("run-1") == (1, pytest.approx(burden))
    assert [row["cost_usd"] for row in ledger.totals()] == [pytest.approx(burden)]


def test_what_a_dead_process_left_open_is_of_unknown_outcome(ledger: Ledger) -> None:
    """Only the open rows of that process change, and their estimates go on counting: they may have been billed."""
    ledger.start(attempt(runner="dead"), 0.05, None)
    ledger.finish(ledger.start(attempt(runner="dead"), 0.05, None), DONE)
    ledger.start(attempt(runner="alive"), 0.05, None)
    assert sorted(ledger.runners_with_open_rows()) == ["alive", "dead"]
    assert ledger.mark_unknown("dead") == 1
    assert ledger.mark_unknown("dead") == 0
    assert [row["outcome"] for row in ledger.rows()] == [UNKNOWN, "succeeded", STARTED]
    assert ledger.runners_with_open_rows() == ["alive"]
    assert ledger.spent_today() == pytest.approx(0.14)


def test_runs_and_steps_are_counted_apart(ledger: Ledger) -> None:
    """A run's totals are its own, and a step's are its own within the run."""
    for run, step in (("a", "x"), ("a", "x"), ("a", "y"), ("b", "x")):
        ledger.finish(ledger.start(attempt(run=run, step=step), 0.05, None), DONE)
    assert ledger.run_totals("a") == (3, pytest.approx(0.12))
    assert ledger.run_totals("a", "x") == (2, pytest.approx(0.08))
    assert ledger.run_totals("nobody") == (0, 0.0)
    assert [row["run"] for row in ledger.rows("b")] == ["b"]


def test_totals_are_by_day_project_model_and_outcome(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of the totals is one combination, the newest day first."""
    now = time.time()
    for days, model, count in ((2, "m", 1), (0, "m", 2), (0, "n", 1)):
        monkeypatch.setattr(time, "time", lambda days=days: now - days * 86_400)
        for _ in range(count):
            ledger.finish(ledger.start(attempt(model=model), 0.05, None), DONE)
    monkeypatch.undo()
    totals = ledger.totals()
    days = [datetime.fromtimestamp(now - days * 86_400).strftime("%Y-%m-%d") for days in (0, 0, 2)]
    assert [(row["day"], row["model"], row["calls"]) for row in totals] == list(
        zip(days, ("m", "n", "m"), (2, 1, 1), strict=True)
    )


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"])
@pytest.mark.parametrize("day", ["2025-03-30", "2025-03-09", "2025-10-26", "2025-11-02", "2025-07-01"])
def test_a_day_begins_at_local_midnight(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, zone: str, day: str) -> None:
    """A call a minute before midnight is yesterday's, one a minute after is today's, also when the clocks change."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp()
        for moment in (midnight - 60, midnight + 60):
            monkeypatch.setattr(ledger_module.time, "time", lambda moment=moment: moment)
            ledger.start(attempt(), 0.05, None)
        noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone)).timestamp()
        monkeypatch.setattr(ledger_module.time, "time", lambda: noon)
        assert ledger.spent_today() == pytest.approx(0.05)
        assert next((row["day"], row["calls"]) for row in ledger.totals()) == (day, 1)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_row_has_no_place_for_a_secret(ledger: Ledger, tmp_path: Path) -> None:
    """There is no column for a prompt, an answer or a header, and what has no column is not taken."""
    ledger.start(attempt(), 0.05, None)
    (row,) = _on_disk(tmp_path / "home")
    assert row.keys() == attempt().keys() | {
        *("id", "time", "estimate_usd", "outcome", "error", "status", "input_tokens", "output_tokens"),
        *("searches", "cost_usd", "may_be_billed", "seconds"),
    }
    with pytest.raises(CompileError, match="api_key"):
        ledger.start(attempt(api_key="AIza-secret"), 0.05, None)
    assert b"AIza" not in b"".join(path.read_bytes() for path in (tmp_path / "home").iterdir())


def test_a_damaged_ledger_is_never_thrown_away(tmp_path: Path) -> None:
    """It is no cache: damage is an error that names it, and the file stays for somebody to save."""
    (tmp_path / "ledger.sqlite").write_bytes(b"no database" * 99)
    with pytest.raises(ConfigurationError, match="ledger"):
        Ledger(tmp_path)
    assert (tmp_path / "ledger.sqlite").read_bytes() == b"no database" * 99


def test_a_ledger_of_an_earlier_version_is_gone_on_with(tmp_path: Path) -> None:
    """A file that lacks a column keeps its rows, gets the column once, and takes new rows with it."""
    old = Ledger(tmp_path)
    old.finish(old.start(attempt(), 0.05, None), DONE)
    old.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("alter table attempts drop column searches")
    assert "searches" not in _on_disk(tmp_path)[0]
    for _ in range(2):
        ledger = Ledger(tmp_path)
        ledger.finish(ledger.start(attempt(), 0.05, None), {**DONE, "searches": 3})
        ledger.close()
    assert [row["searches"] for row in _on_disk(tmp_path)] == [None, 3, 3]
    assert {row["cost_usd"] for row in _on_disk(tmp_path)} == {0.04}


def test_prompts_that_searched_are_counted_by_the_month(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of this month's attempts those that searched count once each, however many queries they made."""
    for day, searches in (("2026-10-31T23:59", 2), ("2026-11-01T00:01", 3), ("2026-11-20T12:00", 0)):
        moment = datetime.fromisoformat(day).timestamp()
        monkeypatch.setattr(ledger_module.time, "time", lambda moment=moment: moment)
        ledger.finish(ledger.start(attempt(), 0.05, None), {**DONE, "searches": searches})
    assert ledger.searched_this_month() == 1

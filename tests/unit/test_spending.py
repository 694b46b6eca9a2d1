"""The ledger for people: what is wanted, put together by day, project, model and user, and as a file."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest

from core.settings import load_settings
from core.store.ledger import GROUPS, STARTED, UNKNOWN, Ledger, Wanted
from core.studio.context import Studio
from core.studio.runners import Runners
from core.studio.spending import moment, note_unknown, to_csv

ROW = {
    **{"project": "p", "project_title": "Hares", "user": "local", "run": "r", "runner": "x", "story": "s", "step": "a"},
    **{"fingerprint": "f", "engine": "gemini", "model": "m1"},
}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Four attempts: made, blocked, of unknown outcome, and another user's."""
    ledger = Ledger(tmp_path)
    _ended(ledger, {}, "succeeded", cost_usd=0.034, seconds=2.0, searches=2)
    _ended(ledger, {"model": "m2"}, "blocked", cost_usd=0.0, error="blocked", may_be_billed=True)
    _ended(ledger, {"runner": "dead"}, "unknown")
    _ended(ledger, {"user": "ann", "project_title": "=cmd()"}, "failed", may_be_billed=False)
    return ledger


def _ended(ledger: Ledger, values: dict[str, Any], outcome: str, **more: Any) -> None:
    attempt = ledger.start({**ROW, **values}, 0.05, None)
    ledger.finish(attempt, {"outcome": outcome, **more})


def test_each_filter_narrows(ledger: Ledger) -> None:
    """Without filters all come, newest first; each filter leaves only its own."""
    rows = ledger.search(Wanted(), 100)
    assert [row["outcome"] for row in rows] == ["failed", "unknown", "blocked", "succeeded"]
    assert len(ledger.search(Wanted(), 2)) == 2
    assert [row["model"] for row in ledger.search(Wanted(models=("m2",)), 100)] == ["m2"]
    assert [row["user"] for row in ledger.search(Wanted(user="ann"), 100)] == ["ann"]
    assert len(ledger.search(Wanted(outcomes=("succeeded", "unknown")), 100)) == 2
    assert len(ledger.search(Wanted(projects=("Hares",)), 100)) == 3
    assert [row["user"] for row in ledger.search(Wanted(users=("ann", "bob")), 100)] == ["ann"]
    assert ledger.search(Wanted(user="local", users=("ann",)), 100) == []
    assert ledger.search(Wanted(since=time.time() + 60), 100) == []


def test_what_is_not_known_counts_at_its_estimate(ledger: Ledger) -> None:
    """A made image costs its price, a blocked or unknown attempt its estimate, one that was never sent nothing."""
    burdens = {row["outcome"]: row["burden_usd"] for row in ledger.search(Wanted(), 100)}
    assert burdens == {"succeeded": 0.034, "blocked": 0.05, "unknown": 0.05, "failed": 0.0}


def test_a_user_is_offered_only_what_is_theirs(ledger: Ledger) -> None:
    """Choices of a filter are those of the rows one may see."""
    assert ledger.choices("project_title", None) == ["=cmd()", "Hares"]
    assert ledger.choices("project_title", "ann") == ["=cmd()"]


@pytest.mark.parametrize("group", GROUPS)
def test_totals_add_up(ledger: Ledger, group: str) -> None:
    """However rows are put together, attempts, images and costs are those of all of them."""
    found = ledger.put_together(Wanted(), group)
    assert sum(total["attempts"] for total in found) == 4
    assert sum(total["images"] for total in found) == 1
    assert sum(total["cost_usd"] for total in found) == pytest.approx(0.134)
    assert [total["name"] for total in found] == [name for name in _by_cost(ledger, group) if name]
    (whole,) = ledger.put_together(Wanted(), "")
    assert (whole["attempts"], whole["images"]) == (4, 1)
    assert whole["cost_usd"] == pytest.approx(0.134)


def _by_cost(ledger: Ledger, group: str) -> list[str]:
    """Return the names of a group, the dearest first, then by name."""
    costs: dict[str, float] = {}
    for row in ledger.search(Wanted()):
        name = moment(row).date().isoformat() if group == "day" else row[group]
        costs[name] = costs.get(name, 0.0) + row["burden_usd"]
    return sorted(costs, key=lambda name: (-round(costs[name], 9), name))


def test_totals_heed_the_filters(ledger: Ledger) -> None:
    """Only what is wanted is put together; nothing at all is one empty sum."""
    (found,) = ledger.put_together(Wanted(models=("m2",)), "model")
    assert (found["name"], found["attempts"], found["images"]) == ("m2", 1, 0)
    (nothing,) = ledger.put_together(Wanted(models=("none",)), "")
    assert (nothing["attempts"], nothing["images"], nothing["cost_usd"], nothing["seconds"]) == (0, 0, 0.0, 0.0)
    assert ledger.put_together(Wanted(models=("none",)), "day") == []


def test_what_a_killed_process_left_is_unknown(tmp_path: Path) -> None:
    """Its open attempts are marked once it is dead; those of a living one, and of one known nowhere here, are not."""
    studio = Studio(load_settings())
    alive, killed = Runners(studio.home), Runners(studio.home)
    living, dead = alive.enlist(), killed.enlist()
    for runner in (living, dead, "elsewhere"):
        studio.ledger.start({**ROW, "runner": runner}, 0.05, None)
    for lock in killed._held.values():
        lock.release()  # as the operating system does when a process is killed
    note_unknown(studio)
    assert {row["runner"]: row["outcome"] for row in studio.ledger.rows()} == {
        living: STARTED,
        dead: UNKNOWN,
        "elsewhere": STARTED,
    }


def test_the_file_holds_all_and_no_formula(ledger: Ledger) -> None:
    """Every attempt is a line of the CSV, and a name that a table program would run is made a text."""
    data = to_csv(ledger.search(Wanted(), 100))
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["outcome"] for row in rows] == ["failed", "unknown", "blocked", "succeeded"]
    assert rows[0]["project_title"] == "'=cmd()"
    assert (rows[3]["cost_usd"], rows[3]["searches"], rows[0]["searches"]) == ("0.034", "2", "")

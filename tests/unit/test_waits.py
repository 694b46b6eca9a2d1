"""Waits before the next attempt: known to every process while they last, and forgotten after."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from core.models.asset import EngineName, Kind, Recipe
from core.store import waits as waits_module
from core.store.ledger import Ledger
from core.studio.background import begin_recipes, view_run
from core.studio.context import LOCAL_USER, Studio
from core.studio.runner import events_so_far
from core.studio.runs import runs_database
from core.studio.specs import RecipesSpec, StepWait
from tests.samples import attempt
from tests.standin import StandIn
from tests.standin.replies import as_error, retry_info
from tests.terminal.harness import wait_until
from tests.unit.conftest import keyed


def test_another_process_sees_a_wait(tmp_path: Path) -> None:
    """A wait that was noted is read from the database with its reason and the seconds that are left."""
    Ledger(tmp_path).waits.note("run-1", "hill", 12.0, "rate_limited")
    (wait,) = Ledger(tmp_path).waits.of_run("run-1").values()
    assert (wait.step, wait.reason) == ("hill", "rate_limited")
    assert 10 <= wait.seconds <= 12


def test_a_wait_that_is_over_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not told any more, and the next one that is noted takes its row away."""
    waits = Ledger(tmp_path).waits
    waits.note("run-1", "hill", 5.0, "unavailable")
    later = time.time() + 6
    monkeypatch.setattr(waits_module.time, "time", lambda: later)
    assert waits.of_run("run-1") == {}
    waits.note("run-2", "valley", 5.0, "unavailable")
    monkeypatch.undo()
    assert waits.of_run("run-1") == {}
    assert list(waits.of_run("run-2")) == ["valley"]


def test_a_step_has_one_wait(tmp_path: Path) -> None:
    """The newest wait of a step takes the place of the one before."""
    waits = Ledger(tmp_path).waits
    waits.note("run-1", "hill", 50.0, "unavailable")
    waits.note("run-1", "hill", 9.0, "rate_limited")
    assert [(wait.reason, wait.seconds <= 9) for wait in waits.of_run("run-1").values()] == [("rate_limited", True)]


def test_a_ledger_from_before_there_were_waits_takes_them(tmp_path: Path) -> None:
    """A home of an older version keeps its attempts, and its waits are noted from now on."""
    old = Ledger(tmp_path)
    old.start(attempt(), 0.05, None)
    old.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute("drop table waits")
    database.close()
    again = Ledger(tmp_path)
    again.waits.note("run-1", "hill", 12.0, "rate_limited")
    assert list(again.waits.of_run("run-1")) == ["hill"]
    assert len(again.rows()) == 1


def test_a_run_over_pages_has_the_waits_of_its_pages(tmp_path: Path) -> None:
    """What waits in a run that another run started waits in that one too, and in no other."""
    waits = Ledger(tmp_path).waits
    waits.note("page-1-f00d-abc123", "r1-restore", 9.0, "rate_limited")
    assert list(waits.of_run("pages-abc123")) == ["r1-restore"]
    assert waits.of_run("pages-bc123") == {}


def test_a_run_that_is_told_to_wait_shows_it(studio: Studio, server: StandIn, tmp_path: Path) -> None:
    """While a quota per minute is waited for, whoever looks sees which image waits, why, and until when; then it comes.

    Who looks here has a studio of its own, as a page's process that does not carry the run.
    """
    project = studio.workspace(tmp_path / "p", "Lamps")
    model = studio.catalog.recommended(studio.today())[0].id
    recipe = Recipe(kind=Kind.IMAGE, prompt="A lamp", composed="A lamp", engine=EngineName.GEMINI, model=model)
    server.answer_next(as_error(429, "RESOURCE_EXHAUSTED", "Slow down.", retry_info("2s")))
    spec = RecipesSpec(project=str(project.folder), title="Lamp", recipes={"1": recipe}, concurrency=1, user=LOCAL_USER)
    run = begin_recipes(studio, spec)
    looking = keyed(server, tmp_path)
    wait_until(lambda: view_run(looking, run).waits, "the wait")
    wait = view_run(looking, run).longest_wait
    assert wait is not None
    assert (wait.step, wait.reason, wait.seconds <= 2) == ("1", "rate_limited", True)
    told = dict(events_so_far(looking, runs_database(looking), run))  # as a command that joined the run hears it
    assert [(event.id, event.reason) for event in told.values() if isinstance(event, StepWait)] == [
        ("1", "rate_limited")
    ]
    wait_until(lambda: not view_run(looking, run).is_active, "the run's end", 60)
    view = view_run(looking, run)
    assert (view.waits, view.recipes) == ({}, {"1": recipe})
    assert view.outcomes["1"].asset_id
    assert len(server.requests) == 2

"""The runs' database while it is being made: whoever reads it waits, and never sees half a set of tables."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from dbos import DBOS
from sqlalchemy.exc import OperationalError

from core.errors import WorkspaceError
from core.models.asset import Kind, Recipe
from core.settings import load_settings
from core.studio import jobs
from core.studio.background import active_runs, begin_recipes, latest_run
from core.studio.context import LOCAL_USER, Studio
from core.studio.planning import StepStatus
from core.studio.runner import Runner
from core.studio.runners import Runners
from core.studio.runs import list_runs
from core.studio.specs import RecipesSpec, StepOutcome


def test_a_database_without_tables_has_no_runs(tmp_path: Path) -> None:
    """A file that a killed process left empty is as good as none."""
    (tmp_path / "runs.sqlite").touch()
    studio = Studio(load_settings(THROUGHLINE_HOME=str(tmp_path)))
    assert list_runs(studio) == []
    assert latest_run(studio, str(tmp_path), "story") is None
    assert active_runs(studio, LOCAL_USER) == []


def test_who_reads_waits_for_who_makes_the_tables(tmp_path: Path) -> None:
    """A page that asks in the moment in which the tables are made gets its answer when they are whole."""
    studio = Studio(load_settings(THROUGHLINE_HOME=str(tmp_path)))
    (tmp_path / "runs.sqlite").touch()
    answers: list[object] = []
    reading = threading.Thread(target=lambda: answers.append(latest_run(studio, str(tmp_path), "story")))
    with Runners(tmp_path).opening():
        reading.start()
        reading.join(0.3)
        assert answers == []
    Runner.obtain(studio).close()
    reading.join(30)
    assert answers == [None]


def test_ones_own_run_is_found_among_many_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many newer runs other users have under way, a user sees their own."""
    studio = Studio(load_settings(THROUGHLINE_HOME=str(tmp_path)))
    go_on = threading.Event()

    def wait(_runner: Runner, _run: str, name: str) -> StepOutcome:
        go_on.wait(30)
        return StepOutcome(id=name, status=StepStatus.CANCELLED)

    monkeypatch.setattr(jobs, "make_recipe_image", wait)
    recipes = {"one": Recipe(kind=Kind.IMAGE)}
    spec = RecipesSpec(project=str(tmp_path), title="Own", recipes=recipes, concurrency=1, user="ada")
    try:
        run = begin_recipes(studio, spec)
        others = {begin_recipes(studio, spec.model_copy(update={"user": "bob"})) for _ in range(21)}
        assert [view.id for view in active_runs(studio, "ada")] == [run]
        assert {view.id for view in active_runs(studio, "bob")} < others
        assert active_runs(studio, "eve") == []
    finally:
        go_on.set()
        assert Runner.current is not None
        Runner.current.close()


def test_a_full_database_is_said_when_a_run_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a run cannot be written down, whoever starts it hears a sentence about space, not a database's words."""
    studio = Studio(load_settings(THROUGHLINE_HOME=str(tmp_path)))
    spec = RecipesSpec(project=str(tmp_path / "p"), title="t", recipes={}, concurrency=1, user=LOCAL_USER)

    def full(*_: object) -> None:
        raise OperationalError("INSERT INTO workflow_status", {}, Exception("database or disk is full"))

    runner = Runner.obtain(studio)
    try:
        monkeypatch.setattr(DBOS, "start_workflow", full)
        with pytest.raises(WorkspaceError, match="free space") as caught:
            begin_recipes(studio, spec)
        assert "INSERT" not in caught.value.message
    finally:
        monkeypatch.undo()
        runner.close()

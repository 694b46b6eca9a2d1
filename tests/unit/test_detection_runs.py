"""Runs of searches: many pages side by side as a durable job, listed, cancelled and tried again like the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.models.asset import EngineName
from core.models.region import Wish
from core.store.workspace import Workspace
from core.studio.background import RunView, active_runs, begin_detection, retry_detection, retry_recipes, view_run
from core.studio.context import LOCAL_USER, Studio
from core.studio.planning import StepStatus
from core.studio.runs import cancel_run, list_runs
from core.studio.specs import DetectSpec
from tests.samples import keep
from tests.standin import StandIn
from tests.terminal.harness import wait_until


@pytest.fixture
def project(studio: Studio, tmp_path: Path) -> Workspace:
    return studio.workspace(tmp_path / "pages", "Pages")


def spec_for(project: Workspace, *pages: str, **more: Any) -> DetectSpec:
    values: dict[str, Any] = {"wish": Wish(), "engine": EngineName.GEMINI, "model": "gemini-3.8-flash", **more}
    return DetectSpec(
        project=str(project.folder), title=project.title, pages=pages, concurrency=3, user=LOCAL_USER, **values
    )


def ended(studio: Studio, run: str) -> RunView:
    wait_until(lambda: not view_run(studio, run).is_active, "the run's end", 60)
    return view_run(studio, run)


def test_many_pages_side_by_side(studio: Studio, project: Workspace, server: StandIn) -> None:
    """Each page is searched once, three at a time, and its outcome names the page and how many objects are on it."""
    pages = [keep(project, f"page-{at}", at).id for at in range(6)]
    server.delay = 0.2
    run = begin_detection(studio, spec_for(project, *pages, pages[0]))
    assert [view.id for view in active_runs(studio, LOCAL_USER)] == [run]
    view = ended(studio, run)
    assert (view.title, view.story, view.steps) == ("Pages", None, tuple(pages))
    assert {page: (one.status, one.asset_id, one.count) for page, one in view.outcomes.items()} == {
        page: (StepStatus.GENERATED, page, 3) for page in pages
    }
    assert len(server.requests) == 6
    assert server.most_at_once == 3
    assert all(project.detections.current(page) for page in pages)
    assert {row["run"] for row in studio.ledger.rows()} == {run}
    (summary,) = list_runs(studio)
    assert (summary.id, summary.title, summary.state, summary.finished_steps, summary.steps) == (
        run,
        "Pages",
        "done",
        6,
        6,
    )

    again = ended(studio, begin_detection(studio, spec_for(project, *pages)))
    assert {one.status for one in again.outcomes.values()} == {StepStatus.REUSED}
    assert {one.cost_usd for one in again.outcomes.values()} == {0.0}
    assert len(server.requests) == 6


def test_a_bad_page_does_not_stop_the_others(studio: Studio, project: Workspace, server: StandIn) -> None:
    """A page that fails keeps its reason, the rest goes on, and trying again searches only that one."""
    pages = [keep(project, f"page-{at}", at).id for at in range(3)]
    server.fail_next("blocked_safety")
    run = begin_detection(studio, spec_for(project, *pages, "nobody"))
    view = ended(studio, run)
    failed = {page: one.error for page, one in view.outcomes.items() if one.status is StepStatus.FAILED}
    assert sorted(error["code"] for error in failed.values() if error) == ["asset_not_found", "blocked"]
    keep(project, "nobody", 9)
    second = ended(studio, retry_detection(studio, run))
    assert set(second.steps) == set(failed)
    assert {one.status for one in second.outcomes.values()} == {StepStatus.GENERATED}
    assert len(server.requests) == 5
    with pytest.raises(Exception, match="no run"):
        retry_recipes(studio, run)


def test_a_run_of_searches_is_cancelled(studio: Studio, project: Workspace, server: StandIn) -> None:
    """Cancelling drops the open calls and starts no further page."""
    pages = [keep(project, f"page-{at}", at).id for at in range(5)]
    server.delay = 60
    run = begin_detection(studio, spec_for(project, *pages))
    wait_until(lambda: len(server.requests) == 3, "three calls at once")
    assert cancel_run(studio, run)
    assert server.requests[0].has_left.wait(10)
    wait_until(lambda: {row["outcome"] for row in studio.ledger.rows()} == {"cancelled"}, "the ledger's last word")
    assert view_run(studio, run).is_cancelled
    assert len(server.requests) == 3
    assert project.detections.pages() == []
    assert list_runs(studio)[0].state == "cancelled"

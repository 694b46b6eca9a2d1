"""Searches in processes: side by side, errors as they are, and a process that dies takes only its own page along."""

from __future__ import annotations

import asyncio
import os

import pytest

from core.engines.base import AttemptOutcome, AttemptReport, DetectionRequest, Findings
from core.engines.draft_pool import DraftPool, Unrecorded
from core.errors import BlockedError, StudioError, UnavailableError
from core.models.region import DetectionSettings, Wish
from core.studio.detection import page_of_bytes
from tests.workers import search_oddly


class Remembering(Unrecorded):
    """An observer that remembers how attempts ended."""

    def __init__(self) -> None:
        self.reports: list[AttemptReport] = []

    def attempt_finished(self, attempt_id: str, report: AttemptReport) -> None:
        self.reports.append(report)


def request(name: str) -> DetectionRequest:
    return DetectionRequest(page_of_bytes(name, b"data", "image/png"), Wish(), "draft", DetectionSettings())


async def _answers(observer: Remembering, *names: str) -> list[Findings | StudioError]:
    pool = DraftPool(2, search_oddly)
    try:
        searches = (pool.detect(request(name), observer) for name in names)
        return list(await asyncio.gather(*searches, return_exceptions=True))  # type: ignore[arg-type]
    finally:
        await pool.aclose()


def answers(observer: Remembering, *names: str) -> list[Findings | StudioError]:
    return asyncio.run(_answers(observer, *names))


def test_pages_are_searched_in_other_processes() -> None:
    """Each page comes back with what was found on it, from a process that is not this one."""
    observer = Remembering()
    found = answers(observer, *(f"page-{at}" for at in range(6)))
    assert all(isinstance(one, Findings) for one in found)
    assert [one.prompt for one in found if isinstance(one, Findings)] == [f"page-{at}" for at in range(6)]
    assert str(os.getpid()) not in {one.found[0].label for one in found if isinstance(one, Findings)}
    assert [report.outcome for report in observer.reports] == [AttemptOutcome.SUCCEEDED] * 6


def test_errors_cross_as_they_are() -> None:
    """A typed error of a worker arrives with its fields; anything else by its type, not its words."""
    observer = Remembering()
    blocked, flawed, good = answers(observer, "blocked", "flawed", "page")
    assert isinstance(blocked, BlockedError)
    assert (blocked.reason, blocked.text) == ("SAFETY", "no")
    assert isinstance(flawed, UnavailableError)
    assert "ZeroDivisionError" in flawed.message
    assert "secret" not in flawed.message
    assert isinstance(good, Findings)
    assert sorted(report.error for report in observer.reports) == ["", "blocked", "unavailable"]


def test_a_dead_process_takes_only_its_page_along() -> None:
    """When a page kills its process, that page is an error that says so, and all others are found."""
    observer = Remembering()
    names = ["page-1", "deadly", "page-2", "page-3", "page-4"]
    found = dict(zip(names, answers(observer, *names), strict=True))
    assert isinstance(found["deadly"], UnavailableError)
    assert "died" in found["deadly"].message
    assert all(isinstance(found[name], Findings) for name in names if name != "deadly")


def test_a_pool_nobody_used_starts_nothing() -> None:
    """Processes are started when the first page comes."""

    async def work() -> None:
        pool = DraftPool(4)
        assert pool._pool is None
        await pool.aclose()

    asyncio.run(work())


@pytest.mark.parametrize("name", ["page", "blocked"])
def test_every_attempt_is_reported_once(name: str) -> None:
    """One page is one attempt, whatever becomes of it."""
    observer = Remembering()
    answers(observer, name)
    assert len(observer.reports) == 1

"""Every attempt of an engine is in the ledger before its call, on behalf of whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.engines.base import AttemptOutcome, AttemptReport
from core.studio.context import Studio

Waiting = Callable[[float, str], None]
# told the name of what waits, for how many seconds, and the error code
NamedWaiting = Callable[[str, float, str], None]


@dataclass(frozen=True)
class Errand:
    """On whose behalf something is made: the run, the process that carries it, and the step, for the ledger.

    `notes` are what whoever asked for it should know.
    """

    run: str
    runner: str
    step: str
    waiting: Waiting | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """What an attempt is about, for the ledger: the project ("" is none), and what is made with which model."""

    project: str
    project_title: str
    fingerprint: str
    engine: str
    model: str
    story: str = ""


class LedgerObserver:
    """Writes what an engine reports into the ledger; a success only once its result is saved (`confirm`)."""

    def __init__(self, studio: Studio, subject: Subject, errand: Errand) -> None:
        self._ledger = studio.ledger
        self._limits = studio.limits
        self._waiting = errand.waiting
        self._success: tuple[str, AttemptReport] | None = None
        self._row = {
            "user": studio.user,
            "run": errand.run,
            "runner": errand.runner,
            "step": errand.step,
            **vars(subject),
        }

    def attempt_started(self, estimate_usd: float) -> str:
        """Write the attempt's row.

        Raises:
            BudgetExceededError: a limit of the run, the day or the project does not allow the call.
        """
        return self._ledger.start(self._row, estimate_usd, self._limits)

    def attempt_finished(self, attempt_id: str, report: AttemptReport) -> None:
        """Complete the attempt's row; that of a success waits for its result to be saved."""
        if report.outcome is AttemptOutcome.SUCCEEDED:
            self._success = attempt_id, report
        else:
            self._ledger.finish(attempt_id, completed(report))

    def confirm(self, error: str = "") -> None:
        """Complete the successful attempt's row now; `error` says why its result could not be saved."""
        if self._success is not None:
            attempt_id, report = self._success
            self._ledger.finish(attempt_id, {**completed(report), "error": error})

    def waiting(self, seconds: float, reason: str) -> None:
        """Pass on that the engine waits."""
        if self._waiting is not None:
            self._waiting(seconds, reason)


def completed(report: AttemptReport) -> dict[str, Any]:
    """Return what a report says, as the ledger's row has it."""
    return {
        "outcome": str(report.outcome),
        "error": report.error,
        "status": report.status,
        "input_tokens": report.input_tokens,
        "output_tokens": report.output_tokens,
        "cost_usd": report.cost_usd,
        "searches": report.searches,
        "may_be_billed": report.may_be_billed,
        "seconds": round(report.seconds, 3),
    }

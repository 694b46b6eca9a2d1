"""What may be spent: by a run, in a day, on a project; and the words when a limit is reached. Money in USD."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from core.errors import BudgetExceededError
from core.models.value import Value

_A_CENT_LESS = 1e-9  # ten calls of ten cents fit into a dollar, whatever floating-point numbers say
_USED = {
    "run": "this run has used ${spent:.2f} of the ${allowed:.2f} a run may cost",
    "day": "today ${spent:.2f} of ${allowed:.2f} are spent",
    "project": "this project has used ${spent:.2f} of the ${allowed:.2f} it may cost",
}
_ADVICE = {
    "run": "Raise THROUGHLINE_RUN_BUDGET_USD, make fewer images at once, or use the draft engine.",
    "day": "Raise THROUGHLINE_BUDGET_USD, wait until tomorrow, or use the draft engine.",
    "project": "Raise THROUGHLINE_PROJECT_BUDGET_USD, or use the draft engine.",
}


class Limit(StrEnum):
    """What a limit is of."""

    RUN = "run"
    DAY = "day"
    PROJECT = "project"


class Limits(Value):
    """The most that a run, a day and a project may cost; None is no limit."""

    run: float | None = None
    day: float | None = None
    project: float | None = None

    def set_limits(self) -> Iterator[tuple[Limit, float]]:
        """Yield the limits that are set."""
        for limit in Limit:
            allowed: float | None = getattr(self, limit)
            if allowed is not None:
                yield limit, allowed


def is_over(wanted_usd: float, spent_usd: float, allowed_usd: float) -> bool:
    """Tell whether a further cost passes a limit; what is free never does."""
    return wanted_usd > 0 and spent_usd + wanted_usd > allowed_usd + _A_CENT_LESS


def check_call(limit: Limit, wanted_usd: float, spent_usd: float, allowed_usd: float) -> None:
    """Refuse a call that would take its run, day or project over the limit.

    Raises:
        BudgetExceededError: it would.
    """
    if is_over(wanted_usd, spent_usd, allowed_usd):
        used = _USED[limit].format(spent=spent_usd, allowed=allowed_usd)
        message = f"This call would cost about ${wanted_usd:.3f}; {used}. Nothing was sent. {_ADVICE[limit]}"
        raise BudgetExceededError(message, limit.value, spent_usd, allowed_usd)


def check_run(wanted_usd: float, allowed_usd: float) -> None:
    """Refuse a run that alone would cost more than a run may.

    Raises:
        BudgetExceededError: it would.
    """
    if is_over(wanted_usd, 0.0, allowed_usd):
        message = (
            f"This run would cost about ${wanted_usd:.2f}, and a run may cost ${allowed_usd:.2f} at most. "
            f"Nothing was sent. {_ADVICE[Limit.RUN]}"
        )
        raise BudgetExceededError(message, Limit.RUN.value, 0.0, allowed_usd)

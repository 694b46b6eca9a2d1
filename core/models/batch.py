"""A batch: images that are made together at a lower price, within a day; its record outlives every process."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from core.models.asset import Recipe
from core.models.value import Moment, Value


class BatchEntry(Value):
    """One image of a batch: its recipe, its attempt in the ledger, and once it is there its asset or its error."""

    recipe: Recipe
    attempt: str
    asset_id: str = ""
    error: dict[str, Any] | None = None

    @property
    def is_open(self) -> bool:
        """Nothing has come of it yet."""
        return not self.asset_id and self.error is None


class Batch(Value):
    """One job at the service. `job` is its name there; "" while it is not known whether the service has it.

    `state` is a word of `BatchState`, "sending" before the service has answered. `cost_usd` is what all its images
    cost, `user` who sent it; `is_cancelled` when its end was asked for. `account` is the mark of the account it was
    sent with, "" where an older version sent it.
    """

    id: str
    created: Moment
    user: str
    model: str
    entries: tuple[BatchEntry, ...] = Field(min_length=1)
    job: str = ""
    state: str = "sending"
    cost_usd: float = 0.0
    is_cancelled: bool = False
    account: str = ""

    @property
    def is_open(self) -> bool:
        """Some of it has no result yet."""
        return any(entry.is_open for entry in self.entries)

    @property
    def made(self) -> tuple[str, ...]:
        """The ids of its images that are there."""
        return tuple(entry.asset_id for entry in self.entries if entry.asset_id)

    @property
    def failed(self) -> tuple[BatchEntry, ...]:
        """Its entries that came to nothing."""
        return tuple(entry for entry in self.entries if entry.error is not None)

"""How one attempt ended: what every answer brings along, and a failure when it is not what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.engines.base import AttemptOutcome
from core.errors import BlockedError, ConfigurationError, EngineError, NoImageError


@dataclass(frozen=True)
class Usage:
    """Tokens the service counted; `text_tokens` are those of the output that are no image."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    text_tokens: int = 0


@dataclass(frozen=True)
class Answer:
    """What comes with every answer that holds what was asked for; words of the service are cleaned.

    `searches` is how many it took, as they are billed.
    """

    text: str
    finish_reason: str
    usage: Usage
    warnings: tuple[str, ...]
    searches: int = field(default=0, kw_only=True)


class AttemptFailed(Exception):
    """One attempt failed. `error` is what the caller gets to see, if this was the last attempt.

    `is_transient`: another attempt may help. `retry_after`: seconds the service asked to wait. `status`: HTTP code.
    """

    def __init__(
        self,
        error: EngineError | ConfigurationError,
        *,
        is_transient: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
        may_be_billed: bool = False,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(error.message)
        self.error = error
        self.is_transient = is_transient
        self.retry_after = retry_after
        self.status = status
        self.may_be_billed = may_be_billed
        self.usage = usage or Usage()

    @property
    def outcome(self) -> AttemptOutcome:
        """How the ledger names this end."""
        if isinstance(self.error, BlockedError):
            return AttemptOutcome.BLOCKED
        if isinstance(self.error, NoImageError):
            return AttemptOutcome.NO_IMAGE
        return AttemptOutcome.FAILED

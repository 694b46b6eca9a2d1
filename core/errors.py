"""Every error the studio raises, in one tree.

StudioError                     message = what happened + what to do next
├── ConfigurationError
│   └── MissingApiKeyError
├── EngineError
│   ├── InvalidApiKeyError
│   ├── RateLimitError          retry_after: seconds, or None when the service did not say
│   ├── QuotaExceededError
│   ├── InvalidRequestError
│   ├── ConversationGoneError
│   ├── BatchGoneError
│   ├── UnavailableError
│   ├── BlockedError            reason: the rule that blocked; blocked: prompt or output; text: the model's words
│   ├── NoImageError            reason: the finish reason; text: the model's words
│   ├── UnreadableAnswerError   text: the answer as it came
│   └── CancelledError          a person stopped it; the attempt may still be billed
├── InvalidImageError
├── WorkspaceError
│   ├── AssetNotFoundError
│   └── CorruptAssetError
├── RunBrokenError
├── StoryError                  path and line: where in the story file, when known
│   ├── CycleError
│   ├── UnknownSourceError
│   ├── StepFailedError         step_id
│   └── StraysError             step_id: the step whose picture strays from what it was made from
└── BudgetExceededError         limit: run, day or project; spent_usd and allowed_usd of it

Errors are told apart by type; `code` is the type's stable name for files, JSON and translations. `fields()` holds
everything but the message as plain JSON values, so that an error can cross a process border without being pickled:
`from_plain(error.to_plain())` gives the same error again.
"""

from __future__ import annotations

from typing import Any, ClassVar


class StudioError(Exception):
    """Something went wrong that a person can act on; the message says what to do next."""

    code: ClassVar[str] = "studio_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def fields(self) -> dict[str, Any]:
        """Return what the error carries besides its message, as plain JSON values."""
        return {key: value for key, value in vars(self).items() if key != "message"}

    def to_plain(self) -> dict[str, Any]:
        """Return the error as plain JSON values: type, code, message and fields."""
        return {"type": type(self).__name__, "code": self.code, "message": self.message, **self.fields()}


class ConfigurationError(StudioError):
    """A setting is missing or wrong."""

    code = "configuration"


class MissingApiKeyError(ConfigurationError):
    """The gemini engine was asked for, and no key or Google Cloud project is configured."""

    code = "missing_api_key"


class EngineError(StudioError):
    """An engine could not make the image."""

    code = "engine"


class InvalidApiKeyError(EngineError):
    """The service did not accept the key (401, 403, or 400 with an API-key reason)."""

    code = "invalid_api_key"


class RateLimitError(EngineError):
    """Too many requests per minute; `retry_after` is in seconds, None when the service did not say."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class QuotaExceededError(EngineError):
    """The daily quota or the account's credit is used up: waiting a minute does not help."""

    code = "quota_exceeded"


class InvalidRequestError(EngineError):
    """The service refused the request itself; sending it again gives the same answer."""

    code = "invalid_request"


class ConversationGoneError(EngineError):
    """The service does not keep the turn any more that this one was to go on from."""

    code = "conversation_gone"


class BatchGoneError(EngineError):
    """The account does not know a batch: it was sent with another key, or is gone from the service."""

    code = "batch_gone"


class UnavailableError(EngineError):
    """The service could not be reached, or kept failing until the deadline."""

    code = "unavailable"


class BlockedError(EngineError):
    """The service blocked the prompt or the picture; `reason` is its enum name, `text` the model's words.

    `blocked` is "prompt" (with its references) or "output"; "" when that is not known.
    """

    code = "blocked"

    def __init__(self, message: str, reason: str = "", text: str = "", blocked: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.text = text
        self.blocked = blocked


class NoImageError(EngineError):
    """The answer held no image; `reason` is the finish reason, `text` the model's words."""

    code = "no_image"

    def __init__(self, message: str, reason: str = "", text: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.text = text


class UnreadableAnswerError(EngineError):
    """The answer was not what was asked for (broken JSON, not a list); `text` is the answer as it came."""

    code = "unreadable_answer"

    def __init__(self, message: str, text: str = "") -> None:
        super().__init__(message)
        self.text = text


class CancelledError(EngineError):
    """Somebody stopped the work; a call that was under way may still be billed."""

    code = "cancelled"


class InvalidImageError(StudioError):
    """A file is not an image we can take: damaged, truncated, too large, or of another kind."""

    code = "invalid_image"


class WorkspaceError(StudioError):
    """A project folder cannot be opened, read or written."""

    code = "workspace"


class AssetNotFoundError(WorkspaceError):
    """No asset with this id is in the project."""

    code = "asset_not_found"


class CorruptAssetError(WorkspaceError):
    """An asset's file is damaged."""

    code = "corrupt_asset"


class RunBrokenError(StudioError):
    """A run ended before its steps did, for a reason that lies in none of them."""

    code = "run_broken"


class StoryError(StudioError):
    """A story file is wrong; `path` and `line` (from 1) say where, when known."""

    code = "story"

    def __init__(self, message: str, path: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.line = line


class CycleError(StoryError):
    """Steps name each other in a circle."""

    code = "cycle"


class UnknownSourceError(StoryError):
    """A step names a source that is neither a step nor a source of the story."""

    code = "unknown_source"


class StepFailedError(StoryError):
    """A step was not made because one of its sources failed; `step_id` is that source."""

    code = "step_failed"

    def __init__(self, message: str, path: str = "", line: int | None = None, step_id: str = "") -> None:
        super().__init__(message, path, line)
        self.step_id = step_id


class StraysError(StoryError):
    """A step waits for a person's look: `step_id`, which it would be made from, strays from what that was made from."""

    code = "strays"

    def __init__(self, message: str, path: str = "", line: int | None = None, step_id: str = "") -> None:
        super().__init__(message, path, line)
        self.step_id = step_id


class BudgetExceededError(StudioError):
    """The call or run would cost more than a run, a day or a project may; it was not made. Money in USD."""

    code = "budget_exceeded"

    def __init__(self, message: str, limit: str = "", spent_usd: float = 0.0, allowed_usd: float = 0.0) -> None:
        super().__init__(message)
        self.limit = limit
        self.spent_usd = spent_usd
        self.allowed_usd = allowed_usd


def all_errors() -> list[type[StudioError]]:
    """Return every error type of the tree, parents first."""
    found: list[type[StudioError]] = [StudioError]
    for cls in found:
        found.extend(cls.__subclasses__())
    return found


def from_plain(plain: dict[str, Any]) -> StudioError:
    """Rebuild an error from `to_plain()`; an unknown type becomes a StudioError with the same message."""
    types = {cls.__name__: cls for cls in all_errors()}
    cls = types.get(str(plain.get("type")), StudioError)
    error = cls(str(plain.get("message", "")))
    for key in error.fields().keys() & plain.keys():
        setattr(error, key, plain[key])
    return error

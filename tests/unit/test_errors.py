"""The error tree: every type crosses a process border and comes back as it was."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from core import errors
from core.errors import StudioError, all_errors, from_plain

SAMPLE_FIELDS: dict[str, Any] = {
    "retry_after": 12.5,
    "reason": "SAFETY",
    "blocked": "prompt",
    "text": "第一行\nsecond \U0001f916",
    "path": "a story.yaml",
    "line": 7,
    "step_id": "valley",
    "limit": "run",
    "spent_usd": 0.07,
    "allowed_usd": 0.1,
}


def _sample(cls: type[StudioError]) -> StudioError:
    error = cls("Something happened. Do this next.")
    for key in error.fields():
        setattr(error, key, SAMPLE_FIELDS[key])
    return error


@pytest.mark.parametrize("cls", all_errors(), ids=lambda cls: cls.__name__)
def test_every_error_survives_a_round_trip_as_json(cls: type[StudioError]) -> None:
    """Every error of the tree comes back from JSON with its type, code, message and fields."""
    error = _sample(cls)
    again = from_plain(json.loads(json.dumps(error.to_plain())))
    assert type(again) is cls
    assert (again.code, again.message, str(again)) == (cls.code, error.message, error.message)
    assert again.fields() == error.fields()


@pytest.mark.parametrize("cls", all_errors(), ids=lambda cls: cls.__name__)
def test_every_error_survives_being_pickled(cls: type[StudioError]) -> None:
    """A pool that pickles an error gives the same error back."""
    again = pickle.loads(pickle.dumps(_sample(cls)))
    assert type(again) is cls
    assert again.to_plain() == _sample(cls).to_plain()


def test_every_error_has_a_code_of_its_own() -> None:
    """No two errors share a code, and no error inherits one without naming its own."""
    codes = [cls.code for cls in all_errors()]
    assert len(codes) == len(set(codes))
    assert all("code" in vars(cls) for cls in all_errors())


def test_the_codes_are_what_files_already_hold() -> None:
    """Codes stand in ledgers and run records, so none is ever renamed."""
    assert {cls.__name__: cls.code for cls in all_errors()} == {
        "StudioError": "studio_error",
        "ConfigurationError": "configuration",
        "MissingApiKeyError": "missing_api_key",
        "EngineError": "engine",
        "InvalidApiKeyError": "invalid_api_key",
        "RateLimitError": "rate_limited",
        "QuotaExceededError": "quota_exceeded",
        "InvalidRequestError": "invalid_request",
        "ConversationGoneError": "conversation_gone",
        "BatchGoneError": "batch_gone",
        "UnavailableError": "unavailable",
        "BlockedError": "blocked",
        "NoImageError": "no_image",
        "UnreadableAnswerError": "unreadable_answer",
        "CancelledError": "cancelled",
        "InvalidImageError": "invalid_image",
        "WorkspaceError": "workspace",
        "AssetNotFoundError": "asset_not_found",
        "CorruptAssetError": "corrupt_asset",
        "StoryError": "story",
        "CycleError": "cycle",
        "UnknownSourceError": "unknown_source",
        "RunBrokenError": "run_broken",
        "StepFailedError": "step_failed",
        "StraysError": "strays",
        "BudgetExceededError": "budget_exceeded",
    }


def test_the_docstring_draws_the_whole_tree() -> None:
    """Whoever reads the module's first lines sees every error there is, at its place in the tree."""
    drawn = str(errors.__doc__)
    for cls in all_errors():
        line = next(line for line in drawn.splitlines() if f" {cls.__name__}" in f" {line}")
        depth = len(cls.__mro__) - len(StudioError.__mro__)
        assert line.index(cls.__name__) == 4 * depth


def test_an_error_of_a_newer_version_keeps_its_message() -> None:
    """A type this version does not know still says what happened."""
    error = from_plain({"type": "FloodError", "code": "flood", "message": "Water came in.", "depth": 3})
    assert type(error) is StudioError
    assert error.message == "Water came in."


def test_an_error_of_an_older_version_keeps_its_defaults() -> None:
    """A field that was not written comes back as the type's default, never as None."""
    error = from_plain({"type": "BlockedError", "message": "Blocked."})
    assert error.fields() == {"reason": "", "text": "", "blocked": ""}

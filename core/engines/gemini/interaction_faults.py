"""What a failed call of the Interactions API means: its errors are a tree of their own, told by their status code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from google.genai._interactions import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
)

from core.engines.gemini.details import Refusal, error_reasons
from core.engines.gemini.failures import classify, garbled, refused
from core.engines.gemini.outcomes import AttemptFailed
from core.engines.gemini.reasons import block_named
from core.engines.gemini.redactor import Redactor
from core.errors import ConversationGoneError

# by their status code, whatever the class
BY_STATUS = (
    APIStatusError,
    BadRequestError,
    AuthenticationError,
    PermissionDeniedError,
    NotFoundError,
    ConflictError,
    UnprocessableEntityError,
    RateLimitError,
    InternalServerError,
)
# by what the network library said
BY_CAUSE = (APIConnectionError, APITimeoutError)
# an answer of another shape than an interaction's
GARBLED = (APIResponseValidationError,)


def explain(
    error: Exception, model: str, redactor: Redactor, has_left: bool = True, goes_on: bool = False
) -> AttemptFailed:
    """Return what `error` means; with `goes_on` the call named a turn before it.

    What is no error of the Interactions API (bad input as pydantic or Python refuse it, the line) is told as elsewhere.
    """
    if isinstance(error, GARBLED):
        return garbled()
    if isinstance(error, BY_CAUSE):
        cause = error.__cause__
        lost = cause if isinstance(cause, Exception) else ConnectionError()
        return classify(lost, model, redactor, has_left)
    if isinstance(error, APIError) and error.status_code is not None:
        return _refused(_refusal(error), model, redactor, goes_on)
    return classify(error, model, redactor, has_left)


def _refusal(error: APIError) -> Refusal:
    response = getattr(error, "response", None)
    inner = error.body.get("error") if isinstance(error.body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    headers = getattr(response, "headers", None)
    return Refusal(int(error.status_code or 0), message if isinstance(message, str) else "", error.body, headers)


def _refused(refusal: Refusal, model: str, redactor: Redactor, goes_on: bool) -> AttemptFailed:
    if refusal.code == 404 and goes_on:
        return AttemptFailed(
            ConversationGoneError(
                "Gemini does not keep the turn before this one any more, or not for this account or model (HTTP 404). "
                "Go on by chat history, or branch from an earlier turn."
            ),
            status=404,
        )
    if refusal.code == 409:
        # another turn of it is under way; what is asked for is sound
        busy = replace(refusal, code=503)
        return _with_status(refused(busy, redactor.line(model), redactor), 409)
    if (block := block_named(_named(refusal), is_refusal=True)) is not None:
        return AttemptFailed(block, status=refusal.code, may_be_billed=True)
    return refused(refusal, redactor.line(model), redactor)


def _with_status(failure: AttemptFailed, status: int) -> AttemptFailed:
    failure.status = status
    return failure


def _named(refusal: Refusal) -> list[str]:
    inner: Any = refusal.body.get("error") if isinstance(refusal.body, dict) else None
    code = inner.get("code") if isinstance(inner, dict) else ""
    return [str(code), *error_reasons(refusal)]

"""What an error of the service says beside its code: reasons, quotas, and how long to wait. Times in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from google.genai import errors


def error_reasons(error: errors.APIError) -> set[str]:
    """Return the reasons named by ErrorInfo."""
    return {str(item.get("reason", "")) for item in _of_type(error, "google.rpc.ErrorInfo")}


def quota_ids(error: errors.APIError) -> Iterator[str]:
    """Yield the quotas named by QuotaFailure."""
    for item in _of_type(error, "google.rpc.QuotaFailure"):
        violations = item.get("violations")
        for violation in violations if isinstance(violations, list) else ():
            if isinstance(violation, dict):
                yield str(violation.get("quotaId", ""))


def retry_after(error: errors.APIError) -> float | None:
    """Return the seconds the service asks to wait: RetryInfo first, then the Retry-After header."""
    for item in _of_type(error, "google.rpc.RetryInfo"):
        if (seconds := _duration(item.get("retryDelay"))) is not None:
            return seconds
    headers = getattr(error.response, "headers", None)
    value = headers.get("retry-after") if headers is not None else None
    return _header_seconds(str(value)) if value else None


def _of_type(error: errors.APIError, name: str) -> Iterator[Mapping[str, Any]]:
    body = error.details
    inner = body.get("error", body) if isinstance(body, dict) else None
    details = inner.get("details") if isinstance(inner, dict) else None
    for item in details if isinstance(details, list) else ():
        if isinstance(item, dict) and str(item.get("@type", "")).endswith(name):
            yield item


def _duration(value: object) -> float | None:
    """Return a protobuf Duration, written as "3.5s" or as {"seconds": 3, "nanos": 500000000}."""
    if not isinstance(value, dict):
        return _seconds(str(value).removesuffix("s"))
    whole = _seconds(str(value.get("seconds", 0)))
    nanos = _seconds(str(value.get("nanos", 0)))
    return None if not value or whole is None or nanos is None else whole + nanos / 1e9


def _header_seconds(value: str) -> float | None:
    if (seconds := _seconds(value)) is not None:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None

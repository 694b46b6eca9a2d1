"""What an error of the service says beside its code: reasons, quotas, and how long to wait. Times in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from google.genai import errors


@dataclass(frozen=True)
class Refusal:
    """An answer with another code than 200, whichever of the SDK's errors brought it; `body` is its JSON."""

    code: int
    message: str
    body: Any
    headers: Any = None


def refusal_of(error: errors.APIError) -> Refusal:
    """Return what the SDK's usual error says."""
    headers = getattr(error.response, "headers", None)
    return Refusal(int(error.code or 0), str(error.message or ""), error.details, headers)


def error_reasons(refusal: Refusal) -> set[str]:
    """Return the reasons named by ErrorInfo."""
    return {str(item.get("reason", "")) for item in _of_type(refusal, "google.rpc.ErrorInfo")}


def quota_ids(refusal: Refusal) -> Iterator[str]:
    """Yield the quotas named by QuotaFailure."""
    for item in _of_type(refusal, "google.rpc.QuotaFailure"):
        violations = item.get("violations")
        for violation in violations if isinstance(violations, list) else ():
            if isinstance(violation, dict):
                yield str(violation.get("quotaId", ""))


def retry_after(refusal: Refusal) -> float | None:
    """Return the seconds the service asks to wait: RetryInfo first, then the Retry-After header."""
    for item in _of_type(refusal, "google.rpc.RetryInfo"):
        if (seconds := _duration(item.get("retryDelay"))) is not None:
            return seconds
    value = refusal.headers.get("retry-after") if refusal.headers is not None else None
    return _header_seconds(str(value)) if value else None


def _of_type(refusal: Refusal, name: str) -> Iterator[Mapping[str, Any]]:
    body = refusal.body
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

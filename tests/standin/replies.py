"""The shapes of the service's answers."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer and how it goes out: whole, reset, truncated, silent or dripping; `delay` in seconds."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    how: str = "whole"
    delay: float = 0.0


def as_json(content: Any, status: int = 200, **headers: str) -> Reply:
    """Return a JSON answer; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps(content).encode(), status, {"Content-Type": "application/json; charset=UTF-8", **named})


def as_page(status: int) -> Reply:
    """Return an HTML page, as proxies send them."""
    page = f"<html><head><title>Error {status}</title></head><body><script>alert(1)</script>Oops</body></html>"
    return Reply(page.encode(), status, {"Content-Type": "text/html; charset=UTF-8"})


def as_error(code: int, status: str, message: str, *details: dict[str, Any], **headers: str) -> Reply:
    """Return an error in the service's JSON shape."""
    error: dict[str, Any] = {"code": code, "message": message, "status": status}
    if details:
        error["details"] = list(details)
    return as_json({"error": error}, code, **headers)


def retry_info(delay: Any) -> dict[str, Any]:
    """Return the detail that says how long to wait, as "3s" or {"seconds": 3}."""
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def error_info(reason: str) -> dict[str, Any]:
    """Return the detail that names the reason of an error."""
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }


def quota_failure(quota_id: str) -> dict[str, Any]:
    """Return the detail that names the quota that is used up."""
    return {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaMetric": "generate_content_requests", "quotaId": quota_id, "quotaValue": "10"}],
    }


def image_part(data: bytes, mime: str, **extra: Any) -> dict[str, Any]:
    """Return a part that holds an image."""
    return {"inlineData": {"mimeType": mime, "data": base64.b64encode(data).decode()}, **extra}


def as_answer(
    parts: list[dict[str, Any]] | None,
    finish_reason: str | None = "STOP",
    grounding: dict[str, Any] | None = None,
    **top: Any,
) -> Reply:
    """Return an answer with one candidate; `parts` None leaves the content out."""
    candidate: dict[str, Any] = {"index": 0, **({"groundingMetadata": grounding} if grounding else {})}
    if parts is not None:
        candidate["content"] = {"role": "model", "parts": parts}
    if finish_reason is not None:
        candidate["finishReason"] = finish_reason
    return as_json({"candidates": [candidate], **envelope(), **top})


def envelope() -> dict[str, Any]:
    """Return what stands beside the candidates of every answer."""
    return {
        "usageMetadata": {
            "promptTokenCount": 270,
            "candidatesTokenCount": 1130,
            "totalTokenCount": 1400,
            "candidatesTokensDetails": [
                {"modality": "IMAGE", "tokenCount": 1120},
                {"modality": "TEXT", "tokenCount": 10},
            ],
        },
        "modelVersion": "stand-in",
        "responseId": "stand-in-1",
    }

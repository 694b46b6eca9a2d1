"""How the stand-in fails, each way by its name. A fault gets the good picture and returns another answer."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from core.images.containers import PNG_SIGNATURE, png_chunk
from tests.standin.records import Recorded
from tests.standin.replies import (
    Reply,
    as_answer,
    as_error,
    as_json,
    as_page,
    envelope,
    error_info,
    image_part,
    quota_failure,
    retry_info,
)
from tests.standin.searches import SEARCH_FAULTS

WORDS = "I will not draw this."


@dataclass(frozen=True)
class Picture:
    """The picture the stand-in would have answered with."""

    data: bytes
    mime: str


Fault = Callable[[Picture], Reply]


def _good(picture: Picture, **changes: Any) -> Reply:
    return replace(as_answer([{"text": "Here it is."}, image_part(picture.data, picture.mime)]), **changes)


def _cut(picture: Picture) -> Reply:
    return as_answer([image_part(picture.data[: len(picture.data) * 2 // 3], picture.mime)])


def _undecodable(picture: Picture) -> Reply:
    """A PNG with right checksums over pixels that are rubbish."""
    head = struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", picture.data[:500]), (b"IEND", b""))
    return as_answer([image_part(PNG_SIGNATURE + b"".join(png_chunk(*chunk) for chunk in chunks), "image/png")])


def _thought(picture: Picture) -> Reply:
    return as_answer([{"text": "I think.", "thought": True}, image_part(picture.data, picture.mime, thought=True)])


def _blocked_prompt(reason: str) -> Reply:
    return as_json({"promptFeedback": {"blockReason": reason}, **envelope()})


def _finished(reason: str) -> Reply:
    return as_answer([{"text": WORDS}], reason)


def _said_no(code: int, status: str, message: str, *details: dict[str, Any], **headers: str) -> Fault:
    reply = as_error(code, status, message, *details, **headers)
    return lambda _: reply


FAULTS: dict[str, Fault] = {
    # codes
    "rate_limited": _said_no(
        429, "RESOURCE_EXHAUSTED", "Quota exceeded.", quota_failure("PerMinute"), retry_info("3s")
    ),
    "rate_limited_long": _said_no(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", retry_info("3600s")),
    "rate_limited_by_header": _said_no(429, "RESOURCE_EXHAUSTED", "Slow down.", Retry_After="4"),
    "rate_limited_silently": _said_no(429, "RESOURCE_EXHAUSTED", "Slow down."),
    "rate_limited_daily": _said_no(
        429,
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota.",
        quota_failure("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
        retry_info("30s"),
    ),
    "billing_disabled": _said_no(403, "PERMISSION_DENIED", "Billing is off.", error_info("BILLING_DISABLED")),
    "request_timeout": _said_no(408, "DEADLINE_EXCEEDED", "Timeout."),
    "server_error_500": _said_no(500, "INTERNAL", "An internal error has occurred."),
    "server_error_502_html": lambda _: as_page(502),
    "server_error_503": _said_no(503, "UNAVAILABLE", "The model is overloaded."),
    "server_error_504": _said_no(504, "DEADLINE_EXCEEDED", "Deadline expired."),
    "try_again_400": _said_no(400, "FAILED_PRECONDITION", "Provisioning is under way. Please try again later."),
    "bad_request_400": _said_no(400, "INVALID_ARGUMENT", "Request contains an\ninvalid <b>argument</b>.\x07"),
    "bad_key_400": _said_no(400, "INVALID_ARGUMENT", "API key not valid.", error_info("API_KEY_INVALID")),
    "unauthorized": _said_no(401, "UNAUTHENTICATED", "Missing credentials."),
    "forbidden": _said_no(403, "PERMISSION_DENIED", "Consumer 'api_key:stand-in-key' has been suspended."),
    "not_found": _said_no(404, "NOT_FOUND", "models/x is not found for API version v1."),
    "odd_error_body": lambda _: as_json(["no", "error"], 400),
    "redirect": lambda _: Reply(b"", 302, {"Location": "http://127.0.0.1:9/elsewhere"}),
    # the line
    "reset": lambda _: Reply(how="reset"),
    "truncated_body": lambda picture: _good(picture, how="truncated"),
    "silent": lambda _: Reply(how="silent"),
    "dripping": lambda picture: _good(picture, how="dripping"),
    "slow": lambda picture: _good(picture, delay=0.3),
    "no_content_204": lambda _: Reply(status=204),
    "deeply_nested": lambda _: Reply(b"[" * 100_000, 200, {"Content-Type": "application/json"}),
    "empty_body": lambda _: Reply(b"", 200, {"Content-Type": "application/json"}),
    "non_json": lambda _: Reply(b"<html>signed out</html>", 200, {"Content-Type": "text/html"}),
    "json_of_another_shape": lambda _: as_json([1, "two"]),
    # answers
    "truncated_image": _cut,
    "undecodable_image": _undecodable,
    "image_in_thought": _thought,
    "thought_before_image": lambda p: as_answer(
        [image_part(p.data[::-1], "image/png", thought=True), image_part(p.data, p.mime)]
    ),
    "wrong_mime": lambda p: as_answer([image_part(p.data, "image/gif")]),
    "unreadable_type": lambda _: as_answer([image_part(b"<svg onload='x'/>", "image/svg+xml")]),
    "no_image": lambda _: as_answer([{"text": WORDS}]),
    "no_candidates": lambda _: as_json({"candidates": [], **envelope()}),
    "no_candidates_alone": lambda _: as_json({"candidates": []}),
    "no_content": lambda _: as_answer(None, "NO_IMAGE"),
    "no_parts": lambda _: as_answer([], "STOP"),
    "no_finish_reason": lambda _: as_answer([], None),
    "unknown_finish_reason": lambda _: _finished("TIRED_OF_PAINTING"),
    "unknown_block_reason": lambda _: _blocked_prompt("TASTE"),
    "blocked_prompt": lambda _: _blocked_prompt("PROHIBITED_CONTENT"),
}


def check_fault(name: str) -> None:
    """Refuse the name of a fault that there is not.

    Raises:
        KeyError: there is no such fault.
    """
    if name not in SEARCH_FAULTS:
        find_fault(name)


def reply_with(name: str, request: Recorded, picture: Callable[[], Picture]) -> Reply:
    """Return the answer of a fault; those of searches get the request, the others the good picture."""
    return SEARCH_FAULTS[name](request) if name in SEARCH_FAULTS else find_fault(name)(picture())


def find_fault(name: str) -> Fault:
    """Return a fault by name; `blocked_prompt_<reason>` and `blocked_<finish reason>` work for any reason.

    Raises:
        KeyError: there is no such fault.
    """
    if name in FAULTS:
        return FAULTS[name]
    if name.startswith("blocked_prompt_"):
        return lambda _: _blocked_prompt(name.removeprefix("blocked_prompt_").upper())
    if name.startswith("blocked_"):
        return lambda _: _finished(name.removeprefix("blocked_").upper())
    raise KeyError(name)

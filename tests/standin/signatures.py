"""What the stand-in notes of its thoughts in the parts of its answers, and wants back on those very parts."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from tests.standin.records import Recorded, decode

ROLES = {"user", "model"}


def signed(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return an answer's parts with signatures: thoughts have none, the first words and each picture have one."""
    return [
        {**part, "thoughtSignature": sign(parts, place)} if _is_signed(parts, place) else part
        for place, part in enumerate(parts)
    ]


def sign(parts: list[dict[str, Any]], place: int, files: dict[str, bytes] | None = None) -> str:
    """Return the signature of a part among its neighbours: another part, place or number of parts has another."""
    content = json.dumps([place, len(parts), _content(parts[place], files or {})])
    return base64.b64encode(b"signed " + hashlib.sha256(content.encode()).digest()).decode()


def refuse_history(request: Recorded) -> str:
    """Refuse a conversation whose sides do not take turns, or whose answers are not as they were given."""
    contents = request.body.get("contents", [])
    roles = [content.get("role", "user") for content in contents]
    if not set(roles) <= ROLES or roles != ["user", "model"] * (len(roles) // 2) + ["user"]:
        return "Please ensure that multiturn requests alternate between user and model."
    return next((bad for place, content in enumerate(contents) if (bad := _bad_answer(content, place, request))), "")


def _bad_answer(content: dict[str, Any], place: int, request: Recorded) -> str:
    parts = content.get("parts", [])
    if content.get("role") != "model":
        return "Thought signatures are the model's." if any("thoughtSignature" in part for part in parts) else ""
    for number, part in enumerate(parts):
        wanted = sign(parts, number, request.files) if _is_signed(parts, number) else None
        given = part.get("thoughtSignature")
        if (None if given is None else decode(given)) != (None if wanted is None else decode(wanted)):
            what = "an invalid" if given else "no"
            return f"Unable to submit request because it has {what} thought signature for content at index {place}."
    return ""


def _is_signed(parts: list[dict[str, Any]], place: int) -> bool:
    part = parts[place]
    if part.get("thought"):
        return False
    first = next((number for number, one in enumerate(parts) if not one.get("thought")), 0)
    return place == first or "inlineData" in part or "fileData" in part


def _content(part: dict[str, Any], files: dict[str, bytes]) -> str:
    if "fileData" in part:
        return hashlib.sha256(files.get(part["fileData"]["fileUri"], b"")).hexdigest()
    if "inlineData" in part:
        return hashlib.sha256(decode(part["inlineData"]["data"])).hexdigest()
    return str(part.get("text", ""))

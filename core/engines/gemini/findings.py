"""What came back of a search: the entries of the list, or why there is no list.

Nothing is mended here but what is needed to read on: an entry that makes no sense is handed on without a box, so that
it is counted. Whether a box can be trusted is found out later, the same way for every engine.
"""

from __future__ import annotations

import base64
import json
import math
import re
from dataclasses import dataclass
from typing import Any

from google.genai import types

from core.engines.base import Finding
from core.engines.gemini.answers import find_block, finish_reason_of, has_content, parts_of, read_usage, text_of
from core.engines.gemini.failures import empty
from core.engines.gemini.outcomes import Answer, AttemptFailed, Usage
from core.engines.gemini.reasons import describe_unreadable_list
from core.engines.gemini.redactor import Redactor
from core.errors import InvalidImageError, UnreadableAnswerError
from core.images import sniff, verify

MOST_FOUND = 1000
MOST_WORDS = 20_000
_LONGEST_MASK = 8_000_000  # characters of base64
_MOST_MASK_PIXELS = 16_000_000
_FENCED = re.compile(r"```[A-Za-z]*\s*\n(.*?)(?:```|\Z)", re.DOTALL)
_DATA_URL = re.compile(r"data:[\w/+.\-]*(?:;[\w=\-]+)*,")


@dataclass(frozen=True)
class FoundAnswer(Answer):
    """The entries of an answer, in its order."""

    found: tuple[Finding, ...]


def read_findings(response: types.GenerateContentResponse, redactor: Redactor, *, has_masks: bool) -> FoundAnswer:
    """Return the entries of an answer; masks are read when they were asked for.

    The SDK's own reading (`parsed`) is not used: one box with a decimal, or a fence around the list, and it gives up.

    Raises:
        AttemptFailed: blocked, empty, or no list; the words are kept.
    """
    usage = read_usage(response)
    if not has_content(response):
        raise empty(200)
    try:
        entries = _entries(text_of(parts_of(response)))
    except ValueError:
        raise _unreadable(response, redactor, usage) from None
    found = tuple(_finding(entry, redactor, has_masks) for entry in entries[:MOST_FOUND])
    return FoundAnswer(
        text="",
        finish_reason=redactor.name(finish_reason_of(response)),
        usage=usage,
        warnings=tuple(_warnings(entries, found, has_masks)),
        found=found,
    )


def _entries(text: str) -> list[Any]:
    """Return the list in a text: the whole text, what is fenced in it, or the first list that stands in its prose.

    Raises:
        ValueError: there is none.
    """
    try:
        return _listed(_loads(text))
    except ValueError:
        pass
    if (fenced := _FENCED.search(text)) is not None:
        return _listed(_loads(fenced.group(1)))
    return _list_in_prose(text)


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _list_in_prose(text: str) -> list[Any]:
    start = re.search(r"\[\s*[\]{]", text)
    if start is None:
        raise ValueError("no list")
    try:
        return _listed(json.JSONDecoder().raw_decode(text, start.start())[0])
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _listed(content: Any) -> list[Any]:
    """Return the entries of decoded JSON: a list, an object around a single list, or one entry alone."""
    if isinstance(content, list):
        return content
    if isinstance(content, dict):
        if "box_2d" in content:
            return [content]
        lists = [value for value in content.values() if isinstance(value, list)]
        if len(lists) == 1:
            return lists[0]
    raise ValueError("no list")


def _finding(entry: Any, redactor: Redactor, has_masks: bool) -> Finding:
    if not isinstance(entry, dict):
        return Finding(box_2d=())
    return Finding(
        box_2d=_numbers(entry.get("box_2d")),
        label=redactor.text(_words(entry.get("label"))),
        caption=redactor.text(_words(entry.get("caption"))),
        mask=_mask(entry.get("mask")) if has_masks else b"",
    )


def _numbers(value: Any) -> tuple[float, ...]:
    """Return a list's numbers as they are, () when one of them is none."""
    if not isinstance(value, list) or len(value) > 8:
        return ()
    if not all(isinstance(item, int | float) and not isinstance(item, bool) for item in value):
        return ()
    try:
        return tuple(float(item) for item in value)
    except OverflowError:  # a whole number beyond any float
        return tuple(math.copysign(math.inf, item) for item in value)


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _mask(value: Any) -> bytes:
    """Return a mask's PNG from a data URL or bare base64; b"" when it is none."""
    if not isinstance(value, str) or len(value) > _LONGEST_MASK:
        return b""
    url = _DATA_URL.match(value.lstrip())
    bare = "".join(value.lstrip()[url.end() if url else 0 :].split())
    try:
        data = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
        facts = verify(data) if sniff(data) == "image/png" else None
    except (ValueError, InvalidImageError):
        return b""
    return data if facts is not None and facts.width * facts.height <= _MOST_MASK_PIXELS else b""


def _warnings(entries: list[Any], found: tuple[Finding, ...], has_masks: bool) -> list[str]:
    said = []
    if len(entries) > len(found):
        said.append(f"The answer named {len(entries)} objects; the first {len(found)} were taken.")
    without = sum(not finding.mask for finding in found) if has_masks else 0
    if without:
        said.append(f"{without} of {len(found)} masks were missing or could not be read; their boxes are used.")
    return said


def _unreadable(response: types.GenerateContentResponse, redactor: Redactor, usage: Usage) -> AttemptFailed:
    """Return why an answer holds no list: a rule stopped it, or it says something else."""
    if (block := find_block(response, redactor)) is not None:
        return AttemptFailed(block, status=200, may_be_billed=True, usage=usage)
    text = redactor.text(text_of(parts_of(response)))[:MOST_WORDS]
    reason = redactor.name(finish_reason_of(response))
    error = UnreadableAnswerError(describe_unreadable_list(reason, bool(text)), text=text)
    # asked for again at once: it is not the service that needs a rest
    return AttemptFailed(error, is_transient=True, retry_after=0.0, status=200, may_be_billed=True, usage=usage)

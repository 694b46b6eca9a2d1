"""The JSON that travels inside an image file: a format number, the recipe, and what came back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from core.errors import CorruptAssetError
from core.models.asset import Recipe, Result

FORMAT = 1
# the most that an image can have taken; anybody can write anything into a file
_MOST = {"input_tokens": 1e9, "output_tokens": 1e9, "cost_usd": 1e6, "seconds": 1e7}


def to_json(recipe: Recipe, result: Result) -> str:
    """Return the document of a recipe and its result; ASCII only, keys in a fixed order, unset values left out."""
    document = {
        "format": FORMAT,
        "recipe": recipe.model_dump(mode="json", exclude_none=True),
        "result": result.model_dump(mode="json", exclude_none=True),
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> tuple[Recipe, Result]:
    """Return the recipe and the result of a document; a value that cannot be is left out, with a warning.

    Raises:
        CorruptAssetError: it is no document of ours, or of a format made after this version.
    """
    try:
        document = json.loads(text)
        if int(document["format"]) > FORMAT:
            raise CorruptAssetError("This image was made by a newer Throughline. Update Throughline to open it.")
        return Recipe.model_validate(document["recipe"]), _sane(Result.model_validate(document["result"]))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, ValidationError):
        raise CorruptAssetError(
            "The recipe inside this image is damaged; the picture itself can still be used."
        ) from None


def _sane(result: Result) -> Result:
    wrong = [name for name, most in _MOST.items() if not 0 <= (getattr(result, name) or 0) <= most]
    created, is_moment = _in_utc(result.created)
    if not is_moment:
        wrong.append("created")
    changes: dict[str, Any] = {name: Result.model_fields[name].default for name in wrong}
    if wrong:
        warning = f"This file gives values that cannot be, which were left out: {', '.join(wrong)}."
        changes["warnings"] = (*result.warnings, warning)
    return result.model_copy(update={"created": created, **changes})


def _in_utc(moment: datetime | None) -> tuple[datetime | None, bool]:
    """Return a moment with a time zone, UTC where it has none, and whether a calendar can hold it."""
    if moment is None:
        return None, True
    try:
        return (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)), True
    except OverflowError:
        return None, False

"""The templates at hand: the built-in ones of templates.toml in a language, and a person's own."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import InvalidRequestError
from core.models.asset import Role
from core.models.template import Template
from core.store.templates import MOST, TemplatesFile
from core.studio.context import LOCAL_USER, Studio


@cache
def built_in(language: str) -> tuple[Template, ...]:
    """Return the built-in templates in a language ("en" or one that begins with "zh"), in the order of the file."""
    spoken = "zh" if language.startswith("zh") else "en"
    document = tomllib.loads(Path(__file__).with_name("templates.toml").read_text(encoding="utf-8"))
    return tuple(_template(entry, spoken) for entry in document["template"])


def _template(entry: dict[str, Any], spoken: str) -> Template:
    return Template(
        id=entry["id"],
        title=entry["title"][spoken],
        text=entry["text"][spoken].strip(),
        hint=entry["hint"][spoken],
        example=entry["example"][spoken],
        roles=tuple(Role(role) for role in entry.get("roles", ())),
        optional=tuple(Role(role) for role in entry.get("optional", ())),
        models=tuple(entry["models"]),
        series=entry.get("series", {}).get(spoken, ""),
        views=tuple(entry.get("views", {}).get(spoken, ())),
        search=entry.get("search", ""),
    )


def own(studio: Studio) -> TemplatesFile:
    """Return a person's own templates."""
    return TemplatesFile(studio.home, "" if studio.user == LOCAL_USER else studio.user)


def to_file(templates: Iterable[Template]) -> bytes:
    """Return templates as a file that `from_file` reads."""
    plain = [template.model_dump(mode="json", exclude={"is_own"}) for template in templates]
    return json.dumps({"throughline_templates": plain}, ensure_ascii=False, indent=2).encode()


def from_file(data: bytes) -> tuple[Template, ...]:
    """Return the templates of a file as new ones.

    Raises:
        InvalidRequestError: it holds none.
    """
    try:
        entries = json.loads(data)["throughline_templates"]
        found = tuple(Template.model_validate({**entry, "id": "", "is_own": True}) for entry in entries)
    except (ValueError, TypeError, LookupError, RecursionError):
        found = ()
    if not found or len(found) > MOST:
        raise InvalidRequestError("This file holds no templates. Choose one that was exported here.")
    return found

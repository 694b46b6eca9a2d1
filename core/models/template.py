"""Templates: prompts with named blanks, for each kind of image the service's guide describes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import Field, field_validator

from core.models.asset import Role
from core.models.value import Value

_BLANK = re.compile(r"\{([^{}\n]{1,40})\}")


class Template(Value):
    """A prompt with blanks in braces. `example` fills them; `roles` are the references it needs, in order.

    `models` are those it suits best, by id; "" stands for any. `is_own` tells a person's own from a built-in one.
    """

    id: str
    title: str
    text: str
    hint: str = ""
    example: Mapping[str, str] = Field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    models: tuple[str, ...] = ()
    search: str = ""
    tags: tuple[str, ...] = ()
    is_own: bool = False

    @field_validator("title", "text")
    @classmethod
    def _not_empty(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("a template has a title and a text")
        return value

    @property
    def blanks(self) -> tuple[str, ...]:
        """The blanks' names, each once, in the order of the text."""
        return open_blanks(self.text)

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with its blanks filled; one without a value stays as it is, so that it is seen."""
        return _BLANK.sub(lambda found: values.get(found[1], "").strip() or found[0], self.text)


def open_blanks(prompt: str) -> tuple[str, ...]:
    """Return the blanks that a prompt still has."""
    return tuple(dict.fromkeys(_BLANK.findall(prompt)))

"""Templates: prompts with named blanks, for each kind of image the service's guide describes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pydantic import Field, field_validator

from core.models.asset import Role
from core.models.value import Value

_BLANK = re.compile(r"\{([^{}\n]{1,40})\}")


class Template(Value):
    """A prompt with blanks in braces. `example` fills them; `roles` are the references it needs, in order.

    `optional` are those that may follow. `models` are those it suits, by id, best first; none stands for any. Of a
    series, `series` names the blank that each of its images fills with one of the `views`. `is_own` tells a person's
    own from a built-in one.
    """

    id: str
    title: str
    text: str
    hint: str = ""
    example: Mapping[str, str] = Field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    optional: tuple[Role, ...] = ()
    models: tuple[str, ...] = ()
    series: str = ""
    views: tuple[str, ...] = ()
    search: str = ""
    tags: tuple[str, ...] = ()
    is_own: bool = False

    @field_validator("title", "text")
    @classmethod
    def _not_empty(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("a template has a title and a text")
        return value

    @field_validator("models", "tags")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Leave out what is said twice and what says nothing: a page shows each as a button of its own."""
        return tuple(dict.fromkeys(word for one in value if (word := one.strip())))

    @property
    def blanks(self) -> tuple[str, ...]:
        """The blanks' names, each once, in the order of the text."""
        return open_blanks(self.text)

    @property
    def fields(self) -> tuple[str, ...]:
        """The blanks that a person fills in: all but the one that tells the images of a series apart."""
        return tuple(blank for blank in self.blanks if blank != self.series)

    @property
    def places(self) -> tuple[Role, ...]:
        """What its references are for, in order: those it needs, then those that may follow."""
        return (*self.roles, *self.optional)

    def open_places(self, given: Sequence[Role]) -> tuple[int, ...]:
        """Return the places, from 0, for which none of the given references is there yet."""
        left, found = list(given), []
        for place, role in enumerate(self.places):
            if role in left:
                left.remove(role)
            else:
                found.append(place)
        return tuple(found)

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with its blanks filled; one without a value stays as it is, so that it is seen."""
        return filled(self.text, {name: value for name, value in values.items() if name != self.series})


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its blanks filled; one without a value stays as it is."""
    return _BLANK.sub(lambda found: values.get(found[1], "").strip() or found[0], text)


def open_blanks(prompt: str) -> tuple[str, ...]:
    """Return the blanks that a prompt still has."""
    return tuple(dict.fromkeys(_BLANK.findall(prompt)))

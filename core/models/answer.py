"""What a service answered beside the image that became an asset: its words, further images, thoughts and sources.

Only an answer that holds more than one image with words before or after it is kept this way.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.models.value import Value


class BlockKind(StrEnum):
    """What one part of an answer is."""

    TEXT = "text"
    IMAGE = "image"
    THOUGHT = "thought"
    THOUGHT_IMAGE = "thought_image"


class Block(Value):
    """One part of a kept answer. An image's `file` stands beside the answer; "" is the asset's own image."""

    kind: BlockKind
    text: str = ""
    file: str = ""


class Link(Value):
    """A page that an answer is grounded on: where it is (http or https), and what it is called."""

    uri: str = Field(pattern=r"^https?://")
    title: str = ""


class Grounding(Value):
    """What an answer was looked up with.

    `suggestions` is the service's HTML, which its terms ask to be shown; it comes from outside and may hold anything.
    """

    suggestions: str = ""
    queries: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def has_sources(self) -> bool:
        """True when it says what was searched for, or names pages."""
        return bool(self.queries or self.links)


class Answer(Value):
    """All parts of an answer in their order, and what it is grounded on."""

    blocks: tuple[Block, ...] = ()
    grounding: Grounding | None = None

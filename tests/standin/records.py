"""What came in: one record a request."""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Recorded:
    """One request as it arrived, at `arrived` (time.monotonic()); `has_left` is set when the client hung up.

    `sent_ahead` are the files it names, `files` their bytes by address; `lacks_file` is the code for one that is not
    there, 0 where all are. `raw` is its JSON as it was on the wire, `body` the same with its names in one spelling.
    """

    method: str
    path: str
    model: str
    headers: dict[str, str]
    body: dict[str, Any]
    arrived: float
    raw: dict[str, Any] = field(default_factory=dict)
    raw_size: int = 0
    fault: str = ""
    sent_ahead: list[tuple[str, bytes]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    lacks_file: int = 0
    is_interaction: bool = False
    status: int | None = None
    has_left: threading.Event = field(default_factory=threading.Event)

    @property
    def parts(self) -> list[dict[str, Any]]:
        """All parts of the request's contents, in order."""
        return [part for content in self.body.get("contents", []) for part in content.get("parts", [])]

    @property
    def images(self) -> list[tuple[str, bytes]]:
        """Mime type and decoded bytes of every inline image, in order."""
        if self.is_interaction:
            found = [item for item in self.contents if "data" in item]
            return [(item["mime_type"], decode(item["data"])) for item in found]
        blobs = [part["inlineData"] for part in self.parts if "inlineData" in part]
        return [(blob["mimeType"], decode(blob["data"])) for blob in blobs]

    @property
    def prompt(self) -> str:
        """All text of the request."""
        if self.is_interaction:
            return "\n".join(item["text"] for item in self.contents if "text" in item)
        return "\n".join(part["text"] for part in self.parts if "text" in part)

    @property
    def history(self) -> list[dict[str, Any]]:
        """The contents before the last one: the conversation so far."""
        return list(self.body.get("contents", []))[:-1]

    @property
    def contents(self) -> list[dict[str, Any]]:
        """What the person says in an interaction, as the SDK packs it: one step of theirs."""
        steps = self.raw.get("input", [])
        return [item for step in steps for item in step.get("content", [])] if isinstance(steps, list) else []

    @property
    def formats(self) -> list[dict[str, Any]]:
        """What an interaction is to answer with."""
        found = self.raw.get("response_format", [])
        return found if isinstance(found, list) else [found]

    @property
    def image_config(self) -> dict[str, Any]:
        """The ratio and size that are asked for, by either interface."""
        if not self.is_interaction:
            return self.config.get("imageConfig", {})
        wanted = next((item for item in self.formats if item.get("type") == "image"), {})
        names = {"aspect_ratio": "aspectRatio", "image_size": "imageSize"}
        return {names[name]: value for name, value in wanted.items() if name in names}

    @property
    def is_search(self) -> bool:
        """True when JSON is asked for: a list of objects on a page."""
        return "responseMimeType" in self.config

    @property
    def schema(self) -> dict[str, Any]:
        """The schema of one entry of the list that is asked for."""
        return self.config.get("responseSchema", {}).get("items", {})

    @property
    def config(self) -> dict[str, Any]:
        """The request's generationConfig."""
        return self.body.get("generationConfig", {})


def camel_cased(content: Any) -> Any:
    """Return JSON with its names in one spelling.

    The service takes `mime_type` and `mimeType` alike, and the SDK sends both sorts in one request; which it may send
    how, `strictness` says. The names of a schema's properties are the caller's own.
    """
    if isinstance(content, dict):
        return {_camel(name): _inside(name, value) for name, value in content.items()}
    return [camel_cased(item) for item in content] if isinstance(content, list) else content


def _inside(name: str, value: Any) -> Any:
    if name == "properties" and isinstance(value, dict):
        return {own: camel_cased(schema) for own, schema in value.items()}
    return camel_cased(value)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def decode(text: str) -> bytes:
    """Return the bytes of base64 text in either alphabet, as the service takes both."""
    return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
